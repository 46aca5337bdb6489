"""Rings between the planes: one writer, one reader, fixed records, no lock.

The writer fills a record, then publishes it by a store with release order;
the reader sees the index by a load with acquire order, then reads the record.
Plain stores would do on x86 but not on ARM, which may reorder them.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.sequencer.records.rings import READ, WRITTEN

ENDS = types.Array(types.int64, 1, "C")


def _element(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic
def load_acquire(typing_context: Any, array: Any, index: Any) -> Any:
    """Read `array[index]`; nothing that is read after it can have been read before it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _element(context, builder, signature.args[0], arguments[0], arguments[1])
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(ENDS, types.intp), generate


@intrinsic
def store_release(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Write `array[index]`; everything written before it is seen by whoever sees it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _element(context, builder, signature.args[0], arguments[0], arguments[1])
        builder.store_atomic(arguments[2], place, "release", 8)
        return ir.Constant(context.get_value_type(types.int64), 0)

    return types.int64(ENDS, types.intp, types.int64), generate


@compiled
def room(ends: NDArray[np.int64], size: int) -> int:
    """Return how many records the writer may still write."""
    return size - (ends[WRITTEN] - load_acquire(ends, READ))


@compiled
def publish(ends: NDArray[np.int64], count: int) -> None:
    """Make the next `count` records, from `ends[WRITTEN]` on, the reader's."""
    store_release(ends, WRITTEN, ends[WRITTEN] + count)


@compiled
def waiting(ends: NDArray[np.int64]) -> int:
    """Return how many records the reader may read."""
    return load_acquire(ends, WRITTEN) - ends[READ]


@compiled
def release(ends: NDArray[np.int64], count: int) -> None:
    """Give `count` records that have been read back to the writer."""
    store_release(ends, READ, ends[READ] + count)


@compiled
def raise_flag(flags: NDArray[np.int64], place: int, value: int) -> None:
    """Set a flag that another thread reads with `load_acquire`."""
    store_release(flags, place, value)
