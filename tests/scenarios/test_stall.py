"""T5: with every Python thread stalled for a second, notes and clock go on in time."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from arithmetic import calm, grid, off, unmatched
from playing import (
    HERE,
    PATIENCE_S,
    RATE,
    Conductor,
    Listener,
    Outcome,
    Told,
    jack,
    lane,
    peer,
    track,
    undisturbed,
    write_set,
)

from liveengine.music.time import TICKS_PER_PULSE, TICKS_PER_SIXTEENTH, units_per_tick

HAT = 42
EVERY = "xxxxxxxxxxxxxxxx"
#: At this tempo half a clock pulse, up to which a held-up driver catches up and keeps its grid, is 21 ms.
TEMPO = 60.0
CLOCK_FRAMES = 2_000


def _stalled(
    patch: Path, driver: str, env: Mapping[str, str], clock: str = "internal", at: Mapping[str, Callable[[], None]] = {}
) -> tuple[Outcome, dict[str, float]]:
    """Let stalled.py play; `at` is what to do as soon as it says `ready`, or `stands`."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "stalled.py"), str(patch), driver, clock],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    try:
        for word in ("ready", "stands"):
            if process.stdout.readline().strip() == word and word in at:
                at[word]()
        out, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return Outcome(process.returncode, out, err), json.loads(out)


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


#: The master's tempo at first, and from when Python stands still.
LED, THEN = 120.0, 132.0
MS = 48  # frames


def _led(folder: Path) -> Told:
    patch = write_set(
        folder / "led.toml",
        'tempo = 100\nclock = ["ear:two"]\n',
        track("hat", lane(EVERY, "hat"), port="ear:one", sound="none"),
    )
    with (
        jack() as server,
        Listener("ear", server.env) as ear,
        Conductor("lead", server.env) as lead,
        peer("jack_midi_clock", env=server.env),
    ):
        ear.ask("connect", "jack_midi_clock:mclk_out", "ear:three")
        marks = {}

        def begin() -> None:
            ear.ask("pass", ear.frame + 24_000)  # The set's first bar is there by now.
            lead.ask("start")

        def hurry() -> None:
            marks["changed"] = int(lead.ask("tempo", THEN))

        at = {"ready": begin, "stands": hurry}
        outcome, told = _stalled(patch, "jack", server.env, "midi:jack_midi_clock", at)
        return Told(ear.capture(), outcome, marks | told)


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("led")
    return undisturbed(lambda: _led(folder))


def test_T5_on_jack_a_master_that_changes_tempo_meanwhile_is_followed(led):
    """Within a beat (C7), while Python still stands still, our clock is with the master's to a millisecond."""
    assert led.marks["longest_s"] > 0.9
    assert led.marks["begin"] < led.marks["changed"]
    master, ours = ([at for at, data in led.capture.bytes_on(port) if data == (0xF8,)] for port in ("three", "two"))
    a_beat_later = led.marks["changed"] + 60 / THEN * RATE
    during = [frame for frame in ours if a_beat_later < frame < led.marks["end"]]
    judged = calm(during, led.capture.disturbed, after=RATE)
    assert len(judged) >= 6
    assert max(abs(late) for late in off(judged, master)) <= MS
    gaps = [later - earlier for earlier, later in itertools.pairwise(judged)]
    assert statistics.median(gaps) == pytest.approx(RATE * 60 / THEN / 24, abs=1)


def test_T5_on_jack_no_note_is_lost_while_a_master_is_followed(led):
    master = [at for at, data in led.capture.bytes_on("three") if data == (0xF8,)]
    onsets = led.capture.onsets(HAT, "one")
    heard = [frame for frame in onsets if led.marks["begin"] < frame < led.marks["end"]]
    meant = [frame for frame in master[::6] if led.marks["begin"] < frame < led.marks["end"]]
    assert len(heard) in (8, 9) or led.capture.was_disturbed
    assert abs(len(heard) - len(meant)) <= 1 or led.capture.was_disturbed
    assert unmatched(led.capture.events) == []


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
