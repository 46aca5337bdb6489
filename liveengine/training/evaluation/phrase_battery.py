"""Everything that is measured of a phrase model before it ships, each beside what it has to beat.

Takes some minutes of one core.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.events import STEP_TICKS
from liveengine.generators.codecs.windows import NOTHING, Known, Window, known, stands, window
from liveengine.generators.contract import Controls
from liveengine.generators.phrase import Phraser
from liveengine.music.chord import Chord
from liveengine.music.note import Bar
from liveengine.music.pitch import Key
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.training.data.phrase_rows import Line, PhraseRows
from liveengine.training.evaluation.battery import Table
from liveengine.training.evaluation.obedience import agreement
from liveengine.training.evaluation.phrase_baselines import baselines, targets_of
from liveengine.training.evaluation.phrase_held_out import as_measures, counted, surprises
from liveengine.training.models.phrase import PhraseModel

#: How many lines are drawn of each role for each measure, and how often pieces are drawn again for an interval.
DRAWN = 48
RESAMPLED = 400

#: Who is asked for lines on stage, between which pitches, over which chords.
REGISTERS = {"bass": (28, 55), "chords": (48, 79), "lead": (60, 91)}
PROGRESSIONS = tuple(
    tuple(map(Chord.parse, text.split())) for text in ("Am F C G", "Dm7 G7 Cmaj7 Am7", "Em C D Bm", "Cm Ab Eb Bb")
)
KEYS = tuple(map(Key.parse, ("A minor", "C major", "E minor", "C minor")))


#: What `counted` returns of each line, by who guessed.
Counts = Mapping[str, NDArray[np.float64]]


def guessed(model: PhraseModel, learnt: Sequence[Line], unseen: PhraseRows) -> Counts:
    """Return bits, tokens, notes and bars of tunes that neither the model nor any baseline saw, (lines, 4) each."""
    found = {}
    for name, full in (("model", False), ("model, told how full each bar is", True)):
        found[name] = np.stack([counted(targets, bits) for targets, bits in surprises(model, unseen.lines, full)])
    for name, likely in baselines(learnt):
        cut = [(targets_of(line, unseen.context), -np.log2(likely(line))) for line in unseen.lines]
        found[name] = np.stack([counted(targets, bits[: len(targets)]) for targets, bits in cut])
    return found


def held_out(counts: Counts, unseen: PhraseRows) -> Table:
    """Return bits, with `low` and `high`, between which lie 95 % of draws of pieces."""
    return {name: _with_interval(each, unseen.pieces) for name, each in counts.items()}


def by_role(counts: Counts, unseen: PhraseRows) -> Table:
    """Return bits a note of each role."""
    roles = np.array([line.role for line in unseen.lines])
    return {
        name: {
            role: as_measures(each[roles == role].sum(axis=0))["bits_per_note"]
            for role in lines.ROLES
            if (roles == role).any()
        }
        for name, each in counts.items()
    }


def _with_interval(counts: NDArray[np.float64], pieces: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Return measures of lines' counts, with an interval for bits a note over draws of pieces."""
    names = sorted(set(pieces))
    sums = np.zeros((len(names), counts.shape[1]))
    np.add.at(sums, [names.index(piece) for piece in pieces], counts)
    chance = np.random.default_rng(31)
    drawn = [sums[chance.integers(len(names), size=len(names))].sum(axis=0) for _ in range(RESAMPLED)]
    low, high = np.quantile([as_measures(each)["bits_per_note"] for each in drawn], [0.025, 0.975])
    return {**as_measures(counts.sum(axis=0)), "low": float(low), "high": float(high)}


def obedience(play: Phraser) -> Table:
    """Return Spearman's ρ between the density asked and the share of sixteenths struck, for each role."""
    table: Table = {}
    for place, role in enumerate(REGISTERS):
        chance = np.random.default_rng((17, place))
        asked = chance.random(DRAWN)
        bars = [play(None, frozenset(), controls(role, n, float(d)), n) for n, d in enumerate(asked)]
        struck = [len({note.tick // TICKS_PER_SIXTEENTH for note in bar.notes}) for bar in bars]
        table[f"density, {role}"] = agreement(asked, np.array(struck, np.float64))
    return table


def controls(role: str, number: int, density: float = 0.5) -> Controls:
    """Return what is asked of the `number`-th line of a role."""
    low, high = REGISTERS[role]
    which = number % len(KEYS)
    asked = Controls(role=role, bars=2, key=KEYS[which], chords=PROGRESSIONS[which], low=low, high=high)
    return replace(asked, density=density)


def originality(play: Phraser, known: Known, unseen: Sequence[Line]) -> Table:
    """Return the share of two-bar windows that stand in training, in any key, and how many notes a bar and voices.

    Beside what is played stands what would be if nothing were said again.
    """
    table: Table = {}
    for role in REGISTERS:
        real = [each for line in unseen if line.role == role for each in windows(line)]
        made = {"model": replace(play, known=known), "model, said once": replace(play, known=NOTHING)}
        drawn = {name: [window_of(bar) for bar in _drawn(each, role)] for name, each in made.items()}
        for name, found in {"real": real, **drawn}.items():
            table[f"{role}, {name}"] = {
                "verbatim": float(np.mean([stands(known, each) for each in found])),
                "notes": float(np.mean([len(each) for each in found])) / 2,
            }
    return table


def _drawn(play: Phraser, role: str) -> list[Bar]:
    return [play(None, frozenset(), controls(role, n), 1000 + n) for n in range(DRAWN)]


def windows(line: Line) -> Iterator[Window]:
    """Yield the notes of each two bars of a line that has any there."""
    struck = np.flatnonzero(lines.STRIKES[line.tokens])
    bar, step, pitch = line.bar[struck], line.step[struck], lines.PITCH[line.tokens[struck]]
    for first in range(line.bars - 1):
        at = (bar == first) | (bar == first + 1)
        if at.any():
            steps = step[at] + (bar[at] - first) * line.told.bar_steps
            yield window(zip(steps.tolist(), pitch[at].tolist(), strict=True))


def known_of(learnt: Sequence[Line]) -> Known:
    """Return the numbers of all windows of lines."""
    return known(each for line in learnt for each in windows(line))


def window_of(bar: Bar) -> Window:
    """Return the window of two bars as they are played; empty where nothing is."""
    return window((note.tick // STEP_TICKS, note.pitch) for note in bar.notes)
