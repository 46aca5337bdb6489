"""What a model plays at each look of its training, as a MIDI file in the run's folder: to be heard while it learns.

Waits for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from liveengine.formats import midifile
from liveengine.formats.parts import score_of
from liveengine.generators.contract import Controls, Proposer
from liveengine.music.chord import Chord
from liveengine.music.note import Note
from liveengine.music.pitch import Key, pitch_of

#: Where below a run its samples lie.
FOLDER = "samples"

#: What is asked each time, of each role that a model plays: so what differs is the model.
SEED, BARS, TEMPO_BPM = 1, 4, 110.0
_CHORDS = tuple(map(Chord.parse, ("Am", "F", "C", "G")))
_RANGES = {"drums": ("C-1", "G9"), "bass": ("E1", "G3"), "chords": ("C3", "C5"), "lead": ("C4", "C6")}


def write(title: str, play: Proposer, roles: Mapping[str, float], place: Path) -> None:
    """Write four bars of each of `roles`, as dense as each says, 0-1; what a model cannot play yet is left out."""
    parts: dict[str, tuple[Note, ...]] = {}
    asked = Controls(bars=BARS)
    for role, density in roles.items():
        low, high = map(pitch_of, _RANGES[role])
        asked = Controls(
            role=role, bars=BARS, density=density, key=Key.parse("A minor"), chords=_CHORDS, low=low, high=high
        )
        try:
            parts[role] = play(None, frozenset(), asked, SEED, title).notes
        except ValueError:  # one that has hardly begun to learn may strike nothing
            parts[role] = ()
    place.parent.mkdir(parents=True, exist_ok=True)
    midifile.write(place, score_of(title, parts, asked.metre, asked.length, TEMPO_BPM))
