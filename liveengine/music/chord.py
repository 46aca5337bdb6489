"""Chords: names, tones, and voicings that lead smoothly from one to the next.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liveengine.music.pitch import CLASS_NAMES, OCTAVE, PITCH_MAX, PITCH_MIN, class_of, pitch_name
from liveengine.music.spelling import did_you_mean

#: Every kind of chord by its usual sign: semitones above the root. No sign begins with # or b, so that a
#: root's own accidental is never in doubt.
KINDS: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "69": (0, 4, 7, 9, 14),
    "m69": (0, 3, 7, 9, 14),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "aug7": (0, 4, 8, 10),
    "7sus4": (0, 5, 7, 10),
    "7b5": (0, 4, 6, 10),
    "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15),
    "7#11": (0, 4, 7, 10, 18),
    "maj7#11": (0, 4, 7, 11, 18),
    "7b13": (0, 4, 7, 10, 20),
    "9": (0, 4, 7, 10, 14),
    "9sus4": (0, 5, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "11": (0, 7, 10, 14, 17),
    "m11": (0, 3, 7, 10, 14, 17),
    "13": (0, 4, 7, 10, 14, 21),
    "maj13": (0, 4, 7, 11, 14, 21),
    "m13": (0, 3, 7, 10, 14, 21),
}

#: Other signs for the same chords.
_SAME_KIND = {
    "maj": "", "M": "", "min": "m", "-": "m", "°": "dim", "o": "dim", "+": "aug", "sus": "sus4",
    "6/9": "69", "m6/9": "m69", "M7": "maj7", "Δ": "maj7", "Δ7": "maj7", "min7": "m7", "-7": "m7",
    "mM7": "mmaj7", "m(maj7)": "mmaj7", "ø": "m7b5", "ø7": "m7b5", "min7b5": "m7b5", "-7b5": "m7b5",
    "°7": "dim7", "o7": "dim7", "+7": "aug7", "7#5": "aug7", "M9": "maj9", "min9": "m9", "-9": "m9",
    "min11": "m11", "M13": "maj13", "min13": "m13", "7sus": "7sus4", "9sus": "9sus4",
}  # fmt: skip

#: The lowest pitch over which an interval (semitones) still sounds clear: the usual arranger's limits.
CLEAR_ABOVE = {1: 52, 2: 51, 3: 48, 4: 46, 5: 46, 6: 46, 7: 34, 8: 43, 9: 41, 10: 41, 11: 41}

#: What a voicing short of voices leaves out first: the perfect fifth, then the root (the bass has it).
_LEAVE_OUT = (7, 0, 17, 14)


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class), one of KINDS, and the bass it stands over where that is not the root.

    >>> str(Chord.parse("F#m7b5")), Chord.parse("C/E").bass, Chord.parse("Dm9").classes
    ('F#m7b5', 4, (2, 5, 9, 0, 4))
    """

    root: int = 0
    kind: str = ""
    over: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.root < OCTAVE or (self.over is not None and not 0 <= self.over < OCTAVE):
            raise ValueError(f"a chord's root and bass are pitch classes 0-11, not {self.root}, {self.over}")
        if self.kind not in KINDS:
            raise ValueError(f'no chord kind "{self.kind}"{did_you_mean(self.kind, KINDS)}')
        if self.over == self.root:
            object.__setattr__(self, "over", None)

    @classmethod
    def parse(cls, text: str) -> Chord:
        """Read 'Dm9', 'Cmaj7', 'F#m7b5', 'Asus4' or 'C/E'. Raises ValueError, naming the nearest chord."""
        match = re.fullmatch(r"([A-G][#b♯♭]?)(.*?)(?:/([A-G][#b♯♭]?))?", text.strip())
        if not match:
            raise ValueError(f'not a chord: {text!r} (write it like "Dm9", "F#m7b5" or "C/E")')
        root, kind = match[1], match[2].replace("♯", "#").replace("♭", "b")
        kind = _SAME_KIND.get(kind, kind)
        if kind not in KINDS:
            near = did_you_mean(text.strip(), [root + known for known in KINDS])
            raise ValueError(f"not a chord: {text!r}{near}")
        return cls(class_of(root), kind, class_of(match[3]) if match[3] else None)

    def __str__(self) -> str:
        under = "" if self.over is None else f"/{CLASS_NAMES[self.over]}"
        return f"{CLASS_NAMES[self.root]}{self.kind}{under}"

    def __contains__(self, pitch: object) -> bool:
        return isinstance(pitch, int) and (pitch % OCTAVE in self.classes or pitch % OCTAVE == self.bass)

    @property
    def classes(self) -> tuple[int, ...]:
        """The chord's pitch classes, root first, without a foreign bass."""
        return tuple((self.root + interval) % OCTAVE for interval in KINDS[self.kind])

    @property
    def bass(self) -> int:
        """The pitch class that the bass plays."""
        return self.root if self.over is None else self.over

    @property
    def fifth(self) -> int:
        """The pitch class of the chord's fifth: perfect unless the kind says otherwise."""
        return (self.root + next((i for i in KINDS[self.kind] if i in (6, 7, 8)), 7)) % OCTAVE

    def transposed(self, semitones: int) -> Chord:
        """Return the same kind of chord elsewhere."""
        over = None if self.over is None else (self.over + semitones) % OCTAVE
        return Chord((self.root + semitones) % OCTAVE, self.kind, over)

    def voiced(self, low: int, high: int, previous: Sequence[int] = (), voices: int = 4) -> tuple[int, ...]:
        """Return the chord's pitches within [low, high], low to high, close and clear.

        Of all close and drop-2 positions in the register, takes the one that moves least from `previous`, or
        the most central where there is none. At most `voices` notes; fewer where the register is too narrow.
        Raises ValueError where not one note of the chord lies in the register.
        """
        if not PITCH_MIN <= low <= high <= PITCH_MAX:
            raise ValueError(f"not a register: {low} to {high} (pitches 0-127, low first)")
        centre = (low + high) / 2
        for count in range(min(voices, len(KINDS[self.kind])), 0, -1):
            found = [v for v in self._positions(low, high, count) if _clear(v)]
            if found:
                return min(found, key=lambda voicing: (_effort(voicing, previous, centre), voicing))
        # A register this narrow may lack the essential notes; any note of the chord will do.
        alone = [pitch for pitch in range(low, high + 1) if pitch % OCTAVE in self.classes]
        if not alone:
            raise ValueError(f"no note of {self} lies between {pitch_name(low)} and {pitch_name(high)}")
        return (min(alone, key=lambda pitch: abs(pitch - centre)),)

    def _positions(self, low: int, high: int, voices: int) -> Iterator[tuple[int, ...]]:
        """Yield every close position of the chord's essential tones in the register, and its drop-2."""
        classes = sorted((self.root + interval) % OCTAVE for interval in _essential(KINDS[self.kind], voices))
        for bottom in range(low, high + 1):
            if bottom % OCTAVE in classes:
                close = tuple(sorted(bottom + (other - bottom) % OCTAVE for other in classes))
                if close[-1] <= high:
                    yield close
                if len(close) == 4 and close[-2] - OCTAVE >= low and close[-1] <= high:
                    yield tuple(sorted((*close[:-2], close[-2] - OCTAVE, close[-1])))


def _essential(intervals: tuple[int, ...], voices: int) -> tuple[int, ...]:
    """Leave out tones until `voices` are left, the least telling first."""
    kept = list(intervals)
    for spare in (*_LEAVE_OUT, *intervals):
        if len(kept) > voices and spare in kept:
            kept.remove(spare)
    return tuple(kept)


def _clear(voicing: tuple[int, ...]) -> bool:
    """Tell whether no neighbouring notes make mud."""
    return all(low >= CLEAR_ABOVE.get(high - low, PITCH_MIN) for low, high in pairwise(voicing))


def _effort(voicing: tuple[int, ...], previous: Sequence[int], centre: float) -> float:
    """Weigh a voicing: semitones moved from `previous`, with a slight pull to the centre against drift."""
    pull = abs(sum(voicing) / len(voicing) - centre)
    if not previous:
        return pull
    if len(previous) == len(voicing):
        moved = sum(abs(new - old) for new, old in zip(voicing, sorted(previous), strict=True))
    else:
        moved = sum(min(abs(new - old) for old in previous) for new in voicing)
        moved += sum(min(abs(new - old) for new in voicing) for old in previous)
    return moved + pull / 4
