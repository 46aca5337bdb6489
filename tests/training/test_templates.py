"""Styles written down, and the songs that they play: every row sound, the harmony kept, the same each time."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import data_folder

from liveengine.cli import OK, main
from liveengine.generators.codecs import events
from liveengine.generators.codecs import vocabulary as words
from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import CLASS_NAMES
from liveengine.music.time import TICKS_PER_BEAT, Metre
from liveengine.training.data import phrases
from liveengine.training.data.collections import find
from liveengine.training.data.piece import Piece, Signature, Text, notes_of
from liveengine.training.data.prepare import prepare
from liveengine.training.data.roles import ROLES
from liveengine.training.data.shards import Shards
from liveengine.training.data.source import SPLITS, Entry
from liveengine.training.data.sources.templates import BARS, FOUR_FOUR, Templates, played
from liveengine.training.data.styles import STYLES

BAR = 4 * TICKS_PER_BEAT
LETTERS = {"bass": "13578a-.", "chords": "xobt-.", "lead": "123456789ud-."}
CHANNELS = {"bass": 1, "chords": 2, "pad": 3, "lead": 4}
CHORDS = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(KINDS)), st.none() | st.integers(0, 11))

SONG = """# title: A Song
# artist: Nobody
# metre: 4/4
# tonic: D

0.0\tsilence
0.5\tA, intro, | D:maj | G:maj . A:7 . |
4.5\tB, verse, | D:min7 | N | E:min/b3 | D:maj |
12.5\tend
"""


def song(chords: list[Chord], tonic: int = 0, metre: Metre = FOUR_FOUR) -> Piece:
    """A song of a chord a bar, without notes."""
    texts = tuple(Text(number * metre.bar_ticks, str(chord)) for number, chord in enumerate(chords))
    end = len(chords) * metre.bar_ticks
    keys = (Text(0, CLASS_NAMES[tonic]),)
    return Piece("x", notes_of([]), end, signatures=(Signature(0, metre),), keys=keys, chords=texts)


def test_styles_are_a_bar_of_letters_and_told_in_words_of_the_vocabulary() -> None:
    assert len({style.name for style in STYLES}) == len(STYLES)
    for style in STYLES:
        assert style.told in (*words.STYLES, ""), style.name
        for role, letters in LETTERS.items():
            for pattern in getattr(style, role):
                assert len(pattern) == 16 and set(pattern) <= set(letters), (style.name, role, pattern)


@settings(max_examples=40)
@given(st.lists(CHORDS, min_size=1, max_size=6), st.sampled_from(STYLES), st.integers(0, 11), st.integers(0, 2**32 - 1))
def test_a_song_in_any_style_keeps_to_its_chords_and_registers(chords, style, tonic, seed) -> None:  # type: ignore[no-untyped-def]
    piece = played(song(chords, tonic), style, np.random.default_rng(seed))
    for note in piece.notes:
        channel, pitch, tick = int(note["channel"]), int(note["pitch"]), int(note["tick"])
        chord = chords[tick // BAR]
        if channel in (CHANNELS["chords"], CHANNELS["pad"]):
            assert pitch in chord and 46 <= pitch <= 84
        if channel == CHANNELS["bass"]:
            assert 27 <= pitch <= 62
        if channel == CHANNELS["lead"]:
            assert 55 <= pitch <= 110
        if channel in (CHANNELS["bass"], CHANNELS["lead"]) and tick % BAR == 0:
            assert pitch in chord, (style.name, str(chord), pitch)
        assert 1 <= int(note["velocity"]) <= 127 and int(note["gate"]) > 0


@settings(max_examples=40)
@given(st.lists(CHORDS, min_size=1, max_size=10), st.sampled_from(STYLES), st.integers(0, 2**32 - 1))
def test_every_row_of_a_song_comes_back_from_its_tokens(chords, style, seed) -> None:  # type: ignore[no-untyped-def]
    piece = played(song(chords), style, np.random.default_rng(seed))
    told = Entry("x", "x", "train", style.told, "nobody")
    rows = list(phrases.rows(piece, told, 0, 0))
    assert {ROLES[int(str(row["role"]))] for row in rows} <= set(CHANNELS)
    for row in rows:
        phrase, senseless = events.decode(row["tokens"])
        assert senseless == 0 and events.encode(phrase) == row["tokens"]


def test_the_same_chance_plays_the_same_song_and_another_one_another() -> None:
    chords = [Chord.parse(text) for text in ("C", "Am7", "F", "G7")] * 3
    one, again, other = (played(song(chords), STYLES[0], np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.notes.tobytes() == again.notes.tobytes() != other.notes.tobytes()


def test_only_bars_of_four_with_chords_are_played_and_so_many_at_most() -> None:
    chord = Chord.parse("C")
    assert played(song([chord] * 40), STYLES[0], np.random.default_rng(0)).length == BARS * BAR
    with pytest.raises(ValueError, match="x: no chords in 4/4"):
        played(song([chord] * 4, metre=Metre(3, 4)), STYLES[0], np.random.default_rng(0))
    with pytest.raises(ValueError, match="x: no chords in 4/4"):
        played(song([]), STYLES[0], np.random.default_rng(0))


def test_they_are_prepared_as_any_collection_and_the_same_each_time(tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:04}.txt").write_text(SONG.replace("Nobody", f"Nobody {number}"), encoding="utf-8")
    assert {entry.tags for entry in Templates().entries(folder)} <= {(style.name,) for style in STYLES}
    made = []
    for name in ("a", "b"):
        to = tmp_path / name
        assert main(["data", "prepare", "style_templates", "--from", str(folder), "--to", str(to)]) == OK
        shards = [Shards(to / "style_templates" / split) for split in SPLITS]
        made.append([each.row(n)["tokens"].tolist() for each in shards for n in range(len(each))])
        assert shards[0].index["licence"] == "CC0"
    assert made[0] == made[1] and len(made[0]) > 24


@pytest.mark.timeout(300)
def test_the_collection_is_prepared_whole(tmp_path: Path) -> None:
    done = prepare(find("style_templates"), data_folder("billboard_chords"), tmp_path)
    assert done.pieces > 600
    assert all(why.endswith("no chords in 4/4") for why in done.quarantine.values())
