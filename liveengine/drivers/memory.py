"""How a C callback finds arrays that Python allocated.

A C library hands its callback one pointer. Ours points to a table of
addresses, and `tuple_at` rebuilds from it the very tuple of arrays that
compiled code is written for. Nothing is captured, so the callback's machine
code can be kept on disk.

Realtime-safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

#: (field, elements, dtype) of each one-dimensional array, in the order of the tuple's fields.
Layout = Sequence[tuple[str, int | tuple[int, ...], np.dtype[Any]]]


def address_table(*memories: tuple[NDArray[Any], ...]) -> NDArray[np.int64]:
    """Return the addresses of all arrays of these tuples, one after the other.

    The table does not keep the arrays alive; whoever hands it to C must.
    """
    return np.array([array.ctypes.data for memory in memories for array in memory], np.int64)


def _array_type(dtype: Any) -> Any:
    """Return numba's type of a one-dimensional array of `dtype`, as Python's own arrays have it."""
    return numba.typeof(np.zeros(1, dtype))


def _make_array(context: Any, builder: Any, array_type: Any, address: Any, count: Any) -> Any:
    """Generate code that makes an array of `count` elements at `address`, without owning it."""
    array = context.make_array(array_type)(context, builder)
    step = ir.Constant(address.type, np.dtype(numba.np.numpy_support.as_dtype(array_type.dtype)).itemsize)
    populate_array(
        array,
        data=builder.inttoptr(address, array.data.type),
        shape=cgutils.pack_array(builder, [count]),
        strides=cgutils.pack_array(builder, [step]),
        itemsize=step,
        meminfo=None,
    )
    return array._getvalue()


def array_at(dtype: Any) -> Any:
    """Return a compiled function (address, count) -> array of `dtype` over memory that C owns."""
    array_type = _array_type(dtype)

    @intrinsic
    def view(typing_context: Any, address: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _make_array(context, builder, array_type, arguments[0], arguments[1])

        return array_type(types.int64, types.int64), generate

    return view


def tuple_at(kind: type[Any], layout: Layout) -> Any:
    """Return a compiled function (table, first) -> `kind` that finds the arrays of `layout` in a table."""
    arrays = [_array_type(dtype) for _, _, dtype in layout]
    sizes = [int(np.prod(size)) for _, size, _ in layout]

    @intrinsic
    def rebuild(typing_context: Any, table: Any, first: Any) -> Any:
        tuple_type = types.NamedTuple(arrays, kind)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            members = []
            for index, (array_type, size) in enumerate(zip(arrays, sizes, strict=True)):
                place = builder.add(arguments[1], ir.Constant(arguments[1].type, index))
                address = builder.load(builder.gep(data, [place]))
                count = ir.Constant(address.type, size)
                members.append(_make_array(context, builder, array_type, address, count))
            return context.make_tuple(builder, tuple_type, members)

        return tuple_type(types.Array(types.int64, 1, "C"), types.intp), generate

    return rebuild


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
