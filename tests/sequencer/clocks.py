"""Clocks that come in, in virtual time: pulses as a cable brings them, and the crank that is turned beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, CONTINUE, EVENT, NOTE_OFF, NOTE_ON, SONG_POSITION, START, STOP
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE, Metre
from liveengine.sequencer import commands
from liveengine.sequencer.draining import drain_log
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.records.ports import OUT_SIZE
from liveengine.sequencer.records.rings import LOG
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

MS = 1_000_000
S = 1_000_000_000

#: A note on every pulse of the clock, so that each pulse's phase can be heard.
EVERY_PULSE = Bar.of([Note(i * TICKS_PER_PULSE, 60, gate=TICKS_PER_PULSE // 4) for i in range(96)], 4 * TICKS_PER_BEAT)

TRACE = np.dtype([("when", "i8"), ("state", "i8"), ("fault", "i8"), ("tempo", "f8"), ("jitter", "f8")])

Messages = NDArray[Any]


def period(tempo_bpm: float) -> float:
    """Nanoseconds between the pulses of a clock."""
    return 60.0 * S / tempo_bpm / 24


def steady(tempo_bpm: float, beats: float, first: float = S) -> NDArray[np.float64]:
    """The instants of a steady clock's pulses."""
    return first + np.arange(round(beats * 24)) * period(tempo_bpm)


def wandering(tempi_bpm: ArrayLike, first: float = S) -> NDArray[np.float64]:
    """The instants of pulses, given the tempo from each to the next."""
    return first + np.concatenate([[0.0], np.cumsum(60.0 * S / np.asarray(tempi_bpm) / 24)])


def messages(instants: ArrayLike, *data: int, port: int = 0) -> Messages:
    """The same message at every one of these instants."""
    came = np.zeros(np.size(instants), EVENT)
    came["when"] = np.rint(instants)
    came["port"] = port
    came["size"] = len(data)
    for name, byte in zip(("b0", "b1", "b2"), data, strict=False):
        came[name] = byte
    return came


def pulses(instants: ArrayLike, jitter_ms: float = 0.0, seed: int = 0, port: int = 0) -> Messages:
    """Clock pulses, each early or late by up to `jitter_ms`, evenly spread."""
    shake = np.random.default_rng(seed).uniform(-jitter_ms, jitter_ms, np.size(instants)) * MS
    return messages(np.asarray(instants) + shake, CLOCK, port=port)


def start_before(pulse: float) -> Messages:
    return messages(pulse - 5 * MS, START)


def continue_before(pulse: float, sixteenths: int | None = None) -> Messages:
    """Continue, after the song position where one is given."""
    came = messages(pulse - 5 * MS, CONTINUE)
    if sixteenths is None:
        return came
    return together(messages(pulse - 6 * MS, SONG_POSITION, sixteenths & 127, sixteenths >> 7), came)


def stop_at(instant: float) -> Messages:
    return messages(instant, STOP)


def together(*parts: Messages) -> Messages:
    """Messages in the order in which they come."""
    came = np.concatenate(parts)
    return came[np.argsort(came["when"], kind="stable")]


@dataclass
class Played:
    """What was sent, what the follower thought at every message, and what was told."""

    sent: NDArray[Any]
    trace: NDArray[Any]
    log: NDArray[Any]

    def whens(self, status: int, port: int = 0, track: int | None = None) -> NDArray[np.int64]:
        """The instants of messages with this status on a port."""
        chosen = (self.sent["b0"] == status) & (self.sent["port"] == port) & (self.sent["size"] > 0)
        if track is not None:
            chosen &= self.sent["track"] == track
        return self.sent["when"][chosen]

    def onsets(self) -> NDArray[np.int64]:
        return self.whens(NOTE_ON)

    def told(self, kind: int) -> NDArray[Any]:
        return self.log[self.log["kind"] == kind]


def data_plane_ns(
    bar: Bar = EVERY_PULSE, tempo_bpm: float = 120.0, follow: int = 0, metre: Metre | None = None
) -> State:
    """A data plane in nanoseconds, one pattern on track 0, following an input port (-1: none)."""
    state = make_state(float(S), tempo_bpm, metre)
    write_slot(state, 0, bar)
    begin(state, 0)
    commands.push(state, commands.DO_LAUNCH, 0, a=0)
    if follow >= 0:
        commands.push(state, commands.DO_FOLLOW, follow)
    return state


@compiled
def _turn_to(s: State, until: int, step: int, sent: Any, count: int) -> int:
    """Render and deliver, window by window."""
    while s.transport[0].until < until:
        render(s, s.transport[0].until, min(s.transport[0].until + step, until))
        for i in range(deliver(s, s.transport[0].until)):
            sent[count] = s.due[i]
            count += 1
    return count


@compiled
def _turn(s: State, came: Any, late: int, step: int, sent: Any, trace: Any) -> int:
    """Take in messages, each `late` units after its stamp, and render beside it."""
    count = 0
    for i in range(came.size):
        count = _turn_to(s, came[i].when + late, step, sent, count)
        m = came[i]
        receive(s, m.port, m.when, m.size, m.b0, m.b1, m.b2)
        follower = s.follower[0]
        trace[i].when = m.when
        trace[i].state = follower.state
        trace[i].fault = follower.fault
        trace[i].tempo = s.transport[0].tempo_bpm
        trace[i].jitter = follower.jitter
    return count


def perform(
    state: State, came: Messages, until: float = 0.0, late_ms: float = 0.0, step_ms: float = 2.0, batch: int = 4096
) -> Played:
    """Let these messages come, and go on until an instant (0: half a second after the last)."""
    step = round(step_ms * MS)
    sent, traces, logs = [], [], []
    room = np.zeros(32 * batch + 4 * OUT_SIZE, EVENT)
    for first in range(0, came.size, batch):
        part = came[first : first + batch]
        trace = np.zeros(part.size, TRACE)
        count = _turn(state, part, round(late_ms * MS), step, room, trace)
        sent.append(room[:count].copy())
        traces.append(trace)
        logs.append(drain_log(state))
    last = int(until) or int(came["when"][-1]) + S // 2
    sent.append(room[: _turn_to(state, last, step, room, 0)].copy())
    logs.append(drain_log(state))
    return Played(
        np.concatenate(sent), np.concatenate([*traces, np.zeros(0, TRACE)]), np.concatenate([*logs, np.zeros(0, LOG)])
    )


def play_on(state: State, until: float, step_ms: float = 2.0) -> Played:
    """Go on until an instant; nothing comes."""
    return perform(state, np.zeros(0, EVENT), until, step_ms=step_ms)


def errors_ms(played: Played, meant: NDArray[np.float64], skip: int = 0) -> NDArray[np.float64]:
    """How late each pulse's note sounded, in milliseconds, from pulse `skip` on."""
    onsets = played.onsets()
    count = min(onsets.size, meant.size)
    return (onsets[:count] - meant[:count])[skip:] / MS


def unmatched(sent: NDArray[Any]) -> tuple[int, int]:
    """Count the notes still sounding at the end, and the offs and ons that found the wrong thing (N1, N3)."""
    sounding: set[tuple[int, int, int]] = set()
    wrong = 0
    for event in sent[(sent["b0"] < 0xA0) & (sent["b0"] >= 0x80) & (sent["size"] == 3)]:
        key = (int(event["port"]), int(event["b0"]) & 15, int(event["b1"]))
        on = int(event["b0"]) & 0xF0 == NOTE_ON
        wrong += on == (key in sounding)
        if on:
            sounding.add(key)
        elif int(event["b0"]) & 0xF0 == NOTE_OFF:
            sounding.discard(key)
    return len(sounding), wrong
