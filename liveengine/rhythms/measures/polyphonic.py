"""Syncopation between the drums of a kit: a kick or snare that another drum, or a rest, answers on a stronger step.

Source: Witek, Clarke, Wallentin, Kringelbach & Vuust, "Syncopation,
body-movement and pleasure in groove music", PLoS ONE 9 (2014). Their
listeners wanted to move most at a medium degree of it.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.metre import Tree

#: What a syncopation weighs by who answers whom. What the paper gives no weight, kick and snare alone, counts nothing.
WEIGHTS: dict[tuple[str, frozenset[str]], int] = {
    ("kick", frozenset({"snare", "hat"})): 2,
    ("snare", frozenset({"kick", "hat"})): 1,
    ("kick", frozenset({"hat"})): 5,
    ("snare", frozenset({"hat"})): 5,
    ("kick", frozenset()): 6,  # a rest
    ("snare", frozenset()): 6,
}


def polyphonic_syncopation(kick: Rhythm, snare: Rhythm, hat: Rhythm, tree: Tree) -> int:
    """Return the syncopation of three drums over one bar that repeats; 0 where kick and snare are silent.

    A stroke of kick or snare counts when what comes next without it, other drums or a rest, stands on a step as
    strong or stronger: by how much stronger, and by WEIGHTS. Steps weigh 0 on the downbeat, -1 on the beats, and
    one less on each level below. Of several rests before the next stroke the strongest is meant. Raises
    ValueError for rhythms whose steps are not the tree's.
    """
    drums = {"kick": kick, "snare": snare, "hat": hat}
    for name, rhythm in drums.items():
        if rhythm.steps != tree.steps:
            raise ValueError(f"the {name} has {rhythm.steps} steps, not {tree.steps}")
    struck = {name: frozenset(rhythm.hits) for name, rhythm in drums.items()}
    sounding = [frozenset(name for name, steps in struck.items() if step in steps) for step in range(tree.steps)]
    weights = step_weights(tree)
    return sum(_count(name, step, sounding, weights) for name in ("kick", "snare") for step in struck[name])


def step_weights(tree: Tree) -> list[int]:
    """Return what every step weighs: in 4/4 on sixteen steps 0 -3 -2 -3 -1 -3 -2 -3 -1 …."""
    beat = max(tree.depths[step] for step in tree.beats)
    return [0 if step == 0 else -1 - max(depth - beat, 0) for step, depth in enumerate(tree.depths)]


def _count(name: str, step: int, sounding: list[frozenset[str]], weights: list[int]) -> int:
    """Return what one stroke counts."""
    ahead = [(step + far) % len(sounding) for far in range(1, len(sounding))]
    way = next((far for far, place in enumerate(ahead) if sounding[place]), len(ahead))
    strongest_rest = max((weights[rest] for rest in ahead[:way]), default=None)
    if strongest_rest is not None and strongest_rest >= weights[step]:
        return strongest_rest - weights[step] + WEIGHTS[name, frozenset()]
    if way == len(ahead):
        return 0
    answer = ahead[way]
    weight = WEIGHTS.get((name, sounding[answer]))  # none where the drum itself is struck again
    if weight is None or weights[answer] < weights[step]:
        return 0
    return weights[answer] - weights[step] + weight
