"""A set that leads JACK's transport: every other client is told where the song is, and starts and stops with it."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playing import Engine, jack, lane, run, track, write_set

jack_client = pytest.importorskip("jack", reason="missing: libjack (Debian package libjack-jackd2-0)", exc_type=OSError)

PATIENCE_S = 100.0


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        select.select([], [], [], 0.02)


def client(server: Any) -> Any:
    made = jack_client.Client("other", no_start_server=True, servername=server.env["JACK_DEFAULT_SERVER"])
    made.activate()
    return closing(made)


def test_another_client_reads_bar_and_tempo_and_stops_with_the_set(tmp_path):
    patch = write_set(tmp_path / "led.toml", 'tempo = 150\nmetre = "3/4"\n', track("kick", lane("x...x...x...")))
    with jack() as server, client(server) as other:

        def told(key: str) -> Any:
            return other.transport_query()[1].get(key)

        words = (patch, "--driver", "jack", "--no-audio", "--lead", "jack")
        with Engine(*words, env=server.env) as engine:
            until(lambda: other.transport_state == jack_client.ROLLING, "JACK rolls with the set")
            until(lambda: (told("bar") or 0) >= 3, "bar 3")
            assert (told("beats_per_bar"), told("beats_per_minute")) == (3, 150)
            engine.turn("/transport/tempo", 90.0)
            until(lambda: told("beats_per_minute") == pytest.approx(90), "the new tempo")
            engine.turn("/transport/stop")
            until(lambda: other.transport_state == jack_client.STOPPED, "JACK stops with the set")
            engine.turn("/transport/start")
            until(lambda: other.transport_state == jack_client.ROLLING, "and starts again")
            outcome = engine.end()
        assert outcome.code == 0, outcome.told
        until(lambda: other.transport_state == jack_client.STOPPED, "it does not roll on alone")


def test_where_another_leads_it_is_told_and_left_to_it(tmp_path):
    patch = write_set(tmp_path / "led.toml", "tempo = 150\n", track("kick", lane("x...x...x...")))
    with jack() as server, client(server) as other:
        other.set_timebase_callback(lambda *_: None)
        outcome = run("play", patch, "--driver", "jack", "--no-audio", "--headless", "--lead", "jack",
                      "--seconds", "1", env=server.env)  # fmt: skip
        assert outcome.code == 0
        assert "another client leads JACK's transport (--lead jack:take takes it over)" in outcome.out
        assert other.transport_state == jack_client.STOPPED


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--driver", "timer", "--lead", "jack"), "JACK's transport is led where JACK turns the beat"),
        (("--clock", "jack,internal", "--lead", "jack"), "cannot be led and followed at once"),
        (("--driver", "timer", "--clock", "jack"), "JACK's transport is followed where JACK turns the beat"),
    ],
)
def test_what_cannot_be_is_told(words, told):
    outcome = run("play", "--headless", "--no-audio", "--seconds", "1", *words)
    assert outcome.code != 0
    assert told in outcome.err
    assert "Traceback" not in outcome.told
