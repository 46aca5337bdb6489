"""Sound and MIDI of the same note are heard together, whatever the way of either takes."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playing import Engine, jack, lane, track, write_set

jack_client = pytest.importorskip("jack", reason="missing: libjack", exc_type=(ImportError, OSError))

RATE = 48_000
BEAT = 24_000
PERIOD = 1024

#: How the kick's first sample above the threshold may lie from the note: a fraction of its attack.
BOUND_FRAMES = 4
THRESHOLD = 1e-3

PATIENCE_S = 60.0


class Ear:
    """A JACK client that keeps every sample of sound and every note-on, by frames."""

    def __init__(self) -> None:
        self.client = jack_client.Client("ear", no_start_server=True)
        self.midi = self.client.midi_inports.register("midi")
        self.sound = self.client.inports.register("sound")
        self.notes: list[int] = []
        self.blocks: list[tuple[int, np.ndarray]] = []
        self.client.set_process_callback(self._hear)
        self.client.activate()

    def _hear(self, _frames: int) -> None:
        start = self.client.last_frame_time
        self.blocks.append((start, self.sound.get_array().copy()))
        self.notes += [start + offset for offset, data in self.midi.incoming_midi_events() if data[0][0] & 0xF0 == 0x90]

    def plug(self, source: str, ours: object) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.client.connect(source, ours)
            except jack_client.JackError:  # the other client is not there yet, or not active
                assert time.monotonic() < deadline, f"there is no {source}"
                time.sleep(0.02)

    def hear(self, count: int) -> None:
        wanted = len(self.notes) + count
        deadline = time.monotonic() + PATIENCE_S
        while len(self.notes) < wanted:
            assert time.monotonic() < deadline, f"heard {len(self.notes)} notes"
            time.sleep(0.02)

    def apart(self, note: int) -> int | None:
        """How many frames after a note-on the sound begins that lies nearest; None where a block is missing."""
        first, last = note - BEAT // 2, note + BEAT // 2
        near = [(start, block) for start, block in self.blocks if first - PERIOD < start < last]
        if len(near) < (last - first) // PERIOD:
            return None
        frames = np.concatenate([np.arange(start, start + block.size) for start, block in near])
        loud = np.abs(np.concatenate([block for _, block in near])) > THRESHOLD
        # The onset is the loud frame with the longest silence before it.
        onsets = frames[loud]
        silences = np.diff(np.concatenate(([frames[0]], onsets)))
        return int(onsets[silences.argmax()]) - note


@contextmanager
def ear() -> Iterator[Ear]:
    made = Ear()
    try:
        yield made
    finally:
        made.client.deactivate()
        made.client.close()


def distances(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[list[int], str]:
    """Play a kick a beat; return how many frames after each of its last notes its sound begins, and what was told."""
    controls = "controls = { decay = 0.05, reverb = 0.0, delay = 0.0 }\n"
    kick = track("kick", lane("x...x...x...x...")).replace("role =", controls + "role =")
    patch = write_set(folder / "kick.toml", "tempo = 120\n", kick)
    with jack() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        jack_client.set_error_function(lambda _message: None)
        with ear() as heard, Engine(patch, "--driver", "jack", *words) as engine:
            heard.plug("liveengine:midi_out", heard.midi)
            heard.plug("liveengine:left", heard.sound)
            heard.hear(6)
            outcome = engine.end(signal.SIGINT)
    assert outcome.code == 0, outcome.told
    found = [heard.apart(note) for note in heard.notes[-4:-1]]
    return [apart for apart in found if apart is not None], outcome.out


def test_the_limiters_look_ahead_is_waited_for(tmp_path, monkeypatch):
    apart, _ = distances(tmp_path, monkeypatch, "--no-audio")
    assert apart
    assert max(map(abs, apart)) <= BOUND_FRAMES


def test_what_jack_reports_of_the_loudspeakers_is_waited_for(tmp_path, monkeypatch):
    """The sound leaves us by so much earlier as the card takes to play it: two periods of this server."""
    apart, _ = distances(tmp_path, monkeypatch)
    assert apart
    assert max(abs(frames + 2 * PERIOD) for frames in apart) <= BOUND_FRAMES


def test_what_litmus_measured_of_a_midi_port_is_waited_for_and_told(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "liveengine").mkdir()
    (tmp_path / "liveengine" / "outputs.toml").write_text('[[output]]\nport = "ear:midi"\nlatency = 20.0\n')
    apart, told = distances(tmp_path, monkeypatch, "--no-audio")
    assert "ear:midi sounds 20.00 ms late, as litmus measured it; the others wait for it" in told
    assert apart
    assert max(abs(frames - 20 * RATE // 1000) for frames in apart) <= BOUND_FRAMES
