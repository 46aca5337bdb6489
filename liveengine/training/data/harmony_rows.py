"""Chords of a piece as numbers, a beat or a bar at a time: what phrases are conditioned on, and progressions made of.

A chord is (root, kind, bass): pitch classes 0-11 and the kind's place in music.chord.KINDS; all NO_CHORD where none
sounds.

Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import sections
from liveengine.generators.codecs.vocabulary import METRES, SECTIONS
from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import Key
from liveengine.music.time import Metre
from liveengine.training.data.harmony import chord_between, key_of, profile
from liveengine.training.data.piece import BarLine, Notes, Piece

NO_CHORD = -1

#: Chords are told so many times a bar, evenly.
CHORDS_A_BAR = 4

#: Chords by bar: (bars, 4, 3).
ChordRows: TypeAlias = NDArray[np.int8]

_KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
assert len(KINDS) < 128


def section_number(name: str) -> int:
    """Return a section's place in SECTIONS; what has another name is `other`."""
    number = sections.meant(name)
    return number if number >= 0 else SECTIONS.index("other")


def chord_row(chord: Chord | None) -> tuple[int, int, int]:
    """Return a chord as (root, kind, bass)."""
    return (chord.root, _KIND_NUMBER[chord.kind], chord.bass) if chord else (NO_CHORD,) * 3


def chords_of(piece: Piece, bars: list[BarLine]) -> ChordRows:
    """Return the chords of bars: those that are written, or else what is heard, a bar at a time."""
    rows = np.full((len(bars), CHORDS_A_BAR, 3), NO_CHORD, np.int8)
    written = [(text.tick, None if text.text == "N" else Chord.parse(text.text)) for text in piece.chords]
    ticks = [tick for tick, _ in written]
    for number, bar in enumerate(bars):
        if not written:
            heard = chord_between(_within(piece, bar), bar.tick, bar.end)
            rows[number] = chord_row(heard.chord if heard else None)
            continue
        for place in range(CHORDS_A_BAR):
            at = bisect_right(ticks, bar.tick + place * (bar.end - bar.tick) // CHORDS_A_BAR)
            rows[number, place] = chord_row(written[at - 1][1] if at else None)
    return rows


def _within(piece: Piece, bar: BarLine) -> Notes:
    notes: Notes = piece.notes[: np.searchsorted(piece.notes["tick"], bar.end)]
    sounding: Notes = notes[notes["tick"] + notes["gate"] > bar.tick]
    return sounding


def sections_of(piece: Piece, bars: list[BarLine]) -> NDArray[np.int8]:
    """Return the section of each bar, (bars,)."""
    ticks = [text.tick for text in piece.sections]
    found = [bisect_right(ticks, bar.tick) for bar in bars]
    return np.array([section_number(piece.sections[at - 1].text if at else "") for at in found], np.int8)


def key_at(piece: Piece, tick: int) -> Key:
    """Return the key at a tick: where a key is written with its mode, that; else the mode is heard."""
    ticks = [text.tick for text in piece.keys]
    at = bisect_right(ticks, tick)
    if at and " " in piece.keys[at - 1].text:
        return Key.parse(piece.keys[at - 1].text)
    heard = key_of(_all_of(piece))
    return Key(Key.parse(piece.keys[at - 1].text).tonic, heard.scale) if at else heard


def _all_of(piece: Piece) -> NDArray[np.float64]:
    """Return how much each pitch class is there, in the notes or, without any, in the chords."""
    if len(piece.notes):
        return profile(piece.notes, 0, piece.length)
    weights = np.zeros(12)
    for text in piece.chords:
        if text.text != "N":
            weights[list(Chord.parse(text.text).classes)] += 1.0
    return weights


def stretches(bars: list[BarLine]) -> Iterator[tuple[int, Metre, list[BarLine]]]:
    """Yield runs of whole bars of one metre that the vocabulary has: number of the first, metre, bars."""

    def kind(numbered: tuple[int, BarLine]) -> Metre | None:
        _, bar = numbered
        return bar.metre if bar.whole and bar.metre in METRES else None

    for metre, run in groupby(enumerate(bars), kind):
        numbered = list(run)
        if metre is not None:
            yield numbered[0][0], metre, [bar for _, bar in numbered]
