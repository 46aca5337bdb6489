"""Bass: roots where the bar is strong, fifths and octaves between, a step into the next chord.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from liveengine.generators.contract import Controls
from liveengine.generators.idea import Idea, Voice
from liveengine.generators.pulse import GROUP, strength
from liveengine.generators.register import nearest, placed
from liveengine.generators.stroke import AS_WRITTEN, Stroke, spare, written
from liveengine.generators.turnaround import before, turnaround
from liveengine.music.chord import Chord
from liveengine.music.dice import Dice, roll, uniform
from liveengine.music.pitch import OCTAVE
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

#: How far above its lowest pitch a bass line reaches, in semitones, however much room it is given.
REACH = 2 * OCTAVE

#: Ways to play: how much of the time to the next note a note is held. Staccato, tenuto, legato.
TOUCHES = (0.45, 0.75, 0.95)
LONGEST = 2 * TICKS_PER_BEAT

# Places for chance, apart from those of an idea's voices.
_TOUCH, _TONE, _APPROACH, _RUN = 201, 202, 203, 204


def bass(idea: Idea, controls: Controls, seed: int) -> list[Stroke]:
    """Strike every note the bars could have, within the track's pitches but at most two octaves up.

    Raises ValueError when neither chord nor key has a note there.
    """
    rhythm = idea.bar(Voice.BASS, controls.metre, seed, controls.rhythm)
    if not controls.rhythm:
        rhythm = rhythm.merged(Rhythm.on_steps([0], rhythm.steps, rhythm.length))
    struck = [stroke for bar in range(controls.bars) for stroke in _bar(rhythm, controls, seed, bar)]
    ticks = turnaround(controls)
    if controls.fill and ticks:
        struck = [*before(struck, ticks), *_run(controls, ticks, seed)]
    touch = Dice(roll(seed, _TOUCH)).pick(TOUCHES)
    return [replace(stroke, gate=LONGEST, share=touch) for stroke in struck]


def root_of(controls: Controls, bar: int) -> int:
    """Return where the bass of a bar's chord lies: its lowest place, or else the nearest note that is."""
    low, high = controls.low, min(controls.high, controls.low + REACH)
    chord = controls.chord_at(bar)
    found = placed(chord.bass, low, high, low)
    return nearest(low, low, high, chord, controls.key) if found is None else found


def _bar(rhythm: Rhythm, controls: Controls, seed: int, bar: int) -> Iterator[Stroke]:
    start = bar * controls.metre.bar_ticks
    lines = written(rhythm, start, controls.metre), spare(rhythm, start, controls.metre, 0.5)
    root, following = root_of(controls, bar), root_of(controls, bar + 1)
    last = lines[0][-1].tick if lines[0] else -1
    for stroke in (*lines[0], *lines[1]):
        place = stroke.tick - start
        if strength(place, controls.metre) >= GROUP:
            pitch = root
        elif stroke.tick == last and uniform(seed, _APPROACH, place) < (0.8 if following != root else 0.25):
            pitch = _approach(following, controls, uniform(seed, _APPROACH, bar, place) < 0.5)
        else:
            # Keyed by the place in the bar, so that the line is a riff that every bar plays on its own chord.
            pitch = _tone(root, controls.chord_at(bar), controls, uniform(seed, _TONE, place))
        yield replace(stroke, pitch=pitch)


def _tone(root: int, chord: Chord, controls: Controls, throw: float) -> int:
    """Choose root, fifth, octave or another chord tone."""
    low, high = controls.low, min(controls.high, controls.low + REACH)
    if throw < 0.4:
        return root
    if throw < 0.65:
        found = placed(chord.fifth, low, high, root + 4)
    elif throw < 0.85:
        found = placed(root % OCTAVE, low, high, root + OCTAVE)
    else:
        # Third and seventh; the colours above them would be mud down here.
        inner = chord.classes[1:4:2]
        found = placed(inner[int((throw - 0.85) / 0.15 * len(inner))], low, high, root + 4)
    return root if found is None else found


def _approach(target: int, controls: Controls, below: bool) -> int:
    """Return the note of the key a step below or above the target, whichever there is room for."""
    steps = [controls.key.step(target, -1), controls.key.step(target, 1)]
    # Snapping a chord's foreign root may land on the target itself, which is no approach.
    near = [pitch for pitch in steps if controls.low <= pitch <= controls.high and pitch != target]
    if not near:
        return target
    return near[0] if below else near[-1]


def _run(controls: Controls, ticks: range, seed: int) -> Iterator[Stroke]:
    """Run by steps of the key into the next bar's root; thinned, the eighths stay longest."""
    target = root_of(controls, controls.bars)
    upwards = Dice(roll(seed, _RUN)).chance(0.5)
    for tick in ticks:
        left = (controls.length - tick) // TICKS_PER_SIXTEENTH
        pitch = controls.key.step(target, -left if upwards else left)
        if not controls.low <= pitch <= controls.high:
            pitch = controls.key.step(target, left if upwards else -left)
        pitch = nearest(pitch, controls.low, controls.high, controls.key, controls.chord_at(controls.bars - 1))
        strong = strength(tick, controls.metre)
        need = 0.0 if tick == ticks.start else AS_WRITTEN * max(0.0, 0.9 - strong)
        yield Stroke(tick, 0.5 + 0.3 * strong, need, pitch)
