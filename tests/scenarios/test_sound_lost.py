"""A sound card whose JACK server dies in mid-set: MIDI plays on, the player is told, and the set ends cleanly (F7)."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playing import Engine, jack, lane, track, write_set


def test_F7_when_the_server_behind_the_sound_dies_it_is_told_and_the_set_plays_on_and_ends(tmp_path: Path):
    patch = write_set(tmp_path / "card.toml", "tempo = 240\n", track("kick", lane("x...x...x...x...")))
    with jack() as server, Engine(patch, "--driver", "timer", env=server.env) as engine:
        assert engine.process.stdout is not None
        greeting = [engine.process.stdout.readline() for _ in range(2)]
        if "sound: none" in greeting[-1]:
            pytest.skip("this machine has no PortAudio that plays through JACK")
        engine.ask("/ping", "/pong")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        while "the sound is gone" not in (said := engine.process.stdout.readline()):
            assert said, "it ended without a word"
        engine.ask("/ping", "/pong")
        outcome = engine.end(signal.SIGTERM, timeout=30.0)
    assert outcome.code == 0, outcome.told
    assert "stopped after" in outcome.out
    assert "Traceback" not in outcome.err
