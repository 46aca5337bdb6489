"""T5: with every Python thread stalled for a second, notes and clock go on in time."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from arithmetic import grid, unmatched
from playing import HERE, PATIENCE_S, Listener, Outcome, Told, jack, lane, track, undisturbed, write_set

from liveengine.music.time import TICKS_PER_PULSE, TICKS_PER_SIXTEENTH, units_per_tick

HAT = 42
EVERY = "xxxxxxxxxxxxxxxx"
#: At this tempo half a clock pulse, up to which a held-up driver catches up and keeps its grid, is 21 ms.
TEMPO = 60.0
CLOCK_FRAMES = 2_000


def _stalled(patch: Path, driver: str, env: Mapping[str, str]) -> tuple[Outcome, dict[str, float]]:
    done = subprocess.run(
        [sys.executable, str(HERE / "stalled.py"), str(patch), driver],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **env},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr), json.loads(done.stdout)


def _on_jack(folder: Path) -> Told:
    patch = write_set(
        folder / "stall.toml",
        f'tempo = {TEMPO}\nclock = ["ear:two"]\n',
        track("hat", lane(EVERY, "hat"), port="ear:one"),
    )
    with jack() as server, Listener("ear", server.env) as ear:
        outcome, told = _stalled(patch, "jack", server.env)
        return Told(ear.capture(), outcome, told)


@pytest.fixture(scope="module")
def on_jack(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("stall")
    return undisturbed(lambda: _on_jack(folder))


def test_T5_on_jack_python_did_stand_still(on_jack):
    assert on_jack.marks["longest_s"] > 0.9
    assert on_jack.marks["end"] - on_jack.marks["begin"] > 0.9 * 48_000


def test_T5_on_jack_not_one_note_is_off_its_sample(on_jack):
    onsets = on_jack.capture.onsets(HAT, "one")
    during = [frame for frame in onsets if on_jack.marks["begin"] < frame < on_jack.marks["end"]]
    assert len(during) in (4, 5)
    assert grid(onsets, [TICKS_PER_SIXTEENTH * k for k in range(len(onsets))], TEMPO) is not None
    assert unmatched(on_jack.capture.events) == []


def test_T5_on_jack_not_one_clock_pulse_is_off_its_sample(on_jack):
    pulses = [frame for frame, data in on_jack.capture.bytes_on("two") if data == (0xF8,)]
    assert pulses == [pulses[0] + CLOCK_FRAMES * k for k in range(len(pulses))]
    assert len(pulses) > 2.5 * 24


def test_T5_on_the_timer_not_one_note_waits_for_python(tmp_path):
    fifo = tmp_path / "midi"
    os.mkfifo(fifo)
    patch = write_set(
        tmp_path / "stall.toml",
        f'tempo = {TEMPO}\nclock = ["{fifo}"]\n',
        track("hat", lane(EVERY, "hat"), port=str(fifo)),
    )
    watch = subprocess.Popen([sys.executable, str(HERE / "stopwatch.py"), str(fifo)], stdout=subprocess.PIPE, text=True)
    _, told = _stalled(patch, "timer", {"JACK_DEFAULT_SERVER": "nobody-runs-this"})
    came = json.loads(watch.communicate(timeout=PATIENCE_S)[0])
    assert told["longest_s"] > 0.9

    notes = [when for when, data in came if data[0] & 0xF0 == 0x90]
    pulses = [when for when, data in came if data == [0xF8]]
    during = [when for when in notes if told["begin"] < when < told["end"]]
    assert len(during) in (3, 4, 5)
    for instants, ticks in ((notes, TICKS_PER_SIXTEENTH), (pulses, TICKS_PER_PULSE)):
        off_ms = _off_ms(instants, ticks)
        # A shared or virtual machine may stand still for some 10 ms, and nothing that runs on it is in time then.
        # But whatever waited for Python would come up to a second after the one before it.
        assert max(off_ms) < 50.0
        assert statistics.median(off_ms) < 2.0


def _off_ms(instants: list[int], ticks: int) -> list[float]:
    """Return by how many ms each event of an even row is too early or late, counted from the one before it."""
    distance = ticks * units_per_tick(TEMPO, 1e9)
    return [abs(later - earlier - distance) / 1e6 for earlier, later in itertools.pairwise(instants)]
