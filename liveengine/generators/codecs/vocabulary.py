"""The 774 tokens of the event codec: one table, from which every number and the hash derive.

A model is trained with one vocabulary and refuses any other by its hash, so the table may grow only with new models.

Pure.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import accumulate

from liveengine.music.time import Metre

#: The resolution of time: steps a quarter note, and the furthest that one token moves on.
STEPS_PER_BEAT = 48
SHIFT_MAX = 8 * STEPS_PER_BEAT

VELOCITY_LEVELS = 32
TEMPO_LEVELS, TEMPO_LOW_BPM, TEMPO_HIGH_BPM = 32, 40.0, 240.0
CONTROL_LEVELS = 8

#: `bar` begins a bar; `context` stands where what is known ends and what is asked for begins; `mask` hides a token.
SPECIALS = ("pad", "begin", "end", "bar", "context", "mask")

#: General MIDI's families of eight programs; the last, sound effects, gives its place to the drums.
FAMILIES = (
    *("piano", "chromatic percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass"),
    *("reed", "pipe", "synth lead", "synth pad", "synth effects", "ethnic", "percussive", "drums"),
)
DRUMS = FAMILIES.index("drums")

#: The sixteen styles that a model may be asked for.
STYLES = (
    *("afrobeat", "afrocuban", "blues", "country", "dance", "funk", "gospel", "hiphop"),
    *("jazz", "latin", "neworleans", "pop", "punk", "reggae", "rock", "soul"),
)
SECTIONS = ("intro", "verse", "chorus", "bridge", "solo", "interlude", "outro", "other")
METRES = tuple(Metre.parse(text) for text in ("4/4", "3/4", "2/4", "5/4", "6/8", "7/8", "9/8", "12/8"))
assert all(metre.beats * 4 * STEPS_PER_BEAT % metre.unit == 0 for metre in METRES)


@dataclass(frozen=True, slots=True)
class Group:
    """Tokens of one kind, one for each name, in order."""

    kind: str
    names: tuple[str, ...]


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, last + 1))


TABLE = (
    Group("special", SPECIALS),
    Group("note_on", _numbers(0, 127)),
    Group("note_off", _numbers(0, 127)),
    Group("velocity", _numbers(0, VELOCITY_LEVELS - 1)),
    Group("shift", _numbers(1, SHIFT_MAX)),
    Group("family", FAMILIES),
    Group("tempo", _numbers(0, TEMPO_LEVELS - 1)),
    Group("density", _numbers(0, CONTROL_LEVELS - 1)),
    Group("syncopation", _numbers(0, CONTROL_LEVELS - 1)),
    Group("style", STYLES),
    Group("section", SECTIONS),
    Group("metre", tuple(map(str, METRES))),
)

#: Where each kind's tokens begin, and how many there are.
FIRST = dict(
    zip(
        (group.kind for group in TABLE),
        accumulate((len(group.names) for group in TABLE), initial=0),
        strict=False,
    )
)
COUNT = {group.kind: len(group.names) for group in TABLE}
SIZE = sum(COUNT.values())
assert SIZE == 774

#: Every token's kind and its number within the kind.
MEANING: tuple[tuple[str, int], ...] = tuple(
    (group.kind, number) for group in TABLE for number in range(len(group.names))
)

PAD, BEGIN, END, BAR, CONTEXT, MASK = range(len(SPECIALS))

#: What tells this vocabulary from any other: `id kind name`, a line for each token.
TEXT = "".join(
    f"{FIRST[group.kind] + number} {group.kind} {name}\n" for group in TABLE for number, name in enumerate(group.names)
)
HASH = hashlib.sha256(TEXT.encode()).hexdigest()


def token(kind: str, number: int) -> int:
    """Return the token of a kind. Raises ValueError for a number that the kind has not.

    >>> token("note_on", 0), MEANING[token("style", STYLES.index("soul"))]
    (6, ('style', 15))
    """
    if not 0 <= number < COUNT[kind]:
        raise ValueError(f"{kind} runs from 0 to {COUNT[kind] - 1}, not {number}")
    return FIRST[kind] + number


def name_of(of: int) -> str:
    """Return a token in words, as TEXT has it: 'note_on 60'."""
    kind, number = MEANING[of]
    return f"{kind} {TABLE[list(FIRST).index(kind)].names[number]}"


def velocity_level(velocity: int) -> int:
    """Return which of 32 levels a velocity of 1-127 has."""
    return velocity * VELOCITY_LEVELS // 128


def level_velocity(level: int) -> int:
    """Return the velocity in the middle of a level."""
    return level * 128 // VELOCITY_LEVELS + 64 // VELOCITY_LEVELS


def tempo_level(bpm: float) -> int:
    """Return the nearest of 32 tempos, each a twentieth or so faster than the one before."""
    span = math.log(TEMPO_HIGH_BPM / TEMPO_LOW_BPM)
    level = round(math.log(max(bpm, 1e-3) / TEMPO_LOW_BPM) / span * (TEMPO_LEVELS - 1))
    return min(max(level, 0), TEMPO_LEVELS - 1)


def level_tempo(level: int) -> float:
    """Return the tempo of a level, in BPM."""
    return float(TEMPO_LOW_BPM * (TEMPO_HIGH_BPM / TEMPO_LOW_BPM) ** (level / (TEMPO_LEVELS - 1)))


def share_level(share: float) -> int:
    """Return which of eight levels a share of 0-1 has: the token of density and of syncopation."""
    return min(max(int(share * CONTROL_LEVELS), 0), CONTROL_LEVELS - 1)


def family_of(program: int, drums: bool = False) -> int:
    """Return the family of a General MIDI program, 0-127; its sound effects go with the synth's."""
    if drums:
        return DRUMS
    return program // 8 if program // 8 != DRUMS else FAMILIES.index("synth effects")
