"""What kernels work on: arrays that were allocated before the show, found by one pointer.

A Memory is a set of named arrays of fixed size. To Python it is an object that
holds them; to compiled code it is the address of a table of their addresses, so
that handing it on costs one register, not a tuple of some fifty arrays. A C
callback gets the same address. What lies where never changes, and LLVM is told so.

Realtime-safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

import liveengine.compiled  # noqa: F401 - first of all: it says where numba keeps its code

import numba  # isort: skip
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import as_dtype

#: (name, elements, dtype) of each one-dimensional array.
Layout = Sequence[tuple[str, int, np.dtype[Any]]]


class Memory:
    """Arrays by name, as the class's `layout` says; a subclass names it and annotates them in its order."""

    layout: ClassVar[Layout]
    _table: NDArray[np.int64]
    #: Of the table of the arrays' addresses; valid while this object lives.
    address: int

    def __init_subclass__(cls, layout: Layout) -> None:
        """Make the class known to the compiler."""
        assert [name for name, _, _ in layout] == list(cls.__annotations__), cls
        cls.layout = layout
        kind = MemoryType(cls)
        typeof_impl.register(cls)(lambda value, context: kind)

    def __init__(self, *arrays: NDArray[Any]) -> None:
        """Hold these arrays. Raises ValueError for one that is not as the layout says."""
        for (name, size, dtype), array in zip(self.layout, arrays, strict=True):
            if array.dtype != dtype or array.shape != (size,) or not array.flags.c_contiguous:
                raise ValueError(f"{type(self).__name__}.{name}: {array.dtype} {array.shape} is not {dtype} ({size},)")
            object.__setattr__(self, name, array)
        object.__setattr__(self, "_table", np.array([array.ctypes.data for array in arrays], np.int64))
        object.__setattr__(self, "address", self._table.ctypes.data)

    @classmethod
    def zeros(cls) -> Self:
        """Allocate it, all zero."""
        return cls(*(np.zeros(size, dtype) for _, size, dtype in cls.layout))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be replaced; write into it")

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return (getattr(self, name) for name, _, _ in self.layout)

    def __reduce__(self) -> tuple[type[Self], tuple[NDArray[Any], ...]]:
        return type(self), tuple(self)  # a copy's addresses are its own


class MemoryType(types.Type):
    """A Memory, as the compiler sees it."""

    def __init__(self, kind: type[Memory]) -> None:
        self.kind = kind
        super().__init__(name=f"Memory({kind.__module__}.{kind.__qualname__})")


@register_model(MemoryType)
class _Model(models.PrimitiveModel):
    """A pointer to 64-bit addresses."""

    def __init__(self, manager: Any, kind: MemoryType) -> None:
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


@unbox(MemoryType)
def _unbox(kind: MemoryType, thing: Any, c: Any) -> NativeValue:
    held = c.pyapi.object_getattr_string(thing, "address")
    address = c.unbox(types.int64, held)
    c.pyapi.decref(held)
    pointer = c.builder.inttoptr(address.value, c.context.get_value_type(kind))
    return NativeValue(pointer, is_error=address.is_error)


@infer_getattr
class _Fields(AttributeTemplate):
    key = MemoryType

    def generic_resolve(self, memory: MemoryType, name: str) -> Any:
        return next((array_type(dtype) for known, _, dtype in memory.kind.layout if known == name), None)


@lower_getattr_generic(MemoryType)
def _field(context: Any, builder: Any, memory: MemoryType, table: Any, name: str) -> Any:
    names = [known for known, _, _ in memory.kind.layout]
    place = names.index(name)
    _, size, dtype = memory.kind.layout[place]
    address = builder.load(builder.gep(table, [ir.Constant(ir.IntType(64), place)]))
    address.set_metadata("invariant.load", builder.module.add_metadata([]))
    return make_array(context, builder, array_type(dtype), address, ir.Constant(address.type, size))


def array_type(dtype: Any) -> Any:
    """Return numba's type of a one-dimensional array of `dtype`, as Python's own arrays have it."""
    return numba.typeof(np.zeros(1, dtype))


def make_array(context: Any, builder: Any, kind: Any, address: Any, count: Any) -> Any:
    """Generate code that makes an array of `count` elements at `address`, without owning it."""
    array = context.make_array(kind)(context, builder)
    step = ir.Constant(address.type, np.dtype(as_dtype(kind.dtype)).itemsize)
    populate_array(
        array,
        data=builder.inttoptr(address, array.data.type),
        shape=cgutils.pack_array(builder, [count]),
        strides=cgutils.pack_array(builder, [step]),
        itemsize=step,
        meminfo=None,
    )
    return array._getvalue()


def memory_at(kind: type[Memory]) -> Any:
    """Return a compiled function (address) -> the Memory of this kind whose `address` it is."""
    memory = MemoryType(kind)

    @intrinsic
    def find(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(memory))

        return memory(types.int64), generate

    return find
