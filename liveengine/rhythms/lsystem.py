"""L-systems: letters that grow into words, all at once, round after round.

Source: Lindenmayer, "Mathematical models for cellular interactions in
development", 1968; Prusinkiewicz, "Score generation with L-systems", 1986.

Pure.
"""

from __future__ import annotations

import re
from itertools import cycle

from liveengine.music.rhythm import BAR_TICKS, LOUD, PLAIN, Rhythm, checked_steps

_RULE = re.compile(r"([A-Za-z.-])>([A-Za-z.-]+)")
_SIGNS = {"x": PLAIN, "X": LOUD, ".": None, "-": None}


def rules_of(text: str) -> dict[str, str]:
    """Read rules: 'a>ab b>a'. Raises ValueError for what is none, or two for one letter."""
    rules: dict[str, str] = {}
    for written in text.split():
        rule = _RULE.fullmatch(written)
        if not rule:
            raise ValueError(f"{written!r} is no rule (write them like a>ab b>a)")
        if rule[1] in rules:
            raise ValueError(f"{rule[1]!r} has two rules")
        rules[rule[1]] = rule[2]
    if not rules:
        raise ValueError("there is no rule (write them like a>ab b>a)")
    return rules


def grown(axiom: str, rules: dict[str, str], rounds: int, letters: int) -> str:
    """Return the first `letters` letters of what `axiom` grows into; a letter without a rule stays.

    >>> grown("a", {"a": "ab", "b": "a"}, 4, 100)
    'abaababa'
    """
    # No rule is empty, so later letters never come forward into the first ones.
    word = axiom[:letters]
    for _ in range(rounds):
        word = "".join(rules.get(letter, letter) for letter in word)[:letters]
    return word


def lsystem(
    rules: str, axiom: str, rounds: int = 4, steps: int = 16, rotation: int = 0, *, length: int = BAR_TICKS
) -> Rhythm:
    """Grow a word by rules like a>ab b>a and strike it: a lasts one step, b two, c three …; x, X and . as ever.

    A word that ends before the bar begins again. Raises ValueError for other letters and rules.

    >>> str(lsystem("b>ba a>b", "b", 6)), str(lsystem("x>x.x .>...", "x", 2, 9))
    ('x.xx.x.xx.xx.x.x', 'x.x...x.x')
    """
    checked_steps(steps)
    word = grown(axiom.strip(), rules_of(rules), rounds, steps)
    if not word or not re.fullmatch(r"[a-zX.-]+", word):
        raise ValueError(f"{word!r} cannot be struck (small letters, x, X, . and - can)")
    struck, step = [], 0
    for letter in cycle(word):
        if step >= steps:
            break
        accent = _SIGNS.get(letter, PLAIN)
        if accent is not None:
            struck.append((step + rotation, accent))
        step += 1 if letter in _SIGNS else ord(letter) - ord("a") + 1
    return Rhythm.on_steps([hit for hit, _ in struck], steps, length, [accent for _, accent in struck])
