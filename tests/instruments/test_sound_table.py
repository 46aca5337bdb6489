"""The table of sounds and controls, and the rack that is laid out from it."""

from __future__ import annotations

import numpy as np
import pytest

from liveengine.instruments.kit import DRUM_OF_NOTE, DRUMS, RECIPES
from liveengine.instruments.rack import RACK_LAYOUT, make_rack
from liveengine.music.sound import DRUM_NOTES, MASTER_CONTROLS, NOTE_DRUM, SOUND_CONTROLS, SOUNDS


@pytest.mark.parametrize("table", [SOUND_CONTROLS, MASTER_CONTROLS])
def test_every_control_has_its_own_name_and_number_and_a_default_in_range(table):
    assert len({control.name for control in table}) == len({control.number for control in table}) == len(table)
    for control in table:
        assert control.low <= control.default <= control.high
        assert control.meaning
        assert set(control.sounds) <= set(SOUNDS)
        assert control.clamp(1e9) == control.high
        assert control.clamp(-1e9) == control.low


def test_every_drum_has_a_recipe_and_is_struck_by_its_own_note():
    assert set(RECIPES) == set(DRUM_NOTES) == set(NOTE_DRUM.values())
    for name, note in DRUM_NOTES.items():
        assert DRUMS[DRUM_OF_NOTE[note]] == name


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_rack_has_the_same_shape_at_every_rate(rate):
    rack = make_rack(rate)
    for array, (name, size, dtype) in zip(rack, RACK_LAYOUT, strict=True):
        assert (array.shape, array.dtype) == ((size,), dtype), name
        assert array.ndim == 1
        assert array.flags.c_contiguous
    assert max(line["length"] for line in rack.halls) < len(rack.hall) // len(rack.halls)
    assert np.isfinite(rack.goals).all()


@pytest.mark.parametrize("rate", [0, 8_000, 384_000])
def test_a_rate_the_rack_cannot_hold_is_refused_in_words(rate):
    with pytest.raises(ValueError, match="no instruments at"):
        make_rack(rate)
