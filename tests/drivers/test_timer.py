"""The timer driver: what it writes down its file descriptors, by hand-turned instants and by the real thread."""

from __future__ import annotations

import itertools
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from turned import TEMPO, offline, playing, sent

from liveengine.drivers import system, timer
from liveengine.drivers.backlog import BACKLOG
from liveengine.drivers.timer import AUDIO_EVENTS, AUDIO_LOST, PERIOD_NS, RUNNING, TimerDriver
from liveengine.music.time import PULSES_PER_BEAT
from liveengine.sequencer import commands as do
from liveengine.sequencer.longs import push_long
from liveengine.sequencer.records.rings import READ
from liveengine.sequencer.render import begin
from liveengine.sequencer.ring import release, waiting
from liveengine.sequencer.state import State, make_state

RATE = 1e9
HALF_PULSE_NS = int(60e9 / TEMPO / PULSES_PER_BEAT / 2)
LENGTH_NS = 3 * 10**9
PATIENCE_S = 20.0

#: Steps of the clock that are caught up, not collapsed.
steps = st.lists(st.integers(1, HALF_PULSE_NS - 1), min_size=1, max_size=60)


@contextmanager
def pipes(*ports: int) -> Iterator[tuple[dict[int, int], dict[int, int]]]:
    """Yield the write ends and the read ends of a pipe for each port, none of which waits."""
    ends = {port: os.pipe2(os.O_NONBLOCK) for port in ports}
    try:
        yield {port: end[1] for port, end in ends.items()}, {port: end[0] for port, end in ends.items()}
    finally:
        for end in ends.values():
            for fd in end:
                os.close(fd)


def drain(fd: int) -> bytes:
    data = b""
    while select.select([fd], [], [], 0)[0] and (piece := os.read(fd, 65536)):
        data += piece
    return data


def bytes_for(port: int, until: int, **wanted: int) -> bytes:
    """Return what a port is sent before an instant, by the offline driver."""
    return b"".join(bytes(data) for _, where, data in offline(RATE, until, **wanted) if where == port)


def by_hand(state: State, fds: dict[int, int], portable: bool = False) -> tuple[TimerDriver, object]:
    driver = TimerDriver(state, fds)
    begin(state, 0)
    turn = driver._turn_portably if portable else lambda now: timer.turn(state, driver.timer, now)
    return driver, turn


@pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])
@settings(max_examples=40, deadline=None)
@given(steps)
def test_T3_T4_whenever_it_wakes_each_port_is_sent_what_the_offline_driver_sends(portable, wakes):
    with pipes(1, 2) as (fds, ends):
        _, turn = by_hand(playing(RATE), fds, portable)
        now = 0
        for step in wakes:
            now += step
            turn(now)
        for port in (1, 2):
            assert drain(ends[port]) == bytes_for(port, now + 1)


@pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])
@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.integers(1, HALF_PULSE_NS), st.integers(HALF_PULSE_NS, 10**10)), max_size=40))
@example([10**9, 10**10, 5])
def test_T6_after_a_stall_of_any_length_nothing_comes_in_a_burst(portable, stalls):
    with pipes(1) as (fds, ends):
        _, turn = by_hand(playing(RATE, ports=1), fds, portable)
        turn(0)
        drain(ends[1])
        now = 0
        for stall in stalls:
            now += stall
            turn(now)
            assert drain(ends[1]).count(0xF8) <= 1


def test_T6_a_stall_collapsed_is_counted_and_the_song_goes_on_where_it_was():
    with pipes(1) as (fds, ends):
        state = playing(RATE, ports=1)
        _, turn = by_hand(state, fds)
        turn(10**6)
        turn(10**9)
        assert state.transport[0]["realigned"] == 1
        for now in range(10**9 + 10**6, 2 * 10**9, 10**6):
            turn(now)
        heard = drain(ends[1])
    expected = bytes_for(1, 10**9, ports=1)
    assert heard[: len(expected)] == expected


@pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])
def test_a_long_message_goes_down_its_port_whole(portable):
    data = bytes((0xF0, *range(100), 0xF7))
    with pipes(1, 2) as (fds, ends):
        state = make_state()
        assert push_long(state, 2, data)
        do.push(state, do.DO_LONG)
        _, turn = by_hand(state, fds, portable)
        turn(10**6)
        assert drain(ends[2]) == data
        assert drain(ends[1]) == b""


def test_what_is_for_the_instruments_goes_into_the_ring_in_order():
    state = playing(RATE)
    driver, turn = by_hand(state, {})
    for now in range(0, LENGTH_NS, 10**6):
        turn(now)
    count = waiting(driver.timer.audio_ends)
    events = driver.timer.audio[:count]
    assert np.all(np.diff(events["when"]) >= 0)
    assert set(events["port"]) == {0}
    assert len(events[events["size"] == 3]) >= 20


def test_a_full_ring_costs_sound_and_is_counted_and_the_ports_play_on():
    with pipes(1, 2) as (fds, ends):
        state = playing(RATE)
        driver, turn = by_hand(state, fds)
        driver.timer.audio_ends[READ] = -AUDIO_EVENTS + 1  # room for one
        turn(10**6)
        assert waiting(driver.timer.audio_ends) == AUDIO_EVENTS
        assert driver.timer.counts[AUDIO_LOST] > 0
        assert drain(ends[1]) == bytes_for(1, 10**6 + 1)
        release(driver.timer.audio_ends, AUDIO_EVENTS)


@pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])
def test_a_port_that_takes_nothing_holds_up_no_other_and_loses_whole_messages_only(portable):
    with pipes(1, 2) as (fds, ends):
        while True:
            try:
                os.write(fds[1], bytes(4096))
            except BlockingIOError:
                break
        state = playing(RATE)
        driver, turn = by_hand(state, fds, portable)
        seconds = 0
        while driver.timer.backlog.lost[1] == 0:
            for now in range(seconds * 10**9, (seconds + 1) * 10**9, 2 * 10**6):
                turn(now)
            seconds += 1
            assert seconds < 120
        assert drain(ends[2]) == bytes_for(2, seconds * 10**9 - 2 * 10**6 + 1)
        assert BACKLOG - 3 < driver.timer.backlog.fill[1] <= BACKLOG
        drain(ends[1])
        turn(seconds * 10**9)
        heard = drain(ends[1])
    assert len(heard) >= BACKLOG - 2
    messages = list(_messages(heard))
    assert b"".join(messages) == heard
    assert {len(message) for message in messages} <= {1, 3}


def _messages(data: bytes) -> Iterator[bytes]:
    """Cut a stream before each of its status bytes."""
    places = [0, *(place for place, byte in enumerate(data) if byte >= 0x80 and place), len(data)]
    for begin_, end in itertools.pairwise(places):
        if end > begin_:
            yield data[begin_:end]


@pytest.mark.parametrize("portable", [False, True], ids=["native", "portable"])
def test_a_port_whose_reader_has_gone_holds_up_no_other(portable):
    with pipes(1, 2) as (fds, ends):
        os.close(ends[1])
        _, turn = by_hand(playing(RATE), fds, portable)
        for now in range(0, 10**9, 10**6):
            turn(now)
        assert drain(ends[2]) == bytes_for(2, 10**9 - 10**6 + 1)
        ends[1] = os.open(os.devnull, os.O_RDONLY)


# -- the thread ---------------------------------------------------------------


def until(condition: object, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        select.select([], [], [], 0.005)


@contextmanager
def running(state: State, fds: dict[int, int]) -> Iterator[TimerDriver]:
    driver = TimerDriver(state, fds)
    driver.start()
    try:
        yield driver
    finally:
        driver.stop()
        assert not driver._thread.is_alive()


@pytest.fixture(params=["native", "portable"])
def either(request, monkeypatch):
    """Both loops: the compiled one, and the one for systems whose clock compiled code does not know."""
    if request.param == "portable":
        monkeypatch.setattr(system, "NATIVE", False)
    elif not system.NATIVE:
        pytest.skip("this machine has no Linux under it")
    return request.param


def test_N1_the_thread_plays_and_stop_ends_every_note(either):
    with pipes(1) as (fds, ends):
        state = playing(RATE, ports=1, clock=False)
        heard = b""

        def enough() -> bool:
            nonlocal heard
            heard += drain(ends[1])
            return sum(message[0] & 0xF0 == 0x90 for message in _messages(heard)) >= 6

        with running(state, fds) as driver:
            until(enough, "six notes")
            do.push(state, do.DO_STOP)
            driver.wake()
            until(lambda: state.command_ends[0] == state.command_ends[READ], "the command is taken")
            until(lambda: state.transport[0]["voice_count"] == 0, "silence")
        heard += drain(ends[1])
    sounding = set()
    for message in _messages(heard):
        (sounding.add if message[0] & 0xF0 == 0x90 else sounding.discard)(message[1])
    assert sounding == set()
    assert state.lateness.sum() > 0


def test_the_clock_begins_when_the_thread_turns_not_before_its_code_is_there(either):
    """Compiling the loop, or reading it from disk, may take long: no stall may come of it."""
    state = make_state(RATE, TEMPO)
    with running(state, {}):
        until(lambda: state.transport[0]["until"] > 0, "the first turn")
        first = int(state.transport[0]["when_origin"])
        assert abs(time.monotonic_ns() - first) < 10**9
        assert state.transport[0]["realigned"] == 0


def test_a_command_is_taken_at_once_when_it_wakes_the_thread():
    state = make_state(RATE, TEMPO)
    with running(state, {}) as driver:
        took_ms = []
        for _ in range(20):
            before = time.monotonic_ns()
            do.push(state, do.DO_TEMPO, x=99.0)
            driver.wake()
            while state.command_ends[READ] != state.command_ends[0]:
                pass
            took_ms.append((time.monotonic_ns() - before) / 1e6)
    assert np.median(took_ms) < 2 * PERIOD_NS / 1e6


def test_stopping_what_was_never_started_or_twice_is_no_error():
    driver = TimerDriver(make_state(RATE), {})
    driver.stop()
    driver.stop()
    assert driver.timer.flags[RUNNING] == 0


def test_a_port_without_a_descriptor_is_nobodys():
    state = playing(RATE)
    driver, turn = by_hand(state, {})
    turn(10**6)
    assert driver.timer.backlog.fill.sum() == 0
    assert sent(driver.timer.audio[: waiting(driver.timer.audio_ends)]) == []
