"""Stop, start, continue, tempo, nudge and panic over OSC while it plays: clock and notes stay together."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest
from arithmetic import grid, unmatched
from playing import Engine, Listener, Told, jack, lane, track, undisturbed, write_set

from liveengine.music.time import TICKS_PER_SIXTEENTH

HAT = 42
EVERY = "xxxxxxxxxxxxxxxx"
TEMPO, FASTER = 120.0, 171.3
SIXTEENTH = 6_000  # frames at 120 BPM
PULSE = 1_000
BRIEF = 4_096  # four periods: what came before a frame was asked for may still be on its way

START, CONTINUE, STOP, CLOCK, POSITION = 0xFA, 0xFB, 0xFC, 0xF8, 0xF2


def _story(folder: Path) -> Told:
    patch = write_set(
        folder / "moving.toml",
        f'tempo = {TEMPO}\nclock = ["ear:two"]\n',
        track("hat", lane(EVERY, "hat"), port="ear:one"),
        # A note that is longer than a bar is sure to be cut by everything that happens.
        track(
            "drone", '[[track.pattern]]\nname = "a"\ngenerator = "euclid"\nbars = 2\n', role="chords", port="ear:three"
        ),
    )
    with jack() as server, Listener("ear", server.env) as ear, Engine(patch, env=server.env) as engine:
        marks = _move(ear, engine)
        outcome = engine.end(signal.SIGTERM)
        return Told(ear.capture(), outcome, marks)


def _move(ear: Listener, engine: Engine) -> dict[str, int]:
    marks = {}

    def do(what: str, value: float | None = None, mark: str = "") -> None:
        engine.turn(what, value)
        engine.ask("/ping", "/pong")
        if mark:
            marks[mark] = ear.frame

    ear.ask("hear", 6)
    do("/transport/stop", mark="stopped")
    ear.ask("pass", marks["stopped"] + 20_000)
    marks["still stopped"] = ear.frame
    do("/transport/continue")
    ear.ask("hear", 6)
    do("/transport/tempo", FASTER, mark="faster")
    ear.ask("hear", 12)
    do("/transport/nudge", 1.0)
    ear.ask("hear", 4)
    do("/transport/nudge", 0.0)
    ear.ask("hear", 2)
    do("/transport/tempo", TEMPO)
    ear.ask("hear", 2)
    do("/transport/start")  # from the top, while it plays
    ear.ask("hear", 6)
    do("/panic")
    ear.ask("hear", 4)
    do("/transport/stop", mark="stopped again")
    ear.ask("pass", marks["stopped again"] + 20_000)
    marks["still stopped again"] = ear.frame
    do("/transport/start")
    ear.ask("hear", 6)
    return marks


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("moving")
    return undisturbed(lambda: _story(folder))


def _moves(told: Told) -> list[tuple[int, int]]:
    """Return (frame, status) of every start, continue and stop."""
    return [(frame, data[0]) for frame, data in told.capture.bytes_on("two") if data[0] in (START, CONTINUE, STOP)]


def _clock(told: Told) -> list[int]:
    return [frame for frame, data in told.capture.bytes_on("two") if data[0] == CLOCK]


def test_N1_no_note_hangs_whatever_is_moved(moving):
    assert moving.outcome.code == 0, moving.outcome.told
    assert "Traceback" not in moving.outcome.told
    assert len(moving.capture.onsets(port="three")) >= 3
    assert unmatched(moving.capture.events) == []


def test_nothing_sounds_and_no_clock_runs_while_it_is_stopped(moving):
    for begin, end in (("stopped", "still stopped"), ("stopped again", "still stopped again")):
        low, high = moving.marks[begin] + BRIEF, moving.marks[end]
        assert high - low > 5_000
        assert [event for event in moving.capture.events if low < event[0] < high] == []


def test_O3_every_start_continue_and_stop_goes_out_once(moving):
    assert [status for _, status in _moves(moving)] == [START, STOP, CONTINUE, STOP, START, STOP, START, STOP]


def test_O2_song_position_goes_before_continue_and_a_pulse_follows_at_once(moving):
    sent = moving.capture.bytes_on("two")
    place = next(index for index, (_, data) in enumerate(sent) if data[0] == CONTINUE)
    (_, position), (frame, _), (first, pulse) = sent[place - 1 : place + 2]
    assert position[0] == POSITION and pulse == (CLOCK,) and first == frame
    # It plays on where it stopped: the next hat is the one that the song position counts.
    stopped = next(when for when, status in _moves(moving) if status == STOP)
    begun = moving.capture.onsets(HAT, "one")[0]
    assert position[1] + 128 * position[2] == -(-(stopped - begun) // SIXTEENTH)
    assert min(when for when in moving.capture.onsets(HAT, "one") if when >= frame) == frame


def test_O2_after_start_the_first_note_and_the_first_pulse_are_beat_zero(moving):
    starts = [frame for frame, status in _moves(moving) if status == START]
    for frame in starts:
        assert frame in _clock(moving)
        assert frame in moving.capture.onsets(HAT, "one")


def test_T6_pulses_are_never_a_burst(moving):
    # A start from the top begins a new row of pulses wherever the old one was.
    starts = {frame for frame, status in _moves(moving) if status in (START, CONTINUE)}
    gaps = [later - earlier for earlier, later in itertools.pairwise(_clock(moving)) if later not in starts]
    assert min(gaps) >= PULSE * TEMPO / (FASTER * 1.04) - 1


def test_T2_a_tempo_change_leaves_the_grid_whole(moving):
    """The notes before and after the change are each on an exact grid, and none is missing between them."""
    begin = next(frame for frame, status in _moves(moving) if status == CONTINUE)
    onsets = [frame for frame in moving.capture.onsets(HAT, "one") if frame >= begin]
    before = [frame for frame in onsets if frame < moving.marks["faster"] - BRIEF]
    after = [frame for frame in onsets if frame > moving.marks["faster"] + BRIEF][:9]
    assert grid(before, [TICKS_PER_SIXTEENTH * k for k in range(len(before))], TEMPO) is not None
    assert grid(after, [TICKS_PER_SIXTEENTH * k for k in range(len(after))], FASTER) is not None
    faster = SIXTEENTH * TEMPO / FASTER
    joints = [
        later - earlier for earlier, later in itertools.pairwise(onsets) if earlier < moving.marks["faster"] + BRIEF
    ]
    assert all(faster - 1 <= joint <= SIXTEENTH + 1 for joint in joints)
