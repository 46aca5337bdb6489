"""Where compiled code is kept on disk.

Standard library only: the set-up tools ask here, before anything is installed, whether the kernels of these
very sources have been compiled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

COMPILED_ROOMS = ("music", "sequencer", "drivers", "instruments")

#: Kernels of older sources stay until there are this many folders: switching branches costs no compilation.
KEPT_FOLDERS = 8


def _sources() -> list[Path]:
    """List the compiler's doors, and the files of the rooms that compiled code may come from."""
    here = Path(__file__).parent
    doors = [here / "compiled.py", here / "memory.py"]
    return doors + [source for room in COMPILED_ROOMS for source in sorted((here / room).rglob("*.py"))]


def _sources_digest() -> str:
    """Hash what those files say."""
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_home() -> Path:
    """Say where this system keeps caches: XDG's place, or the platform's own."""
    if chosen := os.environ.get("LIVEENGINE_CACHE"):
        return Path(chosen)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "liveengine"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "liveengine"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "liveengine" / "Cache"
    return Path.home() / ".cache" / "liveengine"


#: Where the machine code of this very version of the sources is kept.
CACHE_DIR = _cache_home() / f"kernels-{_sources_digest()}"


def _finished() -> Path:
    """Name the mark that all is compiled, for these very files.

    numba goes by a file's place and its time as well, and compiles anew after a checkout that changed no word.
    """
    files = [(str(source), source.stat().st_mtime_ns, source.stat().st_size) for source in _sources()]
    return CACHE_DIR / f"finished-{hashlib.sha256(repr(files).encode()).hexdigest()[:16]}"


def is_complete() -> bool:
    """Say whether every kernel of these sources has been compiled and kept."""
    return _finished().is_file()


def mark_complete() -> None:
    """Note that the kernels are all there. Raises OSError where the cache cannot be written."""
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    _finished().touch()


def forget_oldest(keep: int = KEPT_FOLDERS) -> int:
    """Remove kernels of older sources, the longest untouched first. Returns how many folders went."""
    others = [folder for folder in CACHE_DIR.parent.glob("kernels-*") if folder != CACHE_DIR]
    by_age = sorted(others, key=lambda folder: folder.stat().st_mtime, reverse=True)
    old = by_age[max(keep - 1, 0) :]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
