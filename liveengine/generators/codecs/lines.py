"""A line of bass, chords or lead as a phrase model reads it: the event codec's tokens, and what is told beside each.

A model says what sounds: bars, shifts, families, velocities, notes. What a bar's head would tell (metre, tempo, how
full) stands beside every token instead, with the chord that holds there, the key, the place in the bar, what sounds,
what else plays, the bar's latent, and what followed the same place one, two and four bars ago. Chords, key and basses
are told as distances from the chord's root, so that what is learnt in one key is known in all. Every name goes into the
vocabulary of a model.

Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.vocabulary import BAR, MEANING, PAD
from liveengine.generators.hearing import HEARD, Memory
from liveengine.music.chord import KINDS
from liveengine.music.pitch import OCTAVE

Floats: TypeAlias = NDArray[np.float32]
Whole: TypeAlias = NDArray[np.int64]

#: Who may be asked for a line.
ROLES = ("bass", "chords", "lead", "pad")

#: What a model says; all other kinds are told beside.
SPOKEN = ("special", "shift", "family", "velocity", "note_on", "note_off")

#: How many bars ago it is looked what followed the same place.
LAGS = (1, 2, 4)

#: A bar is told its chords so many times, evenly.
QUARTERS = 4

#: Bars are counted round and round in phrases of so many.
PHRASE_BARS = 8

#: How many numbers a bar's latent has: what an encoder makes of the bar in training, and chance could draw on stage.
LATENT = 8

#: What is told of all else that plays in a bar: of `features` these, in the mean over the other parts.
OTHERS = ("density", "syncopation", "downbeat", "beats", "eighths", "weak_sixteenths", "pitch", "gate")

#: What is told of a quarter of a bar, and of a moment in it: names and how many numbers each takes. The last number of
#: `latent`, `others` and `tempo` is 1 where they are told.
BAR_FIELDS = {
    "latent": LATENT + 1, "others": len(OTHERS) + 1,
    "role": len(ROLES), "metre": len(words.METRES), "bar": PHRASE_BARS, "root": OCTAVE, "chord": OCTAVE,
    "bass": OCTAVE, "scale": OCTAVE, "next root": OCTAVE, "next chord": OCTAVE, "density": words.CONTROL_LEVELS,
    "syncopation": words.CONTROL_LEVELS, "style": len(words.STYLES), "section": len(words.SECTIONS), "tempo": 2,
}  # fmt: skip
MOMENT_FIELDS = {"beat": 8, "step": words.STEPS_PER_BEAT, "place": 1, "onsets": 1, "sounding": 128}
_STARTS = dict(zip(BAR_FIELDS, accumulate(BAR_FIELDS.values(), initial=0), strict=False))
#: How many of the numbers, the first ones, a model begins without.
OPTIONAL = _STARTS["role"]
BAR_SIZE, MOMENT_SIZE = sum(BAR_FIELDS.values()), sum(MOMENT_FIELDS.values())

#: All that is told beside one token.
TOLD = BAR_SIZE + MOMENT_SIZE

#: The tempo and the onsets in a bar that count as 1.
TEMPO_FULL_BPM, ONSETS_FULL = 240.0, 16.0

#: The pitch of each token, -1 where it has none; and the steps that it moves on.
PITCH = np.array([number if kind in ("note_on", "note_off") else -1 for kind, number in MEANING])
SHIFT = np.array([number + 1 if kind == "shift" else 0 for kind, number in MEANING])
STRIKES = np.array([kind == "note_on" for kind, _ in MEANING])
ENDS = np.array([kind == "note_off" for kind, _ in MEANING])
IS_SPOKEN = np.array([kind in SPOKEN for kind, _ in MEANING])

_UNTOLD: Floats = np.zeros((0, 0), np.float32)

_KIND_MASKS = np.zeros((len(KINDS), OCTAVE), np.float32)
for _row, _intervals in enumerate(KINDS.values()):
    _KIND_MASKS[_row, [interval % OCTAVE for interval in _intervals]] = 1.0


class Place(NamedTuple):
    """Where a token has led: the bar (from 0), the step in it, onsets so far, what followed there LAGS bars ago."""

    bar: int
    step: int
    onsets: int
    hints: tuple[int, ...]


class Walk:
    """Follows spoken tokens one by one and remembers what followed each place of each bar."""

    def __init__(self) -> None:
        self.bar, self.step, self.onsets, self._count = -1, 0, 0, 0
        self._followed: list[dict[tuple[int, int], int]] = []

    def fork(self) -> Walk:
        """Return another that stands at the same place and goes its own way."""
        other = copy(self)
        other._followed = [*self._followed[:-1], *map(dict, self._followed[-1:])]
        return other

    def take(self, token: int) -> Place:
        """Go on by one token and return where that is."""
        if self._followed:
            self._followed[-1][self.step, self._count] = token
        if token == BAR:
            self.bar, self.step, self.onsets, self._count = self.bar + 1, 0, 0, 0
            self._followed.append({})
        elif SHIFT[token]:
            self.step, self._count = self.step + int(SHIFT[token]), 0
        else:
            self.onsets, self._count = self.onsets + bool(STRIKES[token]), self._count + 1
        return Place(max(self.bar, 0), self.step, self.onsets, tuple(map(self._hint, LAGS)))

    def _hint(self, lag: int) -> int:
        if self.bar < lag:
            return PAD
        return self._followed[self.bar - lag].get((self.step, self._count), PAD)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a line. Levels and sections by bar; -1 is untold, and so is a tempo of 0.

    `chords` (bars, 4, 3): root, kind (a place in KINDS) and bass, all -1 where there is none. `scale` are pitch
    classes; `first` is the number of the first bar in the piece. `others` (bars, OTHERS) is all 0 in a bar where
    nothing else plays, which is as good as untold; `latent` is (bars, LATENT). Both are empty where they are untold.
    """

    role: int
    metre: int
    chords: NDArray[np.integer]
    tonic: int
    scale: tuple[int, ...]
    density: Sequence[int]
    syncopation: Sequence[int] = ()
    section: Sequence[int] = ()
    style: int = -1
    tempo_bpm: float = 0.0
    first: int = 0
    others: Floats = field(default_factory=lambda: _UNTOLD)
    latent: Floats = field(default_factory=lambda: _UNTOLD)

    @property
    def roots(self) -> Whole:
        """The pitch class that distances are counted from, (bars, 4): the chord's root, or else the tonic."""
        root = self.chords[..., 0].astype(np.int64)
        return np.where(root >= 0, root, self.tonic)

    def numbers(self) -> Floats:
        """Return what is told of each quarter of each bar, (bars, 4, BAR_SIZE)."""
        bars = len(self.chords)
        rows = np.zeros((bars, QUARTERS, BAR_SIZE), np.float32)
        roots = self.roots
        number = np.arange(bars)
        following = np.minimum(number + 1, bars - 1)
        scale = np.zeros(OCTAVE, np.float32)
        scale[list(self.scale)] = 1.0
        _mark(rows, "role", np.full((bars, 1), self.role))
        _mark(rows, "metre", np.full((bars, 1), self.metre))
        _mark(rows, "bar", ((self.first + number) % PHRASE_BARS)[:, None])
        _mark(rows, "root", roots)
        _mark(rows, "bass", np.where(self.chords[..., 2] >= 0, (self.chords[..., 2] - roots) % OCTAVE, -1))
        next_root = self.chords[following, 0, 0][:, None]
        _mark(rows, "next root", np.where(next_root >= 0, (next_root - roots) % OCTAVE, -1))
        for name in ("density", "syncopation", "section"):
            if len(level := np.asarray(getattr(self, name), np.int64)):
                _mark(rows, name, level[:, None])
        _mark(rows, "style", np.full((bars, 1), self.style))
        part(rows, "chord")[:] = _masks(self.chords[..., 1])
        turned = (np.arange(OCTAVE) + roots[..., None]) % OCTAVE
        part(rows, "scale")[:] = scale[turned]
        away = (np.arange(OCTAVE) + (roots - np.maximum(next_root, 0))[..., None]) % OCTAVE
        later = np.broadcast_to(_masks(self.chords[following, 0, 1])[:, None], (bars, QUARTERS, OCTAVE))
        part(rows, "next chord")[:] = np.take_along_axis(later, away, axis=-1)
        if self.tempo_bpm > 0:
            part(rows, "tempo")[:] = self.tempo_bpm / TEMPO_FULL_BPM, 1.0
        if len(self.others):
            part(rows, "others")[:] = np.c_[self.others, self.others.any(axis=1)][:, None]
        if len(self.latent):
            part(rows, "latent")[:] = np.c_[self.latent, np.ones(bars)][:, None]
        return rows

    @property
    def bar_steps(self) -> int:
        """Steps of a bar."""
        metre = words.METRES[self.metre]
        return metre.beats * 4 * words.STEPS_PER_BEAT // metre.unit

    def quarter(self, step: NDArray[np.integer] | int) -> Any:
        """Return which quarter of the bar a step lies in."""
        return np.minimum(step * QUARTERS // self.bar_steps, QUARTERS - 1)


def moments(step: Whole, onsets: Whole, sounding: Floats, bar_steps: int) -> Floats:
    """Return what is told of moments, (n, MOMENT_SIZE), of steps in the bar and onsets so far, (n,) each."""
    rows = np.zeros((len(step), MOMENT_SIZE), np.float32)
    number = np.arange(len(step))
    beat, within = np.divmod(step, words.STEPS_PER_BEAT)
    beats = MOMENT_FIELDS["beat"]
    rows[number, np.minimum(beat, beats - 1)] = 1.0
    rows[number, beats + within] = 1.0
    rows[:, beats + words.STEPS_PER_BEAT] = step / bar_steps
    rows[:, beats + words.STEPS_PER_BEAT + 1] = onsets / ONSETS_FULL
    rows[:, -128:] = sounding
    return rows


def sounding_after(tokens: Whole) -> Floats:
    """Return which pitches sound after each token, (n, 128)."""
    change = np.zeros((len(tokens), 128), np.int8)
    for is_kind, by in ((STRIKES, 1), (ENDS, -1)):
        at = np.flatnonzero(is_kind[tokens])
        change[at, PITCH[tokens[at]]] = by
    return np.clip(np.cumsum(change, axis=0, dtype=np.int8), 0, 1).astype(np.float32)


def part(rows: Floats, name: str) -> Floats:
    """Return the numbers of one of BAR_FIELDS, to read or to write."""
    found: Floats = rows[..., _STARTS[name] : _STARTS[name] + BAR_FIELDS[name]]
    return found


def _mark(rows: Floats, name: str, which: NDArray[np.integer]) -> None:
    """Set the number that `which` names, (bars, 4) or (bars, 1); none for -1."""
    part(rows, name)[:] = np.arange(BAR_FIELDS[name]) == which[..., None]


def _masks(kinds: NDArray[np.integer]) -> Floats:
    masks: Floats = np.where((kinds >= 0)[..., None], _KIND_MASKS[np.maximum(kinds, 0)], 0.0)
    return masks


def vocabulary(ranks: Mapping[str, list[float]], memory: Memory, known: str = "") -> dict[str, Any]:
    """Return what a phrase model says that its numbers mean, with the hash of all that.

    `memory` is what of a line it keeps; `ranks` the densities of each role, evenly spaced in the data; `known` the hash
    of the file of what it learnt from, empty where there is none.
    """
    told: dict[str, Any] = {
        "codec": "phrase lines",
        "tokens": words.HASH,
        "spoken": list(SPOKEN),
        "roles": list(ROLES),
        "lags": list(LAGS),
        "told": {**BAR_FIELDS, **MOMENT_FIELDS},
        "others": list(OTHERS),
        "chords": list(KINDS),
        "cache": list(memory.shape),
        "attention": memory.attention,
        "ranks": {name: list(values) for name, values in ranks.items()},
        "known": known,
    }
    return {**told, "sha256": digest(told)}


def digest(told: Mapping[str, Any]) -> str:
    """Return the hash of a vocabulary, whatever hash it says itself."""
    plain = {name: value for name, value in told.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def disagreement(told: Mapping[str, Any]) -> str:
    """Return the name of the first thing in which a model's vocabulary is not ours; empty where all agree."""
    if told.get("sha256") != digest(told):
        return "sha256"
    if (attention := str(told.get("attention", ""))) not in HEARD:
        return "attention"
    ours = vocabulary(told.get("ranks", {}), Memory(tuple(told.get("cache", ())), attention), told.get("known", ""))
    return next((name for name, value in ours.items() if told.get(name) != value), "")
