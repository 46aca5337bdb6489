"""Chords of songs as musicologists write them down: `A:min7/b3`, bar by bar, with sections and times.

Pure. Source of the syntax: Harte, Sandler, Abdallah & Gómez, "Symbolic representation of musical chords", ISMIR 2005;
of the files: Burgoyne, Wild & Fujinaga, "An expert ground truth set for audio chord recognition", ISMIR 2011.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import OCTAVE
from liveengine.music.time import Metre

#: Shorthands: semitones above the root.
SHORTHANDS: dict[str, tuple[int, ...]] = {
    "1": (0,), "5": (0, 7), "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8),
    "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10), "7": (0, 4, 7, 10), "dim7": (0, 3, 6, 9), "hdim7": (0, 3, 6, 10),
    "minmaj7": (0, 3, 7, 11), "maj6": (0, 4, 7, 9), "min6": (0, 3, 7, 9), "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14), "min9": (0, 3, 7, 10, 14), "sus2": (0, 2, 7), "sus4": (0, 5, 7),
    "11": (0, 7, 10, 14, 17), "min11": (0, 3, 7, 10, 14, 17), "maj11": (0, 4, 7, 11, 14, 17),
    "13": (0, 4, 7, 10, 14, 21), "maj13": (0, 4, 7, 11, 14, 21), "min13": (0, 3, 7, 10, 14, 21),
}  # fmt: skip

_DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11, 8: 12, 9: 14, 10: 16, 11: 17, 12: 19, 13: 21}
_ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_CHORD = re.compile(r"([A-G])([b#]*):?([a-z]*\d*)(?:\(([^)]*)\))?(?:/([b#]*\d+))?")
_BAR_METRE = re.compile(r"\((\d+/\d+)\)")
_TIMES = re.compile(r"x(\d+)")

#: A file with more bars is none.
_BARS_MAX = 10_000


class At(NamedTuple):
    """A chord from a tick of its bar on; None where there is none."""

    tick: int
    chord: Chord | None


@dataclass(frozen=True, slots=True)
class SongBar:
    """One bar: metre, chords, the section it stands in (`verse`, `chorus` …), and the tonic, a pitch class."""

    metre: Metre
    chords: tuple[At, ...]
    section: str = ""
    tonic: int | None = None


@dataclass(frozen=True, slots=True)
class Song:
    """A song's bars. `bpm` is the median over its lines, 0 where no times are told."""

    title: str
    artist: str
    bars: tuple[SongBar, ...]
    bpm: float = 0.0


@lru_cache(maxsize=4096)
def read_chord(text: str) -> Chord | None:
    """Return the chord of our table that is nearest to one in Harte's words, None for `N`.

    Raises ValueError for what is no chord.

    >>> str(read_chord("Bb:sus4(b7,9)/5"))
    'Bb9sus4/F'
    """
    if text in ("N", "X"):
        return None
    match = _CHORD.fullmatch(text)
    if not match or (match[3] and match[3] not in SHORTHANDS):
        raise ValueError(f"not a chord: {text!r} (written like A:min7 or Bb:maj/3)")
    root = (_ROOTS[match[1]] + _bent(match[2])) % OCTAVE
    intervals = set(SHORTHANDS[match[3] or "maj"])
    for degree in filter(None, (match[4] or "").replace(" ", "").split(",")):
        if degree.startswith("*"):
            intervals.discard(_interval(degree[1:]))
        else:
            intervals.add(_interval(degree))
    over = (root + _interval(match[5])) % OCTAVE if match[5] else None
    return Chord(root, nearest_kind(frozenset(intervals)), over)


def nearest_kind(intervals: frozenset[int]) -> str:
    """Return the kind that shares most with these semitones above the root and has least besides; the plainer of two.

    >>> nearest_kind(frozenset({0, 4, 7, 9, 14})), nearest_kind(frozenset({0}))
    ('69', '5')
    """
    return max(KINDS, key=lambda kind: 2 * len(intervals & set(KINDS[kind])) - len(intervals ^ set(KINDS[kind])))


def _bent(accidentals: str) -> int:
    return accidentals.count("#") - accidentals.count("b")


def _interval(degree: str) -> int:
    match = re.fullmatch(r"([b#]*)(\d{1,2})", degree)
    if not match or int(match[2]) not in _DEGREES:
        raise ValueError(f"not a degree: {degree!r}")
    return _DEGREES[int(match[2])] + _bent(match[1])


def read_song(text: str, name: str = "the song") -> Song:
    """Read a song's lines. Raises ValueError, calling it `name` and telling the line."""
    reading = _Reading()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            reading.take(line.strip())
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from error
        if len(reading.bars) > _BARS_MAX:
            raise ValueError(f"{name}, line {number}: more than {_BARS_MAX} bars; no song has as many")
    if not reading.bars:
        raise ValueError(f"{name}: no bars")
    return Song(reading.words.get("title", ""), reading.words.get("artist", ""), tuple(reading.bars), reading.bpm())


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.bars: list[SongBar] = []
        self.metre = Metre()
        self.tonic: int | None = None
        self.section = ""
        self.chord: Chord | None = None
        self.line: tuple[float, float] | None = None  # seconds it begins at, its quarters
        self.tempos: list[float] = []

    def take(self, line: str) -> None:
        """Read one line."""
        if line.startswith("#"):
            self._header(line[1:])
            return
        time, _, rest = line.partition("\t")
        if not rest:
            return
        seconds = float(time)
        if self.line and seconds > self.line[0] and self.line[1]:
            self.tempos.append(60.0 * self.line[1] / (seconds - self.line[0]))
        before = len(self.bars)
        self._music(rest)
        quarters = sum(bar.metre.beats * 4 / bar.metre.unit for bar in self.bars[before:])
        self.line = (seconds, quarters)

    def _header(self, text: str) -> None:
        word, _, value = (part.strip() for part in text.partition(":"))
        self.words.setdefault(word, value)
        if word == "metre":
            self.metre = Metre.parse(value)
        elif word == "tonic" and (match := re.fullmatch(r"([A-G])([b#]*)", value)):
            self.tonic = (_ROOTS[match[1]] + _bent(match[2])) % OCTAVE

    def _music(self, text: str) -> None:
        first, last = text.find("|"), text.rfind("|")
        for word in (text if first < 0 else text[:first]).split(","):
            self._word(word.strip())
        if first < 0 or last == first:
            return
        bars = [self._bar(bar) for bar in text[first + 1 : last].split("|")]
        times = _TIMES.search(text[last + 1 :])
        self.bars += bars * min(int(times[1]) if times else 1, 64)

    def _word(self, word: str) -> None:
        """Take a section's name; letters (A, B') and instruments in brackets are passed by."""
        if len(word.rstrip("'")) > 1 and not word.startswith("(") and not word.endswith(")"):
            self.section = word

    def _bar(self, text: str) -> SongBar:
        metre = self.metre
        if changed := _BAR_METRE.search(text):
            metre = Metre.parse(changed[1])
            text = _BAR_METRE.sub("", text)
        words = text.split()
        ticks = [place * metre.bar_ticks // len(words) for place in range(len(words))]
        chords = tuple(At(tick, self.chord) for tick, word in zip(ticks, words, strict=True) if self._hear(word))
        return SongBar(metre, chords or (At(0, self.chord),), self.section, self.tonic)

    def _hear(self, word: str) -> bool:
        """Take a chord; False for the signs that let the last one sound on (`.`, and pauses)."""
        if word in (".", "*") or word.startswith("&"):
            return False
        self.chord = read_chord(word)
        return True

    def bpm(self) -> float:
        tempos = sorted(self.tempos)
        return tempos[len(tempos) // 2] if tempos else 0.0


def starts(song: Song) -> Iterator[tuple[int, SongBar]]:
    """Yield every bar with the tick it begins at."""
    tick = 0
    for bar in song.bars:
        yield tick, bar
        tick += bar.metre.bar_ticks
