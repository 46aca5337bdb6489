"""A drummer for the tests: MIDI files of sixteenths that come as late, and sound as loud, as they are told to."""

from __future__ import annotations

from pathlib import Path

from liveengine.formats import midifile
from liveengine.formats.midifile import TICKS_PER_FILE_TICK
from liveengine.formats.score import MetreChange, Recorded, Score, TempoChange
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre

HAT, KICK = DRUM_NOTES["hat"], DRUM_NOTES["kick"]
GATE = TICKS_PER_SIXTEENTH // 2

#: How late each sixteenth of a beat is, in ticks that a MIDI file can hold, and how loud.
LATE = (0, 200 * TICKS_PER_FILE_TICK, -20 * TICKS_PER_FILE_TICK, 210 * TICKS_PER_FILE_TICK)
LOUD = (120, 60, 100, 60)


def struck(tick: int, pitch: int, velocity: int, channel: int = 10) -> list[tuple[int, bytes]]:
    """Return a note's two messages."""
    return [
        (tick, bytes((0x8F + channel, pitch, velocity))),
        (tick + GATE, bytes((0x7F + channel, pitch, 0))),
    ]


def hats(bars: int = 2, metre: Metre | None = None) -> list[tuple[int, bytes]]:
    """Return sixteenths on the hat, late and loud as LATE and LOUD say."""
    count = bars * (metre or Metre()).bar_ticks // TICKS_PER_SIXTEENTH
    return [
        message
        for step in range(count)
        for message in struck(step * TICKS_PER_SIXTEENTH + LATE[step % 4], HAT, LOUD[step % 4])
    ]


def kicks(bars: int = 2) -> list[tuple[int, bytes]]:
    """Return a kick on each beat, on time."""
    return [message for beat in range(4 * bars) for message in struck(beat * TICKS_PER_BEAT, KICK, 110)]


def save(
    path: Path, tracks: dict[str, list[tuple[int, bytes]]], tempo_bpm: float = 120.0, metre: Metre | None = None
) -> Path:
    """Write tracks into a MIDI file and return its path."""
    messages = tuple(Recorded(tick, name, data) for name, played in tracks.items() for tick, data in played)
    tempos = (TempoChange(0, tempo_bpm),)
    metres = (MetreChange(0, metre or Metre()),)
    midifile.write(path, Score(messages, tempos, metres, tracks=tuple(tracks)))
    return path
