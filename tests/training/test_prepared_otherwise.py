"""What is done to pieces before rows are made of them: to each part by itself, and only what was asked."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import BEAT, groove_midi, midi, rock

from liveengine.cli import OK, main
from liveengine.generators.codecs.grid import VELOCITY_MAX
from liveengine.music.note import GATE_MIN
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.data.levels import MIDDLE, SPREAD
from liveengine.training.data.piece import DRUM_CHANNEL, Piece, notes_of
from liveengine.training.data.preprocessing import AS_IT_IS, Preprocessing

LENGTH = 8 * TICKS_PER_BEAT

#: Ticks, gates, pitches, velocities, channels; a track for each channel.
pieces = st.lists(
    st.tuples(
        st.integers(0, LENGTH - 1),
        st.integers(1, TICKS_PER_BEAT),
        st.integers(30, 90),
        st.integers(1, 127),
        st.sampled_from([0, 1, DRUM_CHANNEL]),
    ),
    min_size=1,
    max_size=24,
).map(lambda rows: Piece("x", notes_of([(*row, 0, row[4]) for row in rows]), LENGTH))


def of_channel(piece: Piece, channel: int) -> np.ndarray:
    return piece.notes[piece.notes["channel"] == channel]


@given(pieces)
def test_a_piece_is_left_alone_unless_something_is_asked(piece):
    assert AS_IT_IS.of(piece) is piece


@given(pieces, st.integers(2, 4))
def test_so_many_sound_at_once_of_each_part_and_drums_stay(piece, voices):
    fewer = Preprocessing(voices=voices).of(piece)
    for channel in (0, 1):
        notes = of_channel(fewer, channel)
        for tick in notes["tick"]:
            assert ((notes["tick"] <= tick) & (tick < notes["tick"] + notes["gate"])).sum() <= voices
    drums = [of_channel(each, DRUM_CHANNEL) for each in (piece, fewer)]
    assert sorted(drums[0].tolist()) == sorted(drums[1].tolist())


@given(pieces, st.sampled_from(["strict", "groove", "adaptive"]))
def test_quantising_moves_notes_by_half_a_place_at_most_and_loses_none(piece, mode):
    moved = Preprocessing(quantise=mode).of(piece)
    assert len(moved.notes) == len(piece.notes)
    for name in ("pitch", "velocity", "channel"):
        assert sorted(moved.notes[name]) == sorted(piece.notes[name])
    assert sorted(moved.notes["gate"]) == sorted(np.maximum(piece.notes["gate"], GATE_MIN))
    assert 0 <= moved.notes["tick"].min() <= moved.notes["tick"].max() < LENGTH
    if mode == "strict":
        assert not (moved.notes["tick"] % TICKS_PER_SIXTEENTH).any()


@given(pieces)
def test_even_velocities_have_one_middle_and_keep_their_order(piece):
    even = Preprocessing(even=True).of(piece)
    for channel in (0, 1, DRUM_CHANNEL):
        before, after = (of_channel(each, channel) for each in (piece, even))
        pairs = sorted(zip(before["velocity"].tolist(), after["velocity"].tolist(), strict=True))
        assert [late for _, late in pairs] == sorted(late for _, late in pairs)
        if len(after) and after["velocity"].min() > 1 and after["velocity"].max() < VELOCITY_MAX:
            assert after["velocity"].mean() == pytest.approx(MIDDLE * VELOCITY_MAX, abs=0.6)
            assert after["velocity"].std() <= SPREAD * VELOCITY_MAX + 1


def test_the_command_prepares_as_it_is_told_and_the_index_says_so(tmp_path, capsys):
    folder = groove_midi(tmp_path / "gmd", [("drummer1/session1", "rock", "beat", midi(rock(2, late=BEAT // 20)))])
    for name, words in (("plain", []), ("strict", ["--quantise", "strict", "--even"])):
        assert main(["data", "prepare", "gmd", "--from", str(folder), "--to", str(tmp_path / name), *words]) == OK
    plain, strict = (tmp_path / name / "gmd" / "train" for name in ("plain", "strict"))
    told = json.loads((strict / "index.json").read_text())["preprocessing"]
    assert told == {"quantise": "strict", "voices": 0, "even": True}
    assert np.abs(GrooveRows(plain)[0]["offset"]).max() > 0.1
    assert not GrooveRows(strict)[0]["offset"].any()
    wrong = ["data", "prepare", "gmd", "--from", str(folder), "--to", str(tmp_path / "x"), "--quantise", "strikt"]
    assert main(wrong) != OK
    assert 'no way to quantise is called "strikt" (did you mean "strict"?)' in capsys.readouterr().err
