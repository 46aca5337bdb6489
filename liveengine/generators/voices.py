"""The voices of one frame, thrown one after another: compiled, since that is done once for each frame of each bar.

What a model says of a voice follows from what stands for the frame and from what the voices before it struck. The
numbers for that come with the model; how they are put together is here. Source: Germain et al., "MADE", ICML 2015
(an order of what is said at once).

Pure.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.generators.codecs.frames import FRAMES, PATTERNS, VOICE_COUNT, Flags, Floats

Patterns: TypeAlias = NDArray[np.uint8]

#: How many times as far as by itself what is asked for moves what a model says of hits.
PULL_HITS = 6.0

#: How far likelihoods lean towards striking for each hit that is missing, and at most; nats.
LEAN, LEAN_MAX = 0.2, 2.0

_PULL, _LEAN, _LEAN_MAX = map(np.float32, (PULL_HITS, LEAN, LEAN_MAX))

#: Lambert's fraction of tanh, over and under the line, from the highest power of x² down; beyond _FAR tanh is 1.
_OVER = tuple(map(np.float32, (1, 990, 135_135, 4_729_725, 34_459_425)))
_UNDER = tuple(map(np.float32, (45, 13_860, 945_945, 16_216_200, 34_459_425)))
_HALF, _ONE, _FAR = map(np.float32, (0.5, 1.0, 6.2))


class Voices(NamedTuple):
    """How a model says the voices of a frame, one after another.

    For each voice stands the frame and `each` (9, width), while all before it are silent; a pattern of one adds `told`
    (9, 8, 9, width; 0 for silence) to those after it. By `say` (9, width, 8) and `usual` (9, 8) that says a pattern.
    """

    told: Floats
    each: Floats
    say: Floats
    usual: Floats


def throw(
    voices: Voices, frame: Floats, place: int, throws: Floats, behind: Floats, standing: Flags, pattern: Patterns
) -> None:
    """Write the likeliest of what is said of a frame into `pattern` (n, 32, 9), but where it is `standing` (n, 32, 9).

    `frame` (1 or 2, n, width) stands for the frame `place` as it is asked, and as if nothing were. `throws`
    (n, 32, 9, 8) are added to what is said. Where so many hits are `behind` (n,) what is wanted by now, what is said
    leans towards striking, and what is struck is taken off; it may be empty, for whoever wants none.
    """
    stands, said = np.empty((2, frame.shape[-1]), np.float32), np.empty((2, PATTERNS), np.float32)
    _throw(*voices, frame, place, throws, behind, standing, pattern, stands, said)


def warm() -> None:
    """Throw a frame of nothing: from then on the kernel is compiled."""

    def nothing(*shape: int) -> Floats:
        return np.zeros(shape, np.float32)

    cells = 1, FRAMES, VOICE_COUNT
    silent = Voices(
        nothing(VOICE_COUNT, PATTERNS, VOICE_COUNT, 1),
        nothing(VOICE_COUNT, 1),
        nothing(VOICE_COUNT, 1, PATTERNS),
        nothing(VOICE_COUNT, PATTERNS),
    )
    known, pattern = np.zeros(cells, np.bool_), np.zeros(cells, np.uint8)
    throw(silent, nothing(1, 1, 1), 0, nothing(*cells, PATTERNS), nothing(1), known, pattern)


@compiled
def _silu(x: np.float32) -> np.float32:
    """Return x / (1 + exp(-x)) within 1e-5 of x, in steps that a compiler can take eight at a time.

    Source: Lambert, "Mémoire sur quelques propriétés remarquables des quantités transcendantes", 1768 (the fraction).
    """
    half = _HALF * x
    near = min(max(half, -_FAR), _FAR)
    square = near * near
    over = (((_OVER[0] * square + _OVER[1]) * square + _OVER[2]) * square + _OVER[3]) * square + _OVER[4]
    under = (((_UNDER[0] * square + _UNDER[1]) * square + _UNDER[2]) * square + _UNDER[3]) * square + _UNDER[4]
    return half + half * (near * over / under)


@compiled
def _throw(
    told: Floats,
    each: Floats,
    say: Floats,
    usual: Floats,
    frame: Floats,
    place: int,
    throws: Floats,
    behind: Floats,
    standing: Flags,
    pattern: Patterns,
    stands: Floats,
    said: Floats,
) -> None:
    """Throw; `stands` (2, width) and `said` (2, 8) are to write on."""
    asked, width = frame.shape[0], frame.shape[2]
    for number in range(pattern.shape[0]):
        row, lean = pattern[number, place], np.float32(0.0)
        if len(behind):
            lean = min(max(_LEAN * behind[number], -_LEAN_MAX), _LEAN_MAX)
        for voice in range(VOICE_COUNT):
            if standing[number, place, voice]:
                continue
            for part in range(width):
                stands[0, part] = each[voice, part]
            for before in range(voice):
                if row[before]:
                    for part in range(width):
                        stands[0, part] += told[before, row[before], voice, part]
            for way in range(asked):
                for one in range(PATTERNS):
                    said[way, one] = 0.0
                for part in range(width):
                    stands[1, part] = _silu(frame[way, number, part] + stands[0, part])
                for part in range(width):
                    for one in range(PATTERNS):
                        said[way, one] += stands[1, part] * say[voice, part, one]
            best, most = 0, -np.inf
            for one in range(PATTERNS):
                moved = said[0, one]
                if asked > 1:
                    moved = said[1, one] + _PULL * (said[0, one] - said[1, one])
                moved += usual[voice, one] + throws[number, place, voice, one]
                if one > 0:
                    moved += lean
                if moved > most:
                    best, most = one, moved
            row[voice] = best
        if len(behind):
            for voice in range(VOICE_COUNT):
                if row[voice]:
                    behind[number] -= _ONE
