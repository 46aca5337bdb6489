"""How a C callback finds Python's arrays: what compiled code reads and writes there is what Python has."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liveengine.compiled import compiled
from liveengine.drivers.pointers import address_of, array_at, pointer_to

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


@given(st.lists(st.integers(-(2**62), 2**62), max_size=20))
def test_compiled_code_sees_and_changes_the_very_array(numbers):
    array = np.array(numbers, np.int64)
    assert _turn_over(array.ctypes.data, array.size) == array.size
    assert array.tolist() == [-number for number in numbers]


@given(st.integers(0, 2**47))
def test_an_address_is_itself_again_after_being_a_pointer(address):
    assert _there_and_back(address) == address
