"""Chords: close voicings that move as little as they can, held for long, on the idea's rhythm.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from liveengine.generators.contract import Controls
from liveengine.generators.idea import Idea, Voice
from liveengine.generators.stroke import Stroke, spare, written
from liveengine.generators.turnaround import busier, turnaround
from liveengine.music.dice import Dice, roll
from liveengine.music.pitch import OCTAVE
from liveengine.music.rhythm import Rhythm

#: Ways to play: how much of the time to the next chord a chord is held.
TOUCHES = (0.95, 0.95, 0.85, 0.6)

#: The register in which chords sound best, and the least room they are given if the track has it.
BEST_LOW, BEST_HIGH, ROOM = 50, 79, 16

# Places for chance, apart from those of an idea's voices.
_TOUCH, _REGISTER = 301, 302


def chords(idea: Idea, controls: Controls, seed: int) -> list[Stroke]:
    """Strike every chord the bars could have. Raises ValueError where a chord has no note in the register."""
    rhythm = idea.bar(Voice.CHORDS, controls.metre, seed, controls.rhythm)
    if not controls.rhythm:
        rhythm = rhythm.merged(Rhythm.on_steps([0], rhythm.steps, rhythm.length))
    touch = Dice(roll(seed, _TOUCH)).pick(TOUCHES)
    struck: list[Stroke] = []
    for bar, voicing in enumerate(_voicings(controls, seed)):
        start = bar * controls.metre.bar_ticks
        hits = [*written(rhythm, start, controls.metre), *spare(rhythm, start, controls.metre, 0.35)]
        for stroke in hits:
            struck += _struck(replace(stroke, gate=controls.metre.bar_ticks, share=touch), voicing)
    return busier(struck, turnaround(controls)) if controls.fill else struck


def _struck(stroke: Stroke, voicing: tuple[int, ...]) -> Iterator[Stroke]:
    """Strike a voicing, its top note a little louder: that is the line one hears."""
    for pitch in voicing:
        accent = stroke.accent if pitch == voicing[-1] else 0.85 * stroke.accent
        yield replace(stroke, pitch=pitch, accent=accent)


def _voicings(controls: Controls, seed: int) -> Iterator[tuple[int, ...]]:
    """Yield a voicing a bar, each leading from the last; the seed chooses where the first lies."""
    low, high = max(controls.low, BEST_LOW), min(controls.high, BEST_HIGH)
    if high - low < ROOM:
        low, high = controls.low, controls.high
    dice = Dice(roll(seed, _REGISTER))
    around = low + dice.below(max(1, high - low))
    previous: tuple[int, ...] = (around - OCTAVE // 2, around, around + OCTAVE // 2)
    for bar in range(controls.bars):
        previous = controls.chord_at(bar).voiced(low, high, previous)
        yield previous
