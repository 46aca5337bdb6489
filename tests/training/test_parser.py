"""The parser: whole files exactly, damaged ones as far as they go, nothing else than words for the rest."""

import io
import sys
from collections import defaultdict
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import BEAT, data_folder, midi

from liveengine.formats.midi_events import FAULTS, SIZE_LIMIT_BYTES, read_events
from liveengine.music.note import GATE_MIN
from liveengine.music.time import TICKS_PER_BEAT, Metre
from liveengine.training.data.parser import BEATS_MAX, parse, parse_file
from liveengine.training.data.piece import Piece, Signature, Tempo, notes_of
from liveengine.training.data.repair import GATE_MAX, STUCK_GATE, Strike, paired

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from fuzz_parser import check, check_one, damaged, made, survive

UNIT = TICKS_PER_BEAT // 4

#: Notes of one line with room between them: (sixteenth, pitch, velocity, gate in ticks of the file).
lines = st.lists(
    st.tuples(st.integers(0, 60), st.integers(30, 40), st.integers(1, 127), st.integers(1, 119)),
    min_size=1,
    max_size=30,
    unique_by=lambda hit: hit[:2],
)


def bytes_of(file: mido.MidiFile) -> bytes:
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


@given(lines, st.integers(0, 15))
def test_a_whole_file_is_read_exactly_and_with_nothing_to_repair(hits: list, channel: int) -> None:
    piece = parse(midi([(place * 120, pitch, velocity, gate) for place, pitch, velocity, gate in hits], channel))
    expected = sorted((place * UNIT, pitch, velocity) for place, pitch, velocity, _ in hits)
    assert [(int(n["tick"]), int(n["pitch"]), int(n["velocity"])) for n in piece.notes] == expected
    assert piece.faults == {} and set(piece.notes["channel"].tolist()) == {channel}


@given(lines)
def test_our_reading_is_midos_where_mido_reads(hits: list) -> None:
    data = midi([(place * 120, pitch, velocity, gate) for place, pitch, velocity, gate in hits])
    events = read_events(data)
    tick, theirs = 0, []
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]:
        tick += message.time
        if not message.is_meta:
            theirs.append((tick, *message.bytes()))
    assert [tuple(message) for message in events.tracks[0].messages] == theirs
    assert not events.faults


def test_every_file_of_the_collections_is_read_as_mido_reads_it() -> None:
    for path in sorted(data_folder("freedoom").glob("*.mid")):
        events = read_events(path.read_bytes(), path.name)
        for ours, theirs in zip(events.tracks, mido.MidiFile(path).tracks, strict=True):
            tick, messages = 0, []
            for message in theirs:
                tick += message.time
                if not message.is_meta and message.type != "sysex":
                    status, *body = message.bytes()
                    messages.append((tick, status, body[0], body[1] if len(body) == 2 else 0))
            assert [tuple(message) for message in ours.messages] == messages


strikes = st.lists(
    st.tuples(st.integers(0, 40), st.integers(60, 62), st.sampled_from((0, 0, 1, 64, 127))), max_size=40
).map(lambda rows: [Strike(tick * 5000, (0, 0), pitch, velocity) for tick, pitch, velocity in sorted(rows)])


@given(strikes)
def test_whatever_is_struck_notes_last_and_never_sound_into_one_another(played: list[Strike]) -> None:
    notes, _ = paired(played, 41 * 5000)
    ends: defaultdict[int, int] = defaultdict(int)
    for strike, gate in notes:
        assert gate >= 1 and strike.tick >= ends[strike.pitch]
        ends[strike.pitch] = strike.tick + gate
    # Every place that was struck has a note, as loud as the loudest there.
    loudest: dict[tuple[int, int], int] = {}
    for strike in played:
        if strike.velocity:
            place = (strike.tick, strike.pitch)
            loudest[place] = max(strike.velocity, loudest.get(place, 0))
    assert {(s.tick, s.pitch): s.velocity for s, _ in notes} == loudest


def on(tick: int, velocity: int = 64) -> Strike:
    return Strike(tick, (0, 0), 60, velocity)


def off(tick: int) -> Strike:
    return on(tick, 0)


@pytest.mark.parametrize(
    ("played", "gates", "repairs"),
    [
        ([on(0), off(100_000)], [100_000], {}),
        ([on(0), on(50_000), off(50_000), off(90_000)], [50_000, 40_000], {}),  # on before off at one tick
        ([on(0), on(50_000), off(90_000)], [50_000, 40_000], {"overlap": 1}),
        ([on(0), on(0, 90), off(90_000)], [90_000], {"doubled": 1, "no length": 0}),
        ([on(0), off(0)], [GATE_MIN], {"no length": 1}),
        ([off(0)], [], {"lone off": 1}),
        ([on(0)], [STUCK_GATE], {"stuck": 1}),
        ([on(0), off(GATE_MAX + 1)], [STUCK_GATE], {"stuck": 1}),
    ],
)
def test_each_fault_has_its_repair(played: list[Strike], gates: list[int], repairs: dict[str, int]) -> None:
    notes, done = paired(played, 10 * GATE_MAX)
    assert [gate for _, gate in notes] == gates
    assert +done == {name: count for name, count in repairs.items() if count}


def test_a_file_cut_off_is_read_up_to_there() -> None:
    whole = midi([(beat * BEAT, 60 + beat, 90, 100) for beat in range(16)], 0)
    heard = [len(parse(whole[:size]).notes) for size in range(80, len(whole))]
    assert heard == sorted(heard) and heard[0] >= 1 and heard[-1] == 16
    assert parse(whole[:100]).faults["cut off"] == 1
    assert parse(whole[:9] + b"\7" + whole[10:]).faults == {"odd type": 1}


def test_a_wrapped_file_and_bytes_between_tracks_are_read_past() -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    for pitch in (60, 64):
        file.add_track("t").extend([mido.Message("note_on", note=pitch), mido.Message("note_off", note=pitch, time=9)])
    data = bytes_of(file)
    at = data.rindex(b"MTrk")
    piece = parse(b"RIFFxxxxRMIDdata" + data[:at] + b"\1\2\3" + data[at:])
    assert piece.notes["pitch"].tolist() == [60, 64]
    assert piece.faults == {"wrapped": 1, "lost chunk": 1}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no header"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0", "no track"),
        (b"MThd\0\0\0\6\0\2\0\1\1\xe0MTrk\0\0\0\0", "type 2"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\0", "film frames"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "no notes"),
        (b"MThd" + bytes(SIZE_LIMIT_BYTES), "longer than 8 MiB"),
    ],
)
def test_what_is_no_music_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^odd\.mid: .*{words}"):
        parse(data, "odd.mid")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"cannot read .*none\.mid"):
        parse_file(tmp_path / "none.mid")


def test_tempo_metre_and_key_are_read_where_they_stand() -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=480)
    track = file.add_track("song")
    track.extend(
        [
            mido.MetaMessage("key_signature", key="F#m"),
            mido.MetaMessage("set_tempo", tempo=500_000),
            mido.Message("note_on", note=60, time=0),
            mido.Message("note_off", note=60, time=480),
            mido.MetaMessage("set_tempo", tempo=250_000, time=480),
            mido.MetaMessage("time_signature", numerator=3, denominator=4),
            mido.MetaMessage("marker", text="chorus"),
            mido.Message("note_on", note=62),
            mido.Message("note_off", note=62, time=1440),
        ]
    )
    piece = parse(bytes_of(file))
    beat = TICKS_PER_BEAT
    assert piece.tempos == (Tempo(0, 120.0), Tempo(2 * beat, 240.0))
    assert piece.signatures == (Signature(0, Metre(4, 4)), Signature(2 * beat, Metre(3, 4)))
    assert [text.text for text in (*piece.keys, *piece.sections)] == ["F# minor", "chorus"]
    assert [(bar.tick // beat, bar.end // beat, bar.whole) for bar in piece.bars()] == [(0, 2, False), (2, 5, True)]
    assert piece.seconds(piece.notes["tick"]).tolist() == [0.0, 1.0]
    assert (piece.bpm_at(0), piece.bpm_at(2 * beat - 1), piece.bpm_at(2 * beat)) == (120.0, 120.0, 240.0)
    assert piece.track_names == ("song",)


tempo_maps = st.dictionaries(st.integers(1, 50), st.floats(20, 400), max_size=5)


@given(tempo_maps, st.lists(st.integers(0, 60 * TICKS_PER_BEAT), min_size=2))
def test_seconds_rise_with_ticks_and_are_what_counting_gives(tempos: dict[int, float], ticks: list[int]) -> None:
    changes = (Tempo(0, 120.0), *(Tempo(beat * TICKS_PER_BEAT, tempos[beat]) for beat in sorted(tempos)))
    piece = Piece("x", notes_of([(0, 1, 60, 1, 0, 0, 0)]), 1, changes)
    for tick, seconds in zip(ticks, piece.seconds(np.array(ticks)), strict=True):
        slow = 0.0
        for change, following in zip(changes, [*changes[1:], Tempo(1 << 60, 1.0)], strict=True):
            if tick > change.tick:
                slow += (min(tick, following.tick) - change.tick) * 60 / change.bpm / TICKS_PER_BEAT
        assert seconds == pytest.approx(slow)


def test_a_piece_ends_where_no_piece_is_so_long() -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=1)
    file.add_track("long").extend(
        [
            mido.Message("note_on", note=60),
            mido.Message("note_off", note=60, time=1),
            mido.Message("note_on", note=61, time=(1 << 28) - 1),
        ]
    )
    piece = parse(bytes_of(file))
    assert piece.notes["pitch"].tolist() == [60] and piece.faults["too long"] == 1
    assert piece.beats <= BEATS_MAX


def test_every_damaged_file_is_read_or_refused_in_words_F5() -> None:
    *_, tally = survive(made(), 400, seed=5)
    assert tally.files == 400 and tally.read > 50 and tally.refused.total() > 50
    assert set(tally.faults) >= {"cut off", "overlap", "stuck"}


@given(st.binary(max_size=300))
def test_garbage_in_a_track_is_read_or_refused_in_words_F5(garbage: bytes) -> None:
    data = b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk" + len(garbage).to_bytes(4, "big") + garbage
    try:
        check(parse(data, "x.mid"))
    except ValueError as error:
        assert str(error).startswith("x.mid: ")


def test_the_check_of_the_fuzzer_can_fail() -> None:
    piece = Piece("x", notes_of([(0, 9, 60, 1, 0, 0, 0), (5, 9, 60, 1, 0, 0, 0)]), 20)
    with pytest.raises(AssertionError):
        check(piece)


def test_every_fault_has_a_meaning() -> None:
    assert all(meaning for meaning in FAULTS.values())
    assert check_one.__module__ == damaged.__module__ == "fuzz_parser"
