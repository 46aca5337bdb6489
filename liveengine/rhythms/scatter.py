"""Scattered rhythms: by chance, every rhythm that keeps the rules as likely as any other.

The ways to go on are counted first, then chosen among by their number, so
that no throw is wasted and no rhythm favoured.

Pure.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liveengine.music.dice import Dice, roll
from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.rhythms.euclid import euclid

#: The finest grid: counting goes with its cube.
SCATTER_STEPS_MAX = 64

#: Evenness is a sum of rounded numbers: this near is there.
_NEAR = 1e-9

#: How often it is thrown anew where evenness cannot be reached from a throw.
_THROWS = 16


def evenness(hits: Sequence[int], steps: int) -> float:
    """Return how even onsets lie round the bar, 0-1; 1 is a regular pulse, and no onset counts as one.

    Source: Milne & Dean, "Computational creation and morphing of multilevel rhythms", 2016.
    """
    turns = (hit / steps - number / len(hits) for number, hit in enumerate(sorted(hits)))
    return abs(sum(cmath.exp(math.tau * 1j * turn) for turn in turns)) / len(hits) if hits else 1.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a scattered rhythm must keep: how many onsets, gaps from `shortest` to `longest`, some steps, others not."""

    onsets: int
    steps: int
    shortest: int
    longest: int
    must: frozenset[int]
    never: frozenset[int]

    def kept_by(self, hits: Sequence[int]) -> bool:
        """Tell whether a rhythm (rising steps) keeps the rules."""
        gaps = [later - hit for hit, later in pairwise((*hits, hits[0] + self.steps))] if hits else []
        return (
            len(hits) == self.onsets
            and all(self.shortest <= gap <= self.longest for gap in gaps)
            and self.must <= set(hits)
            and not self.never & set(hits)
        )

    def following(self, anchor: int) -> list[list[int]]:
        """Return, for each place counted from `anchor`, the places where the next onset may be; the end is one."""
        reachable: list[list[int]] = []
        for place in range(self.steps):
            found: list[int] = []
            for further in range(place + 1, min(place + self.longest, self.steps) + 1):
                step = (anchor + further) % self.steps
                if further >= place + self.shortest and (further == self.steps or step not in self.never):
                    found.append(further)
                if step in self.must:
                    break  # No gap may pass over it.
            reachable.append(found)
        return reachable


def _ways(rules: Rules, following: list[list[int]]) -> list[list[int]]:
    """Return, for each number of onsets still to come and each place, in how many ways the round can be closed."""
    ways = [[int(rules.steps in found) for found in following]]
    for _ in range(rules.onsets - 1):
        shorter = [*ways[-1], 0]
        ways.append([sum(shorter[further] for further in found) for found in following])
    return ways


def _anchors(rules: Rules, dice: Dice) -> list[int]:
    """Return the steps to begin counting at. Where all steps are alike, one by chance stands for all."""
    if rules.must:
        return [min(rules.must)]
    if not rules.never:
        return [dice.below(rules.steps)]
    return [step for step in range(rules.steps) if step not in rules.never]


def _thrown(rules: Rules, dice: Dice) -> tuple[int, ...]:
    """Throw one rhythm. Raises ValueError where none keeps the rules."""
    options = []
    for anchor in _anchors(rules, dice):
        following = rules.following(anchor)
        options.append((anchor, following, _ways(rules, following)))
    # A rhythm counts once at each of its onsets, every rhythm as often: so none is favoured.
    anchor, following, ways = options[_drawn(dice, [ways[-1][0] for _, _, ways in options])]
    place, hits = 0, [anchor]
    for left in range(rules.onsets - 2, -1, -1):
        open_places = [further for further in following[place] if further < rules.steps]
        place = open_places[_drawn(dice, [ways[left][further] for further in open_places])]
        hits.append((anchor + place) % rules.steps)
    return tuple(sorted(hits))


def _drawn(dice: Dice, weights: Sequence[int]) -> int:
    """Return a number by chance, each as likely as its weight says. Raises ValueError where all are 0."""
    total = sum(weights)
    if not total:
        raise ValueError("no rhythm keeps all of these rules")
    # A throw has 53 bits: enough for the ear, even where there are more rhythms than that.
    left = int(dice.uniform() * (1 << 53)) * total >> 53
    for number, weight in enumerate(weights):
        if left < weight:
            return number
        left -= weight
    raise AssertionError("a throw lies below the sum of the weights")


def _nearer(hits: tuple[int, ...], rules: Rules) -> Iterator[tuple[int, ...]]:
    """Yield every rhythm one onset's one step away that keeps the rules."""
    for hit in hits:
        for moved in ((hit + 1) % rules.steps, (hit - 1) % rules.steps):
            near = tuple(sorted({*hits, moved} - {hit}))
            if rules.kept_by(near):
                yield near


def scatter(
    onsets: int,
    steps: int = 16,
    seed: int = 1,
    shortest: int = 1,
    longest: int = SCATTER_STEPS_MAX,
    even_from: float = 0.0,
    even_to: float = 1.0,
    must: Rhythm | None = None,
    never: Rhythm | None = None,
    *,
    length: int = BAR_TICKS,
) -> Rhythm:
    """Scatter `onsets` by chance: no gap shorter or longer than said, the steps of `must`, none of `never`.

    Its evenness lies from `even_from` to `even_to`. Raises ValueError where no rhythm is found that keeps this.

    >>> str(scatter(5, seed=3, shortest=2, longest=4, must=Rhythm.from_text("x...")))
    'x...x...x...x.x.'
    """
    if not 1 <= steps <= SCATTER_STEPS_MAX or not 0 <= onsets <= steps:
        raise ValueError(f"{onsets} onsets do not scatter over {steps} steps ({SCATTER_STEPS_MAX} at most)")
    rules = Rules(onsets, steps, max(1, shortest), longest, _steps_of(must, steps), _steps_of(never, steps))
    if both := rules.must & rules.never:
        raise ValueError(f"step {min(both) + 1} must be struck, and must never be")
    if not onsets and not rules.must:
        return Rhythm.on_steps([], steps, length)
    if onsets < max(1, len(rules.must)):
        raise ValueError(f"{len(rules.must)} steps must be struck, more than {onsets} onsets")

    if even_from > (most := evenness(euclid(onsets, steps).hits, steps)) + _NEAR:
        raise ValueError(f"{onsets} onsets in {steps} steps have an evenness of {most:.3f} at most, not {even_from:g}")

    def away(hits: tuple[int, ...]) -> float:
        found = evenness(hits, steps)
        return max(even_from - found, found - even_to, 0.0)

    dice = Dice(roll(seed))
    for _ in range(_THROWS):
        hits = _thrown(rules, dice)
        while (distance := away(hits)) > _NEAR:
            better = min(_nearer(hits, rules), key=away, default=hits)
            if away(better) >= distance:
                break
            hits = better
        else:
            return Rhythm.on_steps(hits, steps, length)
    raise ValueError(f"no rhythm of {onsets} in {steps} was found with an evenness of {even_from:g} to {even_to:g}")


def _steps_of(rhythm: Rhythm | None, steps: int) -> frozenset[int]:
    """Return the steps of another grid that a rhythm's hits fall in."""
    return frozenset(hit * steps // rhythm.steps for hit in rhythm.hits) if rhythm else frozenset()
