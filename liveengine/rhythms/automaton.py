"""Cellular automata: each step looks at itself and its two neighbours, round the bar, and decides anew.

Source: Wolfram, "Statistical mechanics of cellular automata", 1983.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm


def automaton(rhythm: Rhythm, rule: int = 90, generation: int = 1) -> Rhythm:
    """Put a rhythm through elementary rule 0-255, `generation` times over.

    Bit 4 × (step before) + 2 × (step) + (step after) of the rule says whether the step is struck next.

    >>> str(automaton(Rhythm.from_text("x......."), 90)), str(automaton(Rhythm.from_text("x......."), 90, 2))
    ('.x.....x', '..x...x.')
    """
    if not 0 <= rule <= 255:
        raise ValueError(f"elementary rules are 0-255, not {rule}")
    steps = rhythm.steps
    full = (1 << steps) - 1
    cells = sum(1 << hit for hit in set(rhythm.hits))
    for _ in range(generation):
        before = (cells << 1 | cells >> (steps - 1)) & full
        after = cells >> 1 | (cells & 1) << (steps - 1)
        born = 0
        for neighbours in range(8):
            if rule >> neighbours & 1:
                # All steps at once: each bit of these numbers is one step.
                left, middle, right = (
                    cell if neighbours & bit else full ^ cell for cell, bit in ((before, 4), (cells, 2), (after, 1))
                )
                born |= left & middle & right
        cells = born
    return Rhythm.on_steps([step for step in range(steps) if cells >> step & 1], steps, rhythm.length)
