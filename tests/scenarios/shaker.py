"""A bad cable on JACK: whatever comes goes on a fixed time later, but for each clock pulse's own error.

    python shaker.py NAME

MIDI input `in`, MIDI output `out`. On standard input, a line each, and every line is answered by one:

    shake 96    from now on each pulse goes early or late by up to so many frames, evenly spread
    end         it goes

Unlike jack_midi_clock's own --jitter-level, whose errors add up to a tempo that wanders, each pulse is off for
itself, as on a USB cable; so there is a true grid to be heard: what came, LATE_FRAMES later.
"""

from __future__ import annotations

import random
import sys

import jack

LATE_FRAMES = 4096
CLOCK = b"\xf8"
SEED = 7


class Shaker:
    """A JACK client between a clock and whoever follows it."""

    def __init__(self, name: str) -> None:
        self._most_frames = 0
        self._dice = random.Random(SEED)
        self._waiting: list[tuple[int, bytes]] = []
        self.client = jack.Client(name, no_start_server=True)
        self._in = self.client.midi_inports.register("in")
        self._out = self.client.midi_outports.register("out")
        self.client.set_process_callback(self._on_period)
        self.client.activate()

    def _on_period(self, frames: int) -> None:
        start = self.client.last_frame_time
        for offset, data in self._in.incoming_midi_events():
            message = bytes(data)
            late = LATE_FRAMES + (self._dice.randint(-self._most_frames, self._most_frames) if message == CLOCK else 0)
            self._waiting.append((start + offset + late, message))
        self._waiting.sort(key=lambda waiting: waiting[0])
        self._out.clear_buffer()
        while self._waiting and self._waiting[0][0] < start + frames:
            when, message = self._waiting.pop(0)
            self._out.write_midi_event(max(when - start, 0), message)

    def shake(self, most_frames: str) -> str:
        self._most_frames = int(most_frames)
        return "shaking"

    def end(self) -> str:
        self.client.deactivate()
        self.client.close()
        return "ended"


def main() -> None:
    shaker = Shaker(sys.argv[1])
    print(shaker.client.name, flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        print(getattr(shaker, word)(*rest), flush=True)
        if word == "end":
            return


if __name__ == "__main__":
    main()
