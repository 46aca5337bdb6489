"""Quantising: nothing lost, nothing passed, strength from not at all to wholly; grooves kept; triplets recognised."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.note import Bar, Note
from liveengine.music.quantise import MODES, Quantise, divisions, excerpt, quantised
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

BAR = 4 * TICKS_PER_BEAT
TRIPLET = TICKS_PER_BEAT // 3
SLIP = TICKS_PER_BEAT // 100  # 5 ms at 120 BPM

lengths = st.sampled_from([TICKS_PER_BEAT, 7 * TICKS_PER_BEAT // 2, BAR, 2 * BAR])
grids = st.sampled_from([TICKS_PER_BEAT // parts for parts in (1, 2, 3, 4, 6, 8)])
strengths = st.floats(0.0, 1.0)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """Return notes anywhere; each has a velocity of its own, by which it can be told."""
    length = draw(lengths)
    played = draw(st.lists(st.integers(-TICKS_PER_BEAT // 2, length - 1), max_size=20))
    return Bar.of((Note(max(tick, 0), 60 + k % 3, k + 1, offset=min(tick, 0)) for k, tick in enumerate(played)), length)


@st.composite
def cases(draw: st.DrawFn, strength: st.SearchStrategy[float] = strengths) -> tuple[Bar, Quantise]:
    bar, mode, grid = draw(bars()), draw(st.sampled_from(MODES)), draw(grids)
    if mode == "groove" and bar.length % grid:
        grid = TICKS_PER_SIXTEENTH
    swing = draw(st.floats(0.5, 0.75)) if mode == "strict" else 0.5
    return bar, Quantise(grid, draw(strength), mode, swing)


def sounding(bar: Bar) -> dict[int, int]:
    """Return where each note sounds, by its velocity."""
    return {note.velocity: note.tick + note.offset for note in bar.notes}


@given(cases())
def test_no_note_is_lost_and_nothing_but_its_place_changes(case: tuple[Bar, Quantise]) -> None:
    bar, how = case
    plain = [Counter(replace(note, tick=0, offset=0) for note in each.notes) for each in (bar, quantised(bar, how))]
    assert plain[0] == plain[1]


@given(cases(st.just(0.0)))
def test_strength_0_leaves_every_note_where_it_sounds(case: tuple[Bar, Quantise]) -> None:
    bar, how = case
    after = sounding(quantised(bar, how))
    assert {key: tick % bar.length for key, tick in after.items()} == {
        key: tick % bar.length for key, tick in sounding(bar).items()
    }


@given(bars(), grids)
def test_strength_1_lands_on_the_grid(bar: Bar, grid: int) -> None:
    assert all(note.offset == 0 and note.tick % grid == 0 for note in quantised(bar, Quantise(grid)).notes)


@given(cases(), st.sampled_from([0.0, 1.0]))
def test_again_is_the_same_again(case: tuple[Bar, Quantise], strength: float) -> None:
    bar, how = case
    if how.mode == "groove":  # what it has in common is found anew: told below
        how = replace(how, mode="strict")
    how = replace(how, strength=strength)
    once = quantised(bar, how)
    if how.mode == "adaptive" and divisions(once, how.grid) != divisions(bar, how.grid):
        return  # notes that fit no grid may, once moved, fit another one better
    assert quantised(once, how) == once


@given(cases())
def test_no_note_passes_another(case: tuple[Bar, Quantise]) -> None:
    bar, how = case
    before, after = sounding(bar), {}
    for note in quantised(bar, how).notes:
        # Which time round a note is in does not show in the bar: it is the one nearest to where it was.
        moved = note.tick + note.offset
        after[note.velocity] = min(
            (moved + turn * bar.length for turn in (-1, 0, 1)), key=lambda tick: abs(tick - before[note.velocity])
        )
    if how.mode == "groove" and bar.length < BAR:
        return  # notes may move so far that the time round cannot be told
    ordered = sorted(before, key=lambda key: before[key])
    for earlier, later in pairwise(ordered):
        assert before[earlier] == before[later] or after[earlier] <= after[later] + 1


@given(cases())
def test_offsets_are_half_a_place_at_most(case: tuple[Bar, Quantise]) -> None:
    bar, how = case
    widest = {"adaptive": how.grid * 4 // 3}.get(how.mode, how.grid)
    assert all(-widest <= 2 * note.offset <= widest for note in quantised(bar, how).notes)


@given(bars(), grids, strengths)
def test_more_strength_is_nearer_to_the_grid(bar: Bar, grid: int, strength: float) -> None:
    far = {note.velocity: abs(note.offset) for note in quantised(bar, Quantise(grid, 0.0)).notes}
    near = {note.velocity: abs(note.offset) for note in quantised(bar, Quantise(grid, strength)).notes}
    assert all(near[key] == pytest.approx((1.0 - strength) * far[key], abs=1) for key in far)


def test_n5_a_note_just_before_the_end_stands_early_on_the_first_step() -> None:
    after = quantised(Bar.of([Note(BAR - 5000, 36)], BAR), Quantise(strength=0.0))
    assert [(note.tick, note.offset) for note in after.notes] == [(0, -5000)]


def test_a_swung_grid_keeps_the_straight_place_and_swings_by_offset() -> None:
    notes = [
        Note(round(step * TICKS_PER_SIXTEENTH + (step % 2) * 0.27 * TICKS_PER_SIXTEENTH), 42) for step in range(16)
    ]
    after = quantised(Bar.of(notes, BAR), Quantise(swing=0.62))
    assert [note.tick for note in after.notes] == [step * TICKS_PER_SIXTEENTH for step in range(16)]
    assert {note.offset for note in after.notes} == {0, round(0.24 * TICKS_PER_SIXTEENTH)}


# -- to the take's own groove -------------------------------------------------------

patterns = st.lists(st.integers(-TICKS_PER_SIXTEENTH // 6, TICKS_PER_SIXTEENTH // 6), min_size=16, max_size=16).map(
    lambda late: [0 if step % 4 == 0 else each for step, each in enumerate(late)]  # beats are on time
)


def take(late: list[int], rounds: int = 4, stray=lambda number: 0) -> Bar:
    """Return rounds of sixteenths, each as late as its step is, and strayed as its number says."""
    played = [number * TICKS_PER_SIXTEENTH + late[number % 16] + stray(number) for number in range(16 * rounds)]
    notes = [Note(max(tick, 0), 42, 1 + n, offset=min(tick, 0)) for n, tick in enumerate(played)]
    return Bar.of(notes, max(rounds * BAR, max(note.tick for note in notes) + 1))


def late_of(bar: Bar) -> list[int]:
    """Return each note's lateness, in the order played."""
    grid = quantised(bar, Quantise(strength=0.0))
    return [note.offset for note in sorted(grid.notes, key=lambda note: note.velocity)]


@given(patterns)
def test_a_take_in_its_groove_is_left_alone(late: list[int]) -> None:
    bar = take(late)
    assert late_of(quantised(bar, Quantise(mode="groove"), BAR)) == late * 4


@given(patterns, st.integers(-TICKS_PER_SIXTEENTH // 6, TICKS_PER_SIXTEENTH // 6))
def test_lateness_of_the_whole_goes_and_the_groove_stays(late: list[int], whole: int) -> None:
    bar = take(late, stray=lambda number: whole)
    assert late_of(quantised(bar, Quantise(mode="groove"), BAR)) == late * 4


@given(patterns, st.floats(-0.012, 0.012))
def test_a_tempo_that_was_off_goes_and_the_groove_stays(late: list[int], share: float) -> None:
    # At 1.2 % the last notes of four bars are three quarters of a sixteenth off: nearer to their neighbours' places.
    bar = take(late, stray=lambda number: round(share * number * TICKS_PER_SIXTEENTH))
    after = quantised(Bar(bar.notes, 8 * BAR), Quantise(mode="groove"), BAR)
    assert late_of(after) == pytest.approx(late * 4, abs=3)
    assert [note.tick for note in after.notes] == [number * TICKS_PER_SIXTEENTH for number in range(64)]


@given(patterns)
def test_slips_go_and_what_rounds_have_in_common_stays(late: list[int]) -> None:
    slips = {3: SLIP, 21: -SLIP, 38: 2 * SLIP, 55: -2 * SLIP}  # one in each round, on other steps
    bar = take(late, stray=lambda number: slips.get(number, 0))
    half = late_of(quantised(bar, Quantise(strength=0.5, mode="groove"), BAR))
    whole = late_of(quantised(bar, Quantise(mode="groove"), BAR))
    assert whole == pytest.approx(late * 4, abs=1)
    assert half == pytest.approx([(late * 4)[n] + slips.get(n, 0) / 2 for n in range(64)], abs=1)


def test_steps_that_stray_wildly_in_other_bars_do_not_pass_each_other() -> None:
    # Step 4 is late when all is late, step 5 early when all is early; in the first bar both are on time.
    strayed = [0.0] * 16 + [k / 40 for k in range(16)] + [0.4] * 32 + [0.4 - k / 20 for k in range(16)] + [-0.4] * 32
    left_out = {*range(20, 70, 16), *range(21, 70, 16)} - {36, 52} | {84, 100}
    wild = {36: 0.85, 52: 0.85, 85: -0.85, 101: -0.85}
    ticks = [
        round((number + wild.get(number, stray)) * TICKS_PER_SIXTEENTH)
        for number, stray in enumerate(strayed)
        if number not in left_out
    ]
    bar = Bar.of((Note(tick, 42, 1 + k) for k, tick in enumerate(ticks)), 8 * BAR)
    after = sounding(quantised(bar, Quantise(mode="groove"), BAR))
    assert all(after[key] <= after[key + 1] for key in range(1, len(ticks)))


def test_a_grid_that_does_not_divide_the_groove_is_refused() -> None:
    with pytest.raises(ValueError, match="divides its bars"):
        quantised(Bar((), 7 * TICKS_PER_BEAT // 2), Quantise(TICKS_PER_BEAT, mode="groove"))


# -- to the grid that fits ----------------------------------------------------------


def beats(*each: list[float]) -> Bar:
    """Return notes at these shares of each beat."""
    ticks = [round((beat + share) * TICKS_PER_BEAT) for beat, shares in enumerate(each) for share in shares]
    return Bar.of((Note(tick, 60, 1 + n) for n, tick in enumerate(ticks)), len(each) * TICKS_PER_BEAT)


STRAIGHT, TRIPLETS, SIX = [0, 0.25, 0.5, 0.75], [0, 1 / 3, 2 / 3], [k / 6 for k in range(6)]
choices = st.lists(st.sampled_from([STRAIGHT, TRIPLETS, SIX]), min_size=1, max_size=8)


@given(choices, st.integers(0, 2**20))
def test_straight_time_and_triplets_are_told_apart_in_spite_of_slips(each: list[list[float]], seed: int) -> None:
    bar = beats(*each)
    slipped = [
        replace(note, offset=((seed >> k % 20 & 1) * 2 - 1) * SLIP if note.tick else 0)
        for k, note in enumerate(bar.notes)
    ]
    found = divisions(Bar.of(slipped, bar.length), TICKS_PER_SIXTEENTH)
    assert all(parts % len(shares) == 0 for parts, shares in zip(found, each, strict=True))  # six hold three
    after = quantised(Bar.of(slipped, bar.length), Quantise(mode="adaptive"))
    assert [(note.tick, note.offset) for note in after.notes] == [(note.tick, 0) for note in bar.notes]


def test_one_stray_note_does_not_change_the_grid_but_two_do() -> None:
    assert divisions(beats(STRAIGHT, [1 / 3], STRAIGHT), TICKS_PER_SIXTEENTH) == [4, 4, 4]
    assert divisions(beats(STRAIGHT, [1 / 3, 2 / 3], STRAIGHT), TICKS_PER_SIXTEENTH) == [4, 3, 4]


def test_a_silent_beat_goes_with_its_neighbours() -> None:
    assert divisions(beats(TRIPLETS, [], TRIPLETS), TICKS_PER_SIXTEENTH) == [3, 3, 3]


@pytest.mark.parametrize(("grid", "known"), [(2, {2, 3}), (4, {4, 3, 6}), (8, {8, 6, 12}), (1, {1})])
def test_the_grid_says_which_divisions_there_are(grid: int, known: set[int]) -> None:
    found = {
        divisions(beats([k / parts for k in range(parts)]), TICKS_PER_BEAT // grid)[0]
        for parts in (1, 2, 3, 4, 6, 8, 12)
    }
    assert found == known


# -- asking, and cutting ------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"grid": 2 * TICKS_PER_BEAT}, "a beat at most"),
        ({"strength": 1.5}, "outside 0-1"),
        ({"mode": "strcit"}, 'did you mean "strict"'),
        ({"swing": 0.8}, "outside 0.5-0.75"),
        ({"mode": "adaptive", "grid": TICKS_PER_BEAT * 2 // 3}, "divide the beat"),
    ],
)
def test_what_cannot_be_asked_is_named(more: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Quantise(**more)  # type: ignore[arg-type]


@given(bars(), st.integers(1, 8))
def test_pieces_of_a_bar_hold_all_its_notes_once(bar: Bar, pieces: int) -> None:
    edges = [k * bar.length // pieces for k in range(pieces + 1)]
    parts = [excerpt(bar, *edge) for edge in pairwise(edges)]
    assert [part.length for part in parts] == [b - a for a, b in pairwise(edges)]
    back = [replace(n, tick=n.tick + begin) for part, begin in zip(parts, edges, strict=False) for n in part.notes]
    assert Bar.of(back, bar.length) == bar
