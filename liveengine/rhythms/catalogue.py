"""Every rhythm function by the name that patches call it.

Pure.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.fibonacci import fibonacci, groups, zeckendorf
from liveengine.rhythms.phi import division, golden, phi
from liveengine.rhythms.polyrhythm import polyrhythm

#: name → function of whole numbers, with `length` in ticks as its one further keyword.
RHYTHMS: dict[str, Callable[..., Rhythm]] = {
    function.__name__: function
    for function in (euclid, fibonacci, groups, zeckendorf, phi, golden, division, polyrhythm)
}


def parameters(name: str) -> inspect.Signature:
    """Return what a rhythm takes in the notation: all but the length, which the patch decides."""
    taken = inspect.signature(RHYTHMS[name], eval_str=True)
    return taken.replace(parameters=[p for p in taken.parameters.values() if p.name != "length"])


def usage(name: str) -> str:
    """Return how a rhythm is written.

    >>> usage("euclid")
    'euclid(onsets, steps=16, rotation=0, accents=0)'
    """
    written = [
        f"{'*' if taken.kind is taken.VAR_POSITIONAL else ''}{taken.name}"
        + ("" if taken.default is taken.empty else f"={taken.default}")
        for taken in parameters(name).parameters.values()
    ]
    return f"{name}({', '.join(written)})"


def reference() -> dict[str, str]:
    """Return, for every rhythm as it is written, the first line of what it does."""
    return {usage(name): (inspect.getdoc(RHYTHMS[name]) or "").partition("\n")[0] for name in RHYTHMS}
