"""The one way this project compiles code for the data plane and the voices.

Everything decorated here runs without the GIL and with numba's allocator
turned off: a kernel that would allocate does not compile. Machine code is
kept on disk, in a folder named after the sources it was made from (see
`kernel_cache`), because numba by itself does not notice when a function in
*another* file changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from liveengine.kernel_cache import CACHE_DIR

Function = TypeVar("Function", bound=Callable[..., Any])

# numba reads this when a function is decorated, so it is set before numba is imported at all.
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_DIR)

import numba  # noqa: E402

numba.config.CACHE_DIR = str(CACHE_DIR)


def compiled(function: Function) -> Function:
    """Compile `function`: no GIL, no allocation, no Python objects, kept on disk."""
    kernel: Any = numba.njit(nogil=True, cache=True, _nrt=False, error_model="numpy")(function)
    template = kernel.get_call_template

    def plain_template(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        # A constant in a call would get machine code of its own; this halves the time that compiling takes.
        plain = {name: numba.types.unliteral(kind) for name, kind in keywords.items()}
        return template(tuple(map(numba.types.unliteral, arguments)), plain)

    kernel.get_call_template = plain_template
    compiled_function: Function = kernel
    return compiled_function


def callback(signature: Any) -> Callable[[Function], Any]:
    """Compile a C callback with this numba `signature`; its `.address` is what C code calls."""
    decorate: Callable[[Function], Any] = numba.cfunc(signature, nopython=True, cache=True, _nrt=False)
    return decorate
