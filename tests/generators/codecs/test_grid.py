"""The drum grid: exact both ways, nothing lost unsaid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs.grid import BAR_STEPS, GATE, STEP_TICKS, VOICE_OF, VOICES, Grid, encode, joined
from liveengine.music.note import Bar, Note

HALF = STEP_TICKS // 2
offsets = st.integers(-HALF, HALF - 1)
velocities = st.integers(1, 127)
steps = st.sampled_from((12, 36, 48, 96))


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    """Bars as a grid plays them: one note a cell, on its step, with an offset."""
    length = draw(steps)
    places = draw(st.sets(st.tuples(st.integers(0, length - 1), st.integers(0, len(VOICES) - 1)), max_size=60))
    notes = [
        Note(step * STEP_TICKS, VOICES[row].note, draw(velocities), GATE, draw(offsets)) for step, row in sorted(places)
    ]
    return Bar.of(notes, length * STEP_TICKS)


@st.composite
def any_bars(draw: st.DrawFn) -> Bar:
    """Bars of any notes anywhere."""
    length = draw(steps) * STEP_TICKS
    note = st.builds(
        Note,
        tick=st.integers(0, length - 1) | st.integers(0, STEP_TICKS),
        pitch=st.integers(0, 127) | st.sampled_from((36, 35, 42)),
        velocity=velocities,
        offset=st.integers(-10 * HALF, 10 * HALF),
    )
    return Bar.of(draw(st.lists(note, max_size=40)), length)


@given(bars())
def test_a_bar_comes_back_from_its_grid_as_it_was(bar: Bar) -> None:
    encoded = encode(bar)
    assert encoded.grid.bar() == bar
    assert (encoded.merged, encoded.voiceless) == (0, 0)


@given(bars())
def test_a_grid_comes_back_from_its_bar_as_it_was(bar: Bar) -> None:
    grid = encode(bar).grid
    assert encode(grid.bar()).grid == grid
    assert grid.cells().grid() == grid


@given(any_bars())
def test_every_note_is_a_hit_or_counted(bar: Bar) -> None:
    encoded = encode(bar)
    assert encoded.grid.hits.sum() + encoded.merged + encoded.voiceless == len(bar.notes)
    assert encoded.voiceless == sum(note.pitch not in VOICE_OF for note in bar.notes)


@given(any_bars())
def test_every_hit_sounds_on_the_tick_and_as_loud_as_the_loudest_note_of_its_cell(bar: Bar) -> None:
    """Twice slow and obvious: a dictionary of cells."""
    cells: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for note in bar.notes:
        if note.pitch in VOICE_OF:
            step, rest = divmod(note.tick + note.offset + HALF, STEP_TICKS)
            cell = (step % (bar.length // STEP_TICKS), VOICE_OF[note.pitch])
            cells.setdefault(cell, []).append((note.velocity, rest - HALF))
    found = {(n.tick // STEP_TICKS, VOICE_OF[n.pitch]): (n.velocity, n.offset) for n in encode(bar).grid.bar().notes}
    assert found.keys() == cells.keys()
    for cell, (velocity, offset) in found.items():
        assert velocity == max(strength for strength, _ in cells[cell])
        assert (velocity, offset) in cells[cell]


@given(any_bars())
def test_what_is_not_hit_is_silent_and_offsets_keep_to_half_a_step(bar: Bar) -> None:
    grid = encode(bar).grid
    assert not grid.velocity[~grid.hits].any() and not grid.offset[~grid.hits].any()
    assert ((grid.offset >= -0.5) & (grid.offset < 0.5)).all()
    assert (grid.velocity[grid.hits] >= np.float32(1 / 127)).all() and (grid.velocity <= 1).all()


def test_every_voice_is_played_with_a_note_that_is_its_own() -> None:
    assert [VOICE_OF[voice.note] for voice in VOICES] == list(range(9))


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("kick", (36,)),
        ("snare", (38, 40, 37)),
        ("closed hat", (42, 22, 44)),
        ("open hat", (46, 26)),
        ("low tom", (43, 58)),
        ("mid tom", (47, 45)),
        ("high tom", (50, 48)),
        ("crash", (49, 52, 55, 57)),
        ("ride", (51, 53, 59)),
    ],
)
def test_groove_midis_notes_find_their_classes(name: str, notes: tuple[int, ...]) -> None:
    assert {VOICES[VOICE_OF[note]].name for note in notes} == {name}


def test_a_downbeat_played_early_at_the_loops_end_is_the_downbeat() -> None:
    bar = Bar((Note(47 * STEP_TICKS, 36, 90, GATE, HALF),), 48 * STEP_TICKS)
    grid = encode(bar).grid
    assert grid.hits[0, 0] and grid.offset[0, 0] == -0.5


def test_triplets_and_sixteenths_stand_on_steps() -> None:
    beat = 12 * STEP_TICKS
    ticks = [beat // 4, beat // 3, beat // 2, 2 * beat // 3]
    bar = Bar(tuple(Note(tick, 42) for tick in ticks), 4 * beat)
    grid = encode(bar).grid
    assert np.flatnonzero(grid.hits[:, 2]).tolist() == [3, 4, 6, 8] and not grid.offset.any()


def test_a_bar_off_the_grid_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="not a whole number of steps"):
        encode(Bar((), STEP_TICKS * 48 + 1))
    with pytest.raises(ValueError, match=r"\(steps, 9\)"):
        Grid(np.zeros((4, 8), bool), np.zeros((4, 8), np.float32), np.zeros((4, 8), np.float32))


def test_what_a_model_says_beyond_the_range_is_brought_into_it() -> None:
    hits = np.zeros((BAR_STEPS, 9), bool)
    hits[0, :3] = True
    velocity, offset = np.zeros((BAR_STEPS, 9), np.float32), np.zeros((BAR_STEPS, 9), np.float32)
    velocity[0, :3], offset[0, :3] = [0.0, 0.5, 7.0], [-3.0, 0.5, 0.25]
    notes = Grid(hits, velocity, offset).bar().notes
    assert [(n.pitch, n.velocity, n.offset) for n in notes] == [
        (36, 1, -HALF),
        (38, 64, HALF - 1),
        (42, 127, HALF // 2),
    ]


@given(bars(), bars())
def test_grids_join_end_to_end(first: Bar, second: Bar) -> None:
    grids = [encode(bar).grid for bar in (first, second)]
    both = joined(grids).bar()
    assert both.length == first.length + second.length
    assert len(both.notes) == len(first.notes) + len(second.notes)
