"""Canons: every voice is the same rhythm; tiling ones strike every step once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.canon import canon, entering, tiles

rhythms = st.builds(Rhythm.from_text, st.text("xX.", min_size=1, max_size=24))
entries = st.lists(st.integers(-30, 30), max_size=5)


@given(rhythms, st.integers(1, 8), st.integers(0, 30))
def test_a_canon_strikes_what_any_of_its_voices_does(rhythm: Rhythm, voices: int, lag: int) -> None:
    parts = entering(rhythm, [number * lag for number in range(voices)])
    assert set(canon(rhythm, voices, lag).onsets) == {tick for part in parts for tick in part.onsets}


@given(rhythms, entries)
def test_every_voice_is_the_rhythm_later(rhythm: Rhythm, starts: list[int]) -> None:
    for start, voice in zip(starts, entering(rhythm, starts), strict=True):
        assert voice.rotated(-start) == rhythm


@given(rhythms, entries)
def test_tiling_is_every_step_struck_by_one_voice_and_no_two(rhythm: Rhythm, starts: list[int]) -> None:
    struck = "".join(str(voice).lower() for voice in entering(rhythm, starts))
    columns = [struck[step :: rhythm.steps].count("x") for step in range(rhythm.steps)]
    assert tiles(rhythm, starts) == all(count == 1 for count in columns)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
def test_blocks_tile_when_they_follow_one_another(size: int, voices: int, turns: int) -> None:
    """x repeated `size` times, then `voices` - 1 times as many rests, is the plainest tile there is."""
    rhythm = Rhythm.from_text(("x" * size + "." * size * (voices - 1)) * turns)
    assert tiles(rhythm, [number * size for number in range(voices)])
    assert str(canon(rhythm, voices, size)) == "x" * rhythm.steps
    assert not tiles(rhythm, [0] * (voices + 1))


def test_vuzas_smallest_canon_without_a_period_tiles() -> None:
    """Seventy-two steps: the smallest ring with a tiling in which neither side repeats itself (Vuza 1991)."""
    inner = [0, 1, 5, 6, 12, 25, 29, 36, 42, 48, 49, 53]
    outer = [0, 8, 16, 18, 26, 34]
    rhythm = Rhythm.on_steps(inner, 72)
    assert tiles(rhythm, outer)
    assert all(rhythm.rotated(turn) != rhythm for turn in range(1, 72))
    entering_steps = Rhythm.on_steps(outer, 72)
    assert all(entering_steps.rotated(turn) != entering_steps for turn in range(1, 72))


def test_a_canon_without_voices_is_refused() -> None:
    with pytest.raises(ValueError, match="one voice or more"):
        canon(Rhythm.from_text("x"), 0)
