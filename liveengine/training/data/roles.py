"""Who plays what: the parts of a piece and their roles, by channel, name, program, register and how many at once.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liveengine.music.pitch import OCTAVE
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.training.data.piece import DRUM_CHANNEL, Notes, Piece

ROLES = ("drums", "bass", "chords", "lead", "pad")

#: Words in a track's name that tell its role, in the order they are looked for.
_WORDS = (
    ("drums", r"\b(drum|perc|kit|beat|drm|hat|snare|kick)"),
    ("bass", r"\b(bass(?! drum)|sub\b|basu)"),
    ("pad", r"\b(pad|string|choir|warm|ambient|atmos)"),
    ("lead", r"\b(lead|melod|solo|vocal|voice|theme)"),
    ("chords", r"\b(chord|rhythm|comp|piano|organ|keys)"),
)

#: General MIDI's programs that tell a role: first, last, role.
_PROGRAMS = ((32, 39, "bass"), (80, 86, "lead"), (88, 95, "pad"))

#: A line alone whose middle lies below this is a bass, and no other: A2, and for a guitar its lowest string.
_BASS_BELOW, _GUITAR_BASS_BELOW = 46, 40
_GUITARS = range(24, 32)

#: A part that is called a bass is none from here up.
_NO_BASS_FROM = 57

#: So many notes at once are chords, on the average over onsets.
_CHORDS_FROM = 1.8

#: Fewer are a line, whatever it is called.
_LINE_BELOW = 1.2

#: Chords that last so long are a pad.
_PAD_TICKS = 3 * TICKS_PER_BEAT

#: Two parts of which so much is the same are one part, doubled.
_DOUBLED_FROM = 0.9


class Part(NamedTuple):
    """What one track plays on one channel."""

    role: str
    name: str
    program: int
    notes: Notes


def parts(piece: Piece) -> list[Part]:
    """Return a piece's parts, each with its role, those that only double another left out."""
    lines = np.stack([piece.notes["track"].astype(np.int64), piece.notes["channel"].astype(np.int64)], axis=1)
    found = []
    for track, channel in np.unique(lines, axis=0):
        notes = piece.notes[(lines == (track, channel)).all(axis=1)]
        name = piece.track_names[track] if track < len(piece.track_names) else ""
        program = int(np.bincount(notes["program"]).argmax())
        found.append(Part(role_of(notes, name, program, int(channel)), name, program, notes))
    return without_doubles(found)


def role_of(notes: Notes, name: str, program: int, channel: int) -> str:
    """Return which of ROLES a part has."""
    if channel == DRUM_CHANNEL:
        return "drums"
    together = len(notes) / len(np.unique(notes["tick"]))
    middle = float(np.median(notes["pitch"]))
    told = next((role for role, words in _WORDS if re.search(words, name, re.IGNORECASE)), "")
    told = told or next((role for first, last, role in _PROGRAMS if first <= program <= last), "")
    if told and _can_be(told, together, middle):
        return told
    if together >= _CHORDS_FROM:
        return "pad" if float(np.median(notes["gate"])) >= _PAD_TICKS else "chords"
    below = _GUITAR_BASS_BELOW if program in _GUITARS else _BASS_BELOW
    return "bass" if middle < below else "lead"


def _can_be(role: str, together: float, middle: float) -> bool:
    """Tell whether what is played does not contradict a name or a program: those are often left from a template."""
    match role:
        case "bass":
            return middle < _NO_BASS_FROM and together < _CHORDS_FROM
        case "chords":
            return together >= _LINE_BELOW
        case _:
            return role != "drums"  # drums stand on their channel


def without_doubles(found: Sequence[Part]) -> list[Part]:
    """Leave out every part whose notes another of its role plays as well, in the same octave or another.

    Of two the one with more notes stays, of two as long the first.
    """
    struck = [
        set(zip(part.notes["tick"].tolist(), (part.notes["pitch"] % OCTAVE).tolist(), strict=True)) for part in found
    ]
    kept: list[int] = []
    for place in sorted(range(len(found)), key=lambda place: (-len(found[place].notes), place)):
        same = (struck[other] for other in kept if found[other].role == found[place].role)
        if all(len(struck[place] & other) < _DOUBLED_FROM * len(struck[place]) for other in same):
            kept.append(place)
    return [found[place] for place in sorted(kept)]
