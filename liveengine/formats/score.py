"""What was played, as values: messages at ticks, with the tempo, metre and markers they stand under.

Ticks are the engine's own, 720,720 to the quarter note.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from liveengine.music.event import NOTE_OFF, NOTE_ON
from liveengine.music.time import Metre

SYSEX = 0xF0
SYSEX_END = 0xF7


@dataclass(frozen=True, slots=True)
class Recorded:
    """One MIDI message at a tick of a track: a channel message with its status byte, or a whole SysEx."""

    tick: int
    track: str
    data: bytes

    def __post_init__(self) -> None:
        if not self.data or self.data[0] < NOTE_OFF:
            raise ValueError(f"not a MIDI message: {self.data.hex(' ')!r} (the first byte must be a status)")

    @property
    def channel(self) -> int | None:
        """The MIDI channel, 1-16; None for SysEx."""
        return (self.data[0] & 0x0F) + 1 if self.data[0] < SYSEX else None


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `tick` on the tempo is `tempo_bpm` quarter notes a minute."""

    tick: int
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class MetreChange:
    """From `tick` on bars are of this metre."""

    tick: int
    metre: Metre


@dataclass(frozen=True, slots=True)
class Marker:
    """A name for a place: a scene, a bar worth keeping."""

    tick: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """A stretch of music that was played.

    `messages` may be in any order across tracks; those of one tick of one track stay in the order given.
    `length` is in ticks; the score is never shorter than its last message.
    """

    messages: tuple[Recorded, ...] = ()
    tempos: tuple[TempoChange, ...] = (TempoChange(0, 120.0),)
    metres: tuple[MetreChange, ...] = (MetreChange(0, Metre()),)
    markers: tuple[Marker, ...] = ()
    title: str = ""
    length: int = 0
    #: Tracks in the order they are to stand; those not named here follow as they appear.
    tracks: tuple[str, ...] = ()

    def track_names(self) -> tuple[str, ...]:
        """Name every track once, in order."""
        return tuple(dict.fromkeys((*self.tracks, *(message.track for message in self.messages))))

    def last_tick(self) -> int:
        """Return where the score ends, in ticks."""
        places = (self.messages, self.tempos, self.metres, self.markers)
        return max(self.length, *(item.tick for group in places for item in group), 0)

    def closed(self) -> Score:
        """End at the last tick every note that still sounds there: however it stopped, nothing hangs (N1)."""
        end = self.last_tick()
        sounding: dict[tuple[str, int, int], int] = {}
        for message in sorted(self.messages, key=lambda message: message.tick):
            change = _note_change(message.data)
            if change:
                note = (message.track, message.data[0] & 0x0F, message.data[1])
                sounding[note] = max(0, sounding.get(note, 0) + change)
        offs = [
            Recorded(end, track, bytes((NOTE_OFF | channel, pitch, 0)))
            for (track, channel, pitch), count in sounding.items()
            for _ in range(count)
        ]
        return replace(self, messages=(*self.messages, *offs), length=end)


def _note_change(data: bytes) -> int:
    """Return +1 for a note-on, -1 for a note-off (or a note-on of velocity 0), 0 for all else."""
    kind = data[0] & 0xF0
    if kind == NOTE_ON and len(data) == 3:
        return 1 if data[2] else -1
    return -1 if kind == NOTE_OFF and len(data) == 3 else 0
