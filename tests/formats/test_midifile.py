"""MIDI files: round trips, exact subdivisions, nothing left hanging, garbage refused."""

import io
import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats import midifile
from liveengine.formats.midifile import TICKS_PER_FILE_TICK, decode, encode, read, write
from liveengine.formats.score import Marker, MetreChange, Recorded, Score, TempoChange
from liveengine.music.time import TICKS_PER_BEAT, Metre

file_ticks = st.integers(0, 5040 * 64).map(lambda tick: tick * TICKS_PER_FILE_TICK)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
metres = st.builds(Metre, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16]))
data_byte = st.integers(0, 127)
message_bytes = st.one_of(
    st.tuples(st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0xE0]), st.integers(0, 15), data_byte, data_byte).map(
        lambda parts: bytes((parts[0] | parts[1], *parts[2:]))
    ),
    st.tuples(st.sampled_from([0xC0, 0xD0]), st.integers(0, 15), data_byte).map(
        lambda parts: bytes((parts[0] | parts[1], parts[2]))
    ),
    st.lists(data_byte, max_size=8).map(lambda body: bytes((0xF0, *body, 0xF7))),
)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    tracks = draw(st.lists(names, unique=True, max_size=4))
    messages = []
    if tracks:
        messages = draw(st.lists(st.builds(Recorded, file_ticks, st.sampled_from(tracks), message_bytes), max_size=30))
    tempos = draw(st.dictionaries(file_ticks, st.integers(150_000, 3_000_000), max_size=4))
    metre_at = draw(st.dictionaries(file_ticks, metres, max_size=3))
    return Score(
        messages=tuple(messages),
        tempos=tuple(TempoChange(tick, 60e6 / tempos[tick]) for tick in tempos),
        metres=tuple(MetreChange(tick, metre_at[tick]) for tick in metre_at),
        markers=tuple(draw(st.lists(st.builds(Marker, file_ticks, names), max_size=3))),
        title=draw(names),
        length=draw(file_ticks),
        tracks=tuple(tracks),
    )


@given(scores())
def test_what_is_written_is_read_back(score: Score) -> None:
    back = decode(encode(score))
    whole = score.closed()
    for name in whole.track_names():
        mine = [message for message in whole.messages if message.track == name]
        assert [message for message in back.messages if message.track == name] == sorted(
            mine, key=lambda message: message.tick
        )
    assert back.tracks == whole.track_names()
    assert back.title == score.title
    assert back.length == whole.length
    assert sorted((m.tick, m.text) for m in back.markers) == sorted((m.tick, m.text) for m in score.markers)
    assert {(c.tick, c.metre) for c in score.metres} <= {(c.tick, c.metre) for c in back.metres}
    assert {c.tick: round(60e6 / c.tempo_bpm) for c in score.tempos}.items() <= {
        c.tick: round(60e6 / c.tempo_bpm) for c in back.tempos
    }.items()


@given(scores())
def test_reading_and_writing_again_changes_no_byte(score: Score) -> None:
    once = encode(decode(encode(score)))
    assert encode(decode(once)) == once
    assert encode(score) == encode(score)


@given(scores())
def test_every_note_on_has_its_off_however_the_take_ended_N1(score: Score) -> None:
    for track in mido.MidiFile(file=io.BytesIO(encode(score))).tracks:
        sounding: dict[tuple[int, int], int] = {}
        for message in track:
            if message.type in ("note_on", "note_off"):
                note = (message.channel, message.note)
                on = message.type == "note_on" and message.velocity > 0
                sounding[note] = max(0, sounding.get(note, 0) + (1 if on else -1))
        assert not any(sounding.values())


@given(st.integers(0, 64), st.integers(1, 16).filter(lambda parts: parts not in (11, 13)), st.data())
def test_every_subdivision_of_the_beat_is_exact_in_the_file(beat: int, parts: int, data: st.DataObject) -> None:
    tick = beat * TICKS_PER_BEAT + data.draw(st.integers(0, parts - 1)) * TICKS_PER_BEAT // parts
    back = decode(encode(Score((Recorded(tick, "a", b"\x90\x3c\x40"),))))
    assert back.messages[0].tick == tick


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_any_other_tick_moves_less_than_a_hundred_microseconds_at_120(tick: int, gate: int) -> None:
    notes = (Recorded(tick, "a", b"\x90\x3c\x40"), Recorded(tick + gate, "a", b"\x80\x3c\x00"))
    back = decode(encode(Score(notes))).messages
    assert [message.data for message in back] == [message.data for message in notes]
    for before, after in zip(notes, back, strict=True):
        assert abs(after.tick - before.tick) / TICKS_PER_BEAT * 0.5 < 100e-6


@given(st.binary(max_size=400))
def test_garbage_is_refused_or_read_but_never_a_crash_F5(garbage: bytes) -> None:
    for data in (garbage, b"MThd\0\0\0\6\0\1\0\1\x13\xb0MTrk" + garbage):
        try:
            decode(data, name="x.mid")
        except ValueError as error:
            assert str(error).startswith("x.mid: ")


@given(scores(), st.data())
def test_a_damaged_file_is_refused_or_read_but_never_a_crash_F5(score: Score, data: st.DataObject) -> None:
    whole = bytearray(encode(score))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        decode(cut, name="x.mid")
    except ValueError as error:
        assert str(error).startswith("x.mid: ")


@pytest.mark.timeout(10)
def test_garbage_made_to_waste_time_is_refused_at_once_F5() -> None:
    endless_length = b"MThd\0\0\0\6\0\1\0\1\x13\xb0MTrk\0\x7f\xff\xff" + b"\xff" * (7 << 20)
    with pytest.raises(ValueError, match="not a MIDI file"):
        decode(endless_length)
    many_tracks = b"MThd\0\0\0\6\0\1\x7f\xff\x13\xb0" + b"MTrk\0\0\0\4\0\xff\x2f\0" * 0x7FFF
    assert len(decode(many_tracks).tracks) == 0x7FFF - 1


def test_a_file_of_480_ticks_and_one_track_reads_in_engine_ticks() -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=480)
    track = file.add_track("take 1")
    track.append(mido.MetaMessage("set_tempo", tempo=400_000))
    track.append(mido.Message("note_on", note=60, velocity=90, time=480))
    track.append(mido.Message("note_off", note=60, time=240))
    out = io.BytesIO()
    file.save(file=out)
    score = decode(out.getvalue())
    assert [message.tick for message in score.messages] == [TICKS_PER_BEAT, TICKS_PER_BEAT * 3 // 2]
    assert score.tempos == (TempoChange(0, 150.0),)
    assert (score.tracks, score.title) == (("take 1",), "take 1")


def test_two_tracks_of_one_name_stay_two() -> None:
    file = mido.MidiFile(type=1)
    for pitch in (60, 64):
        file.add_track("keys").append(mido.Message("note_on", note=pitch))
    out = io.BytesIO()
    file.save(file=out)
    assert decode(out.getvalue()).tracks == ("keys", "keys (2)")


@pytest.mark.parametrize(
    ("header", "words"),
    [(b"\0\2\0\0\x13\xb0", "type 2"), (b"\0\1\0\0\xe7\x28", "film frames"), (b"\0\1\0\0\0\0", "film frames")],
)
def test_files_of_another_kind_are_refused_in_words(header: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^odd\.mid: .*{words}"):
        decode(b"MThd\0\0\0\6" + header, name="odd.mid")


def test_clock_and_transport_bytes_are_left_out_of_the_file() -> None:
    clocked = Score(tuple(Recorded(0, "a", data) for data in (b"\xf8", b"\xfa", b"\xf2\0\0", b"\xc0\5")))
    assert [message.data for message in decode(encode(clocked)).messages] == [b"\xc0\5"]


def test_a_hit_played_before_the_first_bar_line_stands_on_it() -> None:
    early = Score((Recorded(-5000, "a", b"\x90\x24\x40"), Recorded(90_090, "a", b"\x80\x24\0")))
    assert [message.tick for message in decode(encode(early)).messages] == [0, 90_090]


def test_a_status_byte_is_needed() -> None:
    with pytest.raises(ValueError, match="not a MIDI message"):
        Recorded(0, "a", b"\x3c\x40")
    with pytest.raises(ValueError, match="not a MIDI message"):
        Recorded(0, "a", b"")


def test_writing_replaces_a_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "set.mid"
    write(place, Score(title="one"))
    write(place, Score(title="two"))
    assert read(place).title == "two"
    assert os.listdir(tmp_path) == ["set.mid"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.mid").write_bytes(b"")
    (tmp_path / "link.mid").symlink_to("real.mid")
    write(tmp_path / "link.mid", Score(title="through"))
    assert (tmp_path / "link.mid").is_symlink()
    assert read(tmp_path / "real.mid").title == "through"


def test_refusals_name_the_path_and_the_reason_F6(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"cannot write .*gone/set\.mid: there is no such file or folder"):
        write(tmp_path / "gone" / "set.mid", Score())
    with pytest.raises(OSError, match=r"cannot write .*: a folder has that name"):
        write(tmp_path, Score())
    with pytest.raises(OSError, match=r"cannot read .*none\.mid: there is no such file or folder"):
        read(tmp_path / "none.mid")


_FILL_THE_DISK = """
import resource, signal, sys
from liveengine.formats import disk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    disk.write_whole(sys.argv[1], bytes(2000))
except OSError as error:
    print(error)
"""


def test_when_the_disk_takes_no_more_the_old_file_still_stands_F6(tmp_path: Path) -> None:
    place = tmp_path / "set.mid"
    place.write_bytes(b"the last good one")
    # A limit on file size refuses the write part-way, as a full disk does; in a process of its own.
    told = subprocess.run(
        [sys.executable, "-c", _FILL_THE_DISK, str(place)], check=True, capture_output=True, text=True
    ).stdout
    assert told.startswith(f"cannot write {place}: ")
    assert place.read_bytes() == b"the last good one"
    assert os.listdir(tmp_path) == ["set.mid"]


def test_the_files_resolution_divides_the_engines() -> None:
    assert midifile.FILE_TICKS_PER_BEAT < 1 << 15
    assert TICKS_PER_BEAT % midifile.FILE_TICKS_PER_BEAT == 0
