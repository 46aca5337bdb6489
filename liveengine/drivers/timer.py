"""The timer driver: a thread without the GIL that sleeps to absolute deadlines.

It sends each MIDI port's bytes down a file descriptor: a raw MIDI device, or
a pipe to the process that feeds python-rtmidi. What the built-in instruments
are to play it puts into a ring for the audio driver.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.drivers import system
from liveengine.drivers.backlog import BACKLOG, Backlog, connect, make_backlog, queue, ready, went
from liveengine.drivers.lateness import count_late
from liveengine.music.event import EVENT, INSTRUMENTS, RECEIVED
from liveengine.music.time import NS_PER_SECOND, TICKS_PER_PULSE
from liveengine.priority import run_first
from liveengine.sequencer.inlet import let_go, receive
from liveengine.sequencer.lanes import deliver, next_delivery
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.records.rings import ENDS_SIZE, WRITTEN
from liveengine.sequencer.render import begin, next_instant, render
from liveengine.sequencer.ring import load_acquire, publish, raise_flag, room
from liveengine.sequencer.state import State

#: The longest sleep: how long a command waits where it cannot wake the thread.
PERIOD_NS = 1_000_000

#: So long before an event the thread wakes and renders it, to send it at its instant: waking up is what takes longest.
EARLY_NS = 100_000

AUDIO_EVENTS = 4096

RUNNING = 0
AUDIO_LOST = 0

RECORD_SIZE = RECEIVED.itemsize

#: Messages that are read from an input at a time.
READ_RECORDS = 64


class Timer(NamedTuple):
    """What the loop works with; all of it allocated before it starts."""

    flags: NDArray[np.int64]  # [RUNNING]: 1 while it is to go on
    backlog: Backlog
    time: NDArray[np.int64]
    polls: NDArray[np.int64]  # the eventfd that wakes it, then the inputs
    wake: NDArray[np.int64]
    received: NDArray[Any]
    spare: NDArray[Any]
    counts: NDArray[np.int64]
    audio: NDArray[Any]  # ring of EVENT for the audio driver
    audio_ends: NDArray[np.int64]


def make_timer(fds: Mapping[int, int], inputs: Sequence[int] = ()) -> Timer:
    """Allocate the loop's memory; `fds` names a file descriptor for each connected port, `inputs` for each input."""
    return Timer(
        flags=np.zeros(ENDS_SIZE, np.int64),
        backlog=make_backlog(fds),
        time=np.zeros(2, np.int64),
        polls=np.array([0, *map(system.poll_for, inputs[:IN_PORTS])], np.int64),
        wake=np.zeros(1, np.int64),
        received=np.zeros(IN_PORTS * READ_RECORDS, RECEIVED),
        spare=np.zeros(1, RECEIVED),
        counts=np.zeros(1, np.int64),
        audio=np.zeros(AUDIO_EVENTS, EVENT),
        audio_ends=np.zeros(ENDS_SIZE, np.int64),
    )


@compiled
def _queue(s: State, t: Timer, event: Any) -> None:
    """Put an event where its port's bytes, or the audio driver's events, wait."""
    if event.port != INSTRUMENTS:
        queue(s, t.backlog, event)
    elif room(t.audio_ends, AUDIO_EVENTS) > 0:
        t.audio[t.audio_ends[WRITTEN] % AUDIO_EVENTS] = event
        publish(t.audio_ends, 1)
    else:
        t.counts[AUDIO_LOST] += 1


@compiled
def _flush(b: Backlog) -> None:
    """Write what waits; what a port does not take now stays for the next round."""
    for port in range(PORTS):
        count = ready(b, port)
        if count > 0:
            waiting = b.bytes[port * BACKLOG : (port + 1) * BACKLOG]
            went(b, port, max(system.write_bytes(b.open[port], waiting, count), 0))


@compiled
def resume_at(s: State, now: int) -> int:
    """Return the instant from which to render: the last one rendered, or `now` after a stall too long to catch up."""
    half_pulse = s.transport[0].unit_ticks * TICKS_PER_PULSE * 0.5
    until = s.transport[0].until
    return now if now - until > max(half_pulse, 2 * PERIOD_NS) else until


@compiled
def turn(s: State, t: Timer, now: int) -> None:
    """Render and send everything that is due by `now`, which may be a little ahead; a stall before it is collapsed."""
    from_ = resume_at(s, now)
    while s.transport[0].until <= now or s.transport[0].out_count > 0:
        render(s, max(from_, s.transport[0].until), max(now + 1, s.transport[0].until))
        count = deliver(s, s.transport[0].until)
        for i in range(count):
            _queue(s, t, s.due[i])
        while count > 0 and system.now_ns(t.time) < now:
            pass  # By EARLY_NS at most: no sleep is as short.
        _flush(t.backlog)
        for i in range(count):
            if s.due[i].size > 0:
                count_late(s.lateness, (system.now_ns(t.time) - s.due[i].when) * 1e-3)


@compiled
def _read_inputs(s: State, t: Timer) -> int:
    """Read what came in on all inputs into `received`, the earliest first; return how many messages."""
    count = 0
    for port in range(t.polls.size - 1):
        poll = t.polls[port + 1]
        if not system.is_readable(poll):
            continue
        room_ = t.received[count:]
        size = system.read_bytes(system.descriptor(poll), room_, READ_RECORDS * RECORD_SIZE)
        if size <= 0:
            t.polls[port + 1] = -1  # A negative descriptor is not polled: this input has ended.
            let_go(s, port)
            continue
        for _ in range(size // RECORD_SIZE):
            t.received[count].port = port
            place = count
            while place > 0 and t.received[place - 1].when > t.received[place].when:
                t.spare[0] = t.received[place]
                t.received[place] = t.received[place - 1]
                t.received[place - 1] = t.spare[0]
                place -= 1
            count += 1
    return count


@compiled
def run(s: State, t: Timer) -> None:
    """Turn the crank until told to stop, from the first call's instant on. Holds no GIL, waits for nobody."""
    if s.transport[0].until < 0 and load_acquire(t.flags, RUNNING) == 1:
        begin(s, system.now_ns(t.time))
    while load_acquire(t.flags, RUNNING) == 1:
        first = min(next_instant(s), next_delivery(s))
        deadline = min(first - EARLY_NS, system.now_ns(t.time) + PERIOD_NS)
        came = 0
        if system.wait_until(deadline, t.polls, t.polls.size, t.time) > 0:
            if system.is_readable(t.polls[0]):
                system.read_bytes(system.descriptor(t.polls[0]), t.wake, 8)
            came = _read_inputs(s, t)
        # The clock is turned to each message's instant before it is heard, then to now, or to the event that is near.
        for i in range(came + 1):
            now = system.now_ns(t.time)
            near = first if now < first <= now + EARLY_NS else now
            turn(s, t, t.received[i].when - 1 if i < came else near)
            if i < came:
                m = t.received[i]
                receive(s, int(m.port), m.when, int(m.size), int(m.b0), int(m.b1), int(m.b2))


class TimerDriver:
    """Turns the crank by the system's monotonic clock, in nanoseconds.

    `fds` maps port numbers to file descriptors that take raw MIDI bytes; they should not block. `inputs` are
    pipes that bring RECEIVED records, input port 0 first.
    """

    name = "timer"
    rate = float(NS_PER_SECOND)

    def __init__(self, state: State, fds: Mapping[int, int], inputs: Sequence[int] = ()) -> None:
        self.state = state
        self.timer = make_timer(fds, inputs)
        self.has_priority = False
        self._inputs = list(inputs)
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) if system.NATIVE else -1
        self.timer.polls[0] = system.poll_for(self._wake_fd)
        self._thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def start(self) -> None:
        """Begin to turn."""
        if system.NATIVE:
            # It returns at once, for RUNNING is not raised; but it is compiled, or read from disk, before time counts.
            run(self.state, self.timer)
        raise_flag(self.timer.flags, RUNNING, 1)
        self._thread.start()

    def wake(self) -> None:
        """Let a command that was just pushed be taken at once."""
        if self._wake_fd >= 0:
            os.eventfd_write(self._wake_fd, 1)

    def connect(self, port: int, fd: int) -> None:
        """Send a port's bytes down another descriptor from now on, or down none (-1)."""
        connect(self.timer.backlog, port, fd)

    def connect_input(self, number: int, fd: int) -> None:
        """Read an input that has ended from another pipe from now on."""
        self.timer.polls[number + 1] = system.poll_for(fd)
        self._inputs[number] = fd

    def counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong since the start: its name in FAULTS, the port (-1: none's), how often."""
        for port, lost in enumerate(self.timer.backlog.lost):
            yield "port_lost", port, int(lost)
        yield "sound_lost", -1, int(self.timer.counts[AUDIO_LOST])

    def present(self) -> int:
        """Return the instant that it is now."""
        return time.monotonic_ns()

    def now(self) -> int:
        """Return the driver's clock."""
        return time.monotonic_ns()

    def stop(self) -> None:
        """Stop turning; whoever wants silence has sent DO_STOP before."""
        raise_flag(self.timer.flags, RUNNING, 0)
        self.wake()
        if self._thread.is_alive():
            self._thread.join(2.0)
        if self._wake_fd >= 0:
            os.close(self._wake_fd)
            self._wake_fd = -1

    def _run(self) -> None:
        self.has_priority = run_first()
        if system.NATIVE:
            run(self.state, self.timer)
        else:
            self._run_portably()

    def _run_portably(self) -> None:
        """The same loop from Python, where compiled code knows no clock to sleep on."""
        begin(self.state, time.monotonic_ns())
        while self.timer.flags[RUNNING]:
            due = min(next_instant(self.state), time.monotonic_ns() + PERIOD_NS)
            time.sleep(max(0, due - time.monotonic_ns()) / NS_PER_SECOND)
            self._turn_portably(time.monotonic_ns())

    def _turn_portably(self, now: int) -> None:
        from_ = resume_at(self.state, now)
        self._take_inputs_portably()
        while self.state.transport[0]["until"] <= now:
            render(self.state, max(from_, self.state.transport[0]["until"]), now + 1)
            count = deliver(self.state, self.state.transport[0]["until"])
            for event in self.state.due[:count]:
                _queue(self.state, self.timer, event)
            self._flush_portably()
            for event in self.state.due[:count]:
                if event["size"] > 0:
                    count_late(self.state.lateness, (time.monotonic_ns() - event["when"]) * 1e-3)

    def _take_inputs_portably(self) -> None:
        for port, fd in enumerate(self._inputs):
            with contextlib.suppress(OSError):
                for m in np.frombuffer(os.read(fd, READ_RECORDS * RECORD_SIZE), RECEIVED):
                    receive(self.state, port, int(m["when"]), m["size"], m["b0"], m["b1"], m["b2"])

    def _flush_portably(self) -> None:
        backlog = self.timer.backlog
        for port in range(PORTS):
            count = ready(backlog, port)
            if count > 0:
                waiting = backlog.bytes[port * BACKLOG : port * BACKLOG + count].tobytes()
                with contextlib.suppress(OSError):  # a full pipe takes it the next time; a broken one never
                    went(backlog, port, os.write(int(backlog.open[port]), waiting))
