"""`play --telemetry`: the file is there and whole, however the set ends."""

from __future__ import annotations

import json
import signal

import pytest
from playing import Engine, jack, lane, run, track, write_set

NO_JACK = {"JACK_DEFAULT_SERVER": "nobody-runs-this"}


@pytest.fixture
def patch(tmp_path):
    return write_set(tmp_path / "set.toml", "tempo = 200\n", track("kick", lane("x...x...x...x...")))


def _driver_of(path) -> str:
    told = json.loads(path.read_text())
    assert told["schema"] == "liveengine-telemetry/1"
    assert told["errors"] == 0
    assert told["ports"]["instruments"]["sent"] > 0
    return str(told["driver"])


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whatever_signal_ends_it_how_time_was_kept_is_written_down(patch, tmp_path, how):
    path = tmp_path / "night.json"
    with Engine(patch, "--driver", "timer", "--no-audio", "--telemetry", path, env=NO_JACK) as engine:
        engine.ask("/ping", "/pong")
        assert not path.exists()
        outcome = engine.end(signal.Signals[how], timeout=20)
    assert outcome.code == 0, outcome.told
    assert _driver_of(path) == "timer"


def test_where_the_jack_server_is_lost_it_is_written_all_the_same(patch, tmp_path):
    path = tmp_path / "night.json"
    with jack() as server, Engine(patch, "--driver", "jack", "--telemetry", path, env=server.env) as engine:
        engine.ask("/ping", "/pong")
        server.process.terminate()
        outcome = engine.end(None)
    assert outcome.code == 1
    assert "the JACK server is gone" in outcome.err
    assert _driver_of(path) == "jack"


def test_a_folder_that_is_not_there_is_told_before_the_first_note(patch, tmp_path):
    outcome = run("play", patch, "--headless", "--telemetry", tmp_path / "nowhere" / "night.json", env=NO_JACK)
    assert outcome.code == 1
    assert f"cannot write {tmp_path}/nowhere/night.json: there is no folder {tmp_path}/nowhere" in outcome.err
