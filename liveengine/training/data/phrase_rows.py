"""What a phrase model trains on: lines of `phrases` as it reads them, in any key, and how often each is to be drawn.

Several collections may stand together. What stands at the bars' heads becomes what is told; the tokens that are left
are what is learnt, followed once when the rows are opened.

Waits for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs import lines
from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.lines import Told, Walk
from liveengine.generators.codecs.vocabulary import BAR, BEGIN, END
from liveengine.music.pitch import OCTAVE, SCALES
from liveengine.training.data.augmentation import Row
from liveengine.training.data.phrases import FIELDS
from liveengine.training.data.roles import ROLES
from liveengine.training.data.shards import Shards

#: How far a line is transposed at most, and the lowest and highest pitch of each role after that.
SEMITONES = 6
REGISTERS = {"bass": (24, 64), "chords": (36, 96), "lead": (40, 103), "pad": (36, 96)}

#: How much of the imbalance between roles is undone; leads are half of what there is.
BALANCE = 0.7

#: How often a thing that could be told is left untold: density is what a stage tells, the others it seldom knows.
LEFT_OPEN = {"density": 0.1, "syncopation": 0.6, "section": 0.5, "style": 0.5, "tempo": 0.5, "others": 0.5}

#: What counts for nothing: it was given.
GIVEN = -100

#: Makes of a row one that could have been, or returns it as it is.
Change: TypeAlias = Callable[[Row, np.random.Generator], Row]

_OTHERS = [features.NAMES.index(name) for name in lines.OTHERS]
_DENSITY, _SYNCOPATION = (features.NAMES.index(name) for name in ("density", "syncopation"))


class Line(NamedTuple):
    """One row: spoken tokens (t,) from BEGIN on, the walk along them (t, …), and what is told."""

    tokens: NDArray[np.int64]
    bar: NDArray[np.int64]
    step: NDArray[np.int64]
    onsets: NDArray[np.int64]
    hints: NDArray[np.int64]
    told: Told

    @property
    def role(self) -> str:
        """Who plays it."""
        return lines.ROLES[self.told.role]

    @property
    def bars(self) -> int:
        """How many there are."""
        return len(self.told.chords)


class Batch(NamedTuple):
    """What one update reads: (n, t) each but `hints` (n, t, lags) and `told` (n, t, TOLD).

    `bar` counts the line's bars and is -1 where the line has ended; `target` may be GIVEN.
    """

    token: NDArray[np.int64]
    hints: NDArray[np.int64]
    root: NDArray[np.int64]
    told: NDArray[np.float32]
    bar: NDArray[np.int64]
    target: NDArray[np.int64]


class PhraseRows:
    """One split of prepared collections: `PhraseRows([rows / "freedoom" / "train"], context=256)`.

    Raises ValueError for rows of another vocabulary, or none, and OSError.
    """

    def __init__(self, folders: Sequence[Path], context: int) -> None:
        self.context = context
        self.shards = [Shards(folder) for folder in folders]
        self.lines: list[Line] = []
        #: The collection and the piece that each line is from.
        self.pieces: list[tuple[int, int]] = []
        self._places: list[tuple[Shards, int]] = []
        for number, shards in enumerate(self.shards):
            if shards.fields != FIELDS or shards.index["vocabulary"] != words.HASH:
                raise ValueError(f"{shards.folder}: no phrases, or of another time; prepare the data again")
            for at in range(len(shards)):
                row = shards.row(at)
                self.lines.append(line_of(row))
                self.pieces.append((number, int(row["piece"])))
                self._places.append((shards, at))
        #: Which part of what is drawn each line belongs to, and how much of it each part is.
        self.parts = np.zeros(len(self.lines), np.int64)
        self.shares: tuple[float, ...] = (1.0,)

    def also(self, other: PhraseRows, share: float) -> PhraseRows:
        """Return both, to be learnt from: so much of what is drawn is the other's."""
        both = copy(self)
        both.shards, both.lines = self.shards + other.shards, self.lines + other.lines
        both._places = self._places + other._places
        both.pieces = self.pieces + [(len(self.shards) + number, piece) for number, piece in other.pieces]
        both.parts = np.repeat([0, 1], [len(self), len(other)])
        both.shares = (1.0 - share, share)
        return both

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def files(self) -> int:
        """How many files they are from."""
        return len(set(self.pieces))

    def weights(self, balance: float = BALANCE) -> NDArray[np.float64]:
        """Return how often each row is to be drawn, (rows,), summing to 1: roles that play more, less often."""
        role = np.array([line.told.role for line in self.lines])
        weight = np.zeros(len(role))
        for part, share in enumerate(self.shares):
            here = self.parts == part
            own = np.bincount(role[here], minlength=1)[role[here]].astype(np.float64) ** -balance
            weight[here] = share * own / own.sum()
        return weight / weight.sum()

    def lines_of(
        self,
        numbers: Sequence[int] | NDArray[np.integer],
        chance: np.random.Generator | None,
        context: int,
        change: Change | None = None,
    ) -> Batch:
        """Return many lines, filled up, of `context` tokens at most.

        With chance in any key, cut to fit anywhere, and some things left untold; and each as `change` makes it of its
        row, before it is followed.
        """
        if change is None or chance is None:
            return stacked([posed(self.lines[number], context, chance) for number in numbers])
        return stacked([posed(self._changed(number, change, chance), context, chance) for number in numbers])

    def _changed(self, number: int | np.integer, change: Change, chance: np.random.Generator) -> Line:
        shards, at = self._places[number]
        row = shards.row(at)
        changed = change(row, chance)
        return self.lines[number] if changed is row else line_of(changed)


def line_of(row: dict[str, NDArray[Any]]) -> Line:
    """Return a row of `phrases` as a line."""
    bars = int(row["bars"])
    tokens = row["tokens"].astype(np.int64)
    tokens = tokens[lines.IS_SPOKEN[tokens]]
    walk = Walk()
    places = [walk.take(int(token)) for token in tokens if token != END]
    measured = row["features"][:bars]
    told = Told(
        role=lines.ROLES.index(ROLES[int(row["role"])]),
        metre=int(row["metre"]),
        chords=row["chords"][:bars],
        tonic=int(row["tonic"]),
        scale=_classes(int(row["tonic"]), bool(row["minor"])),
        density=[words.share_level(float(share)) for share in measured[:, _DENSITY]],
        syncopation=[words.share_level(float(share)) for share in measured[:, _SYNCOPATION]],
        section=row["section"][:bars].tolist(),
        style=int(row["style"]),
        tempo_bpm=float(row["tempo"]),
        first=int(row["bar"]),
        others=row["others"][:bars, _OTHERS],
    )
    bar, step, onsets, hints = (np.array(column, np.int64) for column in zip(*places, strict=True))
    return Line(tokens, bar, step, onsets, hints, told)


def _classes(tonic: int, minor: bool) -> tuple[int, ...]:
    return tuple((tonic + interval) % OCTAVE for interval in SCALES["minor" if minor else "major"])


def posed(line: Line, context: int, chance: np.random.Generator | None = None) -> Batch:
    """Return what is asked of one line, as a batch of one; without chance as it stands, from its beginning."""
    by = _key_change(line, chance) if chance else 0
    told = line.told
    heads = np.flatnonzero(line.tokens == BAR)
    begin = _begin(line, heads, context, chance) if chance else 1
    span = slice(begin, min(begin + context - 1, len(line.tokens) - 1))
    bar, step = line.bar[span], line.step[span]
    bars = told.numbers()
    if chance:
        _leave_open(bars, chance)
    _turn_root(bars, by)
    roots = (told.roots + by) % OCTAVE
    quarter = told.quarter(step)
    sounds = np.roll(lines.sounding_after(line.tokens)[span], by, axis=1)
    moments = lines.moments(step, line.onsets[span], sounds, told.bar_steps)
    target = _moved(line.tokens[span.start + 1 : span.stop + 1], by)
    # The last bar ends with the row, as another would begin; what a line begins with is no choice.
    target = np.where(target == END, BAR, target)
    token = np.concatenate([[BEGIN], _moved(line.tokens[span], by)])
    first = (bar[0], 0)
    told_rows = np.concatenate([bars[bar, quarter], moments], axis=1)
    beginning = np.concatenate([bars[first], lines.moments(*_NOTHING, told.bar_steps)[0]])
    return Batch(
        token[None],
        np.concatenate([np.zeros((1, len(lines.LAGS)), np.int64), _moved(line.hints[span], by)])[None],
        np.concatenate([[roots[first]], roots[bar, quarter]])[None],
        np.concatenate([beginning[None], told_rows])[None],
        np.concatenate([bar[:1], bar])[None],
        np.concatenate([[GIVEN], target])[None],
    )


_NOTHING = (np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros((1, 128), np.float32))


def _begin(line: Line, heads: NDArray[np.integer], context: int, chance: np.random.Generator) -> int:
    """Return the token to begin with: the first bar's, or any from which on more fits than is left out before."""
    fits = heads[heads >= len(line.tokens) - context]
    last = int(fits[0]) if len(fits) else int(heads[-1])
    return int(chance.choice(heads[heads <= last]))


def _key_change(line: Line, chance: np.random.Generator) -> int:
    pitches = lines.PITCH[line.tokens]
    pitches = pitches[pitches >= 0]
    low, high = REGISTERS[line.role]
    least = max(-SEMITONES + 1, min(0, low - int(pitches.min())))
    most = min(SEMITONES, max(0, high - int(pitches.max())))
    return int(chance.integers(least, most + 1))


def _moved(tokens: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    """Transpose tokens."""
    return np.where(lines.PITCH[tokens] >= 0, tokens + by, tokens)


def _turn_root(bars: NDArray[np.float32], by: int) -> None:
    """Transpose what is told of bars: all but the root is a distance from it."""
    root = lines.part(bars, "root")
    root[:] = np.roll(root, by, axis=-1)


def _leave_open(bars: NDArray[np.float32], chance: np.random.Generator) -> None:
    for name, share in LEFT_OPEN.items():
        if chance.random() < share:
            lines.part(bars, name)[:] = 0.0


def stacked(batches: Sequence[Batch]) -> Batch:
    """Return batches of any length as one, filled up with PAD, which counts for nothing."""
    longest = max(batch.token.shape[1] for batch in batches)

    def filled(array: NDArray[Any], value: int) -> NDArray[Any]:
        missing = longest - array.shape[1]
        return np.pad(array, [(0, 0), (0, missing), *[(0, 0)] * (array.ndim - 2)], constant_values=value)

    columns = zip(*batches, strict=True)
    fills = (0, 0, 0, 0, -1, GIVEN)
    return Batch(*(np.concatenate([filled(a, f) for a in c]) for c, f in zip(columns, fills, strict=True)))
