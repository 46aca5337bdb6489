"""Two bars of a line as a number, by which they are known again in any key: what is struck when, above the first note.

A model carries the numbers of everything that it learnt from, and what it says is held against them. The numbers are
of 32 bits: of a million new windows one or so is taken for one of ten thousand known ones.

Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.lines import PITCH, SHIFT, STRIKES

#: Two bars' notes: (step, semitones above the first note) each, in order.
Window: TypeAlias = tuple[tuple[int, int], ...]

#: The numbers of windows, rising.
Known: TypeAlias = NDArray[np.uint32]

NOTHING: Known = np.zeros(0, np.uint32)


def window(notes: Iterable[tuple[int, int]]) -> Window:
    """Return the window of notes (step from the first bar's beginning, pitch); empty where there are none."""
    ordered = sorted(notes)
    return tuple((step, pitch - ordered[0][1]) for step, pitch in ordered)


def number(of: Window) -> int:
    """Return a window's number."""
    written = np.array(of, "<i2").tobytes()
    return int.from_bytes(hashlib.blake2b(written, digest_size=4).digest(), "little")


def known(windows: Iterable[Window]) -> Known:
    """Return the numbers of windows."""
    return np.unique(np.array([number(each) for each in windows], np.uint32))


def stands(among: Known, of: Window) -> bool:
    """Say whether a window is one of those known."""
    if not of:
        return False
    at = int(np.searchsorted(among, wanted := np.uint32(number(of))))
    return at < len(among) and bool(among[at] == wanted)


def struck(tokens: Sequence[int]) -> list[tuple[int, int]]:
    """Return what a bar's tokens strike: (step, pitch) each."""
    notes, step = [], 0
    for token in tokens:
        step += int(SHIFT[token])
        if STRIKES[token]:
            notes.append((step, int(PITCH[token])))
    return notes


def pair(first: Sequence[int], second: Sequence[int], bar_steps: int) -> Window:
    """Return the window of two bars' tokens."""
    return window([*struck(first), *((step + bar_steps, pitch) for step, pitch in struck(second))])
