"""Pitch names, scales and keys.

A pitch is a MIDI number 0-127, middle C being C4 = 60; a pitch class is one
of twelve, C being 0.

Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from liveengine.music.spelling import did_you_mean

PITCH_MIN, PITCH_MAX = 0, 127
OCTAVE = 12

#: The twelve pitch classes in the spelling that keys use most.
CLASS_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_NAME = r"([A-Ga-g])([#b♯♭]?)"

#: Every scale by name: semitones above the tonic.
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "harmonic major": (0, 2, 4, 5, 7, 8, 11),
    "lydian dominant": (0, 2, 4, 6, 7, 9, 10),
    "phrygian dominant": (0, 1, 4, 5, 7, 8, 10),
    "altered": (0, 1, 3, 4, 6, 8, 10),
    "hungarian minor": (0, 2, 3, 6, 7, 8, 11),
    "double harmonic": (0, 1, 4, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "major blues": (0, 2, 3, 4, 7, 9),
    "hirajoshi": (0, 2, 3, 7, 8),
    "in": (0, 1, 5, 7, 8),
    "whole tone": (0, 2, 4, 6, 8, 10),
    "whole-half": (0, 2, 3, 5, 6, 8, 9, 11),
    "half-whole": (0, 1, 3, 4, 6, 7, 9, 10),
    "chromatic": tuple(range(OCTAVE)),
}

#: Other words for the same scales.
_SAME_SCALE = {
    "": "major",
    "maj": "major",
    "ionian": "major",
    "m": "minor",
    "min": "minor",
    "aeolian": "minor",
    "natural minor": "minor",
    "pentatonic": "major pentatonic",
    "minor blues": "blues",
    "diminished": "whole-half",
    "super locrian": "altered",
}


def class_of(name: str) -> int:
    """Return the pitch class of a name: 'F#' is 6, 'Cb' is 11. Raises ValueError for anything else."""
    match = re.fullmatch(_NAME, name.strip())
    if not match:
        raise ValueError(f"not a note name: {name!r} (write it like C, F# or Bb)")
    return (_LETTERS[match[1].upper()] + _ACCIDENTALS[match[2]]) % OCTAVE


def pitch_of(name: str) -> int:
    """Return the MIDI pitch of a name with its octave. Raises ValueError outside C-1 … G9.

    >>> pitch_of("C4"), pitch_of("Eb3"), pitch_of("C-1")
    (60, 51, 0)
    """
    match = re.fullmatch(_NAME + r"(-?\d+)", name.strip())
    if not match:
        raise ValueError(f"not a pitch: {name!r} (write it like C4, F#3 or Bb2)")
    # The octave belongs to the letter: Cb4 lies just under C4.
    pitch = _LETTERS[match[1].upper()] + _ACCIDENTALS[match[2]] + OCTAVE * (int(match[3]) + 1)
    if not PITCH_MIN <= pitch <= PITCH_MAX:
        raise ValueError(f"pitch {name!r} is outside C-1 to G9")
    return pitch


def pitch_name(pitch: int) -> str:
    """Return the name of a MIDI pitch.

    >>> pitch_name(60), pitch_name(61), pitch_name(0)
    ('C4', 'C#4', 'C-1')
    """
    return f"{CLASS_NAMES[pitch % OCTAVE]}{pitch // OCTAVE - 1}"


@lru_cache(maxsize=512)
def _pitches(tonic: int, scale: str) -> tuple[int, ...]:
    classes = {(tonic + interval) % OCTAVE for interval in SCALES[scale]}
    return tuple(pitch for pitch in range(PITCH_MIN, PITCH_MAX + 1) if pitch % OCTAVE in classes)


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class) and one of SCALES.

    >>> str(Key.parse("D dorian")), str(Key())
    ('D dorian', 'C minor')
    """

    tonic: int = 0
    scale: str = "minor"

    def __post_init__(self) -> None:
        if not 0 <= self.tonic < OCTAVE:
            raise ValueError(f"a tonic is a pitch class 0-11, not {self.tonic}")
        if self.scale not in SCALES:
            raise ValueError(f'no scale called "{self.scale}"{did_you_mean(self.scale, SCALES)}')

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read 'D dorian', 'Am' or 'Bb' (major). Raises ValueError, naming the nearest scale."""
        match = re.fullmatch(_NAME + r"\s*(.*)", text.strip())
        if not match:
            raise ValueError(f'not a key: {text!r} (write it like "D dorian" or "F# minor")')
        scale = " ".join(match[3].lower().replace("_", " ").split())
        return cls(class_of(match[1] + match[2]), _SAME_SCALE.get(scale, scale))

    def __str__(self) -> str:
        return f"{CLASS_NAMES[self.tonic]} {self.scale}"

    def __contains__(self, pitch: object) -> bool:
        return isinstance(pitch, int) and (pitch - self.tonic) % OCTAVE in SCALES[self.scale]

    @property
    def pitches(self) -> tuple[int, ...]:
        """Every MIDI pitch of the key, low to high."""
        return _pitches(self.tonic, self.scale)

    def snap(self, pitch: int) -> int:
        """Return the nearest pitch of the key; the lower of two as near."""
        ladder = self.pitches
        above = bisect_left(ladder, pitch)
        return min(ladder[max(0, above - 1) : above + 1], key=lambda near: abs(near - pitch))

    def step(self, pitch: int, steps: int) -> int:
        """Move `steps` scale steps up (or down) from `pitch`, snapped first; stays within MIDI's range."""
        ladder = self.pitches
        place = bisect_left(ladder, self.snap(pitch)) + steps
        return ladder[min(max(place, 0), len(ladder) - 1)]

    def degree(self, number: int, octave: int = 4) -> int:
        """Return the pitch of a scale degree: 1 is the tonic, 8 its octave in a seven-note scale.

        The tonic is the one in `octave` (C4 = 60). Raises ValueError outside MIDI's range.
        """
        intervals = SCALES[self.scale]
        octaves, place = divmod(number - 1, len(intervals))
        pitch = self.tonic + intervals[place] + OCTAVE * (octave + 1 + octaves)
        if not PITCH_MIN <= pitch <= PITCH_MAX:
            raise ValueError(f"degree {number} of {self} in octave {octave} is outside MIDI's range")
        return pitch

    def transposed(self, semitones: int) -> Key:
        """Return the same scale on another tonic."""
        return Key((self.tonic + semitones) % OCTAVE, self.scale)
