"""Bass, chords and lead: the notes belong, voices lead, melodies step."""

from dataclasses import replace
from itertools import groupby, pairwise

from asking import NO_LOCKS, chords, keys, rules, seeds
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.contract import Controls
from liveengine.generators.idea import Idea
from liveengine.generators.pulse import GROUP, strength
from liveengine.generators.rules import RULES, Rule
from liveengine.music.chord import Chord
from liveengine.music.note import Note
from liveengine.music.pitch import OCTAVE, Key
from liveengine.rhythms import parse

DORIAN = Key.parse("D dorian")
SONG = Controls(bars=4, key=DORIAN, chords=tuple(map(Chord.parse, ("Dm9", "G13", "Cmaj7", "Am7"))), low=36, high=84)
BARS = SONG.metre.bar_ticks


def play(rule: Rule, asked: Controls, seed: int) -> tuple[Note, ...]:
    return rule(None, NO_LOCKS, asked, seed, "").notes


def chord_of(note: Note, asked: Controls) -> Chord:
    return asked.chord_at(note.tick // asked.metre.bar_ticks)


@given(rules, seeds, st.sampled_from(["bass", "chords", "lead"]))
def test_at_half_density_a_given_rhythm_is_played_as_written(rule: Rule, seed: int, role: str) -> None:
    text = "phi(7, 16) + polyrhythm(3)"
    onsets = sorted({note.tick for note in play(rule, replace(SONG, role=role, rhythm=text), seed)})
    assert onsets == list(parse(text).repeated(4).onsets)


@given(rules, seeds, keys, chords, chords, st.floats(0, 1), st.booleans())
def test_every_bass_and_lead_note_is_of_the_chord_or_the_key(
    rule: Rule, seed: int, key: Key, one: Chord, other: Chord, density: float, fill: bool
) -> None:
    for role in ("bass", "lead"):
        asked = replace(SONG, role=role, key=key, chords=(one, other), density=density, fill=fill)
        for note in play(rule, asked, seed):
            assert note.pitch in key or note.pitch in chord_of(note, asked)


@given(rules, seeds, chords, chords)
def test_the_bass_plays_the_chords_bass_wherever_the_bar_is_strong(
    rule: Rule, seed: int, one: Chord, other: Chord
) -> None:
    asked = replace(SONG, role="bass", chords=(one, other))
    strong = [note for note in play(rule, asked, seed) if strength(note.tick, asked.metre) >= GROUP]
    assert {note.tick // BARS for note in strong} == {0, 1, 2, 3}
    assert all(note.pitch % OCTAVE == chord_of(note, asked).bass for note in strong)


@given(rules, seeds)
def test_the_bass_stays_in_its_two_lowest_octaves(rule: Rule, seed: int) -> None:
    assert all(36 <= note.pitch <= 60 for note in play(rule, replace(SONG, role="bass"), seed))


@given(rules, seeds, st.floats(0, 1), st.booleans())
def test_chords_are_struck_whole_and_are_the_chord(rule: Rule, seed: int, density: float, fill: bool) -> None:
    asked = replace(SONG, role="chords", density=density, fill=fill)
    notes = play(rule, asked, seed)
    for _, group in groupby(notes, key=lambda note: note.tick):
        struck = list(group)
        assert len(struck) == 4
        assert all(note.pitch % OCTAVE in chord_of(note, asked).classes for note in struck)
    assert {note.tick // BARS for note in notes} == {0, 1, 2, 3}


@given(rules, seeds)
def test_chords_lead_by_small_moves(rule: Rule, seed: int) -> None:
    notes = play(rule, replace(SONG, role="chords"), seed)
    voicings = [sorted({n.pitch for n in notes if n.tick // BARS == bar}) for bar in range(4)]
    for before, after in pairwise(voicings):
        assert sum(abs(new - old) for new, old in zip(after, before, strict=True)) <= 14


@given(rules, seeds)
def test_chords_are_held_for_most_of_the_time(rule: Rule, seed: int) -> None:
    notes = play(rule, replace(SONG, role="chords"), seed)
    held = {note.tick: note.gate for note in notes}
    assert sum(held.values()) >= 0.5 * (SONG.length - min(held))


def semitones_moved(rule: Rule, seed: int) -> list[int]:
    pitches = [note.pitch for note in play(rule, replace(SONG, role="lead"), seed)]
    return [abs(later - earlier) for earlier, later in pairwise(pitches)]


@given(rules, seeds)
def test_a_lead_moves_mostly_by_step_and_never_leaps_an_octave(rule: Rule, seed: int) -> None:
    moves = semitones_moved(rule, seed)
    assert sum(move <= 3 for move in moves) >= 0.55 * len(moves)
    assert max(moves) < OCTAVE


def test_over_many_seeds_nine_moves_in_ten_are_steps_and_few_stand_still() -> None:
    moves = [move for rule in RULES.values() for seed in range(50) for move in semitones_moved(rule, seed)]
    assert sum(move <= 3 for move in moves) >= 0.9 * len(moves)
    assert sum(move == 0 for move in moves) <= 0.3 * len(moves)


@given(rules, seeds, st.floats(0, 1))
def test_a_lead_stands_on_the_chord_where_the_bar_is_strong(rule: Rule, seed: int, density: float) -> None:
    asked = replace(SONG, role="lead", density=density)
    for note in play(rule, asked, seed):
        if strength(note.tick, asked.metre) >= GROUP:
            assert note.pitch in chord_of(note, asked)


@given(rules, seeds)
def test_a_lead_is_one_voice(rule: Rule, seed: int) -> None:
    for note, following in pairwise(play(rule, replace(SONG, role="lead", density=1.0), seed)):
        assert note.tick < following.tick
        assert note.tick + note.gate <= following.tick


def test_every_contour_stays_between_its_heights_and_moves() -> None:
    ideas: list[Idea] = [rule.idea for rule in RULES.values()]
    for idea in ideas:
        heights = [idea.contour(number) for number in range(200)]
        assert all(-1.0 <= height <= 1.0 for height in heights)
        assert max(heights) - min(heights) > 1.0
