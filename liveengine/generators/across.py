"""A proposal whose bars are not all of one metre: asked for once in each metre, and put together bar by bar.

Every proposer thinks in one metre. Under the same seed its versions are one
idea, so that each bar comes from the version in its own metre.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from liveengine.generators.contract import Controls, Proposer
from liveengine.generators.performance import locked
from liveengine.music.note import GATE_MIN, Bar, Note
from liveengine.music.time import Metre


def across(
    propose: Proposer,
    source: Bar | None,
    locks: frozenset[int],
    controls: Controls,
    metres: Sequence[Metre],
    seed: int,
    model: str = "",
) -> Bar:
    """Return `controls.bars` bars, the k-th in the k-th of `metres`, round and round; the rest is Proposer's."""
    if len(set(metres)) == 1:
        return propose(source, locks, replace(controls, metre=metres[0]), seed, model)
    versions = {
        metre: propose(None, frozenset(), replace(controls, metre=metre), seed, model)
        for metre in dict.fromkeys(metres[: controls.bars])
    }
    notes: list[Note] = []
    line = 0
    for bar in range(controls.bars):
        metre = metres[bar % len(metres)]
        notes += _moved(versions[metre], bar * metre.bar_ticks, metre.bar_ticks, line)
        line += metre.bar_ticks
    return Bar.of(locked(notes, source, locks, line), line)


def _moved(version: Bar, begin: int, ticks: int, line: int) -> list[Note]:
    """Return the notes of a bar, moved to a bar line. None sounds on: what comes after it is another version's."""
    return [
        replace(note, tick=note.tick - begin + line, gate=max(GATE_MIN, min(note.gate, begin + ticks - note.tick)))
        for note in version.notes
        if begin <= note.tick < begin + ticks
    ]
