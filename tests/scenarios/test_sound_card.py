"""The timer driver with a sound card: what the compiled PortAudio callback plays is heard."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest
from playing import Engine, Listener, Told, jack, lane, track, write_set

BEAT = 24_000
BLOCK = 1_024


def _story(folder: Path) -> Told:
    patch = write_set(folder / "card.toml", "tempo = 120\n", track("kick", lane("x...x...x...x...")))
    words = (patch, "--driver", "timer")
    with jack() as server, Listener("ear", server.env) as ear, Engine(*words, env=server.env) as engine:
        assert engine.process.stdout is not None
        greeting = [engine.process.stdout.readline() for _ in range(2)]
        if "sound: none" in greeting[-1]:
            pytest.skip("this machine has no PortAudio that plays through JACK")
        for source, ours in (("out_0", "left"), ("out_1", "right")):
            ear.ask("connect", f"PortAudio:{source}", f"ear:{ours}")
        ear.ask("pass", ear.frame + 6 * BEAT)
        outcome = engine.end(signal.SIGTERM)
        return Told(ear.capture(), outcome, {})


def test_its_beats_are_heard_in_time_and_it_ends_in_silence(tmp_path):
    told = _story(tmp_path)
    assert told.outcome.code == 0, told.outcome.told
    assert told.outcome.err == ""
    blocks = told.capture.blocks
    assert 0.1 < max(peak for _, peak in blocks) <= 1.0
    beats = [blocks[0][0]]
    for (_, before), (frame, peak) in itertools.pairwise(blocks):
        # A block that is much louder than the one before begins a beat; its attack may go on into the next.
        if peak > max(0.05, 3 * before) and frame - beats[-1] > 4 * BLOCK:
            beats.append(frame)
    beats = beats[1:]
    assert len(beats) >= 4
    assert all(abs(later - earlier - BEAT) <= 2 * BLOCK for earlier, later in itertools.pairwise(beats))
    assert blocks[-1][1] < 0.05
