"""Takes out of MIDI files: the bars that are asked for, their groove, and what is wrong in words."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from played import GATE, HAT, KICK, LATE, LOUD, hats, kicks, save, struck

from liveengine.engine.takespec import TakeSpec
from liveengine.music.quantise import Quantise
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.runtime.takes import bar_of, groove_of, open_take

BAR = 4 * TICKS_PER_BEAT


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return save(tmp_path / "kit.mid", {"kit": hats() + kicks(), "bass": struck(0, 40, 90, channel=2)})


def heard(bar) -> list[tuple[int, int, int]]:
    return [(note.tick + note.offset, note.pitch, note.velocity) for note in bar.notes]


def test_a_take_sounds_as_it_was_played_on_the_grid_that_it_was_meant_on(kit: Path) -> None:
    bar = bar_of(open_take(kit), TakeSpec("kit.mid"), drums=True)
    found = [(note.tick // TICKS_PER_SIXTEENTH, note.offset, note.velocity) for note in bar.notes if note.pitch == HAT]
    assert found == [(step, LATE[step % 4], LOUD[step % 4]) for step in range(32)]
    assert bar.length == 2 * BAR
    assert {note.gate for note in bar.notes} == {GATE}
    assert {note.offset for note in bar.notes if note.pitch == KICK} == {0}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strength=st.floats(0.0, 1.0))
def test_quantising_moves_each_note_by_its_strength(kit: Path, strength: float) -> None:
    bar = bar_of(open_take(kit), TakeSpec("kit.mid", quantise=Quantise(strength=strength)), drums=True)
    late = [note.offset for note in bar.notes if note.pitch == HAT]
    assert late == pytest.approx([(1.0 - strength) * LATE[step % 4] for step in range(32)], abs=1)


@pytest.mark.parametrize(("first", "bars", "length"), [(1, 1, 1), (2, 0, 1), (1, 0, 2), (1, 4, 4), (2, 3, 3)])
def test_bars_are_counted_from_one_and_beyond_the_last_note_there_is_silence(
    kit: Path, first: int, bars: int, length: int
) -> None:
    file = open_take(kit)
    bar = bar_of(file, TakeSpec("kit.mid", first=first, bars=bars), drums=True)
    whole = heard(bar_of(file, TakeSpec("kit.mid"), drums=True))
    begin = (first - 1) * BAR
    assert bar.length == length * BAR
    assert heard(bar) == [
        (t - begin, p, v) for t, p, v in whole if begin - BAR // 32 <= t < begin + bar.length - BAR // 32
    ]


def test_n5_a_downbeat_played_early_comes_with_its_own_bar(tmp_path: Path) -> None:
    file = open_take(save(tmp_path / "early.mid", {"a": struck(0, 60, 90, 1) + struck(BAR - 1430, 62, 90, 1)}))
    second = bar_of(file, TakeSpec("early.mid", first=1, bars=2))
    assert [(note.tick, note.offset) for note in second.notes] == [(0, 0), (BAR, -1430)]


def test_a_take_keeps_the_metre_of_its_file(tmp_path: Path) -> None:
    seven = Metre(7, 8)
    file = open_take(save(tmp_path / "seven.mid", {"kit": hats(2, seven)}, metre=seven))
    assert bar_of(file, TakeSpec("", first=2)).length == seven.bar_ticks
    assert len(groove_of(file).steps) == 14


def test_a_take_can_be_made_louder(kit: Path) -> None:
    bar = bar_of(open_take(kit), TakeSpec("kit.mid", loudest=60), drums=True)
    assert max(note.velocity for note in bar.notes) == 60


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (TakeSpec(""), "has several parts: say which track or channel"),
        (TakeSpec("", track="bas"), 'has no track "bas" \\(did you mean "bass"'),
        (TakeSpec("", track="kit", first=9), "has 2 bars; bar 9 is not among them"),
    ],
)
def test_f3_what_is_asked_for_and_not_there_is_told(kit: Path, asked: TakeSpec, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bar_of(open_take(kit), asked)


def test_f5_more_than_a_pattern_holds_is_told(tmp_path: Path) -> None:
    roll = [message for k in range(600) for message in struck(k * 4290, k % 128, 90, 1)]
    with pytest.raises(ValueError, match="a pattern holds"):
        bar_of(open_take(save(tmp_path / "roll.mid", {"roll": roll})), TakeSpec(""))


# -- grooves ------------------------------------------------------------------------


def test_a_groove_is_that_of_the_drums_unless_another_part_is_named(kit: Path) -> None:
    file = open_take(kit)
    hat = groove_of(file, pitches=[HAT])
    assert [step.offset for step in hat.steps] == list(LATE) * 4
    mean = sum(LOUD) / 4
    assert [step.level for step in hat.steps[:4]] == pytest.approx([loud / mean for loud in LOUD], abs=1e-3)
    assert [step.evidence for step in hat.steps] == [2] * 16
    assert groove_of(file).steps[0].evidence == 4  # the kick is with it
    assert sum(step.evidence for step in groove_of(file, "bass").steps) == 1
    assert len(groove_of(file, pitches=[HAT], bars=2).steps) == 32


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"bars": 5}, "1-64 steps, and its grid divides the bar: not 80 steps"),
        ({"pitches": [99]}, "no such notes"),
        ({"track": "bas"}, "did you mean"),
    ],
)
def test_what_gives_no_groove_is_told(kit: Path, more: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        groove_of(open_take(kit), **more)  # type: ignore[arg-type]
