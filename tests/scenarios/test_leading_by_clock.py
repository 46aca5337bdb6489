"""Debian's jack_mclk_dump reads our clock while the machine is busy and everything is launched and loaded (O1-O3)."""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from arithmetic import calm, unmatched
from playing import Capture, Engine, Listener, Told, jack, lane, peer, track, undisturbed, write_set

HAT, KICK, SNARE = 42, 36, 38
PULSE = 1_000  # frames at 120 BPM and 48 kHz
BEAT = 24 * PULSE
ROUNDS = 10
START, CONTINUE, STOP, CLOCK = (0xFA,), (0xFB,), (0xFC,), (0xF8,)

SCENES = """
[[scene]]
name = "one"
patterns = { hat = "a", beat = "a" }
[[scene]]
name = "two"
patterns = { hat = "free", beat = "b" }
"""
FREE = '[[track.pattern]]\nname = "free"\ngenerator = "phi"\ndensity = 0.9\nhumanise = 0.5\nevery = 1\n'
READING = re.compile(r"CLK cur: +([\d.]+)\[BPM\] flt: +([\d.]+)\[BPM\].*@ (\d+)")


@contextlib.contextmanager
def _load(engine: Engine) -> Iterator[None]:
    """Keep a core busy at a low priority, and the engine's Python with some 500 messages a second."""
    ended = threading.Event()

    def storm() -> None:
        while not ended.wait(0.002):
            engine.turn("/track/2/level", -3.0)

    busy = subprocess.Popen([sys.executable, "-c", "import os; os.nice(10)\nwhile True: pass"])
    thread = threading.Thread(target=storm)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        busy.kill()
        busy.wait()


def _story(folder: Path) -> tuple[Told, list[tuple[int, float, float]]]:
    """Return what was heard, and the readings of the peer: (frame, tempo of the last period, filtered tempo)."""
    patch = write_set(
        folder / "lead.toml",
        'tempo = 120\nquantum = "beat"\nclock = ["jack_mclk_dump", "ear:three"]\n',
        track("hat", lane("xxxxxxxxxxxxxxxx", "hat"), FREE, port="ear:one"),
        track("beat", lane("x...x...x...x..."), lane("..x...x...x...x.", "snare", "b"), port="ear:two"),
        SCENES,
    )
    with (
        jack() as server,
        Listener("ear", server.env) as ear,
        peer("jack_mclk_dump", "-n", env=server.env) as reader,
    ):
        ear.ask("wait", "jack_mclk_dump:mclk_in")
        with Engine(patch, "--driver", "jack", env=server.env) as engine:
            ear.ask("hear", 8)
            with _load(engine):
                _launch(ear, engine)
            outcome = engine.end(signal.SIGINT)
        reader.send_signal(signal.SIGINT)
        lines = reader.communicate(timeout=5)[0]
        found = [(int(at), float(now), float(filtered)) for now, filtered, at in READING.findall(lines)]
        return Told(ear.capture(), outcome, {}), found


def _launch(ear: Listener, engine: Engine) -> None:
    """Launch and re-roll whatever there is, a little into each beat."""
    for turn in range(ROUNDS):
        engine.turn("/scene/next")
        engine.turn("/track/1/reroll")
        engine.turn("/track/1/density", 0.3 + 0.06 * turn)
        ear.ask("pass", ear.frame + BEAT)
        engine.turn("/track/2/pattern", 1 + turn % 2)
        engine.turn("/track/2/mute", turn % 2)
        engine.turn("/track/2/fill")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, list[tuple[int, float, float]]]:
    folder = tmp_path_factory.mktemp("leading")
    readings: list[list[tuple[int, float, float]]] = []

    def story() -> Told:
        told, read = _story(folder)
        readings.append(read)
        return told

    return undisturbed(story), readings[-1]


def _pulses(capture: Capture) -> list[int]:
    return [frame for frame, data in capture.bytes_on("three") if data == CLOCK]


def _pairs(capture: Capture) -> list[tuple[int, int]]:
    """Return each two pulses after each other between which the server missed nothing."""
    troubles = capture.disturbed
    return [
        (one, other)
        for one, other in itertools.pairwise(_pulses(capture))
        if not any(one - 2 * PULSE < trouble < other + 2 * PULSE for trouble in troubles)
    ]


def test_everything_was_launched(evening):
    told, _ = evening
    assert told.outcome.code == 0, told.outcome.told
    assert "Traceback" not in told.outcome.told
    assert len(told.capture.onsets(KICK)) > 3 and len(told.capture.onsets(SNARE)) > 3
    assert unmatched(told.capture.events) == []


def test_O1_the_peer_reads_a_tempo_that_does_not_move(evening):
    told, readings = evening
    kept = set(calm((frame for frame, _, _ in readings), told.capture.disturbed, after=8 * BEAT))
    for column in (1, 2):
        tempi = [reading[column] for reading in readings if reading[0] in kept]
        assert len(tempi) > 100
        assert max(tempi) - min(tempi) < 0.05
        assert abs(tempi[-1] - 120.0) < 0.05


def test_O3_nothing_that_is_launched_moves_one_pulse_by_one_frame(evening):
    told, _ = evening
    pairs = _pairs(told.capture)
    assert len(pairs) > 200
    assert {other - one for one, other in pairs} == {PULSE}


def test_O3_there_is_one_start_one_stop_and_no_stray_continue(evening):
    told, _ = evening
    said = [data for _, data in told.capture.bytes_on("three")]
    assert said.count(START) == said.count(STOP) == 1
    assert CONTINUE not in said
    assert said[0] == START and said[1] == CLOCK and said[-1] == STOP


def test_T6_no_double_and_no_burst_even_where_the_machine_stood_still(evening):
    told, _ = evening
    assert min(other - one for one, other in itertools.pairwise(_pulses(told.capture))) >= PULSE // 2
