"""A listener on JACK: takes down every MIDI event with its exact frame, and how loud each block of sound is.

    python listener.py NAME

It has MIDI inputs `one`, `two` and `three`, audio inputs `left` and `right`, and a MIDI output `hand`. What it
is to do comes on standard input, a line each, and every line is answered by one on standard output:

    connect SOURCE DESTINATION   once both ports are there
    wait PORT                    until a port of that name is there
    send 90 2c 64                play a message on `hand`
    hear 12                      until twelve more note-ons have come
    first                        the frame of the first note-on, once there is one
    frame                        the frame that it is now
    pass 96000                   until that frame is past
    end                          everything that was heard, in JSON; then it goes

A process of its own, so that nothing that happens to the engine, or to the test, touches what it hears.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import gc
import json
import os
import sys
import time

import jack
import numpy as np

#: The engine compiles itself the first time that it plays.
PATIENCE_S = 90.0
MIDI_INPUTS = ("one", "two", "three")

#: Sound begins where it is louder than this after so much silence.
ONSET = 1e-3
QUIET_FRAMES = 4000


class Listener:
    """A JACK client that hears, and now and then plays a note."""

    def __init__(self, name: str) -> None:
        self.events: list[tuple[int, str, list[int]]] = []
        self.blocks: list[tuple[int, float]] = []
        self.sounds: list[int] = []  # frames at which sound begins after silence
        self.note_ons = 0
        self.disturbed: list[int] = []  # frames at which the server missed a period
        self.lost = False
        self._loud = -QUIET_FRAMES  # the last frame of sound
        self._to_play: collections.deque[bytes] = collections.deque()
        self._next_frame: int | None = None
        self.client = jack.Client(name, no_start_server=True)
        self._midi = [self.client.midi_inports.register(port) for port in MIDI_INPUTS]
        self._audio = [self.client.inports.register(port) for port in ("left", "right")]
        self._hand = self.client.midi_outports.register("hand")
        self.client.set_process_callback(self._on_period)
        self.client.set_xrun_callback(self._on_xrun)
        self.client.set_shutdown_callback(self._on_shutdown)

    def _on_period(self, frames: int) -> None:
        start = self.client.last_frame_time
        if self._next_frame is not None and start != self._next_frame:
            self.disturbed.append(start)
        self._next_frame = (start + frames) % (1 << 32)
        for port in self._midi:
            for offset, data in port.incoming_midi_events():
                message = list(bytes(data))
                self.events.append((start + offset, port.shortname, message))
                self.note_ons += message[0] & 0xF0 == 0x90
        peak = max(float(abs(port.get_array()).max()) for port in self._audio)
        self.blocks.append((start, peak))
        self._hear_onset(start, self._audio[0].get_array())
        self._hand.clear_buffer()
        if self._to_play:
            self._hand.write_midi_event(0, self._to_play.popleft())

    def _hear_onset(self, start: int, sound: np.ndarray) -> None:
        loud = np.flatnonzero(abs(sound) > ONSET)
        if loud.size:
            if start + int(loud[0]) - self._loud > QUIET_FRAMES:
                self.sounds.append(start + int(loud[0]))
            self._loud = start + int(loud[-1])

    def _on_xrun(self, _delayed_us: float) -> None:
        self.disturbed.append(self.client.frame_time)

    def _on_shutdown(self, _status: object, _reason: str) -> None:
        self.lost = True

    # -- what it can be asked ----------------------------------------------

    def connect(self, source: str, destination: str) -> str:
        self.wait(source)
        self.wait(destination)
        _until(lambda: self._try_to_connect(source, destination), f"{source} to {destination}")
        return "connected"

    def _try_to_connect(self, source: str, destination: str) -> bool:
        try:
            self.client.connect(source, destination)
        except jack.JackError:  # the other client is there, but not active yet
            return False
        return True

    def wait(self, port: str) -> str:
        _until(lambda: any(found.name == port for found in self.client.get_ports()), port)
        return "there"

    def send(self, *numbers: str) -> str:
        self._to_play.append(bytes(int(number, 16) for number in numbers))
        return "sent"

    def hear(self, count: str) -> str:
        wanted = self.note_ons + int(count)
        _until(lambda: self.note_ons >= wanted or self.lost, f"{count} notes")
        return "heard"

    def first(self) -> str:
        _until(lambda: self.note_ons > 0, "a note")
        return str(next(frame for frame, _, data in self.events if data[0] & 0xF0 == 0x90))

    def pass_(self, frame: str) -> str:
        _until(lambda: self.client.frame_time > int(frame) or self.lost, f"frame {frame}")
        return "past"

    def frame(self) -> str:
        return str(self.client.frame_time)

    def end(self) -> str:
        # Heard before the ports go: leaving may disturb the others.
        told = json.dumps(
            {"events": self.events, "blocks": self.blocks, "disturbed": self.disturbed, "sounds": self.sounds}
        )
        self.client.deactivate()
        self.client.close()
        return told


def _until(condition: collections.abc.Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"in vain: {what}")
        time.sleep(0.01)


def main() -> None:
    listener = Listener(sys.argv[1])
    gc.disable()  # A collection would be heard as a gap.
    # JACK's thread waits for this one's GIL: what holds this one up would be heard as a gap, too.
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5))
        ctypes.CDLL(None).mlockall(3)
    listener.client.activate()
    print(listener.client.name, flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            answer = getattr(listener, "pass_" if word == "pass" else word)(*rest)
        except TimeoutError as error:
            answer = f"! {error}"
        print(answer, flush=True)
        if word == "end":
            return


if __name__ == "__main__":
    main()
