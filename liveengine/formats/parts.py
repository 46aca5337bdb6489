"""Notes of one part or several as a score, to be written as a MIDI file.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liveengine.formats.score import MetreChange, Recorded, Score, TempoChange
from liveengine.music.event import NOTE_OFF, NOTE_ON
from liveengine.music.note import Note
from liveengine.music.time import Metre

#: The channel, from 0, that General MIDI hears as drums.
DRUM_CHANNEL = 9


def score_of(
    title: str, parts: Mapping[str, Sequence[Note]], metre: Metre, length: int, tempo_bpm: float, drums: str = "drums"
) -> Score:
    """Return notes by part as a score of so many ticks; the part called `drums` is on the drums' channel."""
    messages = []
    for channel, (part, notes) in enumerate(parts.items()):
        own = DRUM_CHANNEL if part == drums else channel
        for note in notes:
            begins = max(note.tick + note.offset, 0)  # before the file begins there is nothing
            ends = max(begins + 1, note.tick + note.offset + note.gate)
            messages.append(Recorded(begins, part, bytes((NOTE_ON | own, note.pitch, note.velocity))))
            messages.append(Recorded(ends, part, bytes((NOTE_OFF | own, note.pitch, 0))))
    messages.sort(key=lambda message: (message.tick, message.data[0] & 0xF0))  # offs go first
    return Score(tuple(messages), (TempoChange(0, tempo_bpm),), (MetreChange(0, metre),), title=title, length=length)
