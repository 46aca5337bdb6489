"""A conductor on JACK: its transport's timebase master, who says at which tempo, and starts and stops it.

    python conductor.py NAME

What it is to do comes on standard input, a line each, and every line is answered by one on standard output:

    tempo 132    the frame from which JACK's transport is at that tempo
    start        from the top: the frame that is its frame zero
    stop         the frame at which it stands still
    end          it goes

A process of its own, so that nothing that happens to the engine, or to the test, touches the tempo.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import jack

PATIENCE_S = 10.0
BEATS_PER_BAR = 4
TICKS_PER_BEAT = 1920.0


class Conductor:
    """A JACK client that only leads the transport."""

    def __init__(self, name: str) -> None:
        self._rolls = False
        self._zero = 0  # frame of the world at which the transport's frame 0 is
        self._here = 0  # frame of the world at which this period began
        self._tempo_bpm = self._wanted_bpm = 120.0
        self._changed: int | None = None  # the transport's frame from which the present tempo counts …
        self._beats = 0.0  # … and its beat there
        self.client = jack.Client(name, no_start_server=True)
        self.client.set_process_callback(self._on_period)
        self.client.set_timebase_callback(self._on_timebase)
        self.client.activate()

    def _on_period(self, _frames: int) -> None:
        state, position = self.client.transport_query_struct()
        self._here = self.client.last_frame_time
        self._zero = self._here - position.frame
        self._rolls = state == jack.ROLLING

    def _on_timebase(self, _state: int, _frames: int, position: Any, _is_new: bool) -> None:
        """Say which bar, beat and tempo the next period begins with."""
        if self._changed is None or position.frame < self._changed:
            self._changed, self._beats = 0, 0.0
        if self._wanted_bpm != self._tempo_bpm:
            self._beats = self._beat_at(position)
            self._changed, self._tempo_bpm = position.frame, self._wanted_bpm
        beats = self._beat_at(position)
        position.valid = jack.POSITION_BBT
        position.beats_per_bar, position.beat_type = BEATS_PER_BAR, 4
        position.ticks_per_beat, position.beats_per_minute = TICKS_PER_BEAT, self._tempo_bpm
        bar, beat = divmod(int(beats), BEATS_PER_BAR)
        position.bar, position.beat, position.tick = bar + 1, beat + 1, int(beats % 1.0 * TICKS_PER_BEAT)
        position.bar_start_tick = bar * BEATS_PER_BAR * TICKS_PER_BEAT

    def _beat_at(self, position: Any) -> float:
        assert self._changed is not None
        return self._beats + (position.frame - self._changed) * self._tempo_bpm / 60.0 / position.frame_rate

    # -- what it can be asked ----------------------------------------------

    def tempo(self, tempo_bpm: str) -> str:
        self._wanted_bpm = float(tempo_bpm)
        if not self._rolls:  # The timebase is asked once it rolls.
            return str(self._here)
        _until(lambda: self._tempo_bpm == self._wanted_bpm)
        assert self._changed is not None
        return str(self._zero + self._changed)

    def start(self) -> str:
        self.client.transport_locate(0)
        self.client.transport_start()
        _until(lambda: self._rolls)
        return str(self._zero)

    def stop(self) -> str:
        self.client.transport_stop()
        _until(lambda: not self._rolls)
        return str(self._here)

    def end(self) -> str:
        self.client.transport_stop()
        self.client.deactivate()
        self.client.close()
        return "ended"


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("JACK's transport does not do so")
        time.sleep(0.002)


def main() -> None:
    conductor = Conductor(sys.argv[1])
    print(conductor.client.name, flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            answer = getattr(conductor, word)(*rest)
        except TimeoutError as error:
            answer = f"! {error}"
        print(answer, flush=True)
        if word == "end":
            return


if __name__ == "__main__":
    main()
