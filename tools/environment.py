"""Make `.venv` ready: made once, repaired when it is half-made, left alone when nothing has changed.

Plain venv and pip. What was done is written into a stamp, last of all; a mark says that work is going on, so
that a set-up that was cut off is made anew the next time. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import debian
from progress import Failed, Step, run

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "liveengine-setup.json"
UNFINISHED = VENV / "liveengine-setup-unfinished"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def _packages() -> list[str]:
    """List what is installed in the environment, with versions, by the folders pip leaves."""
    places = VENV.glob("lib/python*/site-packages/*.dist-info")
    windows = VENV.glob("Lib/site-packages/*.dist-info") if os.name == "nt" else ()
    return sorted(place.name for place in (*places, *windows))


def _fingerprint() -> dict[str, str]:
    """Return what the environment depends on: another value of any of it, and set-up runs again."""
    return {
        "pyproject": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
        "place": str(ROOT),  # the scripts in .venv hold its full path
        "interpreter": os.path.realpath(PYTHON),
    }


def _stamp() -> dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready(extras: Sequence[str]) -> bool:
    """Say, without starting anything, whether the environment holds all that is wanted."""
    stamp = _stamp()
    if not stamp or UNFINISHED.exists() or not PYTHON.exists():
        return False
    fresh = stamp.get("fingerprint") == _fingerprint()
    here = set(_packages())
    return fresh and set(extras) <= set(stamp.get("extras", [])) and set(stamp.get("packages", [])) <= here


def _is_sound() -> bool:
    """Say whether there is an environment that can be installed into."""
    if UNFINISHED.exists() or not PYTHON.exists() or not (VENV / "pyvenv.cfg").exists():
        return False
    stamp = _stamp().get("fingerprint", {})
    moved = stamp and any(stamp.get(key) != _fingerprint()[key] for key in ("place", "interpreter"))
    return not moved and any(name.startswith("pip-") for name in _packages())


def _make() -> None:
    """Make the environment from nothing, with pip in it."""
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        if not debian.here() or debian.provide([(package, "python3-venv")]):
            line = debian.install_line([(package, "python3-venv")])
            raise Failed(f"this Python cannot make environments; run:\n  {line}\nand start again.")
    with Step("making .venv") as step:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        # pip comes in a second step: the first takes a moment, and from then on the mark stands.
        run(step, [sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        run(step, [str(PYTHON), "-m", "ensurepip", "--upgrade", "--default-pip"])


def _install(extras: Sequence[str]) -> None:
    """Install the project, editable, with extras."""
    wanted = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    title = "installing the Python libraries" + (f" ({', '.join(extras)})" if extras else "")
    with Step(title) as step:
        run(step, [*pip, "--progress-bar", "off", "--editable", wanted])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one set-up at a time change the environment."""
    try:
        import fcntl
    except ImportError:  # no such locks on Windows: there, start one at a time
        yield
        return
    with (ROOT / "pyproject.toml").open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with Step("waiting for another set-up to end"):
                fcntl.flock(held, fcntl.LOCK_EX)
        yield


def provide(extras: Sequence[str], packages: Sequence[debian.Package]) -> list[debian.Package]:
    """Make everything ready; return the Debian packages that are missing still. Raises Failed, telling why."""
    with _alone():
        lacking = list(debian.provide(packages)) if debian.here() else []
        if is_ready(extras):
            return lacking
        before = time.monotonic()
        kept = _stamp().get("extras", []) if _is_sound() else []
        if not _is_sound():
            _make()
        everything = sorted({*kept, *extras})
        STAMP.unlink(missing_ok=True)
        UNFINISHED.touch()
        _install(everything)
        _write_stamp(everything)
        UNFINISHED.unlink()
        print(f"set-up took {time.monotonic() - before:.0f} s; the next start skips it", flush=True)
    return lacking


def _write_stamp(extras: Sequence[str]) -> None:
    stamp = {"fingerprint": _fingerprint(), "extras": list(extras), "packages": _packages()}
    beside = STAMP.with_suffix(".part")
    beside.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(beside, STAMP)
