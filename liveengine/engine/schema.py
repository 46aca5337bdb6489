"""Reading a TOML file key by key.

Every check notes its problem and goes on with a harmless value; the problems come
out together when the reading is finished. A key that nobody asked for is a problem
too: it is most often a slip.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from liveengine.engine.problems import Report
from liveengine.engine.values import number_in, whole_in, words_for
from liveengine.engine.wording import near, printable, shown

Given = TypeVar("Given")
Value = TypeVar("Value")

#: Letters of a text, where nobody says otherwise.
TEXT_LIMIT = 2000


def _is_pair(value: object) -> bool:
    """Tell whether a TOML value is a list of two numbers that a musician would write."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in value)
        and all(abs(number) < 1e9 for number in value)
    )


class Section:
    """One table of a file, read key by key.

    Each reading method names a key and what it may hold, notes a problem where the file says otherwise, and
    then returns the default so that the reading can go on. A method without a default, or with None for it,
    asks for a key that must be there.
    """

    def __init__(self, report: Report, entries: Mapping[str, object], place: str = "", noun: str = "") -> None:
        self.report = report
        self.place = place
        self.faults = 0
        self._entries = entries
        self._noun = noun
        self._asked: set[str] = set()
        self._children: list[Section] = []

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def problem(self, key: str, message: str) -> None:
        """Note a problem with `key`, or with the whole table where `key` is empty."""
        self.faults += 1
        where = f'key "{printable(key, 40)}"' if key else ""
        self.report.add(", ".join(part for part in (self.place, where) if part), message)

    def _take(self, key: str, needed: bool) -> object | None:
        self._asked.add(key)
        if needed and key not in self._entries:
            self.problem(key, "is missing")
        return self._entries.get(key)

    def is_text(self, key: str) -> bool:
        """Tell whether the file gives words for `key`."""
        return isinstance(self._entries.get(key), str)

    @property
    def given(self) -> list[str]:
        """Every key that the file gives."""
        return list(self._entries)

    def is_table(self, key: str) -> bool:
        """Tell whether the file gives a table for `key`."""
        return isinstance(self._entries.get(key), dict)

    def has_tables(self, key: str) -> bool:
        """Tell whether the file gives a table for `key` that holds tables itself."""
        value = self._entries.get(key)
        return isinstance(value, dict) and any(isinstance(entry, dict) for entry in value.values())

    def number(self, key: str, low: float, high: float, default: float, unit: str = "") -> float:
        """Read a number within [low, high]."""
        value = self._take(key, needed=False)
        return default if value is None else self._made(key, value, number_in(low, high, unit), default)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number within [low, high]."""
        value = self._take(key, needed=default is None)
        fallback = low if default is None else default
        return fallback if value is None else self._made(key, value, whole_in(low, high), fallback)

    def span(self, key: str, low: int, high: int, default: tuple[int, int]) -> tuple[int, int]:
        """Read two whole numbers within [low, high], the first not above the second."""
        value = self._take(key, needed=False)
        if value is None:
            return default
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(end, int) and not isinstance(end, bool) for end in value)
            and low <= value[0] <= value[1] <= high
        ):
            return value[0], value[1]
        self.problem(key, f"{shown(value)} is not [first, last], two whole numbers {low}–{high}")
        return default

    def toggle(self, key: str, default: bool) -> bool:
        """Read true or false; 1 and 0 are taken as well."""
        value = self._take(key, needed=False)
        if value is None:
            return default
        if isinstance(value, bool | int) and value in (0, 1):
            return bool(value)
        self.problem(key, f"{shown(value)} is neither true nor false")
        return default

    def text(self, key: str, default: str | None = None, limit: int = TEXT_LIMIT) -> str:
        """Read words, at most `limit` letters of them."""
        value = self._take(key, needed=default is None)
        fallback = default or ""
        return fallback if value is None else self._made(key, value, words_for(str, limit), fallback)

    def choice(self, key: str, words: Iterable[str], default: str | None = None) -> str:
        """Read one of `words`."""
        allowed = tuple(words)
        fallback = allowed[0] if default is None else default
        if key not in self._entries and default is None:
            self._asked.add(key)
            self.problem(key, f"is missing (one of: {', '.join(allowed)})")
            return fallback
        value = self.text(key, fallback)
        if value not in allowed and self.is_text(key):
            self.problem(key, f"{shown(value)} is not among its words{near(value, allowed)}")
        return value if value in allowed else fallback

    def parsed(self, key: str, parse: Callable[[str], Value], default: Value, needed: bool = False) -> Value:
        """Read words that `parse` understands; its ValueError becomes the problem."""
        if key not in self._entries:
            self._take(key, needed)
            return default
        return self._understood(key, self._entries[key], parse, default)

    def _understood(self, key: str, value: object, parse: Callable[[str], Value], default: Value) -> Value:
        self._asked.add(key)
        return self._made(key, value, words_for(parse, TEXT_LIMIT), default)

    def _made(self, key: str, value: Given, take: Callable[[Given], Value], default: Value) -> Value:
        """Return what `take` makes of a value; its ValueError becomes the problem."""
        try:
            return take(value)
        except ValueError as error:
            self.problem(key, str(error))
            return default

    def list_of(
        self, key: str, parse: Callable[[str], Value], default: tuple[Value, ...], longest: int
    ) -> tuple[Value, ...]:
        """Read a list of words that `parse` understands; one word alone is taken as a list of one."""
        value = self._take(key, needed=False)
        if value is None:
            return default
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            self.problem(key, f'{shown(value)} is not a list (write it ["like this", "and this"])')
            return default
        if len(items) > longest:
            self.problem(key, f"holds {len(items)} entries; {longest} at most")
            return default
        results = (self._understood(key, item, parse, None) for item in items)
        return tuple(result for result in results if result is not None)

    def each(
        self, key: str, take: Callable[[object], Value], default: tuple[Value, ...], longest: int
    ) -> tuple[Value, ...]:
        """Read a list of what `take` makes something of; one entry alone is taken as a list of one.

        Its ValueError becomes the problem.
        """
        value = self._take(key, needed=False)
        if value is None:
            return default
        items = value if isinstance(value, list) else [value]
        if not 1 <= len(items) <= longest:
            self.problem(key, f"holds {len(items)} entries; 1–{longest} are wanted")
            return default
        return self._made(key, items, lambda entries: tuple(take(entry) for entry in entries), default)

    def pairs(self, key: str, longest: int) -> list[tuple[float, float]]:
        """Read a list of pairs of numbers, which must be there and not be empty."""
        value = self._take(key, needed=True)
        if value is None:
            return []
        pairs = value if isinstance(value, list) else []
        if not pairs or not all(_is_pair(pair) for pair in pairs):
            self.problem(key, f"{shown(value)} is not a list of pairs (write it [[0, 0.1], [8, 0.9]])")
            return []
        if len(pairs) > longest:
            self.problem(key, f"holds {len(pairs)} pairs; {longest} at most")
        return [(float(left), float(right)) for left, right in pairs[:longest]]

    def names(self, words: Iterable[str]) -> list[str]:
        """Return those of `words` that stand here as keys; any other key is then unknown."""
        known = list(words)
        self._asked.update(known)
        return [key for key in self._entries if key in known]

    def table(self, key: str, noun: str = "") -> Section:
        """Read a table within this one, empty where it is not given; `noun` says what its keys name."""
        value = self._take(key, needed=False)
        if value is not None and not isinstance(value, dict):
            self.problem(key, f"{shown(value)} is not a table (write it {{ name = value }})")
            value = None
        entries: dict[str, object] = value if isinstance(value, dict) else {}
        return self._child(entries, key, noun)

    def tables(self, key: str, most: int) -> list[Section]:
        """Read every [[key]] table, in the order of the file, `most` at most."""
        value = self._take(key, needed=False)
        dotted = self.path_of(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.problem(key, f"is not a list of tables (write each of them under [[{dotted}]])")
            return []
        if len(value) > most:
            self.problem(key, f"stands {len(value)} times; {most} at most")
        return [self._child(entry, f"{key} {number}", "") for number, entry in enumerate(value[:most], 1)]

    def path_of(self, key: str) -> str:
        """Return the dotted path of `key` as a TOML header writes it."""
        heads = [part.split(" ")[0] for part in self.place.split(", ") if part]
        return ".".join([*heads, key])

    def _child(self, entries: Mapping[str, object], name: str, noun: str) -> Section:
        place = ", ".join(part for part in (self.place, name) if part)
        child = Section(self.report, entries, place, noun)
        self._children.append(child)
        return child

    def renamed(self, name: str) -> None:
        """From now on tell problems under this name rather than the table's number."""
        head, comma, _ = self.place.rpartition(", ")
        self.place = f"{head}{comma}{name}"

    def called(self, name: str) -> None:
        """From now on tell problems under this table's own name rather than its number."""
        if name:
            kind = self.place.rpartition(", ")[2].split(" ")[0]
            self.renamed(f'{kind} "{printable(name, 40)}"')

    def finish(self) -> None:
        """Note every key that was not asked for, here and in the tables within."""
        known = sorted(self._asked)
        for key in self._entries:
            if key not in self._asked:
                # Looking for the nearest word is slow, and pointless where nobody will read it.
                hint = "" if self.report.full else near(key, known)
                self.problem(key, f"no such {self._noun or 'key'}{hint}")
        for child in self._children:
            child.finish()
