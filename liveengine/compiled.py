"""The one way this project compiles code for the data plane and the voices.

Everything decorated here runs without the GIL and with numba's allocator
turned off: a kernel that would allocate does not compile. Machine code is
kept on disk, in a folder named after the sources it was made from, because
numba by itself does not notice when a function in *another* file changes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED_ROOMS = ("music", "sequencer", "drivers", "instruments")


def _sources_digest() -> str:
    """Hash every source file that compiled code may come from."""
    here = Path(__file__).parent
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for room in COMPILED_ROOMS:
        for source in sorted((here / room).glob("*.py")):
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

# numba reads this when a function is decorated, so it is set before numba is imported at all.
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_DIR)

import numba  # noqa: E402

numba.config.CACHE_DIR = str(CACHE_DIR)


def compiled(function: Function) -> Function:
    """Compile `function`: no GIL, no allocation, no Python objects, kept on disk."""
    kernel: Function = numba.njit(nogil=True, cache=True, _nrt=False, error_model="numpy")(function)
    return kernel


def callback(signature: Any) -> Callable[[Function], Any]:
    """Compile a C callback with this numba `signature`; its `.address` is what C code calls."""
    decorate: Callable[[Function], Any] = numba.cfunc(signature, nopython=True, cache=True)
    return decorate
