"""How a C callback finds Python's arrays: what compiled code reads and writes there is what Python has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.compiled import compiled
from liveengine.drivers import audio
from liveengine.drivers.audio import Audio
from liveengine.drivers.jack_memory import JACK_LAYOUT, Jack
from liveengine.drivers.memory import address_of, address_table, array_at, pointer_to, tuple_at
from liveengine.instruments.rack import RACK_LAYOUT, Rack, make_rack
from liveengine.sequencer.state import LAYOUT, State, make_state

_state_at = tuple_at(State, LAYOUT)
_rack_at = tuple_at(Rack, RACK_LAYOUT)
_integers_at = array_at(np.int64)


@compiled
def _turn_over(address, count):
    integers = _integers_at(address, count)
    for i in range(count):
        integers[i] = -integers[i]
    return integers.size


@compiled
def _there_and_back(address):
    return address_of(pointer_to(address))


@compiled
def _write_state(table, first):
    s = _state_at(table, first)
    s.transport[0].tempo_bpm = 77.25
    s.slots[s.slots.size - 1].length = s.slots.size
    s.out[s.out.size - 1].b2 = 201
    s.voices[s.voices.size - 1] = s.voices.size
    s.lateness[s.lateness.size - 1] = s.lateness.size
    return s.notes.size


@compiled
def _rate_of_rack(table, first):
    return _rack_at(table, first).master[0].rate


@given(st.lists(st.integers(-(2**62), 2**62), max_size=20))
def test_compiled_code_sees_and_changes_the_very_array(numbers):
    array = np.array(numbers, np.int64)
    assert _turn_over(array.ctypes.data, array.size) == array.size
    assert array.tolist() == [-number for number in numbers]


@given(st.integers(0, 2**47))
def test_an_address_is_itself_again_after_being_a_pointer(address):
    assert _there_and_back(address) == address


def test_a_tuple_is_found_again_behind_others_in_the_table():
    rack, state = make_rack(44_100.0), make_state()
    table = address_table(rack, state)
    assert _write_state(table, len(rack)) == state.notes.size
    assert state.transport[0]["tempo_bpm"] == 77.25
    assert state.slots[-1]["length"] == state.slots.size
    assert state.out[-1]["b2"] == 201
    assert state.voices[-1] == state.voices.size
    assert state.lateness[-1] == state.lateness.size
    assert _rate_of_rack(table, 0) == 44_100.0


@pytest.mark.parametrize(
    ("kind", "layout"),
    [(State, LAYOUT), (Rack, RACK_LAYOUT), (Jack, JACK_LAYOUT), (Audio, audio.LAYOUT)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_layout_names_the_fields_of_its_tuple_in_order(kind, layout):
    """What is rebuilt from the table is typed by the layout alone: a field out of place would be read as another."""
    assert tuple(name for name, _, _ in layout) == kind._fields


@pytest.mark.parametrize(
    ("memory", "layout"),
    [
        (make_state(), LAYOUT),
        (make_rack(48_000.0), RACK_LAYOUT),
        (Jack(*(np.zeros(size, dtype) for _, size, dtype in JACK_LAYOUT)), JACK_LAYOUT),
    ],
    ids=["state", "rack", "jack"],
)
def test_every_array_is_as_large_and_of_the_kind_that_its_layout_says(memory, layout):
    for array, (name, size, dtype) in zip(memory, layout, strict=True):
        assert (array.size, array.dtype) == (int(np.prod(size)), dtype), name
        assert array.flags["C_CONTIGUOUS"], name


def test_the_table_has_an_address_for_each_array_in_order():
    state = make_state()
    assert address_table(state).tolist() == [array.ctypes.data for array in state]
