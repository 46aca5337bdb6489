"""What a window draws of a pattern as it is read is what the data plane reads: here its slow twin."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from twin import Player

from liveengine.engine.as_read import STEPS_MAX, AsRead, steps_of
from liveengine.music.note import Bar, Note
from liveengine.music.reading import DIRECTIONS, Reading
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

notes = st.builds(Note, st.integers(0, 4 * TICKS_PER_BEAT - 1), st.just(60), st.integers(1, 127))
on_the_grid = st.integers(0, 15).map(lambda step: Note(step * TICKS_PER_SIXTEENTH, 60, 110))
bars = st.builds(
    lambda struck, length: Bar.of([note for note in struck if note.tick < length], length),
    st.lists(notes | on_the_grid, max_size=20),
    st.sampled_from([16, 15, 8, Fraction(20, 3), 10]).map(lambda steps: int(steps * TICKS_PER_SIXTEENTH)),
)
readings = st.builds(
    Reading,
    direction=st.sampled_from(DIRECTIONS),
    rate=st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3, 2), Fraction(4, 3)]),
    rotation=st.integers(-20, 20),
    length=st.sampled_from([0, 1, 3, 5, 100]).map(lambda steps: steps * TICKS_PER_SIXTEENTH),
    step=st.sampled_from([1, 2, Fraction(4, 3)]).map(lambda steps: int(steps * TICKS_PER_SIXTEENTH)),
)


def _naive(bar: Bar, reading: Reading, track: int, seed: int, first: int, count: int) -> str:
    player = Player(0, bar, reading, 0, 0, 0, track, 0)
    loudest = [0] * count
    cell_count = int(first * reading.rate) // player.length * player.cells
    edges = [player.edge(cell) for cell in range(player.cells + 1)]
    held = [[note for note in bar.notes if low <= note.tick < high] for low, high in pairwise(edges)]
    while player.cell_song(cell_count) < first + count * TICKS_PER_SIXTEENTH:
        around, place = divmod(cell_count, player.cells)
        cell = player.source(cell_count, seed)
        for note in held[cell]:
            heard = player.at(around * player.length + edges[place] + note.tick - edges[cell])
            step = (heard - first) // TICKS_PER_SIXTEENTH
            if 0 <= step < count:
                loudest[step] = max(loudest[step], note.velocity)
        cell_count += 1
    return "".join("." if not one else "X" if one >= 100 else "x" for one in loudest)


@settings(deadline=None)
@given(bars, readings, st.integers(0, 7), st.integers(0, 2**31), st.integers(0, 2))
def test_what_is_drawn_is_what_is_read(bar: Bar, reading: Reading, track: int, seed: int, later: int) -> None:
    pattern = AsRead(bar, reading, track, seed)
    first = later * pattern.window_ticks
    steps = pattern.steps(first)
    assert steps == _naive(bar, reading, track, seed, first, len(steps))
    assert 1 <= len(steps) == pattern.window_ticks // TICKS_PER_SIXTEENTH


@given(bars, readings, st.integers(1, 4))
def test_what_comes_again_looks_the_same_and_what_does_not_is_drawn_from_beat_to_beat(
    bar: Bar, reading: Reading, later: int
) -> None:
    pattern = AsRead(bar, reading)
    if pattern.is_endless:
        assert pattern.window_ticks % TICKS_PER_BEAT == 0
        assert pattern.window_at(later * pattern.window_ticks + 5) == later * pattern.window_ticks
    else:
        assert pattern.steps(later * pattern.window_ticks) == pattern.steps()
        assert pattern.window_at(later * pattern.window_ticks) == 0


@given(st.lists(on_the_grid, max_size=20))
def test_what_is_read_plainly_is_what_is_written(struck: list[Note]) -> None:
    bar = Bar.of(struck, 4 * TICKS_PER_BEAT)
    assert AsRead(bar).steps() == steps_of(bar)


def test_each_order_is_drawn_as_it_is_heard() -> None:
    bar = Bar.of((Note(k * TICKS_PER_SIXTEENTH, 60, 110) for k in (0, 1, 3)), 8 * TICKS_PER_SIXTEENTH)
    drawn = {
        Reading(direction="reverse"): "....X.XX",
        Reading(direction="pingpong"): "XX.X........X.XX",
        Reading(rate=Fraction(1, 2)): "X.X...X.........",
        Reading(rate=Fraction(2)): "XX..",
        Reading(rate=Fraction(4, 3)): "X.X...",
        Reading(rotation=1): ".XX.X...",
        Reading(length=3 * TICKS_PER_SIXTEENTH): "XX.",
    }
    assert {reading: AsRead(bar, reading).steps() for reading in drawn} == drawn


def test_a_pattern_that_does_not_come_out_on_steps_is_drawn_a_piece_at_a_time() -> None:
    odd = AsRead(Bar.of([Note(0, 60)], 4 * TICKS_PER_BEAT + 1))
    assert odd.is_endless and len(odd.steps()) == STEPS_MAX
