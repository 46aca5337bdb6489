"""What else plays patterns in Python, on the same music, as fast as it goes.

Each peer takes the tempo, the steps of a pattern and the voices of a chord, and returns how many events it handled
(note-ons and note-offs) in how many seconds. Raises ImportError where it is not installed.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

#: So many beats and tracks are enough to measure by.
BEATS = 32
TRACKS = 4

Peer = Callable[[float, int, int], tuple[int, float]]


def _pitches(step: int, voices: int) -> list[int]:
    return [36 + (step + 5 * voice) % 84 for voice in range(voices)]


def isobar(bpm: float, steps: int, voices: int) -> tuple[int, float]:
    """Tick isobar's timeline, at its own resolution, without waiting."""
    from isobar import PSequence, Timeline
    from isobar.io import OutputDevice

    class Counting(OutputDevice):  # type: ignore[misc]
        events = 0

        def note_on(self, note: int = 60, velocity: int = 64, channel: int = 0) -> None:
            self.events += 1

        def note_off(self, note: int = 60, channel: int = 0) -> None:
            self.events += 1

    device = Counting()
    timeline = Timeline(bpm, output_device=device)
    for channel in range(TRACKS):
        chords = PSequence([tuple(_pitches(step, voices)) for step in range(steps)])
        timeline.schedule({"note": chords, "duration": 0.25, "gate": 0.5, "channel": channel})
    ticks = BEATS * timeline.ticks_per_beat
    begun = time.perf_counter()
    for _ in range(ticks):
        timeline.tick()
    return device.events, time.perf_counter() - begun


def mido(bpm: float, steps: int, voices: int) -> tuple[int, float]:
    """Read a file's tracks by mido and go through its events, merged and in order."""
    from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

    file = MidiFile(ticks_per_beat=480)
    file.tracks.append(MidiTrack([MetaMessage("set_tempo", tempo=bpm2tempo(bpm))]))
    for channel in range(TRACKS):
        track = MidiTrack()
        for step in range(BEATS * 4):
            for kind in ("note_on", "note_off"):
                track += [
                    Message(kind, note=pitch, channel=channel, time=60 if voice == 0 else 0)
                    for voice, pitch in enumerate(_pitches(step % steps, voices))
                ]
        file.tracks.append(track)
    written = io.BytesIO()
    file.save(file=written)
    written.seek(0)
    begun = time.perf_counter()
    events = sum(1 for message in MidiFile(file=written) if not message.is_meta)
    return events, time.perf_counter() - begun


PEERS: dict[str, Peer] = {"isobar": isobar, "mido": mido}
