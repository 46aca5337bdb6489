"""Ears, each in a process of its own: one at the end of a pipe, one on JACK. They only note what comes when.

    python -m timing.hearing pipe PATH    until the pipe closes
    python -m timing.hearing jack         until standard input closes
    python -m timing.hearing through      the same, and plays a note now and then

Each prints a line when it hears, and in the end JSON: what it heard, each with its instant in µs of the monotonic
clock; on JACK with its frame as well, and the frames for which it was not called.
"""

from __future__ import annotations

import collections
import contextlib
import gc
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from timing.ending import input_closed
from timing.jack_ear import JackEar

#: Above the engine's timer (40): an ear must not wait for what it hears.
PRIORITY = 45

HAND = "timing-hand"
#: A note by hand comes so long after the last one, at random, so that it meets the period anywhere.
APART_S = (0.031, 0.057)
HELD_S = 0.015


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
    _first(5)  # the hand's thread waits for this one's GIL
    ear.client.activate()
    print("hears", flush=True)
    if hand:
        hand.client.activate()
        _connect_hand(hand, ended)
        hand.play(ended)
    ended.wait()
    told: dict[str, Any] = {"events": ear.heard(), "skipped": ear.skipped(), "xruns_us": ear.xruns_us}
    told |= {"period": ear.client.blocksize, "rate": ear.client.samplerate}
    for client in (ear.client, *([hand.client] if hand else [])):
        client.deactivate()
        client.close()
    return {**told, "played": hand.played if hand else []}


if __name__ == "__main__":
    heard = hear_pipe(Path(sys.argv[2])) if sys.argv[1] == "pipe" else hear_jack(sys.argv[1] == "through")
    print(json.dumps(heard), flush=True)
