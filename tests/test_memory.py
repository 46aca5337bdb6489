"""Memories: what compiled code reads and writes is what Python has, and nothing else."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.drivers.audio import Audio
from liveengine.drivers.jack_memory import Jack
from liveengine.instruments.rack import Rack, make_rack
from liveengine.memory import Memory, memory_at
from liveengine.sequencer.state import State, make_state

POINT = np.dtype([("x", "f8"), ("n", "i4")], align=True)
LAYOUT = (("points", 3, POINT), ("numbers", 5, np.dtype(np.int64)))


class Small(Memory, layout=LAYOUT):
    points: NDArray
    numbers: NDArray


_small_at = memory_at(Small)
_state_at = memory_at(State)
_rack_at = memory_at(Rack)


@compiled
def _mark(m, place, number):
    m.numbers[place] = number
    m.points[m.points.size - 1].n = m.numbers.size


@compiled
def _mark_at(address, place, number):
    _mark(_small_at(address), place, number)


@compiled
def _write_state(address):
    s = _state_at(address)
    s.transport[0].tempo_bpm = 77.25
    s.slots[s.slots.size - 1].length = s.slots.size
    s.out[s.out.size - 1].b2 = 201
    s.voices[s.voices.size - 1] = s.voices.size
    s.lateness[s.lateness.size - 1] = s.lateness.size
    return s.notes.size


@compiled
def _rate_of_rack(address):
    return _rack_at(address).master[0].rate


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 4), st.integers(-(2**62), 2**62), st.booleans())
def test_compiled_code_writes_where_python_reads_handed_over_or_found_by_its_address(place, number, by_address):
    memory = Small.zeros()
    if by_address:
        _mark_at(memory.address, place, number)
    else:
        _mark(memory, place, number)
    assert memory.numbers.tolist() == [number if i == place else 0 for i in range(5)]
    assert memory.points["n"].tolist() == [0, 0, 5]


def test_the_great_memories_are_found_by_their_addresses():
    rack, state = make_rack(44_100.0), make_state()
    assert _write_state(state.address) == state.notes.size
    assert state.transport[0]["tempo_bpm"] == 77.25
    assert state.slots[-1]["length"] == state.slots.size
    assert state.out[-1]["b2"] == 201
    assert state.voices[-1] == state.voices.size
    assert state.lateness[-1] == state.lateness.size
    assert _rate_of_rack(rack.address) == 44_100.0


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda memory: pickle.loads(pickle.dumps(memory))],
    ids=["copy", "deep", "pickle"],
)
def test_a_copy_is_written_where_its_own_arrays_are(copied):
    memory = Small.zeros()
    twin = copied(memory)
    _mark(twin, 1, 9)
    assert twin.numbers[1] == 9
    assert memory.numbers[1] == (9 if twin.numbers is memory.numbers else 0)


@pytest.mark.parametrize("kind", [State, Rack, Jack, Audio])
def test_every_array_is_as_large_and_of_the_kind_that_its_layout_says(kind):
    memory = kind.zeros()
    for array, (name, size, dtype) in zip(memory, kind.layout, strict=True):
        assert array is getattr(memory, name)
        assert (array.shape, array.dtype, array.flags["C_CONTIGUOUS"]) == ((size,), dtype, True), name


@pytest.mark.parametrize(
    "numbers",
    [np.zeros(4, np.int64), np.zeros(5, np.int32), np.zeros(10, np.int64)[::2]],
    ids=["size", "kind", "steps"],
)
def test_an_array_that_compiled_code_would_misread_is_refused(numbers):
    with pytest.raises(ValueError, match=r"Small\.numbers"):
        Small(np.zeros(3, POINT), numbers)


def test_an_array_is_not_replaced_behind_the_compiled_codes_back():
    with pytest.raises(AttributeError, match="numbers"):
        Small.zeros().numbers = np.zeros(5, np.int64)


def test_a_layout_in_another_order_than_the_fields_is_refused():
    """Fields are typed by the layout alone: one out of place would be read as another."""
    with pytest.raises(AssertionError):

        class _Wrong(Memory, layout=LAYOUT[::-1]):
            points: NDArray
            numbers: NDArray
