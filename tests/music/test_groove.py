"""Grooves: what is taken from notes is what was put into them; formulas do what their names say; mistakes are named."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music import groove as grooves
from liveengine.music import groove_formulas
from liveengine.music.groove import LEVEL_MAX, STEPS_MAX, Groove, GrooveStep, extracted, swing_of
from liveengine.music.groove_formulas import FORMULAS, named
from liveengine.music.note import OFFSET_LIMIT, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

BAR = 4 * TICKS_PER_BEAT
HALF_STEP = TICKS_PER_SIXTEENTH // 2 - 1

offsets = st.lists(st.integers(-HALF_STEP, HALF_STEP), min_size=16, max_size=16)


def played(late: list[int], rounds: int = 1, velocity: int = 90) -> list[Note]:
    """Return a note on every step that comes as late as the list says, round after round."""
    return [Note(number * TICKS_PER_SIXTEENTH, 42, velocity, offset=late[number % 16]) for number in range(16 * rounds)]


@given(offsets, st.integers(1, 4))
def test_what_is_put_in_is_taken_out(late: list[int], rounds: int) -> None:
    groove = extracted(played(late, rounds), BAR, 16)
    assert [step.offset for step in groove.steps] == late
    assert {step.level for step in groove.steps} == {1.0}
    assert {step.evidence for step in groove.steps} == {rounds}


@given(offsets)
def test_where_a_note_is_written_does_not_matter_only_where_it_sounds(late: list[int]) -> None:
    elsewhere = [Note(max(n.tick + n.offset, 0), 42, 90, offset=min(n.tick + n.offset, 0)) for n in played(late)]
    assert extracted(elsewhere, BAR, 16) == extracted(played(late), BAR, 16)


@given(offsets, st.integers(-HALF_STEP, HALF_STEP))
def test_one_slip_among_many_moves_nothing(late: list[int], slip: int) -> None:
    notes = played(late, 3)
    assert (
        extracted([*notes, Note(5 * TICKS_PER_SIXTEENTH, 42, 1, offset=slip)], BAR, 16).steps[6:]
        == (extracted(notes, BAR, 16).steps[6:])
    )
    assert extracted([*notes[1:], Note(0, 42, 90, offset=slip)], BAR, 16).steps[0].offset == late[0]


def test_an_early_downbeat_belongs_to_step_one_even_at_the_end_of_the_round() -> None:
    groove = extracted([Note(BAR - 3000, 36)], BAR, 16)
    assert (groove.steps[0].offset, groove.steps[0].evidence) == (-3000, 1)


def test_levels_are_relative_to_the_other_steps() -> None:
    notes = [Note(step * TICKS_PER_SIXTEENTH, 42, 120 if step % 2 == 0 else 60) for step in range(16)]
    assert [step.level for step in extracted(notes, BAR, 16).steps[:2]] == [pytest.approx(4 / 3, abs=1e-4), 0.6667]


def test_a_step_without_notes_goes_as_its_like_in_other_beats_and_says_so() -> None:
    late = [0, 9000, 300, 9600] * 4
    notes = [note for note in played(late) if note.tick // TICKS_PER_SIXTEENTH not in (5, 7)]
    groove = extracted(notes, BAR, 16)
    assert (groove.steps[5].offset, groove.steps[5].evidence) == (9000, 0)
    assert (groove.steps[7].offset, groove.steps[7].evidence) == (9600, 0)


def test_a_place_that_no_beat_shows_goes_as_the_off_beats_do_and_silence_is_straight() -> None:
    late = [0, 9000, 300, 9000] * 4
    notes = [note for note in played(late) if note.tick // TICKS_PER_SIXTEENTH % 4 != 3]
    assert extracted(notes, BAR, 16).steps[3].offset == 9000
    assert set(extracted([], BAR, 16).steps) == {GrooveStep()}


@given(st.integers(1, BAR), st.integers(1, STEPS_MAX), st.integers(-2 * BAR, 2 * BAR))
def test_the_nearest_step_is_the_nearest(length: int, steps: int, tick: int) -> None:
    length = max(length, steps)
    groove = Groove("", length, (GrooveStep(),) * steps)
    number = groove.nearest(tick)
    away = abs(tick - number * length / steps)
    assert all(abs(tick - other * length / steps) >= away for other in (number - 1, number + 1))
    assert abs(tick - groove.place(number)) <= groove.step_ticks / 2 + 1


# -- formulas -----------------------------------------------------------------------


@pytest.mark.parametrize("percent", [50, 54, 58, 62, 66, 70])
def test_a_swing_comes_out_as_it_was_asked(percent: int) -> None:
    assert swing_of(named(f"swing({percent})")) is None  # a formula has no evidence
    late = [named(f"swing({percent})").steps[step % 2].offset for step in range(16)]
    assert swing_of(extracted(played(late), BAR, 16)) == pytest.approx(percent / 100, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "beats", "late"),
    [
        ("swing(75, 8)", 1.0, [0, 0.25]),
        ("phi", 0.5, [0, 0.5 * (0.6180339887 - 0.5)]),
        ("shuffle", 1.0, [0, 1 / 6]),
        ("shuffle(16)", 0.5, [0, 1 / 12]),
        ("push(20)", 0.25, [-0.05]),
        ("layback(20)", 0.25, [0.05]),
        ("backbeat(20)", 2.0, [0, 0, 0, 0, 0.05, 0, 0, 0]),
        ("drive(20)", 1.0, [0, 0, -0.05, 0]),
    ],
)
def test_formulas_move_what_they_say(text: str, beats: float, late: list[float]) -> None:
    groove = named(text)
    assert groove.name == text
    assert groove.length == round(beats * TICKS_PER_BEAT)
    assert [step.offset / TICKS_PER_BEAT for step in groove.steps] == pytest.approx(late, abs=1e-5)


def test_the_golden_groove_begins_on_the_beat_and_goes_both_ways_evenly() -> None:
    late = [step.offset for step in named("golden(10)").steps]
    assert late[0] == 0
    assert len(set(late)) == 16
    assert max(map(abs, late)) <= 0.1 * TICKS_PER_SIXTEENTH
    assert abs(sum(late)) < 0.1 * TICKS_PER_SIXTEENTH


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_stands_bare_and_is_one_sentence_of_reference(name: str) -> None:
    assert named(name).name == name
    assert FORMULAS[name].__doc__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("swnig(58)", r'no groove called "swnig" \(did you mean "swing"\?\)'),
        ("swing(58", 'no groove called "swing\\(58"'),
        ("swing(80)", "swing lies in 50-75 %, not 80"),
        ("swing(58, 12)", "4th, 8th, 16th or 32nd note, not 12"),
        ("push(60)", "60 % is outside 0-50 %"),
        ("phi(16, 3)", r"write it like phi\(unit\)"),
        ("swing(5..8)", r"write it like swing\(percent, unit\)"),
    ],
)
def test_a_mistake_in_a_formula_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        named(text)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: GrooveStep(OFFSET_LIMIT + 1), "half a beat"),
        (lambda: GrooveStep(0, -0.1), f"0-{LEVEL_MAX:g}"),
        (lambda: Groove("", BAR, ()), f"1-{STEPS_MAX} steps"),
        (lambda: Groove("", 3, (GrooveStep(),) * 4), "do not fit"),
    ],
)
def test_what_is_no_groove_is_refused(make, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_the_examples_are_true() -> None:
    assert doctest.testmod(grooves).failed == doctest.testmod(groove_formulas).failed == 0
