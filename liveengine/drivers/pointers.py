"""How a C callback finds memory: its pointers as arrays, and back.

A C library hands its callback one pointer. Ours points to the addresses of
what it works with (`liveengine.memory`). Nothing is captured, so the
callback's machine code can be kept on disk.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from liveengine.memory import array_type, make_array


def array_at(dtype: Any) -> Any:
    """Return a compiled function (address, count) -> array of `dtype` over memory that C owns."""
    kind = array_type(dtype)

    @intrinsic
    def view(typing_context: Any, address: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return make_array(context, builder, kind, arguments[0], arguments[1])

        return kind(types.int64, types.int64), generate

    return view


@intrinsic
def pointer_to(typing_context: Any, address: Any) -> Any:
    """Turn an address into a C pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


@intrinsic
def address_of(typing_context: Any, pointer: Any) -> Any:
    """Turn a C pointer into an address; 0 for the null pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.voidptr), generate
