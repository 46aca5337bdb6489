"""Ears, each in a process of its own: one at the end of a pipe, one on JACK. They only note what comes when.

    python -m timing.hearing pipe PATH    until the pipe closes
    python -m timing.hearing jack         until standard input closes
    python -m timing.hearing through      the same, and plays a note now and then

Each prints a line when it hears, and in the end JSON: what it heard, each with its instant in µs of the monotonic
clock; on JACK with its frame as well.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import ctypes.util
import gc
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from timing.ending import input_closed

#: Above the engine's timer (40): an ear must not wait for what it hears.
PRIORITY = 45

EAR = "timing-ear"
HAND = "timing-hand"
#: A note by hand comes so long after the last one, at random, so that it meets the period anywhere.
APART_S = (0.031, 0.057)
HELD_S = 0.015
#: Two clocks were read at once where it took no longer than this.
CLOCKS_AT_ONCE_NS = 20_000


def _first(priority: int) -> None:
    gc.disable()  # a collection would be heard as a late note
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))


def hear_pipe(path: Path) -> dict[str, Any]:
    """Stamp what comes down a pipe; return [µs, hexadecimal bytes] of every read."""
    print("hears", flush=True)
    fd = os.open(path, os.O_RDONLY)
    _first(PRIORITY)
    read: list[tuple[int, bytes]] = []
    while data := os.read(fd, 4096):
        read.append((time.monotonic_ns(), data))
    os.close(fd)
    return {"events": [(ns / 1e3, data.hex()) for ns, data in read]}


class JackEar:
    """A JACK client that notes every MIDI event with its exact frame."""

    def __init__(self) -> None:
        import jack

        jack.set_error_function(lambda _text: None)
        self.events: list[tuple[int, float, str]] = []
        self.disturbed_us: list[float] = []
        self._clocks: list[tuple[float, float]] = []
        self._next: int | None = None
        self.client = jack.Client(EAR, no_start_server=True)
        self._port = self.client.midi_inports.register("in")
        self._pointer = ctypes.c_void_p(int(jack._ffi.cast("intptr_t", self.client._ptr)))
        library = ctypes.CDLL(ctypes.util.find_library("jack"))
        self._to_us, self._now_us = library.jack_frames_to_time, library.jack_get_time
        self._to_us.argtypes, self._to_us.restype = (ctypes.c_void_p, ctypes.c_uint32), ctypes.c_uint64
        self._now_us.restype = ctypes.c_uint64
        self.client.set_process_callback(self._on_period)
        self.client.set_xrun_callback(self._on_xrun)

    def _on_period(self, frames: int) -> None:
        start = self.client.last_frame_time
        if self._next is not None and start != self._next:
            self.disturbed_us.append(time.monotonic_ns() / 1e3)
        self._next = (start + frames) % (1 << 32)
        for offset, data in self._port.incoming_midi_events():
            frame = start + offset
            self.events.append((frame, float(self._to_us(self._pointer, frame)), bytes(data).hex()))
            self._compare_clocks()

    def _on_xrun(self, _delayed_us: float) -> None:
        self.disturbed_us.append(time.monotonic_ns() / 1e3)

    def _compare_clocks(self) -> None:
        """Note how far the monotonic clock is ahead of JACK's: JACK's own is not slewed, so the two drift apart."""
        before, jacks, after = time.monotonic_ns(), self._now_us(), time.monotonic_ns()
        if after - before < CLOCKS_AT_ONCE_NS:
            self._clocks.append((float(jacks), (before + after) / 2e3 - jacks))

    def heard(self) -> list[tuple[int, float, str]]:
        """Return frame, µs of the monotonic clock, and hexadecimal bytes of each event."""
        if len(self._clocks) < 2:
            return []
        jacks, ahead = np.array(self._clocks).T
        slope, middle = np.polyfit(jacks - jacks[0], ahead - ahead[0], 1)
        return [
            (frame, us + float(ahead[0] + middle + slope * (us - jacks[0])), data) for frame, us, data in self.events
        ]


class Hand:
    """A JACK client that plays notes, no two alike within 16,000, somewhere in a period."""

    def __init__(self) -> None:
        import jack

        self.played: list[tuple[int, str]] = []
        self._waiting: collections.deque[bytes] = collections.deque()
        self.client = jack.Client(HAND, no_start_server=True)
        self._port = self.client.midi_outports.register("out")
        self.client.set_process_callback(self._on_period)

    def _on_period(self, frames: int) -> None:
        self._port.clear_buffer()
        if self._waiting:
            data, offset = self._waiting.popleft(), random.randrange(frames)
            self._port.write_midi_event(offset, data)
            self.played.append((self.client.last_frame_time + offset, data.hex()))

    def play(self, ended: threading.Event) -> None:
        """Strike and let go until it is ended."""
        number = 0
        while not ended.wait(random.uniform(*APART_S)):
            pitch, velocity = number % 128, 1 + number // 128 % 127
            self._waiting.append(bytes((0x90, pitch, velocity)))
            time.sleep(HELD_S)
            self._waiting.append(bytes((0x80, pitch, 0)))
            number += 1


def _connect_hand(hand: Hand, ended: threading.Event) -> None:
    """Wait for the engine's MIDI input, and connect the hand to it."""
    import jack

    while not ended.wait(0.05):
        found = hand.client.get_ports("liveengine.*midi_in", is_midi=True, is_input=True)
        with contextlib.suppress(jack.JackError):  # its port is there before it is active
            if found:
                hand.client.connect(f"{HAND}:out", found[0])
                return


def hear_jack(through: bool) -> dict[str, Any]:
    """Note what comes to the ear, with the frames of what the hand played, until standard input closes."""
    ended = input_closed()
    ear = JackEar()
    hand = Hand() if through else None
    _first(5)  # JACK's thread waits for this one's GIL
    ear.client.activate()
    print("hears", flush=True)
    if hand:
        hand.client.activate()
        _connect_hand(hand, ended)
        hand.play(ended)
    ended.wait()
    told: dict[str, Any] = {"events": ear.heard(), "disturbed_us": ear.disturbed_us}
    told |= {"period": ear.client.blocksize, "rate": ear.client.samplerate}
    for client in (ear.client, *([hand.client] if hand else [])):
        client.deactivate()
        client.close()
    return {**told, "played": hand.played if hand else []}


if __name__ == "__main__":
    heard = hear_pipe(Path(sys.argv[2])) if sys.argv[1] == "pipe" else hear_jack(sys.argv[1] == "through")
    print(json.dumps(heard), flush=True)
