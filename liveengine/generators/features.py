"""Forty numbers that say what a bar is like: one table, for steering, ranking and measuring alike.

A bar of drums and a bar of bass have the same forty; what does not apply is 0, as is what cannot be measured for want
of onsets. Nothing is ever NaN. Shares lie in 0-1; the table says the rest. Measures of rhythm are those of
`rhythms.measures`, on sixteenths: a triplet counts as on the sixteenth nearest to it.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.grid import STEP_TICKS, STEPS_PER_BEAT, VELOCITY_MAX, VOICE_TABLE, VOICES, Grid
from liveengine.music.note import Bar
from liveengine.music.pitch import OCTAVE
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.measures import shape, syncopation
from liveengine.rhythms.measures.onsets import gaps
from liveengine.rhythms.metre import Tree, tree

Array: TypeAlias = NDArray[np.float64]

SIXTEENTH = STEPS_PER_BEAT // 4

_LOW = ("kick", "low tom")
_MID = ("snare", "mid tom", "high tom")
_HIGH = ("closed hat", "open hat", "crash", "ride")
_ROW = {voice.name: row for row, voice in enumerate(VOICES)}
assert {*_LOW, *_MID, *_HIGH} == set(_ROW)


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Many bars of one metre, as the features see them; n bars of s steps, twelve a beat.

    `kit` (n, s, 9) says what of the kit is struck; it is all False for pitched bars. `velocity` (n, s) is the loudest
    of a step in 0-1, 0 for none; `offset` (n, s) its offset in steps. `notes` (n,) counts all notes. `pitches` holds
    for each bar its pitches and gates in the order of time, (notes, 2), empty for drums; gates are in sixteenths.
    """

    metre: Metre
    kit: NDArray[np.bool_]
    velocity: Array
    offset: Array
    notes: Array
    pitches: Sequence[Array]

    @property
    def struck(self) -> NDArray[np.bool_]:
        """Which steps have an onset, (n, s)."""
        return self.velocity > 0

    @property
    def sixteenths(self) -> NDArray[np.bool_]:
        """Which sixteenths have one nearest to them, (n, s / 3)."""
        # Nearest to sixteenth k are the steps 3k - 1, 3k and 3k + 1; the bar's last step leads into its first.
        near = np.roll(self.struck, 1, axis=1).reshape(len(self.kit), -1, SIXTEENTH)
        return np.asarray(near.any(axis=2))

    @property
    def tree(self) -> Tree | None:
        """How the bar nests into sixteenths."""
        return tree(self.velocity.shape[1] // SIXTEENTH, self.metre)


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a bar: its name, how it is measured of many bars at once, and what it says."""

    name: str
    values: Callable[[Bars], Array]
    meaning: str


def _clean(values: Array) -> Array:
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _mean(values: Array, where: NDArray[np.bool_]) -> Array:
    """Return the mean over each bar's steps `where`, 0 where there are none."""
    count = where.sum(axis=1)
    mean: Array = np.where(where, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    return mean


def _spread(values: Array, where: NDArray[np.bool_]) -> Array:
    """Return the standard deviation over each bar's steps `where`."""
    away: Array = (values - _mean(values, where)[:, None]) ** 2
    return np.sqrt(_mean(away, where))


def _metrical(measure: Callable[[NDArray[np.bool_], Tree], Array]) -> Callable[[Bars], Array]:
    def values(bars: Bars) -> Array:
        nested = bars.tree
        return np.zeros(len(bars.kit)) if nested is None else _clean(measure(bars.sixteenths, nested))

    return values


def _shape(measure: Callable[[NDArray[np.bool_]], Array]) -> Callable[[Bars], Array]:
    return lambda bars: _clean(measure(bars.sixteenths))


def _swing(bars: Bars) -> Array:
    """Return where the second eighth of a beat falls, the mean of beats that have one: 0.5 straight, 0.67 triplets."""
    steps = bars.velocity.shape[1]
    place = np.arange(steps) % STEPS_PER_BEAT
    # Between straight and the triplet's last third; nearer to the beat it is another figure.
    off_beat = bars.struck & (place >= 6) & (place <= 8)
    return _mean((place + bars.offset) / STEPS_PER_BEAT, off_beat)


def _triplets(bars: Bars) -> Array:
    """Return the share of onsets on steps that triplets have and sixteenths have not."""
    place = np.arange(bars.velocity.shape[1]) % STEPS_PER_BEAT
    return _mean(np.broadcast_to((place % 4 == 0) & (place % SIXTEENTH != 0), bars.struck.shape) * 1.0, bars.struck)


def _on(fits: Callable[[NDArray[np.int64]], NDArray[np.bool_]]) -> Callable[[Bars], Array]:
    """Return the share of the sixteenths chosen that are struck."""

    def values(bars: Bars) -> Array:
        chosen = fits(np.arange(bars.velocity.shape[1] // SIXTEENTH))
        share: Array = bars.sixteenths[:, chosen].mean(axis=1) if chosen.any() else np.zeros(len(bars.kit))
        return share

    return values


def _again(beats: int) -> Callable[[Bars], Array]:
    """Return how alike the bar is to itself so many beats later, round the end: 0 not, 1 the same."""

    def values(bars: Bars) -> Array:
        moved = np.roll(bars.velocity, -beats * STEPS_PER_BEAT, axis=1)
        norm: Array = (bars.velocity**2).sum(axis=1)
        alike: Array = (bars.velocity * moved).sum(axis=1) / np.maximum(norm, 1e-9)
        return alike

    return values


def _voice(name: str) -> Callable[[Bars], Array]:
    return lambda bars: bars.kit[:, :, _ROW[name]].sum(axis=1) / (bars.kit.shape[1] / SIXTEENTH)


def _voices(names: Sequence[str]) -> Callable[[Bars], Array]:
    rows = [_ROW[name] for name in names]

    def values(bars: Bars) -> Array:
        share: Array = bars.kit[:, :, rows].sum(axis=(1, 2)) / np.maximum(bars.kit.sum(axis=(1, 2)), 1)
        return share

    return values


def _accent(bars: Bars) -> Array:
    """Return how much louder onsets on the beat are than the others, as a share of full velocity; -1 … 1."""
    on_beat = np.arange(bars.velocity.shape[1]) % STEPS_PER_BEAT == 0
    on, off = bars.struck & on_beat, bars.struck & ~on_beat
    difference = _mean(bars.velocity, on) - _mean(bars.velocity, off)
    return np.where(on.any(axis=1) & off.any(axis=1), difference, 0.0)


def _pitched(measure: Callable[[Array], float]) -> Callable[[Bars], Array]:
    return lambda bars: np.array([measure(pitches) if len(pitches) else 0.0 for pitches in bars.pitches])


def _class_entropy(pitches: Array) -> float:
    share = np.bincount(pitches[:, 0].astype(np.int64) % OCTAVE, minlength=OCTAVE) / len(pitches)
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum() / np.log2(OCTAVE)) + 0.0


def _step_share(pitches: Array) -> float:
    moves = np.abs(np.diff(pitches[:, 0]))
    return float(((moves > 0) & (moves <= 2)).mean()) if len(moves) else 0.0


def _sixteenth_count(bars: Bars) -> int:
    return int(bars.velocity.shape[1]) // SIXTEENTH


FEATURES: tuple[Feature, ...] = (
    # The rhythm of all onsets together.
    Feature("density", _shape(shape.density), "share of the sixteenths that are struck"),
    Feature("notes", lambda b: b.notes / _sixteenth_count(b), "notes a sixteenth"),
    Feature("together", lambda b: b.notes / np.maximum(b.struck.sum(axis=1), 1), "notes an onset"),
    Feature("syncopation", _metrical(lambda hits, of: syncopation.longuet_higgins_lee(hits, of) / hits.shape[1]),
            "Longuet-Higgins & Lee, a sixteenth"),
    Feature("off_beatness", _shape(lambda hits: syncopation.off_beatness(hits) / hits.shape[1]),
            "Toussaint, a sixteenth"),
    Feature("evenness", _shape(shape.evenness), "Milne & Dean"),
    Feature("balance", _shape(shape.balance), "Milne, Bulger & Herff"),
    Feature("entropy", _shape(shape.gap_entropy), "of the gaps between onsets, bits"),
    Feature("variability", _shape(lambda hits: shape.variability(hits) / 200.0), "nPVI as a share of its most"),
    Feature("longest_rest", _shape(lambda hits: gaps(hits).max(axis=1) / hits.shape[1]),
            "the longest gap, as a share of the bar"),
    Feature("triplets", _triplets, "share of the onsets on triplets"),
    Feature("swing", _swing, "where the second eighth falls in its beat: 0.5 straight, 0 none"),
    Feature("downbeat", lambda b: b.velocity[:, 0], "how loud the first step is"),
    Feature("beats", _on(lambda step: step % 4 == 0), "share of the beats that are struck"),
    Feature("eighths", _on(lambda step: step % 4 == 2), "share of the eighths between them that are struck"),
    Feature("weak_sixteenths", _on(lambda step: step % 2 == 1), "share of the others that are struck"),
    Feature("again_next_beat", _again(1), "likeness to itself a beat later"),
    Feature("again_half_bar", _again(2), "likeness to itself two beats later"),
    # The kit.
    *(Feature(name.replace(" ", "_"), _voice(name), f"{name} hits a sixteenth") for name in _ROW),
    Feature("low_share", _voices(_LOW), "share of the hits on kick and low tom"),
    Feature("mid_share", _voices(_MID), "share of the hits on snare and the other toms"),
    Feature("high_share", _voices(_HIGH), "share of the hits on metal"),
    # How it is played.
    Feature("velocity", lambda b: _mean(b.velocity, b.struck), "mean velocity of the onsets, 0-1"),
    Feature("velocity_spread", lambda b: _spread(b.velocity, b.struck), "its standard deviation"),
    Feature("accent", _accent, "how much louder the beats are than the rest, -1 … 1"),
    Feature("lateness", lambda b: _mean(b.offset, b.struck), "mean offset, steps of a twelfth of a beat"),
    Feature("lateness_spread", lambda b: _spread(b.offset, b.struck), "its standard deviation"),
    # Pitch.
    Feature("pitch", _pitched(lambda p: float(p[:, 0].mean() / 127)), "mean pitch, 0-1"),
    Feature("pitch_range", _pitched(lambda p: float(np.ptp(p[:, 0]) / 48)), "highest less lowest, four octaves are 1"),
    Feature("pitch_classes", _pitched(_class_entropy), "entropy of the pitch classes, 1: all twelve alike"),
    Feature("steps", _pitched(_step_share), "share of the moves by one or two semitones"),
    Feature("gate", _pitched(lambda p: float(p[:, 1].mean() / 16)), "mean length of a note, 1: sixteen sixteenths"),
)  # fmt: skip

NAMES = tuple(feature.name for feature in FEATURES)
COUNT = len(FEATURES)
assert COUNT == 40 and len(set(NAMES)) == COUNT


def measured(bars: Bars) -> NDArray[np.float32]:
    """Return the forty of each bar, (n, 40)."""
    return np.stack([feature.values(bars) for feature in FEATURES], axis=1).astype(np.float32)


def of_hits(
    velocity: NDArray[np.floating], offset: NDArray[np.floating], metre: Metre | None = None
) -> NDArray[np.float32]:
    """Return the forty of many bars of drums, (n, 40).

    `velocity` (n, steps, 9) in 0-1, 0 for no hit, and `offset` (n, steps, 9) in steps, as in a Grid.
    """
    loudest = velocity.argmax(axis=2)[:, :, None]
    kit = velocity > 0
    return measured(
        Bars(
            metre or Metre(),
            kit,
            velocity.max(axis=2).astype(np.float64),
            np.take_along_axis(offset, loudest, axis=2)[:, :, 0].astype(np.float64),
            kit.sum(axis=(1, 2)).astype(np.float64),
            [np.zeros((0, 2))] * len(velocity),
        )
    )


def of_grid(grid: Grid, metre: Metre | None = None) -> NDArray[np.float32]:
    """Return the forty of a grid of one or more whole bars, the mean over the bars, (40,).

    Raises ValueError for a grid that is no whole number of bars.
    """
    metre = metre or Metre()
    steps = metre.bar_ticks // STEP_TICKS
    if not grid.steps or grid.steps % steps:
        raise ValueError(f"a grid of {grid.steps} steps is no whole number of bars of {metre}")
    bars = (-1, steps, len(VOICES))
    mean: NDArray[np.float32] = of_hits(grid.velocity.reshape(bars), grid.offset.reshape(bars), metre).mean(axis=0)
    return mean


def of_bar(bar: Bar, metre: Metre | None = None) -> NDArray[np.float32]:
    """Return the forty of a pitched bar, (40,). Raises ValueError for one that is not of `metre`'s length."""
    metre = metre or Metre()
    if bar.length != metre.bar_ticks:
        raise ValueError(f"a bar of {bar.length} ticks is not one of {metre}")
    rows = [(note.tick + note.offset, note.gate, note.pitch, note.velocity) for note in bar.notes]
    forty: NDArray[np.float32] = of_notes([np.array(rows, np.int64).reshape(-1, 4)], metre)[0]
    return forty


def of_notes(bars: Sequence[NDArray[np.int64]], metre: Metre, drums: bool = False) -> NDArray[np.float32]:
    """Return the forty of many bars of one metre, (n, 40).

    Each bar is (notes, 4): tick from its beginning, gate in ticks, pitch, velocity 1-127; in the order of time. Of
    drums the pitches are the kit's.
    """
    steps = metre.bar_ticks // STEP_TICKS
    kit = np.zeros((len(bars), steps, len(VOICES)), np.bool_)
    velocity, offset = np.zeros((len(bars), steps)), np.zeros((len(bars), steps))
    for number, notes in enumerate(bars):
        step = (notes[:, 0] + STEP_TICKS // 2) // STEP_TICKS
        for row in np.argsort(notes[:, 3], kind="stable"):  # the loudest of a step is written last
            at = step[row] % steps
            velocity[number, at] = notes[row, 3] / VELOCITY_MAX
            offset[number, at] = notes[row, 0] / STEP_TICKS - step[row]
            voice = VOICE_TABLE[notes[row, 2]] if drums else -1
            if voice >= 0:
                kit[number, at, voice] = True
    pitches = [
        np.zeros((0, 2)) if drums else np.stack([notes[:, 2], notes[:, 1] / TICKS_PER_SIXTEENTH], axis=1)
        for notes in bars
    ]
    count = np.array([float(len(notes)) for notes in bars])
    return measured(Bars(metre, kit, velocity, offset, count, pitches))
