"""Low-discrepancy walks: numbers that never repeat and never crowd.

However many are taken, they lie more evenly than chance lets them: no run of
early notes, no parameter stuck in a corner. In one dimension the step is the
golden section, in two the powers of the plastic number. Source: Roberts,
"The unreasonable effectiveness of quasirandom sequences", 2018.

Pure.
"""

from __future__ import annotations

from liveengine.music.dice import uniform
from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.phi import turn

#: The real root of x³ = x + 1.
PLASTIC = 1.324717957244746


def r1(number: int, start: float = 0.0) -> float:
    """Return the `number`-th point of the golden walk from `start`, in [0, 1)."""
    return (start + turn(number)) % 1.0


def r2(number: int, start: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    """Return the `number`-th point of the plastic walk from `start`, in [0, 1) by [0, 1)."""
    return (start[0] + number / PLASTIC) % 1.0, (start[1] + number / PLASTIC**2) % 1.0


def walk(number: int, low: float, high: float, seed: int) -> float:
    """Return where a parameter stands after `number` golden steps through [low, high]; the seed says where from."""
    return low + (high - low) * r1(number, uniform(seed))


def humanise(rhythm: Rhythm, amount: float = 0.2, seed: int = 1) -> Rhythm:
    """Play each onset up to `amount` of a step late, and up to half as much softer, by the plastic walk.

    No onset passes the next, or leaves the bar. Raises ValueError outside 0 to 1.
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(f"amount must lie in 0-1, not {amount}")
    start = uniform(seed, 1), uniform(seed, 2)
    struck = []
    ends = (*rhythm.onsets[1:], rhythm.length)
    for number, (tick, end, accent) in enumerate(zip(rhythm.onsets, ends, rhythm.accents, strict=False)):
        late, soft = r2(number, start)
        room = min(end - tick, rhythm.length // rhythm.steps)
        struck.append((tick + int(amount * late * room), accent * (1 - 0.5 * amount * soft)))
    return Rhythm.gathered(struck, rhythm.steps, rhythm.length)
