"""The event codec: bars of notes as tokens, one after another in the order they sound, and back.

A phrase is written `begin`, then for each bar `bar`, its metre, tempo and controls where they are told or have
changed, and its events: shifts of time within the bar, families and velocities that hold until the next, note-offs
and note-ons. At one step the families stand in order, each with its offs before its ons. What still sounds at the
end has no note-off and ends there. So every prefix is playable, and family and velocity are told anew in every bar.

Encoding and decoding are exact inverses for a phrase at this resolution: 48 steps a beat, 32 velocities, 32 tempos.
Decoding takes any tokens whatever: what makes no sense where it stands is left out and counted.

Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.vocabulary import BAR, BEGIN, END, MEANING, METRES, token
from liveengine.music.note import GATE_MIN, Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, Metre

STEP_TICKS = TICKS_PER_BEAT // words.STEPS_PER_BEAT
assert STEP_TICKS * words.STEPS_PER_BEAT == TICKS_PER_BEAT


class Tone(NamedTuple):
    """A note on the codec's grid: `step` and `gate` in 48ths of a beat from the phrase's beginning, `level` 0-31."""

    step: int
    family: int
    pitch: int
    gate: int
    level: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar of a phrase: its metre (an index of METRES), tempo level, and controls where they are told."""

    metre: int = 0
    tempo: int = 18
    density: int | None = None
    syncopation: int | None = None
    style: int | None = None
    section: int | None = None

    @property
    def steps(self) -> int:
        """Its length."""
        return METRES[self.metre].bar_ticks // STEP_TICKS


#: What a bar may be told besides metre and tempo, in the order it is written.
CONTROLS = ("density", "syncopation", "style", "section")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Bars, and tones within them: sorted, none beyond the end, no two of a family and pitch at once."""

    bars: tuple[Measure, ...]
    tones: tuple[Tone, ...] = ()

    def __post_init__(self) -> None:
        if list(self.tones) != sorted(self.tones):
            raise ValueError("a phrase's tones must be sorted (use Phrase.of)")
        free: dict[tuple[int, int], int] = {}
        for tone in self.tones:
            place = (tone.family, tone.pitch)
            if tone.step < free.get(place, 0) or tone.gate < 1 or tone.step + tone.gate > self.steps:
                raise ValueError(f"a tone without room: {tone} (use Phrase.of)")
            free[place] = tone.step + tone.gate

    @classmethod
    def of(cls, bars: Iterable[Measure], tones: Iterable[Tone]) -> Phrase:
        """Make a phrase of any tones: those outside are left out, of two at one step the louder stays, and each
        ends where the next of its family and pitch begins, or the phrase does.
        """
        measures = tuple(bars)
        end = sum(bar.steps for bar in measures)
        loudest: dict[tuple[int, int, int], Tone] = {}
        for tone in tones:
            key = (tone.family, tone.pitch, tone.step)
            if 0 <= tone.step < end and (key not in loudest or loudest[key].level < tone.level):
                loudest[key] = tone
        following: dict[tuple[int, int], int] = {}
        kept = []
        for (family, pitch, step), tone in sorted(loudest.items(), reverse=True):
            room = following.get((family, pitch), end) - step
            kept.append(tone._replace(gate=max(1, min(tone.gate, room))))
            following[family, pitch] = step
        return cls(measures, tuple(sorted(kept)))

    @property
    def steps(self) -> int:
        """Its length."""
        return sum(bar.steps for bar in self.bars)


def encode(phrase: Phrase) -> list[int]:
    """Return a phrase's tokens."""
    tokens = [BEGIN]
    before = None
    moments = deque(_moments(phrase))
    starts = [0, *accumulate(bar.steps for bar in phrase.bars)]
    for bar, start, end in zip(phrase.bars, starts, starts[1:], strict=False):
        tokens += _headed(bar, before)
        before = bar
        state = _Writing(start)
        while moments and moments[0].step < end:
            tokens += state.written(moments.popleft())
    return [*tokens, END]


class _Moment(NamedTuple):
    """A tone begins or ends. Sorted, moments stand in the order they are written."""

    step: int
    family: int
    begins: bool
    pitch: int
    level: int


def _moments(phrase: Phrase) -> list[_Moment]:
    end = phrase.steps
    ons = [_Moment(tone.step, tone.family, True, tone.pitch, tone.level) for tone in phrase.tones]
    offs = [
        _Moment(tone.step + tone.gate, tone.family, False, tone.pitch, 0)
        for tone in phrase.tones
        if tone.step + tone.gate < end
    ]
    return sorted(ons + offs)


def _headed(bar: Measure, before: Measure | None) -> list[int]:
    """Write what stands at a bar's head: metre and tempo where they change, controls where they are told."""
    tokens = [BAR]
    if before is None or before.metre != bar.metre:
        tokens.append(token("metre", bar.metre))
    if before is None or before.tempo != bar.tempo:
        tokens.append(token("tempo", bar.tempo))
    told = ((kind, getattr(bar, kind)) for kind in CONTROLS)
    return [*tokens, *(token(kind, value) for kind, value in told if value is not None)]


class _Writing:
    """What has been written of a bar: the step it has come to, and the family and velocity that hold."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.family = self.level = -1

    def written(self, moment: _Moment) -> Iterator[int]:
        while self.step < moment.step:
            shift = min(moment.step - self.step, words.SHIFT_MAX)
            self.step += shift
            yield token("shift", shift - 1)
        if moment.family != self.family:
            self.family = moment.family
            yield token("family", moment.family)
        if not moment.begins:
            yield token("note_off", moment.pitch)
            return
        if moment.level != self.level:
            self.level = moment.level
            yield token("velocity", moment.level)
        yield token("note_on", moment.pitch)


class Decoded(NamedTuple):
    """A phrase, and how many tokens made no sense where they stood."""

    phrase: Phrase
    senseless: int


def decode(tokens: Sequence[int]) -> Decoded:
    """Return the phrase that tokens tell, up to `end`. Raises ValueError for a number that is no token."""
    reading = _Reading()
    for each in tokens:
        if not 0 <= each < words.SIZE:
            raise ValueError(f"{each} is no token (0-{words.SIZE - 1})")
        if each == END:
            break
        reading.take(*MEANING[each])
    return Decoded(reading.phrase(), reading.senseless)


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.bars: list[Measure] = []
        self.tones: list[Tone] = []
        self.open: dict[tuple[int, int], tuple[int, int]] = {}  # family and pitch: step and level
        self.start = self.step = 0
        self.family = self.level = -1
        self.heading = False
        self.senseless = 0

    def take(self, kind: str, number: int) -> None:
        """Read one token."""
        if kind == "special":
            if number == BAR:
                self._begin_bar()
            return
        if not self.bars or not self._told(kind, number):
            self.senseless += 1

    def _told(self, kind: str, number: int) -> bool:
        """Do as a token says; False where it makes no sense."""
        if kind in CONTROLS or kind in ("metre", "tempo"):
            if self.heading:
                self.bars[-1] = replace(self.bars[-1], **{kind: number})
            return self.heading
        self.heading = False
        match kind:
            case "shift":
                return self._move(number + 1)
            case "family":
                self.family = number
            case "velocity":
                self.level = number
            case "note_on":
                return self._strike(number)
            case "note_off":
                return self._end(number)
        return True

    def _begin_bar(self) -> None:
        if self.bars:
            self.start += self.bars[-1].steps
            last = self.bars[-1]
            self.bars.append(Measure(last.metre, last.tempo))
        else:
            self.bars.append(Measure())
        self.step = self.start
        self.family = self.level = -1
        self.heading = True

    def _move(self, steps: int) -> bool:
        if self.step + steps >= self.start + self.bars[-1].steps:
            return False
        self.step += steps
        return True

    def _strike(self, pitch: int) -> bool:
        if self.family < 0 or self.level < 0:
            return False
        place = (self.family, pitch)
        if place in self.open:
            if self.open[place][0] == self.step:
                return False
            self._end(pitch)
        self.open[place] = (self.step, self.level)
        return True

    def _end(self, pitch: int) -> bool:
        place = (self.family, pitch)
        if place not in self.open or self.open[place][0] == self.step:
            return False
        step, level = self.open.pop(place)
        self.tones.append(Tone(step, *place, self.step - step, level))
        return True

    def phrase(self) -> Phrase:
        """Return what was read; what still sounds ends at the end."""
        end = sum(bar.steps for bar in self.bars)
        for (family, pitch), (step, level) in self.open.items():
            self.tones.append(Tone(step, family, pitch, end - step, level))
        self.open.clear()
        return Phrase(tuple(self.bars), tuple(sorted(self.tones)))


def metre_index(metre: Metre) -> int:
    """Return a metre's number. Raises ValueError for one that the vocabulary has not."""
    if metre not in METRES:
        raise ValueError(f"no token for {metre} (there is {', '.join(map(str, METRES))})")
    return METRES.index(metre)


def tones_of(bar: Bar, family: int, start: int = 0) -> list[Tone]:
    """Return a bar's notes on the codec's grid, moved on by `start` steps; each where it sounds."""
    return [
        Tone(
            start + _step(note.tick + note.offset),
            family,
            note.pitch,
            max(1, _step(note.gate)),
            words.velocity_level(note.velocity),
        )
        for note in bar.notes
    ]


def bar_of(phrase: Phrase, family: int) -> Bar:
    """Return one family's notes of a phrase, as one bar of the phrase's length."""
    notes = (
        Note(
            tone.step * STEP_TICKS,
            tone.pitch,
            words.level_velocity(tone.level),
            max(GATE_MIN, tone.gate * STEP_TICKS),
        )
        for tone in phrase.tones
        if tone.family == family
    )
    return Bar.of(notes, phrase.steps * STEP_TICKS)


def _step(ticks: int) -> int:
    return (ticks + STEP_TICKS // 2) // STEP_TICKS
