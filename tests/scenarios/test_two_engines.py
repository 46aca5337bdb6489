"""Two engines on one JACK server, and a server that dies under one."""

from __future__ import annotations

import signal
from pathlib import Path

import mido
import pytest
from arithmetic import grid, steps, unmatched
from playing import Engine, Listener, Told, jack, lane, track, undisturbed, write_set

PATTERN = "x..x..x...x.x..."
KICK = 36
TEMPI = {"one": 120.0, "two": 137.3}


def _set(folder: Path, port: str) -> Path:
    return write_set(
        folder / f"{port}.toml", f"tempo = {TEMPI[port]}\n", track("kick", lane(PATTERN), port=f"ear:{port}")
    )


def _two(folder: Path) -> Told:
    first, second = _set(folder, "one"), _set(folder, "two")
    with jack() as server, Listener("ear", server.env) as ear, Engine(first, env=server.env) as one:
        ear.ask("first")
        with Engine(second, env=server.env) as two:
            ear.ask("wait", "liveengine-01:midi_out")
            ear.ask("hear", 24)
            outcome = two.end(signal.SIGINT)
            ear.ask("hear", 5)
        assert one.end(signal.SIGTERM).code == 0
        return Told(ear.capture(), outcome, {})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("both")
    return undisturbed(lambda: _two(folder))


def test_the_second_says_under_which_name_it_is_on_jack(both):
    assert both.outcome.code == 0, both.outcome.told
    assert "client liveengine-01" in both.outcome.out


@pytest.mark.parametrize("port", TEMPI)
def test_T7_each_keeps_its_own_time_to_the_sample(both, port):
    onsets = both.capture.onsets(KICK, port)
    assert len(onsets) >= 9
    assert grid(onsets, steps(PATTERN, len(onsets)), TEMPI[port]) is not None


def test_N1_neither_leaves_a_note(both):
    assert unmatched(both.capture.events) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_dies_ends_the_set_with_one_clear_line_and_a_whole_recording(tmp_path, how):
    recording = tmp_path / "out.mid"
    with (
        jack() as server,
        Listener("ear", server.env) as ear,
        Engine(_set(tmp_path, "one"), "--record", recording, env=server.env) as engine,
    ):
        ear.ask("hear", 4)
        server.process.send_signal(how)
        outcome = engine.end(how=None, timeout=15)
    assert outcome.code == 1, outcome.told
    assert "Traceback" not in outcome.told
    assert outcome.err.startswith("the JACK server is gone") and outcome.err.count("\n") == 1
    kicks = [message for message in mido.MidiFile(recording).tracks[1] if message.type == "note_on"]
    assert len(kicks) >= 4
