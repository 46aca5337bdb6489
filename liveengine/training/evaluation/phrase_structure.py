"""The structure of lines: of held-out tunes, and of what a model says bar after bar.

A model is asked as `liveengine generate` asks it, four bars at a time over the same four chords, each time with the
next seed: it does not hear what it said before. On stage a pattern is said once and goes round, which is a form of
its own.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import lines
from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.events import STEP_TICKS
from liveengine.generators.phrase import Phraser
from liveengine.music.pitch import PITCH_MAX
from liveengine.training.data.phrase_rows import Line, PhraseRows
from liveengine.training.data.phrases import STRIDE_BARS
from liveengine.training.evaluation.battery import Table
from liveengine.training.evaluation.phrase_battery import REGISTERS, controls
from liveengine.training.evaluation.structure import Struck, form, together

#: So many pieces of so many bars are said of each role, and so many bars at a time.
PIECES, BARS, AT_ONCE = 4, 40, 4

#: Steps of a sixteenth.
_SIXTEENTH = words.STEPS_PER_BEAT // 4
_PITCHES = PITCH_MAX + 1

#: Sixteenths of the longest bar: pieces in different metres may stand together.
_WIDEST = max(16 * metre.beats // metre.unit for metre in words.METRES)


def table(play: Phraser, unseen: PhraseRows) -> Table:
    """Return the form of each role's lines: real ones, their bars in any order, and a model's."""
    found: Table = {}
    whole = held_out(unseen)
    for role in REGISTERS:
        real = [piece for of, piece in whole if of == role]
        if real:
            found[f"{role}, real"] = form(real)
            found[f"{role}, real, any bars in any order"] = form(together(real, np.random.default_rng(41)))
        found[f"{role}, model, four bars at a time"] = form(made(play, role))
    return found


def held_out(unseen: PhraseRows) -> list[tuple[str, Struck]]:
    """Return roles and lines as long as rows that overlap can be joined; a gap begins another line."""
    joined: list[tuple[Line, list[Struck]]] = []
    last: tuple[int, int] | None = None
    for line, piece in zip(unseen.lines, unseen.pieces, strict=True):
        bars = struck(line)
        if joined and piece == last and _goes_on(*joined[-1], line, bars):
            joined[-1] = (line, [*joined[-1][1], bars[STRIDE_BARS:]])
        else:
            joined.append((line, [bars]))
        last = piece
    return [(line.role, np.concatenate(parts)) for line, parts in joined]


def _goes_on(before: Line, parts: Sequence[Struck], line: Line, bars: Struck) -> bool:
    """Say whether a row is the next of the same part: four bars later, the first four the same."""
    if (line.role, line.told.metre) != (before.role, before.told.metre):
        return False
    tail = np.concatenate(parts[-2:])[-STRIDE_BARS:]
    return line.told.first == before.told.first + STRIDE_BARS and np.array_equal(tail, bars[:STRIDE_BARS])


def made(play: Phraser, role: str) -> list[Struck]:
    """Return pieces that a model says, a few bars at a time."""

    def piece(number: int) -> Struck:
        asked = replace(controls(role, number), bars=AT_ONCE)
        bar = asked.metre.bar_ticks // STEP_TICKS
        notes = [
            (note.tick // STEP_TICKS + begins * bar, note.pitch)
            for begins in range(0, BARS, AT_ONCE)
            for note in play(None, frozenset(), asked, 1000 * number + begins).notes
        ]
        return _marked(notes, bar, BARS)

    return [piece(number) for number in range(PIECES)]


def struck(line: Line) -> Struck:
    """Return which pitch is struck on which sixteenth of each bar, (bars, places)."""
    at: NDArray[np.intp] = np.flatnonzero(lines.STRIKES[line.tokens])
    step = line.step[at] + line.bar[at] * line.told.bar_steps
    return _marked(
        zip(step.tolist(), lines.PITCH[line.tokens[at]].tolist(), strict=True), line.told.bar_steps, line.bars
    )


def _marked(notes: Iterable[tuple[int, int]], bar_steps: int, bars: int) -> Struck:
    marked = np.zeros((bars, _WIDEST, _PITCHES), np.bool_)
    for step, pitch in notes:
        bar, within = divmod(step, bar_steps)
        marked[bar, within // _SIXTEENTH, pitch] = True
    return marked.reshape(bars, -1)
