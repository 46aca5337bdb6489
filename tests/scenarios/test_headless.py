"""A machine with no sound and no MIDI: a set plays all the same, and its recording is true."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import mido
import pytest
from arithmetic import steps
from playing import Engine, Outcome, lane, run, track, write_set

from liveengine.engine.patch import load_patch
from liveengine.formats import midifile
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.offline import Rendering, blocks_until

#: Where no JACK server answers; no test starts one of this name.
NO_JACK = {"JACK_DEFAULT_SERVER": "nobody-runs-this"}

KICKS, SNARES = "x..x..x...x.x...", "....x.......x..x"
FREE = '[[track.pattern]]\nname = "free"\ngenerator = "phi"\ndensity = 0.8\nhumanise = 0.5\nevery = 1\n'
SECONDS, TEMPO = 5, 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("headless")
    write_set(
        folder / "set.toml",
        f'title = "Alone"\ntempo = {TEMPO}\nseed = 5\n',
        track("kick", lane(KICKS)),
        track("snare", lane(SNARES, "snare"), channel=4),
        track("free", FREE, role="lead", program=12),
    )
    return folder


@pytest.fixture(scope="module")
def played(folder: Path) -> Outcome:
    words = ("--headless", "--seconds", str(SECONDS), "--driver", "timer", "--no-audio")
    return run("play", folder / "set.toml", *words, "--record", folder / "out.mid", env=NO_JACK)


def _onsets(path: Path, name: str) -> list[int]:
    """Return the file ticks of a track's note-ons."""
    found = next(one for one in mido.MidiFile(path).tracks if one.name == name)
    now, onsets = 0, []
    for message in found:
        now += message.time
        if message.type == "note_on" and message.velocity > 0:
            onsets.append(now)
    return onsets


def test_it_plays_to_its_time_and_ends_well(played):
    assert played.code == 0, played.told
    assert "Traceback" not in played.told
    assert "recorded" in played.out
    assert played.err == ""


def test_the_first_note_waits_for_the_compiler_but_the_clock_does_not_run_meanwhile(played):
    """The kernels are compiled, or read from disk, before time counts: no stall comes of it, and bars are played."""
    stalls_ms = [int(found) for found in re.findall(r"stood still for (\d+) ms", played.out)]
    assert max(stalls_ms, default=0) < 500
    assert f"stopped after {SECONDS * TEMPO // 60 // 4 + 1} bars" in played.out


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whatever_signal_ends_it_it_ends_well(folder, tmp_path, how):
    words = (folder / "set.toml", "--driver", "timer", "--no-audio", "--record", tmp_path / "out.mid")
    with Engine(*words, env=NO_JACK) as engine:
        engine.ask("/ping", "/pong")
        outcome = engine.end(signal.Signals[how], timeout=20)
    assert outcome.code == 0, outcome.told
    assert outcome.err == ""
    assert midifile.read(tmp_path / "out.mid").track_names() == ("kick", "snare", "free")


@pytest.mark.parametrize(("name", "pattern"), [("kick", KICKS), ("snare", SNARES)])
def test_the_recording_has_every_onset_on_the_grid(played, folder, name, pattern):
    per_beat = mido.MidiFile(folder / "out.mid").ticks_per_beat
    onsets = _onsets(folder / "out.mid", name)
    bars = SECONDS * TEMPO / 60 / 4
    assert len(onsets) >= (bars - 1.5) * pattern.count("x")
    assert [tick * TICKS_PER_BEAT // per_beat for tick in onsets] == steps(pattern, len(onsets))


def test_the_recording_is_a_file_of_many_tracks_at_the_sets_tempo(played, folder):
    file = mido.MidiFile(folder / "out.mid")
    assert file.type == 1
    assert [found.name for found in file.tracks] == ["Alone", "kick", "snare", "free"]
    tempos = [message.tempo for message in file.tracks[0] if message.type == "set_tempo"]
    assert tempos == [mido.bpm2tempo(TEMPO)]
    assert any(message.type == "program_change" and message.program == 11 for message in file.tracks[3])
    assert SECONDS - 1.5 < file.length < SECONDS + 1.5


def test_T4_live_and_offline_are_the_same_music(played, folder):
    """Fresh proposals each bar, humanised: whoever turns the crank, the same set and seed give the same notes."""
    rendering = Rendering(load_patch(folder / "set.toml"), with_sound=False)
    for _ in blocks_until(rendering, 3):
        pass
    rendering.stop()
    midifile.write(folder / "offline.mid", rendering.recorder.score())
    for name in ("kick", "snare", "free"):
        offline = _onsets(folder / "offline.mid", name)
        live = _onsets(folder / "out.mid", name)
        assert len(offline) > 3
        assert live[: len(offline)] == offline
