"""Takes: every note of a score, by part, where it was played; bar lines by the score's metres."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats.midifile import TICKS_PER_FILE_TICK, decode, encode
from liveengine.formats.score import MetreChange, Recorded, Score, TempoChange
from liveengine.formats.take import bar_lines, chosen, last_onset, parts, played
from liveengine.music.note import GATE_MIN, Note
from liveengine.music.time import TICKS_PER_BEAT, Metre

BAR = 4 * TICKS_PER_BEAT


def score_of(*given: tuple[str, int, Note], **more: object) -> Score:
    """Return a score of (track, channel, note)."""
    messages = []
    for track, channel, note in given:
        begun = note.tick + note.offset
        messages.append(Recorded(begun, track, bytes((0x90 | channel - 1, note.pitch, note.velocity))))
        messages.append(Recorded(begun + note.gate, track, bytes((0x80 | channel - 1, note.pitch, 0))))
    return Score(tuple(messages), **more)  # type: ignore[arg-type]


@st.composite
def pieces(draw: st.DrawFn) -> list[tuple[str, int, Note]]:
    """Return notes of which no two of a pitch overlap, on ticks that a file can hold."""
    made = []
    for track, channel in draw(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 16)), unique=True, max_size=4)):
        for pitch in draw(st.lists(st.integers(0, 127), unique=True, max_size=3)):
            tick = 0
            for gap, gate, velocity in draw(
                st.lists(st.tuples(st.integers(0, 9000), st.integers(21, 9000), st.integers(1, 127)), max_size=5)
            ):
                begin = tick + gap * TICKS_PER_FILE_TICK
                made.append((track, channel, Note(begin, pitch, velocity, gate * TICKS_PER_FILE_TICK)))
                tick = begin + gate * TICKS_PER_FILE_TICK
    return made


@given(pieces())
def test_every_note_comes_back_from_a_file_as_it_was(made: list[tuple[str, int, Note]]) -> None:
    found = parts(decode(encode(score_of(*made))))
    assert sorted((part.track, part.channel, note) for part in found for note in part.notes) == sorted(made)


@given(pieces(), st.floats(30.0, 300.0), st.integers(0, 8))
def test_a_tempo_that_changes_moves_no_note(made: list[tuple[str, int, Note]], tempo_bpm: float, beat: int) -> None:
    changing = (TempoChange(0, 120.0), TempoChange(beat * TICKS_PER_BEAT, tempo_bpm))
    assert parts(score_of(*made, tempos=changing)) == parts(score_of(*made))


def test_a_note_without_an_end_sounds_to_the_end_of_the_score() -> None:
    open_ended = Score((Recorded(0, "a", b"\x90\x3c\x40"),), length=BAR)
    assert parts(open_ended)[0].notes == (Note(0, 60, 64, BAR),)


def test_a_pitch_struck_again_before_its_end_is_two_notes() -> None:
    twice = score_of(("a", 1, Note(0, 60, 50, 4 * GATE_MIN)), ("a", 1, Note(2 * GATE_MIN, 60, 70, 6 * GATE_MIN)))
    # Its ends come in the order of its beginnings.
    assert parts(twice)[0].notes == (Note(0, 60, 50, 4 * GATE_MIN), Note(2 * GATE_MIN, 60, 70, 6 * GATE_MIN))


# -- which part ---------------------------------------------------------------------

BAND = parts(
    score_of(("kit", 10, Note(0, 36)), ("bass", 2, Note(0, 40)), ("keys", 3, Note(0, 60)), ("keys", 4, Note(0, 62)))
)


@pytest.mark.parametrize(
    ("asked", "channels"),
    [
        ({"track": "bass"}, {2}),
        ({"track": 2}, {2}),
        ({"channel": 3}, {3}),
        ({"track": "keys"}, {3, 4}),
        ({"track": "keys", "channel": 4}, {4}),
        ({"drums": True}, {10}),
    ],
)
def test_a_part_is_found_by_track_or_channel(asked: dict[str, object], channels: set[int]) -> None:
    assert {part.channel for part in chosen(BAND, **asked)} == channels  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, 'has several parts: say which track or channel; it has "kit" \\(track 1, channel 10, 1 notes\\); "bass"'),
        ({"track": "bas"}, 'has no track "bas" \\(did you mean "bass"\\?\\)'),
        ({"channel": 7}, "has nothing on that track and channel"),
        ({"track": 9}, "has nothing on that track and channel"),
    ],
)
def test_what_is_not_there_or_not_clear_is_told_with_what_there_is(asked: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        chosen(BAND, **asked)  # type: ignore[arg-type]


def test_a_file_of_one_part_needs_no_choice_and_an_empty_one_has_none() -> None:
    assert len(chosen(BAND[:1])) == 1
    with pytest.raises(ValueError, match="it has no notes"):
        chosen(())


# -- bars ---------------------------------------------------------------------------


def test_bar_lines_go_by_the_metres() -> None:
    metres = (MetreChange(0, Metre(3, 4)), MetreChange(6 * TICKS_PER_BEAT, Metre(7, 8)))
    beats = [line / TICKS_PER_BEAT for line in bar_lines(Score(metres=metres), 10 * TICKS_PER_BEAT)]
    assert beats == [0, 3, 6, 9.5, 13]


@given(st.integers(0, 20 * BAR))
def test_the_last_bar_line_is_the_first_that_holds_everything(until: int) -> None:
    lines = bar_lines(Score(), until)
    assert lines[-1] >= until > lines[-2] or until == 0


def test_f5_a_file_that_claims_to_last_for_days_is_refused() -> None:
    days = score_of(("a", 1, Note(2**28 * TICKS_PER_BEAT, 60)))
    with pytest.raises(ValueError, match="longer than 40,000 beats"):
        bar_lines(days, last_onset(parts(days)))


def test_what_is_played_is_as_long_as_its_bars_and_no_longer() -> None:
    band = parts(score_of(("a", 1, Note(0, 60)), ("a", 1, Note(BAR + 5, 62)), ("a", 1, Note(5 * BAR, 64))))
    assert last_onset(band) == 5 * BAR
    bar = played(band, bar_lines(Score(), 2 * BAR))
    assert (bar.length, [note.pitch for note in bar.notes]) == (2 * BAR, [60, 62])
