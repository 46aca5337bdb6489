"""The recorder: what was heard is what is written, whatever becomes of the disk."""

from __future__ import annotations

import mido
import pytest
from nights import SCENES, Watched, asked, moody, night

from liveengine.formats import midifile
from liveengine.generators.catalogue import BUILT_IN
from liveengine.runtime.offline import RATE_HZ
from liveengine.runtime.recorder import Recorder

BAR_FRAMES = 2 * RATE_HZ


@pytest.fixture(autouse=True)
def _moods(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "moody", moody)


def take(watched: Watched, path, bars: int = 2) -> Recorder:
    """Let bars pass, stop, and return a recorder that heard it all."""
    recorder = watched.rendering.recorder
    for _ in range(8 * bars):
        watched.turn(BAR_FRAMES // 8)
    watched.end()
    recorder.path = path
    recorder.save()
    return recorder


def test_a_take_is_a_midi_file_with_its_tracks_named_as_in_the_patch(tmp_path):
    take(Watched(night(title="Blue hour")), tmp_path / "take.mid")
    file = mido.MidiFile(tmp_path / "take.mid")
    assert [track.name for track in file.tracks[1:]] == ["drums", "bass", "pad"]
    assert file.tracks[0].name == "Blue hour"
    assert [m.channel for m in file.tracks[1] if m.type == "note_on"][:1] == [9]
    assert [m.program for m in file.tracks[2] if m.type == "program_change"] == [33]


def test_every_note_that_was_heard_is_written_where_it_sounded(tmp_path):
    watched = Watched(night())
    take(watched, tmp_path / "take.mid", bars=4)
    score = midifile.read(tmp_path / "take.mid")
    written = sorted((m.track, m.data[1], m.tick, m.data[2]) for m in score.messages if m.data[0] & 0xF0 == 0x90)
    names = [track.name for track in watched.rendering.patch.tracks]
    heard = sorted((names[track], pitch, tick, velocity) for tick, track, pitch, velocity in watched.struck)
    assert len(written) == len(heard) > 50
    for one, other in zip(written, heard, strict=True):
        assert (*one[:2], one[3]) == (*other[:2], other[3])
        assert abs(one[2] - other[2]) <= midifile.TICKS_PER_FILE_TICK


def test_tempo_changes_are_written_where_they_were_made(tmp_path):
    watched = Watched(night(tempo_bpm=100.0))
    watched.turn(RATE_HZ)
    watched.do(asked("/transport/tempo", 150))
    tick = watched.rendering.song_tick
    take(watched, tmp_path / "take.mid", bars=1)
    tempos = midifile.read(tmp_path / "take.mid").tempos
    assert [round(change.tempo_bpm, 2) for change in tempos] == [100.0, 150.0]
    assert abs(tempos[1].tick - tick) <= 200


def test_a_tempo_that_was_set_before_the_start_is_where_the_take_begins(tmp_path):
    watched = Watched(night(scenes=(SCENES[3],)))
    watched.do(asked("/transport/tempo", 90))
    take(watched, tmp_path / "take.mid", bars=1)
    tempos = midifile.read(tmp_path / "take.mid").tempos
    assert [round(change.tempo_bpm, 2) for change in tempos] == [90.0]


def test_a_take_before_anything_was_played_is_a_valid_file(tmp_path):
    recorder = Recorder(night(), tmp_path / "take.mid")
    recorder.save()
    assert midifile.read(tmp_path / "take.mid").messages == ()
    assert recorder.problem == ""


def test_n1_a_take_that_is_saved_while_notes_sound_ends_them(tmp_path):
    watched = Watched(night(scenes=(SCENES[0],)))
    while not watched.sounding:
        watched.turn(500)
    recorder = watched.rendering.recorder
    recorder.path = tmp_path / "take.mid"
    recorder.save()
    score = midifile.read(tmp_path / "take.mid")
    balance = sum({0x90: 1, 0x80: -1}.get(m.data[0] & 0xF0, 0) for m in score.messages)
    assert balance == 0


def test_f6_a_disk_that_refuses_is_told_and_the_take_goes_on(tmp_path):
    watched = Watched(night())
    recorder = take(watched, tmp_path / "no such folder" / "take.mid")
    assert "no such folder" in recorder.problem
    recorder.path = tmp_path / "take.mid"
    recorder.save()
    assert recorder.problem == ""
    assert midifile.read(recorder.path).messages


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    take(Watched(night()), None, bars=1)
    assert list(tmp_path.iterdir()) == []


def test_two_takes_of_the_same_night_are_the_same_bytes(tmp_path):
    for name in ("one.mid", "two.mid"):
        take(Watched(night()), tmp_path / name)
    assert (tmp_path / "one.mid").read_bytes() == (tmp_path / "two.mid").read_bytes()
