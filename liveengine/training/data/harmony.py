"""What chord and what key sounds, heard from the notes alone.

Pure. Source of the key profiles: Krumhansl & Kessler, "Tracing the dynamic changes in perceived tonal organization in
a spatial representation of musical keys", Psychological Review 89 (1982).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import OCTAVE, Key
from liveengine.training.data.piece import DRUM_CHANNEL, Notes

#: How long each pitch class sounds: (12,), C first.
Profile: TypeAlias = NDArray[np.float64]

#: The kinds that are listened for, the plainer first: of two that fit as well the first is heard.
HEARD = ("", "m", "7", "m7", "maj7", "sus4", "dim", "m7b5", "aug", "sus2", "6", "dim7", "5")

#: The profiles of C major and C minor.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])

#: What the lowest note counts for as a root, as a share of all that sounds.
_BASS = 0.15
#: What a tone that the chord has and nobody plays takes away.
_MISSING = 0.1


class Heard(NamedTuple):
    """A chord, and how much of what sounds it explains, 0-1."""

    chord: Chord
    fit: float


def _templates() -> tuple[list[Chord], NDArray[np.float64]]:
    chords = [Chord(root, kind) for kind in HEARD for root in range(OCTAVE)]
    masks = np.zeros((len(chords), OCTAVE))
    for row, chord in enumerate(chords):
        masks[row, [(chord.root + interval) % OCTAVE for interval in KINDS[chord.kind]]] = 1.0
    return chords, masks


_CHORDS, _MASKS = _templates()
_ROOTS = np.array([chord.root for chord in _CHORDS])


def profile(notes: Notes, begin: int, end: int) -> Profile:
    """Return how long each pitch class sounds between two ticks, drums left out, in ticks."""
    pitched = notes[notes["channel"] != DRUM_CHANNEL]
    sounding = np.minimum(pitched["tick"] + pitched["gate"], end) - np.maximum(pitched["tick"], begin)
    return class_weights(pitched["pitch"], np.maximum(sounding, 0))


def class_weights(pitches: NDArray[np.integer], lengths: NDArray[np.integer]) -> Profile:
    """Add up lengths by pitch class."""
    return np.bincount(pitches % OCTAVE, lengths, OCTAVE).astype(np.float64)


def chord_between(notes: Notes, begin: int, end: int) -> Heard | None:
    """Return the chord that sounds between two ticks; None where fewer than two pitch classes do."""
    weights = profile(notes, begin, end)
    if np.count_nonzero(weights) < 2:
        return None
    share = weights / weights.sum()
    fit = _MASKS @ share
    missing = _MASKS @ (share < 0.02) * _MISSING
    score = fit - missing + _BASS * (_lowest(notes, begin, end) == _ROOTS)
    best = int(np.argmax(score))
    bass = _lowest(notes, begin, end)
    chord = _CHORDS[best]
    over = bass if bass in chord.classes else None
    return Heard(Chord(chord.root, chord.kind, over), float(fit[best]))


def _lowest(notes: Notes, begin: int, end: int) -> int:
    """Return the pitch class of the lowest note that sounds for long."""
    pitched = notes[notes["channel"] != DRUM_CHANNEL]
    sounding = np.minimum(pitched["tick"] + pitched["gate"], end) - np.maximum(pitched["tick"], begin)
    audible = pitched[sounding > (end - begin) // 16]
    lowest = audible if len(audible) else pitched[sounding > 0]
    return int(lowest["pitch"].min()) % OCTAVE


def key_of(weights: Profile) -> Key:
    """Return the key, major or minor, whose profile is most like this one. C major for silence."""
    if not weights.any() or np.ptp(weights) == 0:
        return Key(0, "major")
    scores = [
        (float(np.corrcoef(weights, np.roll(known, tonic))[0, 1]), -tonic, scale)
        for scale, known in (("major", _MAJOR), ("minor", _MINOR))
        for tonic in range(OCTAVE)
    ]
    _, tonic, scale = max(scores)
    return Key(-tonic, scale)
