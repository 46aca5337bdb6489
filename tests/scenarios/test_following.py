"""Following Debian's jack_midi_clock: its start, tempo and phase, through tempo changes and jitter (C1-C9).

JACK's transport is led by a client of the test's; jack_midi_clock makes a MIDI clock of it, as it would of a
digital audio workstation's. The listener hears that clock and the engine at once, so each is told from the other
to the frame.
"""

from __future__ import annotations

import contextlib
import itertools
import signal
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from arithmetic import calm, off, percentile, unmatched
from playing import Capture, Conductor, Engine, Listener, Shaker, Told, jack, lane, peer, track, undisturbed, write_set
from shaker import LATE_FRAMES

HAT = 42
EVERY = "xxxxxxxxxxxxxxxx"
PULSES_A_SIXTEENTH = 6
MS = 48  # frames
#: The transport's tempo at first, then; the patch has one of its own.
TEMPI = (120.0, 132.0, 90.0)
OWN_TEMPO = 100.0
BEAT = 32_000  # frames, at the slowest

START, STOP, CLOCK = (0xFA,), (0xFC,), (0xF8,)


def _set(folder: Path) -> Path:
    return write_set(
        folder / "follow.toml",
        f'tempo = {OWN_TEMPO}\nclock = ["ear:two"]\n',
        # Without built-in sound nothing waits for anything, and every note is to be with its pulse.
        track("hat", lane(EVERY, "hat"), port="ear:one", sound="none"),
    )


@contextlib.contextmanager
def _following(
    folder: Path, *options: str, with_cable: bool = False
) -> Iterator[tuple[Listener, Conductor, Engine, Shaker | None]]:
    """Put up the master, the engine that follows it, and who hears both; `options` are jack_midi_clock's."""
    with contextlib.ExitStack() as on:
        server = on.enter_context(jack())
        ear = on.enter_context(Listener("ear", server.env))
        lead = on.enter_context(Conductor("lead", server.env))
        on.enter_context(peer("jack_midi_clock", *options, env=server.env))
        ear.ask("connect", "jack_midi_clock:mclk_out", "ear:three")
        cable = on.enter_context(Shaker("cable", server.env)) if with_cable else None
        if cable:
            ear.ask("connect", "jack_midi_clock:mclk_out", "cable:in")
        clock = "midi:cable:out" if cable else "midi:jack_midi_clock"
        engine = on.enter_context(Engine(_set(folder), "--driver", "jack", "--clock", clock, env=server.env))
        engine.ask("/ping", "/pong")
        ear.ask("pass", ear.frame + 24_000)  # The set's first bar is there by now.
        yield ear, lead, engine, cable


def _led(folder: Path) -> Told:
    with _following(folder) as (ear, lead, engine, _):
        marks = {"started": int(lead.ask("start"))}
        ear.ask("hear", 24)
        for tempo in TEMPI[1:]:
            marks[f"{tempo:g}"] = int(lead.ask("tempo", tempo))
            ear.ask("hear", 20)
        marks["stopped"] = int(lead.ask("stop"))
        ear.ask("pass", marks["stopped"] + 24_000)
        outcome = engine.end(signal.SIGINT)
        return Told(ear.capture(), outcome, marks)


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("led")
    return undisturbed(lambda: _led(folder))


def _pulses(capture: Capture, port: str) -> list[int]:
    return [frame for frame, data in capture.bytes_on(port) if data == CLOCK]


def test_C1_beat_zero_is_the_first_pulse_after_start(led):
    master = led.capture.bytes_on("three")
    began = next(frame for frame, data in master if data == START)
    zero = next(frame for frame, data in master if data == CLOCK)
    assert led.outcome.code == 0, led.outcome.told
    assert began < zero, "the master says Start before its first pulse"
    if not led.capture.was_disturbed:  # else the ear may have missed that pulse, and be told of a later one
        assert zero == led.marks["started"]
    assert led.capture.onsets(HAT, "one")[0] == zero


def test_O2_whoever_follows_us_starts_on_the_masters_first_pulse(led):
    (start, said), (first, pulse) = led.capture.bytes_on("two")[:2]
    assert (said, pulse) == (START, CLOCK)
    assert start == first == _pulses(led.capture, "three")[0]


def test_C3_every_note_is_within_a_millisecond_of_its_own_pulse(led):
    """All but those within a beat of a tempo change, which a follower can only know when it has come (C7)."""
    master = _pulses(led.capture, "three")
    onsets = led.capture.onsets(HAT, "one")
    changes = [led.marks[f"{tempo:g}"] for tempo in TEMPI[1:]]
    if not led.capture.was_disturbed:
        assert abs(len(onsets) - len(master) / PULSES_A_SIXTEENTH) <= 1, "no note too many, none too few"
    judged = calm(onsets, [*changes, *led.capture.disturbed], after=BEAT)
    assert len(judged) > 20  # of some fifty, on a machine that misses no period
    sixteenths = master[::PULSES_A_SIXTEENTH] if not led.capture.was_disturbed else master
    assert percentile(off(judged, sixteenths), 1.0) <= MS


@pytest.mark.parametrize("tempo", TEMPI)
def test_C7_each_tempo_of_the_master_is_taken_over(led, tempo):
    """Where the tempo is steady again, the clock that goes out has the master's period to the frame."""
    begin = led.marks["started"] if tempo == TEMPI[0] else led.marks[f"{tempo:g}"]
    end = min([frame for frame in led.marks.values() if frame > begin])
    settled = [frame for frame in _pulses(led.capture, "two") if begin + BEAT < frame < end]
    kept = calm(settled, led.capture.disturbed, after=2 * BEAT)
    gaps = [later - earlier for earlier, later in itertools.pairwise(kept)]
    assert len(gaps) > 12  # of some fifty, on a machine that misses no period
    assert statistics.median(gaps) == pytest.approx(48_000 * 60 / tempo / 24, abs=1)


def test_T6_O3_the_clock_that_goes_out_is_never_a_burst(led):
    pulses = _pulses(led.capture, "two")
    shortest = 48_000 * 60 / max(TEMPI) / 24
    assert min(later - earlier for earlier, later in itertools.pairwise(pulses)) >= shortest / 2


def test_N1_the_masters_stop_stops_all_and_leaves_no_note(led):
    assert unmatched(led.capture.events) == []
    assert led.capture.bytes_on("two")[-1][1] == STOP
    assert led.capture.onsets(HAT)[-1] <= led.marks["stopped"] + MS


# -- jitter -------------------------------------------------------------------


def _shaken(folder: Path) -> Told:
    """The clock comes over a cable that moves each pulse by up to 1 ms, then by up to 2."""
    with _following(folder, with_cable=True) as (ear, lead, engine, cable):
        assert cable is not None
        cable.ask("shake", MS)
        marks = {"1 ms": int(lead.ask("start"))}
        ear.ask("hear", 40)
        cable.ask("shake", 2 * MS)
        marks["2 ms"] = ear.frame
        ear.ask("hear", 40)
        marks["end"] = ear.frame
        outcome = engine.end(signal.SIGINT)
        return Told(ear.capture(), outcome, marks)


@pytest.fixture(scope="module")
def shaken(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("shaken")
    return undisturbed(lambda: _shaken(folder))


def _errors(told: Told, begin: int, end: int, late: int = 0) -> list[int]:
    """Return by how many frames our pulses are off the true grid, from two beats (C3) after `begin` until `end`."""
    grid = [frame + late for frame in _pulses(told.capture, "three")]
    ours = [frame for frame in _pulses(told.capture, "two") if begin + 2 * BEAT < frame < min(end, grid[-1])]
    return off(calm(ours, told.capture.disturbed, after=4 * BEAT), grid)


@pytest.mark.parametrize(("jitter", "sigma_ms", "p99_ms"), [("1 ms", 0.2, 0.5), ("2 ms", 0.4, 1.0)])
def test_C9_the_clock_that_goes_out_is_steadier_than_the_one_that_comes_in(shaken, jitter, sigma_ms, p99_ms):
    assert shaken.outcome.code == 0, shaken.outcome.told
    end = shaken.marks["2 ms" if jitter == "1 ms" else "end"]
    errors = _errors(shaken, shaken.marks[jitter], end, LATE_FRAMES)
    assert len(errors) > 120
    assert statistics.pstdev(errors) < sigma_ms * MS
    assert percentile(errors, 0.99) < p99_ms * MS


def test_C9_every_note_is_within_a_millisecond_of_the_true_grid(shaken):
    grid = [frame + LATE_FRAMES for frame in _pulses(shaken.capture, "three")][::PULSES_A_SIXTEENTH]
    onsets = shaken.capture.onsets(HAT, "one")[8:]
    errors = off(calm(onsets, shaken.capture.disturbed, after=4 * BEAT), grid)
    assert len(errors) > 60
    assert percentile(errors, 0.99) < MS


def _wandering(folder: Path) -> Told:
    with _following(folder, "-J", "1") as (ear, lead, engine, _):
        marks = {"started": int(lead.ask("start"))}
        ear.ask("hear", 40)
        marks["end"] = ear.frame
        outcome = engine.end(signal.SIGINT)
        return Told(ear.capture(), outcome, marks)


def test_C9_a_master_that_wanders_is_kept_to_within_a_millisecond(tmp_path):
    """With its option -J each pulse is off from the one before by up to a hundredth of a period."""
    told = undisturbed(lambda: _wandering(tmp_path))
    errors = _errors(told, told.marks["started"], told.marks["end"])
    assert len(errors) > 120
    assert percentile(errors, 0.95) < MS
