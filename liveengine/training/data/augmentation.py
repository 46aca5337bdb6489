"""Rows made into others that could as well have been played, as they are drawn: nothing is written to disk.

Each change happens with its own probability, and all of them the more often the longer the training has gone on. A
groove may be played on other drums of its kind, straighter or looser, softer or harder, a little faster; a phrase
softer or harder, a little faster, on an instrument of its kind (`phrase_rows` gives it any key besides). Whatever
changes, the features that a row tells of itself are those of what it now is.

Pure: chance is the generator that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs import events
from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.grid import BAR_STEPS, NAMES, STEP_TICKS, STEPS_PER_BEAT, VOICES, Cells, placed

Row: TypeAlias = dict[str, NDArray[Any]]

#: How far each change may go.
TEMPO_SPAN = 0.12  # a twelfth or so faster or slower
LOOSE = (0.4, 1.3)  # micro-timing becomes so much of what it was
CURVE = (0.75, 1.35)  # exponents of velocity, as a share of full
SWING_TICKS = STEP_TICKS * 3 // 4  # the off-beat sixteenths come so much later at most: 56 %
HUMANISE_MS, HUMANISE_VELOCITY = 4.0, 5.0  # standard deviations

#: Instruments that may stand in for each other, by family.
KINDRED = (
    ("piano", "organ", "guitar"),
    ("synth lead", "reed", "brass", "pipe"),
    ("strings", "ensemble", "synth pad"),
)
_KIN = {
    words.FAMILIES.index(name): tuple(words.FAMILIES.index(other) for other in kin) for kin in KINDRED for name in kin
}
_TOMS = [NAMES.index(name) for name in ("low tom", "mid tom", "high tom")]
_HAT, _RIDE = NAMES.index("closed hat"), NAMES.index("ride")

#: Features that a change of velocity moves.
_LOUD = [
    features.NAMES.index(name)
    for name in ("downbeat", "again_next_beat", "again_half_bar", "velocity", "velocity_spread", "accent")
]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often rows are changed: from `first` of each change's probability to `last`, over `steps` of training."""

    first: float = 0.0
    last: float = 1.0
    steps: int = 1000

    def __post_init__(self) -> None:
        if not (0.0 <= self.first <= 1.0 and 0.0 <= self.last <= 1.0 and self.steps >= 1):
            raise ValueError(f"a schedule goes from 0-1 to 0-1 in 1 step or more, not {self}")

    def at(self, step: int) -> float:
        """Return the share of the probabilities that holds at a step."""
        return self.first + (self.last - self.first) * min(max(step / self.steps, 0.0), 1.0)


#: The probability of each change, once the schedule is at 1.
GROOVE_CHANGES = {"tempo": 0.3, "looseness": 0.3, "curve": 0.3, "swing": 0.15, "humanise": 0.2, "kit": 0.15}
PHRASE_CHANGES = {"tempo": 0.3, "curve": 0.3, "instrument": 0.2}


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Changes rows: `Augmentation(Schedule()).groove(row, step, chance)`."""

    schedule: Schedule = field(default_factory=Schedule)
    grooves: Mapping[str, float] = field(default_factory=lambda: dict(GROOVE_CHANGES))
    phrases: Mapping[str, float] = field(default_factory=lambda: dict(PHRASE_CHANGES))

    def __post_init__(self) -> None:
        for given, known in ((self.grooves, _GROOVE), (self.phrases, _PHRASE)):
            for name, probability in given.items():
                if name not in known or not 0.0 <= probability <= 1.0:
                    raise ValueError(f'"{name}" at {probability} is no change ({", ".join(known)}, each at 0-1)')

    def groove(self, row: Row, step: int, chance: Generator) -> Row:
        """Return a row of GrooveRows, or one that could have been; the row handed in is left alone."""
        changes = self._drawn(self.grooves, step, chance)
        if not changes:
            return row
        changed = self._changed(row, changes, chance).row()
        bars = (-1, BAR_STEPS, len(NAMES))
        forty = features.of_hits(changed["velocity"].reshape(bars), changed["offset"].reshape(bars)).mean(axis=0)
        return {**row, **changed, "features": forty}

    def grooves_of(self, rows: Mapping[str, NDArray[Any]], step: int, chance: Generator) -> Row:
        """Return many rows, each as `groove` does it, without their features; those handed in are left alone."""
        changed = {name: values.copy() for name, values in rows.items() if name != "features"}
        changed["hits"] = changed["velocity"] > 0
        for number in range(len(changed["hits"])):
            if changes := self._drawn(self.grooves, step, chance):
                row = {name: values[number] for name, values in changed.items()}
                for name, values in self._changed(row, changes, chance).row().items():
                    changed[name][number] = values
        return changed

    def _changed(self, row: Row, changes: Sequence[str], chance: Generator) -> _Groove:
        groove = _Groove.of(row)
        for name in changes:
            groove = _GROOVE[name](groove, chance)
        return groove

    def phrase(self, row: Row, chance: Generator, step: int) -> Row:
        """Return a row of phrases, or one that could have been; the row handed in is left alone."""
        for name in self._drawn(self.phrases, step, chance):
            row = _PHRASE[name](row, chance)
        return row

    def _drawn(self, probabilities: Mapping[str, float], step: int, chance: Generator) -> list[str]:
        share = self.schedule.at(step)
        return [name for name, probability in probabilities.items() if chance.random() < share * probability]


@dataclass(frozen=True, slots=True)
class _Groove:
    """Hits as a list: (hits,) each of tick, voice and velocity in 0-127, not rounded; with the tempo."""

    tick: NDArray[np.float64]
    voice: NDArray[np.int64]
    velocity: NDArray[np.float64]
    steps: int
    tempo: float

    @classmethod
    def of(cls, row: Row) -> _Groove:
        step, voice = np.nonzero(row["hits"])
        late = row["offset"][step, voice].astype(np.float64)
        loud = row["velocity"][step, voice].astype(np.float64) * 127
        return cls((step + late) * STEP_TICKS, voice, loud, len(row["hits"]), float(row["tempo"]))

    def row(self) -> Row:
        """Return the arrays that a change may have moved."""
        grid = self._cells().grid()
        return {
            "hits": grid.hits,
            "velocity": grid.velocity,
            "offset": grid.offset,
            "tempo": np.asarray(self.tempo, np.float32),
        }

    def _cells(self) -> Cells:
        notes = np.array([voice.note for voice in VOICES])[self.voice]
        velocity = np.clip(np.rint(self.velocity), 1, 127).astype(np.int64)
        first, last = -(STEP_TICKS // 2), self.steps * STEP_TICKS - STEP_TICKS // 2 - 1
        ticks = np.clip(np.rint(self.tick).astype(np.int64), first, last)  # no hit leaves the window
        return placed(ticks, notes, velocity, self.steps).cells


def _groove_tempo(groove: _Groove, chance: Generator) -> _Groove:
    return replace(groove, tempo=groove.tempo * float(chance.uniform(1 - TEMPO_SPAN, 1 + TEMPO_SPAN)))


def _looseness(groove: _Groove, chance: Generator) -> _Groove:
    step = np.floor(groove.tick / STEP_TICKS + 0.5) * STEP_TICKS
    return replace(groove, tick=step + (groove.tick - step) * chance.uniform(*LOOSE))


def _curve(velocity: NDArray[np.float64], chance: Generator, full: float) -> NDArray[np.float64]:
    bent: NDArray[np.float64] = full * (velocity / full) ** chance.uniform(*CURVE)
    return bent


def _groove_curve(groove: _Groove, chance: Generator) -> _Groove:
    return replace(groove, velocity=_curve(groove.velocity, chance, 127.0))


def _swing(groove: _Groove, chance: Generator) -> _Groove:
    step = np.floor(groove.tick / STEP_TICKS + 0.5).astype(np.int64)
    off_beat = step % (STEPS_PER_BEAT // 2) == STEPS_PER_BEAT // 4
    return replace(groove, tick=groove.tick + np.where(off_beat, chance.uniform(0, SWING_TICKS), 0.0))


def _humanise(groove: _Groove, chance: Generator) -> _Groove:
    ticks_a_ms = groove.tempo * STEPS_PER_BEAT * STEP_TICKS / 60_000
    return replace(
        groove,
        tick=groove.tick + chance.normal(0, HUMANISE_MS * ticks_a_ms, len(groove.tick)),
        velocity=groove.velocity + chance.normal(0, HUMANISE_VELOCITY, len(groove.tick)),
    )


def _kit(groove: _Groove, chance: Generator) -> _Groove:
    """Change hat and ride, or turn the toms round."""
    voices = np.arange(len(NAMES))
    if chance.random() < 0.5:
        voices[[_HAT, _RIDE]] = _RIDE, _HAT
    else:
        voices[_TOMS] = np.roll(_TOMS, int(chance.integers(1, 3)))
    return replace(groove, voice=voices[groove.voice])


def _phrase_tempo(row: Row, chance: Generator) -> Row:
    phrase = events.decode(row["tokens"].tolist()).phrase
    tempo = float(row["tempo"]) * float(chance.uniform(1 - TEMPO_SPAN, 1 + TEMPO_SPAN))
    bars = tuple(replace(bar, tempo=words.tempo_level(tempo)) for bar in phrase.bars)
    return {**row, "tokens": _tokens(replace(phrase, bars=bars)), "tempo": np.asarray(tempo, np.float32)}


def _phrase_curve(row: Row, chance: Generator) -> Row:
    """Bend the velocities; of the features only those that velocity moves are measured again."""
    phrase = events.decode(row["tokens"].tolist()).phrase
    full = words.VELOCITY_LEVELS - 1
    bent = _curve(np.array([tone.level for tone in phrase.tones], np.float64), chance, full)
    tones = (tone._replace(level=round(float(level))) for tone, level in zip(phrase.tones, bent, strict=True))
    changed = events.Phrase.of(phrase.bars, tones)
    forty = row["features"].copy()
    before, after = _measured(phrase), _measured(changed)
    # The row's own numbers were taken before rounding to the codec's grid: move them by as much as the curve does.
    forty[: len(after), _LOUD] += after[:, _LOUD] - before[:, _LOUD]
    return {**row, "tokens": _tokens(changed), "features": forty}


def _measured(phrase: events.Phrase) -> NDArray[np.float32]:
    """Return the features of each bar of a phrase."""
    starts = np.cumsum([0, *(bar.steps for bar in phrase.bars)])
    ticks = events.STEP_TICKS
    found = []
    for bar, start, end in zip(phrase.bars, starts, starts[1:], strict=False):
        rows = [
            ((tone.step - start) * ticks, tone.gate * ticks, tone.pitch, words.level_velocity(tone.level))
            for tone in phrase.tones
            if start <= tone.step < end
        ]
        found.append(features.of_notes([np.array(rows, np.int64).reshape(-1, 4)], words.METRES[bar.metre]))
    return np.concatenate(found)


def _instrument(row: Row, chance: Generator) -> Row:
    phrase = events.decode(row["tokens"].tolist()).phrase
    families = {tone.family for tone in phrase.tones}
    chosen = {family: int(chance.choice(_KIN[family])) for family in sorted(families) if family in _KIN}
    tones = (tone._replace(family=chosen.get(tone.family, tone.family)) for tone in phrase.tones)
    return {**row, "tokens": _tokens(events.Phrase.of(phrase.bars, tones))}


def _tokens(phrase: events.Phrase) -> NDArray[np.uint16]:
    return np.array(events.encode(phrase), np.uint16)


_GROOVE: dict[str, Callable[[_Groove, Generator], _Groove]] = {
    "tempo": _groove_tempo,
    "looseness": _looseness,
    "curve": _groove_curve,
    "swing": _swing,
    "humanise": _humanise,
    "kit": _kit,
}
_PHRASE: dict[str, Callable[[Row, Generator], Row]] = {
    "tempo": _phrase_tempo,
    "curve": _phrase_curve,
    "instrument": _instrument,
}
