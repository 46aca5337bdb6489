"""Rhythms: text goes round, rotations are a circle, nothing is lost or doubled."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music import rhythm as rhythm_module
from liveengine.music import spelling
from liveengine.music.rhythm import BAR_TICKS, Rhythm, step_tick

texts = st.text("xX.", min_size=1, max_size=40)
lengths = st.integers(40, 4 * BAR_TICKS)
rhythms = st.builds(Rhythm.from_text, texts, lengths)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(rhythm_module).failed == 0
    assert doctest.testmod(spelling).failed == 0


@given(texts, lengths)
def test_a_text_goes_round_on_any_length(text: str, length: int) -> None:
    assert str(Rhythm.from_text(text, length)) == text


@given(rhythms, st.integers(-100, 100), st.integers(-100, 100))
def test_rotations_add_up_on_any_length(rhythm: Rhythm, first: int, second: int) -> None:
    assert rhythm.rotated(first).rotated(second) == rhythm.rotated(first + second)
    assert rhythm.rotated(rhythm.steps) == rhythm


@given(texts, st.integers(0, 39))
def test_a_rotation_turns_the_text(text: str, steps: int) -> None:
    shift = steps % len(text)
    assert str(Rhythm.from_text(text).rotated(steps)) == text[len(text) - shift :] + text[: len(text) - shift]


@given(rhythms, lengths)
def test_scaling_there_and_back_returns(rhythm: Rhythm, length: int) -> None:
    assert rhythm.scaled(length).scaled(rhythm.length) == rhythm


@given(st.sets(st.integers(0, 999)), st.integers(2, 9))
def test_onsets_off_the_grid_scale_exactly_where_they_can(ticks: set[int], times: int) -> None:
    rhythm = Rhythm.gathered([(tick, 0.5) for tick in ticks], 7, 1000)
    scaled = rhythm.scaled(1000 * times)
    if not rhythm.on_grid:
        assert scaled.onsets == tuple(tick * times for tick in sorted(ticks))
    assert scaled.scaled(1000) == rhythm


@given(rhythms)
def test_the_gaps_add_up_to_the_length(rhythm: Rhythm) -> None:
    assert sum(rhythm.gaps) == (rhythm.length if rhythm.onsets else 0)


@given(rhythms)
def test_a_rhythm_and_its_complement_share_nothing_and_miss_nothing(rhythm: Rhythm) -> None:
    rest = rhythm.complement()
    assert not set(rest.onsets) & set(rhythm.onsets)
    assert rhythm.merged(rest).density == 1.0
    assert rest.complement().onsets == rhythm.onsets


@given(texts, texts)
def test_merging_keeps_every_onset_and_the_louder_accent(first: str, second: str) -> None:
    one, other = Rhythm.from_text(first), Rhythm.from_text(second)
    both = one.merged(other)
    assert set(both.onsets) == set(one.onsets) | set(other.onsets)
    assert both == other.merged(one)
    accents = dict(zip(both.onsets, both.accents, strict=True))
    assert all(accents[t] >= a for r in (one, other) for t, a in zip(r.onsets, r.accents, strict=True))


@given(rhythms, st.integers(1, 5))
def test_a_repeated_rhythm_reads_as_often(rhythm: Rhythm, times: int) -> None:
    again = rhythm.repeated(times)
    assert again.length == times * rhythm.length
    assert str(again) == str(rhythm) * times


@given(st.integers(1, 64), st.integers(64, 10**7))
def test_a_step_is_at_most_half_a_tick_from_its_place(steps: int, length: int) -> None:
    for step in range(steps):
        assert abs(2 * (step_tick(step, steps, length) * steps - step * length)) <= steps


def test_rests_bars_and_spaces_may_be_written_any_way() -> None:
    assert Rhythm.from_text("x--- | ..X.") == Rhythm.from_text("x.....X.")


@pytest.mark.parametrize("text", ["", " | ", "x.o.", "1000"])
def test_what_is_no_rhythm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="x hit, X accent"):
        Rhythm.from_text(text)


@pytest.mark.parametrize(
    ("onsets", "accents"),
    [
        ((4, 2), (1.0, 1.0)),
        ((2, 2), (1.0, 1.0)),
        ((16,), (1.0,)),
        ((-1,), (1.0,)),
        ((0,), ()),
        ((0,), (1.5,)),
    ],
)
def test_a_broken_rhythm_cannot_be_made(onsets: tuple[int, ...], accents: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"onsets|accents"):
        Rhythm(16, onsets, accents, 16)


def test_a_grid_too_fine_for_its_length_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Rhythm.from_text("x" * 20, 10)
    with pytest.raises(ValueError, match="do not fit"):
        Rhythm.from_text("xx").merged(Rhythm.from_text("x")).scaled(1)


def test_rhythms_of_different_lengths_do_not_merge() -> None:
    with pytest.raises(ValueError, match="cannot merge"):
        Rhythm.from_text("x").merged(Rhythm.from_text("x", 100))
