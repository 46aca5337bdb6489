"""Songs nobody played: the styles written in `styles.py` over the chords of McGill Billboard's songs.

A song takes one style, and of each pattern one for its bars and another for every fourth. What else is left to
chance follows from the song's name alone: register, voicings, hits left out, syncopation, how hard each is struck.

Split by artist, as the chords are. Waits for the disk.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import numpy as np

from liveengine.generators.codecs.events import STEP_TICKS
from liveengine.music.chord import Chord
from liveengine.music.pitch import OCTAVE, Key
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.training.data.harmony_rows import key_at
from liveengine.training.data.piece import DRUM_CHANNEL, BarLine, Piece, Signature, Tempo, Text, notes_of
from liveengine.training.data.source import Entry, Licence
from liveengine.training.data.sources.billboard import Billboard
from liveengine.training.data.styles import STYLES, Style

#: A song's first bars with chords, so many of them.
BARS = 20

#: How often a song's hit is left out of all its bars, or struck a sixteenth early; and a bar's alone left out.
THINNED, PUSHED, MISSED = 0.08, 0.06, 0.03

#: How hard hits are struck, softly, on the beat and off it, and their standard deviation.
SOFT, ON_BEAT, OFF_BEAT, SPREAD = 58, 96, 84, 2.5

FOUR_FOUR = Metre(4, 4)
BASS_PROGRAM, PAD_PROGRAM, KICK = 33, 89, 36

Row: TypeAlias = tuple[int, int, int, int, int, int, int]
Chance: TypeAlias = np.random.Generator


class Templates:
    """The collection, from the folder of Billboard's text files."""

    name = "style_templates"
    licence = Licence(
        "CC0",
        "style templates of this project over the chords of the McGill Billboard Project (CC0): John Ashley Burgoyne, "
        "Jonathan Wild and Ichiro Fujinaga, ISMIR 2011",
    )

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield the songs by number, each with its style. Raises OSError, ValueError."""
        for entry in Billboard().entries(folder):
            style = STYLES[_seed(entry.path) % len(STYLES)]
            yield replace(entry, style=style.told, tags=(style.name,))

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one song, played. Raises ValueError for one that is nowhere in 4/4."""
        style = next(style for style in STYLES if style.name in entry.tags)
        return played(Billboard().read(folder, entry), style, np.random.default_rng(_seed(entry.path)))


def _seed(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")


def played(song: Piece, style: Style, chance: Chance) -> Piece:
    """Return a song's first bars in 4/4 as a style has them. Raises ValueError where there are none with chords."""
    runs = (list(run) for metre, run in groupby(song.bars(), lambda bar: bar.metre) if metre == FOUR_FOUR)
    bars = max(runs, key=len, default=[])
    harmony = _Harmony(song)
    first = next((n for n, bar in enumerate(bars) if harmony.at(bar.tick)), len(bars))
    if not (bars := bars[first : first + BARS]):
        raise ValueError(f"{song.name}: no chords in 4/4")
    begin, length = bars[0].tick, bars[-1].end - bars[0].tick
    band = _Band(harmony, key_at(song, begin), style, bars, chance)
    rows = sorted([*band.kick(), *band.bass(), *band.chords(), *band.pad(), *band.lead()])
    named = ("drums", "bass", "chords", "pad", "lead")
    return Piece(
        song.name,
        notes_of([(tick - begin, *rest) for tick, *rest in rows if tick - begin < length]),  # type: ignore[misc]
        length,
        (Tempo(0, float(chance.integers(style.bpm[0], style.bpm[1] + 1))),),
        (Signature(0, FOUR_FOUR),),
        _from(song.keys, begin),
        _from(song.chords, begin),
        _from(song.sections, begin),
        named,
    )


def _from(texts: tuple[Text, ...], begin: int) -> tuple[Text, ...]:
    """Return words from a tick on, what holds there at 0."""
    at = bisect_right([text.tick for text in texts], begin)
    held = (Text(0, texts[at - 1].text),) if at else ()
    return held + tuple(Text(text.tick - begin, text.text) for text in texts[at:])


class _Harmony:
    """A song's chords by tick."""

    def __init__(self, song: Piece) -> None:
        self._ticks = [text.tick for text in song.chords]
        self._chords = [None if text.text == "N" else Chord.parse(text.text) for text in song.chords]

    def at(self, tick: int) -> Chord | None:
        place = bisect_right(self._ticks, tick)
        return self._chords[place - 1] if place else None

    def changes(self, begin: int, end: int) -> list[int]:
        """Return the ticks between two at which another chord begins, and the first."""
        return sorted({begin, *(tick for tick in self._ticks if begin < tick < end)})


@dataclass(slots=True)
class _Band:
    """Who plays a song."""

    harmony: _Harmony
    key: Key
    style: Style
    bars: list[BarLine]
    chance: Chance

    def kick(self) -> Iterator[Row]:
        for tick, _, gate, _ in self._hits((self.style.kick,)):
            yield tick, gate, KICK, self._velocity(tick), DRUM_CHANNEL, 0, 0

    def bass(self) -> Iterator[Row]:
        low = int(self.chance.integers(28, 38))
        for tick, letter, gate, bar in self._hits(self.style.bass):
            chord = self.harmony.at(tick)
            if chord is None:
                continue
            after = self.harmony.at(self.bars[(bar + 1) % len(self.bars)].tick) or chord
            pitch = _bass_pitch(letter, chord, after, low)
            yield tick, gate, pitch, self._velocity(tick), 1, BASS_PROGRAM, 1

    def chords(self) -> Iterator[Row]:
        low, voices = int(self.chance.integers(48, 58)), int(self.chance.integers(3, 5))
        voicing: tuple[int, ...] = ()
        for tick, letter, gate, _ in self._hits(self.style.chords):
            chord = self.harmony.at(tick)
            if chord is None:
                continue
            voicing = chord.voiced(low, low + 24, voicing, voices)
            half = max(1, len(voicing) // 2)
            heard = {"b": voicing[:half], "t": voicing[half:] or voicing}.get(letter, voicing)
            velocity = self._velocity(tick, soft=letter == "o")
            for pitch in heard:
                yield tick, gate, pitch, velocity, 2, self.style.programs[0], 2

    def pad(self) -> Iterator[Row]:
        if not self.style.pad:
            return
        low = int(self.chance.integers(50, 60))
        voicing: tuple[int, ...] = ()
        end = self.bars[-1].end
        ticks = self.harmony.changes(self.bars[0].tick, end)
        for tick, until in zip(ticks, [*ticks[1:], end], strict=True):
            if chord := self.harmony.at(tick):
                voicing = chord.voiced(low, low + 22, voicing, 3)
                velocity = self._velocity(tick, soft=True)
                for pitch in voicing:
                    yield tick, until - tick, pitch, velocity, 3, PAD_PROGRAM, 3

    def lead(self) -> Iterator[Row]:
        base = int(self.chance.integers(62, 72))
        pitch = base
        for tick, letter, gate, _ in self._hits(self.style.lead):
            chord = self.harmony.at(tick)
            if chord is None:
                continue
            pitch = self._lead_pitch(letter, chord, base, pitch)
            yield tick, gate, pitch, self._velocity(tick), 4, self.style.programs[1], 4

    def _lead_pitch(self, letter: str, chord: Chord, base: int, last: int) -> int:
        if letter.isdigit():
            tones = sorted(chord.classes, key=lambda each: (each - base) % OCTAVE)
            octave, place = divmod(int(letter) - 1, len(tones))
            # A chord of two tones would be climbed out of every register.
            return base + (tones[place] - base) % OCTAVE + OCTAVE * min(octave, 2)
        by = 1 if letter == "u" else -1
        return next(p for p in (last + by, last + 2 * by, last + 3 * by) if p in self.key)

    def _hits(self, patterns: tuple[str, ...]) -> Iterator[tuple[int, str, int, int]]:
        """Yield tick, letter, gate and bar of each hit: a song's own pattern, and another in every fourth bar."""
        if not patterns:
            return
        chosen = self.chance.permutation(len(patterns))
        usual, other = (self._own(patterns[chosen[place]]) for place in (0, min(1, len(patterns) - 1)))
        for number, bar in enumerate(self.bars):
            pattern = other if number % 4 == 3 else usual
            for place, letter in enumerate(pattern):
                if letter in "-." or (place and self.chance.random() < MISSED):
                    continue
                held = 1 + next((n for n, each in enumerate(pattern[place + 1 :]) if each != "-"), 15 - place)
                late = self.style.late * STEP_TICKS if place % self.style.straight else 0
                gate = held * TICKS_PER_SIXTEENTH - late
                yield bar.tick + place * TICKS_PER_SIXTEENTH + late, letter, gate, number

    def _own(self, pattern: str) -> str:
        """Return a song's own version of a pattern: some hits left out, some a sixteenth early."""
        letters = list(pattern)
        for place in range(1, len(letters)):
            if letters[place] in "-.":
                continue
            throw = self.chance.random()
            if throw < THINNED:
                letters[place] = "-" if letters[place - 1] != "." else "."
            elif throw < THINNED + PUSHED and letters[place - 1] in "-.":
                letters[place - 1], letters[place] = letters[place], "-"
        return "".join(letters)

    def _velocity(self, tick: int, soft: bool = False) -> int:
        on_beat = (tick - self.bars[0].tick) % (4 * TICKS_PER_SIXTEENTH) == 0
        middle = SOFT if soft else ON_BEAT if on_beat else OFF_BEAT
        return int(np.clip(round(self.chance.normal(middle, SPREAD)), 1, 127))


def _bass_pitch(letter: str, chord: Chord, after: Chord, low: int) -> int:
    """Return the pitch of a bass's letter, the chord's bass within an octave from `low`."""
    root = low + (chord.bass - low) % OCTAVE
    if letter == "a":
        return low + (after.bass - low) % OCTAVE - 1
    if letter == "8":
        return root + OCTAVE
    tones = {"1": chord.bass, "3": chord.classes[1], "5": chord.fifth, "7": chord.classes[3 % len(chord.classes)]}
    return root + ((tones[letter] - chord.bass) % OCTAVE or (OCTAVE if letter == "7" else 0))
