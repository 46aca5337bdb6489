"""Rows of tokens and of chords: whole bars, nothing cut, everything told beside them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import BEAT, data_folder, midi

from liveengine.generators import features
from liveengine.generators.codecs import events
from liveengine.generators.codecs.vocabulary import METRES, SECTIONS
from liveengine.music.chord import KINDS
from liveengine.music.time import TICKS_PER_BEAT, Metre
from liveengine.training.data import phrases, progressions
from liveengine.training.data.collections import COLLECTIONS, find
from liveengine.training.data.harmony_rows import NO_CHORD, chord_row, section_number, stretches
from liveengine.training.data.parser import parse
from liveengine.training.data.piece import Piece, Signature, Text, notes_of
from liveengine.training.data.prepare import prepare
from liveengine.training.data.roles import ROLES
from liveengine.training.data.shards import VARIES, Field, Shards, ShardWriter
from liveengine.training.data.source import SPLITS, Entry, split_by_hash

ENTRY = Entry("x", "x", "train", "rock", "nobody")


def bass(bars: int) -> Piece:
    return parse(midi([(step * BEAT // 2, 36 + step % 5, 90, 200) for step in range(8 * bars)], 0), "x")


@given(st.integers(1, 21))
def test_every_note_stands_in_a_row_and_rows_come_back_from_their_tokens(bars: int) -> None:
    piece = bass(bars)
    heard = set()
    for row in phrases.rows(piece, ENTRY, 0, 0):
        phrase, senseless = events.decode(row["tokens"])
        assert senseless == 0 and events.encode(phrase) == row["tokens"]
        assert len(phrase.bars) == row["bars"] <= phrases.WINDOW_BARS
        start = row["bar"] * 192
        heard |= {(start + tone.step, tone.pitch) for tone in phrase.tones}
    assert heard == {(int(n["tick"]) // events.STEP_TICKS, int(n["pitch"])) for n in piece.notes}


def test_a_row_tells_what_else_plays_and_what_is_asked_for() -> None:
    row = next(iter(phrases.rows(bass(8), ENTRY, 3, 1)))
    assert ROLES[row["role"]] == "bass" and METRES[row["metre"]] == Metre(4, 4)
    assert (row["piece"], row["performer"], row["bar"], row["bars"]) == (3, 1, 0, 8)
    assert row["features"].shape == (8, features.COUNT) and not row["others"].any()
    assert events.decode(row["tokens"]).phrase.bars[0].density == 4  # eighths: half of the sixteenths


def test_a_note_that_sounds_on_over_the_end_of_a_row_is_written_to_its_end() -> None:
    piece = parse(midi([(0, 40, 90, 40 * BEAT), (12 * BEAT, 41, 90, 10)], 0), "x")
    phrase = events.decode(next(iter(phrases.rows(piece, ENTRY, 0, 0)))["tokens"]).phrase
    assert phrase.tones[0].gate == phrase.steps


def test_bars_of_a_metre_without_a_token_part_the_rows() -> None:
    bar = 4 * TICKS_PER_BEAT
    metres = (
        Signature(0, Metre(4, 4)),
        Signature(2 * bar, Metre(11, 8)),
        Signature(2 * bar + 11 * bar // 8, Metre(3, 4)),
    )
    piece = Piece("x", notes_of([(0, 9, 60, 1, 0, 0, 0)]), 6 * bar, signatures=metres)
    assert [(first, str(metre), len(run)) for first, metre, run in stretches(list(piece.bars()))] == [
        (0, "4/4", 2),
        (3, "3/4", 4),
    ]


def test_a_piece_without_pitched_parts_or_chords_is_refused() -> None:
    with pytest.raises(ValueError, match="no part with pitches"):
        next(iter(phrases.rows(parse(midi([(0, 36, 90, 10)]), "x"), ENTRY, 0, 0)))
    with pytest.raises(ValueError, match="no chords"):
        next(iter(progressions.rows(bass(1), ENTRY, 0, 0)))


def test_chords_and_sections_are_numbers_of_known_tables() -> None:
    bar = 4 * TICKS_PER_BEAT
    piece = Piece(
        "x",
        notes_of([]),
        2 * bar,
        keys=(Text(0, "A"),),
        chords=(Text(0, "Am7"), Text(bar // 2, "N"), Text(bar, "F/A")),
        sections=(Text(0, "verse"), Text(bar, "guitar solo")),
    )
    (row,) = progressions.rows(piece, ENTRY, 0, 0)
    kinds = list(KINDS)
    assert row["chords"][0].tolist() == [[9, kinds.index("m7"), 9]] * 2 + [[NO_CHORD] * 3] * 2
    assert row["chords"][1].tolist() == [[5, 0, 9]] * 4
    assert [SECTIONS[number] for number in row["section"]] == ["verse", "solo"]
    assert row["tonic"] == 9 and chord_row(None) == (NO_CHORD,) * 3
    assert SECTIONS[section_number("pre-chorus")] == "bridge" and SECTIONS[section_number("xyz")] == "other"


def test_rows_of_different_lengths_come_back_each_with_its_own(tmp_path: Path) -> None:
    rows = [np.arange(length, dtype=np.uint16) for length in (3, 0, 5)]
    with ShardWriter(tmp_path, (Field("tokens", "uint16", (VARIES,)),), {}) as writer:
        for row in rows:
            writer.add({"tokens": row})
    read = Shards(tmp_path)
    assert [read.row(number)["tokens"].tolist() for number in range(3)] == [row.tolist() for row in rows]
    assert read.lengths("tokens").tolist() == [3, 0, 5]
    assert read.rows([2, 0])["tokens"].tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 0, 0]]
    read.verify()


@given(st.text(max_size=20), st.sampled_from(("a", "b")))
def test_a_group_keeps_its_split_for_ever(group: str, collection: str) -> None:
    assert split_by_hash(group, collection) == split_by_hash(group, collection) in SPLITS


def test_about_a_tenth_of_the_groups_go_to_each_of_the_smaller_splits() -> None:
    drawn = [split_by_hash(str(number), "x") for number in range(2000)]
    assert 150 < drawn.count("validation") < 250 and 150 < drawn.count("test") < 250


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(set(COLLECTIONS) - {"gmd", "style_templates"}))
def test_every_row_of_the_collections_comes_back_exactly(name: str, tmp_path: Path) -> None:
    folder = data_folder(name)
    done = prepare(find(name), folder, tmp_path)
    assert done.pieces > 70 and not done.quarantine
    groups: dict[str, set[int]] = {}
    for split in SPLITS:
        shards = Shards(tmp_path / name / split)
        shards.verify()
        groups[split] = set(shards.column("piece").tolist())
        for number in range(len(shards)):
            row = shards.row(number)
            if "tokens" in row:
                tokens = row["tokens"].tolist()
                phrase, senseless = events.decode(tokens)
                assert senseless == 0 and events.encode(phrase) == tokens
                assert len(phrase.bars) == row["bars"]
            assert all(np.isfinite(array).all() for array in row.values())
    assert not groups["train"] & (groups["validation"] | groups["test"])
