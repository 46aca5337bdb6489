"""How values, words and ranges are told to a player, whatever they hold.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from liveengine.music.spelling import did_you_mean


def printable(text: str, limit: int = 200) -> str:
    """Return `text` on one line and of bounded length, whatever it holds."""
    clean = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text[:limit])
    return clean + ("…" if len(text) > limit else "")


def shown(value: object) -> str:
    """Return a TOML value as one would write it, cut short where it is long."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            # Python refuses to print integers of thousands of digits; nobody wants to read them either.
            return str(value) if value.bit_length() <= 64 else "a very large number"
        case str():
            return f'"{printable(value, 40)}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return printable(str(value), 40)


def near(word: str, words: Iterable[str]) -> str:
    """Return ' (did you mean "x"?)', or what there is where nothing is near and the choice is short."""
    known = list(dict.fromkeys(words))
    hint = did_you_mean(word[:64], known) if known else ""
    return hint if len(known) <= 16 or "did you mean" in hint else ""


def span(low: float, high: float, unit: str = "") -> str:
    """Return a range in words: '20–400 BPM', '-1 to 1'."""
    joint = " to " if low < 0 else "–"
    return f"{_figure(low)}{joint}{_figure(high)}{' ' + unit if unit else ''}"


def _figure(number: float) -> str:
    """Return a number as one writes it: large ones in groups of three digits."""
    return f"{number:g}" if abs(number) < 1e6 else f"{number:,.0f}" if isinstance(number, float) else f"{number:,}"
