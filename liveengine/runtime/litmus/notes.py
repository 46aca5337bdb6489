"""Notes out of one MIDI port and back by a cable, a loop in JACK, or a device's thru.

The sequencer sends them and hears them, so that each is stamped as it is rendered and as it comes in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from liveengine.drivers.jack import JackDriver
from liveengine.drivers.timer import TimerDriver
from liveengine.instruments.rack import Rack, make_rack
from liveengine.music.event import INSTRUMENTS, NOTE_ON
from liveengine.music.note import Bar, Note
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.ports.names import matches
from liveengine.ports.receiver import Receiver
from liveengine.ports.sender import Sender
from liveengine.runtime.litmus.verdict import Round, Verdict, judge, pair
from liveengine.runtime.outputs import RawDevice
from liveengine.sequencer import outlet
from liveengine.sequencer.commands import DO_LAUNCH, DO_ROUTE, DO_START, DO_STOP, push
from liveengine.sequencer.draining import drain_inbox, drain_log
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

TEMPO_BPM = 150.0

#: Pitches go up one by one, so that a lost note is told from a late one: each returns after 6.4 s.
PITCHES = 64
LOWEST = 32
assert PITCHES * TICKS_PER_SIXTEENTH % TICKS_PER_BEAT == 0 and LOWEST + PITCHES <= 128

#: How long the last notes are waited for.
LAST_S = 1.0

CLIENT = "liveengine-litmus"

Progress = Callable[[float], None]


class _Ears:
    """Keeps what was sent and what came: (pitch, instant)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.sent: list[tuple[int, int]] = []
        self.came: list[tuple[int, int]] = []

    def listen(self) -> None:
        for record in drain_log(self._state):
            if record["kind"] == outlet.SENT and record["port"] != INSTRUMENTS and record["b0"] & 0xF0 == NOTE_ON:
                self.sent.append((int(record["b1"]), int(record["when"])))
        for event in drain_inbox(self._state):
            if event["b0"] & 0xF0 == NOTE_ON and event["b2"] > 0:
                self.came.append((int(event["b1"]), int(event["when"])))


def measure_on_jack(out: str, back: str, seconds: float, progress: Progress) -> Verdict:
    """Measure on JACK; empty names loop our own ports. Raises OSError where there is no JACK, or no such port."""

    def make(rate: float) -> tuple[State, Rack]:
        return make_state(rate, TEMPO_BPM), make_rack(rate)

    driver = JackDriver(make, client_name=CLIENT)
    try:
        driver.start()
        _connect(driver, out, back)
        found = _run(driver, seconds, progress)
        heard_by, fed_by = driver.heard_by(1), driver.fed_by(0)
        ours = driver.outputs[0].name, driver.inputs[0].name
        if ours[1] in heard_by or not (heard_by and fed_by):
            return judge("notes", *ours, found)
        reported_us = 1000.0 * max(heard_by.values()), 1000.0 * max(fed_by.values())
        return judge("notes", next(iter(heard_by)), next(iter(fed_by)), found, reported_us)
    finally:
        driver.stop()


def _connect(driver: JackDriver, out: str, back: str) -> None:
    if out and not driver.connect_midi(1, partial(matches, out)):
        names = [port.name for port in driver.client.get_ports(is_midi=True, is_input=True)]
        raise OSError(f'no JACK port called "{out}" to send to{did_you_mean(out, names)}')
    if back and not driver.connect_input(0, partial(matches, back)):
        names = [port.name for port in driver.client.get_ports(is_midi=True, is_output=True)]
        raise OSError(f'no JACK port called "{back}" to hear{did_you_mean(back, names)}')
    if not out and not back:
        driver.connect_loop()


def measure_without_jack(out: str, back: str, seconds: float, progress: Progress) -> Verdict:
    """Measure through python-rtmidi, or out through a raw device. Raises OSError where there is no such port."""
    sender = RawDevice(out) if out.startswith("/") else Sender(out, "litmus_out")
    try:
        receiver = Receiver(back, "litmus_in")
    except OSError:
        sender.close()
        raise
    driver = TimerDriver(make_state(tempo_bpm=TEMPO_BPM), {1: sender.fd}, [receiver.fd])
    try:
        driver.start()
        return judge("notes", sender.name, receiver.name, _run(driver, seconds, progress))
    finally:
        driver.stop()
        sender.close()
        receiver.close()


def _run(driver: JackDriver | TimerDriver, seconds: float, progress: Progress) -> Round:
    """Let track 1 send sixteenths, each of another pitch, and hear what comes of them."""
    notes = [Note(i * TICKS_PER_SIXTEENTH, LOWEST + i, gate=TICKS_PER_SIXTEENTH // 2) for i in range(PITCHES)]
    ears, state = _Ears(driver.state), driver.state
    write_slot(state, 0, Bar.of(notes, PITCHES * TICKS_PER_SIXTEENTH))
    push(state, DO_ROUTE, 0, a=1, b=0)
    push(state, DO_LAUNCH, 0, a=0)
    push(state, DO_START)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        time.sleep(0.02)
        ears.listen()
        progress(passed / seconds)
    push(state, DO_STOP)
    driver.wake()
    deadline = time.monotonic() + LAST_S
    while time.monotonic() < deadline and len(ears.came) < len(ears.sent):
        time.sleep(0.02)
        ears.listen()
    return pair(ears.sent, ears.came, driver.rate, int(state.transport[0]["realigned"]))
