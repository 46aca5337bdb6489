"""Every rhythm by the name that patches call it: what it takes, what it does, how it is written.

The notation, the page docs/rhythms.md and the command line are derived from
this table; ranges and meanings of the numbers stand in `words`.

Pure.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms import timelines
from liveengine.rhythms.automaton import automaton
from liveengine.rhythms.balanced import bresenham, christoffel
from liveengine.rhythms.canon import canon
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.fibonacci import fibonacci, groups, zeckendorf
from liveengine.rhythms.low_discrepancy import humanise
from liveengine.rhythms.lsystem import lsystem
from liveengine.rhythms.markov import markov
from liveengine.rhythms.modulation import modulated
from liveengine.rhythms.orbits import bracelet, necklace
from liveengine.rhythms.phi import division, golden, golden_accents, phi
from liveengine.rhythms.polymetre import polymetre
from liveengine.rhythms.polyrhythm import polyrhythm
from liveengine.rhythms.scatter import scatter
from liveengine.rhythms.swing import swing
from liveengine.rhythms.symmetry import complement, palindrome, retrograde, rotate
from liveengine.rhythms.torus import torus
from liveengine.rhythms.tuplet import tuplet


@dataclass(frozen=True, slots=True)
class Entry:
    """One rhythm: the function that makes it, the family it stands in, and an example as patches write it.

    `taken` is what the notation may give it: everything but the length, which the patch decides.
    """

    function: Callable[..., Rhythm]
    family: str
    example: str
    taken: inspect.Signature
    fills_length: bool

    @classmethod
    def of(cls, function: Callable[..., Rhythm], family: str, example: str = "") -> Entry:
        """Read off a function what it takes; the example is its bare name if none is given."""
        signature = inspect.signature(function, eval_str=True)
        taken = [parameter for parameter in signature.parameters.values() if parameter.name != "length"]
        fills_length = "length" in signature.parameters
        return cls(function, family, example or function.__name__, signature.replace(parameters=taken), fills_length)

    @property
    def name(self) -> str:
        """What patches call it."""
        return self.function.__name__

    @property
    def meaning(self) -> str:
        """What it does, in one line."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def usage(self) -> str:
        """How it is written: a default after =, … where it may be left out, * where there may be several."""
        return f"{self.name}({', '.join(_written(parameter) for parameter in self.taken.parameters.values())})"

    def __call__(self, *placed: object, length: int, **named: object) -> Rhythm:
        """Make it over `length` ticks; one made of others is as long as they are. Raises ValueError as it does."""
        return self.function(*placed, **named, length=length) if self.fills_length else self.function(*placed, **named)


def _written(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{parameter.name}"
    if parameter.default is parameter.empty:
        return parameter.name
    if parameter.default is None:
        return f"{parameter.name}=…"
    default = parameter.default
    return f"{parameter.name}={default:.3g}" if isinstance(default, float) else f"{parameter.name}={default}"


_EVEN, _FIBONACCI, _PHI = "As even as can be", "Fibonacci", "The golden section"
_AGAINST, _SYMMETRY, _GROWTH = "Against the bar", "Turned and mirrored", "Grown, learnt and thrown"

#: The families, in the order in which they are shown.
FAMILIES: dict[str, str] = {
    _EVEN: "So many onsets spread over so many steps.",
    "Timelines": "Claves, bells and dances by name. Where one has a 3-side and a 2-side, `side=23` turns it.",
    _FIBONACCI: "Long and short, groups and masks of Fibonacci numbers.",
    _PHI: "Onsets, cuts and swing by the golden section.",
    _AGAINST: "Other pulses, lengths and speeds than the bar's, exactly.",
    _SYMMETRY: "Changes of another rhythm, written out or by name.",
    _GROWTH: "Rules and chance; the same seed gives the same rhythm.",
}

#: Every rhythm by its name.
RHYTHMS: MappingProxyType[str, Entry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Entry.of(euclid, _EVEN, "euclid(5, 16, accents=2)"),
            Entry.of(bresenham, _EVEN, "bresenham(5, 16)"),
            Entry.of(christoffel, _EVEN, "christoffel(5, 2)"),
            *(Entry.of(function, "Timelines") for function in timelines.FUNCTIONS),
            Entry.of(fibonacci, _FIBONACCI, "fibonacci(16, long=3, short=2)"),
            Entry.of(groups, _FIBONACCI, "groups(16, largest=5)"),
            Entry.of(zeckendorf, _FIBONACCI, "zeckendorf(100, 10)"),
            Entry.of(phi, _PHI, "phi(7, 16)"),
            Entry.of(golden, _PHI, "golden(5)"),
            Entry.of(division, _PHI, "division(3)"),
            Entry.of(golden_accents, _PHI, "golden_accents(euclid(8, 16))"),
            Entry.of(swing, _PHI, "swing(xxxxxxxx)"),
            Entry.of(humanise, _PHI, "humanise(euclid(7, 16), 0.3, seed=2)"),
            Entry.of(polyrhythm, _AGAINST, "polyrhythm(3, 4)"),
            Entry.of(polymetre, _AGAINST, "polymetre(x.x.., bar=1)"),
            Entry.of(tuplet, _AGAINST, "tuplet(5, over=4, start=12)"),
            Entry.of(modulated, _AGAINST, "modulated(x...x...x...x..., 4, 3)"),
            Entry.of(rotate, _SYMMETRY, "rotate(son, 2)"),
            Entry.of(retrograde, _SYMMETRY, "retrograde(son)"),
            Entry.of(complement, _SYMMETRY, "complement(son)"),
            Entry.of(palindrome, _SYMMETRY, "palindrome(son)"),
            Entry.of(canon, _SYMMETRY, "canon(x..x....x......., voices=2, lag=6)"),
            Entry.of(necklace, _SYMMETRY, "necklace(bembe)"),
            Entry.of(bracelet, _SYMMETRY, "bracelet(rumba)"),
            Entry.of(torus, _SYMMETRY, "torus(X.x............., voice=3, voices=4)"),
            Entry.of(lsystem, _GROWTH, "lsystem(b>ba a>b, b, 6)"),
            Entry.of(automaton, _GROWTH, "automaton(x..............., rule=90, generation=3)"),
            Entry.of(markov, _GROWTH, "markov(son, rumba, order=3, seed=7)"),
            Entry.of(scatter, _GROWTH, "scatter(5, seed=3, shortest=2, longest=4, must=x...)"),
        )
    }
)


def parameters(name: str) -> inspect.Signature:
    """Return what a rhythm takes in the notation: all but the length, which the patch decides."""
    return RHYTHMS[name].taken


def usage(name: str) -> str:
    """Return how a rhythm is written.

    >>> usage("euclid")
    'euclid(onsets, steps=16, rotation=0, accents=0)'
    """
    return RHYTHMS[name].usage


def reference() -> dict[str, str]:
    """Return, for every rhythm as it is written, the first line of what it does."""
    return {entry.usage: entry.meaning for entry in RHYTHMS.values()}
