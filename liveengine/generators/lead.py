"""Lead: melodies that step towards an idea's contour, and stand on the chord where the bar is strong.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from liveengine.generators.contract import Controls
from liveengine.generators.idea import Idea, Voice
from liveengine.generators.pulse import GROUP, strength
from liveengine.generators.register import nearest
from liveengine.generators.stroke import Stroke, spare, written
from liveengine.generators.turnaround import busier, turnaround
from liveengine.music.dice import Dice, roll
from liveengine.music.pitch import OCTAVE
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_BEAT

#: A melody keeps to the upper part of its track's pitches: so many semitones.
COMPASS = 2 * OCTAVE

#: How far the contour leads away from the middle, in scale steps.
SPAN = 5

#: Ways to play: how much of the time to the next note a note is held.
TOUCHES = (0.6, 0.8, 0.95)
LONGEST = 2 * TICKS_PER_BEAT

#: Every fourth note may leap a third or fourth instead of stepping: how often it does, and how often any note
#: repeats the one before.
LEAP, REPEAT = 0.4, 0.1

# Places for chance, apart from those of an idea's voices.
_TOUCH, _SHAPE, _STEP = 401, 402, 403


@dataclass(frozen=True, slots=True)
class _Line:
    """What a melody keeps to: its window of pitches, its contour's first place, its middle."""

    controls: Controls
    idea: Idea
    seed: int
    low: int
    high: int
    phase: int
    middle: int

    def settled(self, pitch: int, bar: int, strong: bool) -> int:
        """Return the note nearest to a wish: of the chord where the bar is strong, of the key elsewhere."""
        chord, key = self.controls.chord_at(bar), self.controls.key
        return nearest(pitch, self.low, self.high, *((chord, key) if strong else (key, chord)))


def lead(idea: Idea, controls: Controls, seed: int) -> list[Stroke]:
    """Strike every note the bars could have. Raises ValueError where chord and key have no note in range."""
    low = max(controls.low, controls.high - COMPASS)
    dice = Dice(roll(seed, _SHAPE))
    middle = (low + controls.high) // 2 + dice.below(7) - 3
    line = _Line(controls, idea, seed, low, controls.high, dice.below(13), middle)
    rhythm = idea.bar(Voice.LEAD, controls.metre, seed, controls.rhythm)
    struck: list[Stroke] = []
    pitch = middle
    for bar in range(controls.bars):
        melody = list(_melody(line, rhythm, bar, pitch))
        pitch = melody[-1].pitch if melody else pitch
        struck += [*melody, *_passing(line, rhythm, melody, bar)]
    touch = Dice(roll(seed, _TOUCH)).pick(TOUCHES)
    struck = [replace(stroke, gate=LONGEST, share=touch) for stroke in struck]
    return busier(struck, turnaround(controls)) if controls.fill else struck


def _melody(line: _Line, rhythm: Rhythm, bar: int, pitch: int) -> Iterator[Stroke]:
    """Walk the written notes of a bar from `pitch`.

    Every bar follows the same stretch of the contour with the same throws, so that bars answer each other;
    every fourth ends on the chord.
    """
    metre, key = line.controls.metre, line.controls.key
    strokes = written(rhythm, bar * metre.bar_ticks, metre)
    for number, stroke in enumerate(strokes):
        wish = key.step(line.middle, round(SPAN * line.idea.contour(line.phase + number)))
        last = number == len(strokes) - 1 and bar % 4 == min(3, line.controls.bars - 1)
        strong = strength(stroke.tick, metre) >= GROUP or last
        pitch = line.settled(_moved(line, pitch, wish, number), bar, strong)
        yield replace(stroke, pitch=pitch)


def _moved(line: _Line, pitch: int, wish: int, number: int) -> int:
    """Move towards the wish: a step as a rule, at times a leap, at times not at all."""
    dice = Dice(roll(line.seed, _STEP, number))
    if dice.chance(REPEAT):
        return pitch
    size = 2 + dice.below(2) if number % 4 == 2 and dice.chance(LEAP) else 1
    if wish == pitch:
        return line.controls.key.step(pitch, 1 if dice.chance(0.5) else -1)
    return line.controls.key.step(pitch, size if wish > pitch else -size)


def _passing(line: _Line, rhythm: Rhythm, melody: list[Stroke], bar: int) -> Iterator[Stroke]:
    """Fill in between written notes: a step from the one before, towards the one after."""
    metre, key = line.controls.metre, line.controls.key
    for stroke in spare(rhythm, bar * metre.bar_ticks, metre, 0.6):
        earlier = [note.pitch for note in melody if note.tick < stroke.tick] or [line.middle]
        later = [note.pitch for note in melody if note.tick > stroke.tick] or [line.middle]
        wish = key.step(earlier[-1], 1 if later[0] >= earlier[-1] else -1)
        strong = strength(stroke.tick, metre) >= GROUP
        yield replace(stroke, pitch=line.settled(wish, bar, strong))
