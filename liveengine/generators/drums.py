"""Drums: an idea dealt out to a kit, round a kick on one and a backbeat that keeps its place.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from liveengine.generators.contract import Controls
from liveengine.generators.idea import Idea, Voice
from liveengine.generators.pulse import backbeats, strength
from liveengine.generators.stroke import AS_WRITTEN, Stroke, spare, written
from liveengine.generators.turnaround import before, turnaround
from liveengine.music.dice import Dice, roll, uniform
from liveengine.music.rhythm import Rhythm
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.rhythms.notation import parse

#: How long a drum is held: only the ringing ones notice.
GATES = {"open": TICKS_PER_BEAT // 2, "crash": TICKS_PER_BEAT, "ride": TICKS_PER_BEAT // 2}
GATE = TICKS_PER_SIXTEENTH // 2

#: The share of its free sixteenths that a drum fills at full density.
ROOM = {"hat": 1.0, "ride": 0.75, "kick": 0.25, "snare": 0.35, "crash": 0.0, "open": 0.0}
ROOM_ELSE = 0.3

#: What the percussion of a groove may be played on.
COLOURS = ("rim", "clap", "lowtom", "hightom", "ride")

#: Where a fill travels, from its first sixteenth to its last.
FILL_PATH = ("snare", "hightom", "midtom", "lowtom")

BACKBEAT_ACCENT, GHOST_ACCENT = 0.85, 0.1

# Places for chance, apart from those of an idea's voices.
_COLOUR, _OPEN, _GHOST, _FILL = 101, 102, 103, 104


def drums(idea: Idea, controls: Controls, seed: int) -> list[Stroke]:
    """Strike every note the bars could have: the lanes asked for, or else the idea's own groove."""
    struck: list[Stroke] = []
    for bar in range(controls.bars):
        start = bar * controls.metre.bar_ticks
        struck += _lanes(controls, start) if controls.lanes else _groove(idea, controls, seed, bar)
    ticks = turnaround(controls)
    if controls.fill and ticks:
        return [*before(struck, ticks), *_fill(idea, controls, ticks, seed)]
    return struck


def _lanes(controls: Controls, start: int) -> Iterator[Stroke]:
    for name, text in controls.lanes.items():
        if name not in DRUM_NOTES:
            raise ValueError(f'no drum called "{name}"{did_you_mean(name, DRUM_NOTES)}')
        try:
            rhythm = parse(text, controls.metre.bar_ticks)
        except ValueError as wrong:
            raise ValueError(f"{name}: {wrong}") from None
        yield from _on(name, written(rhythm, start, controls.metre))
        yield from _on(name, spare(rhythm, start, controls.metre, ROOM.get(name, ROOM_ELSE)))


def _groove(idea: Idea, controls: Controls, seed: int, bar: int) -> Iterator[Stroke]:
    """One bar: kick, hats, a colour and the ghosts from the idea, the snare on its backbeats."""
    metre, start = controls.metre, bar * controls.metre.bar_ticks
    kick = idea.bar(Voice.KICK, metre, seed, controls.rhythm)
    if not controls.rhythm:
        downbeat = Rhythm.from_text("X" + "." * (kick.steps - 1), kick.length)
        kick = kick.merged(downbeat)
    yield from _on("kick", written(kick, start, metre, anchors=(0,)))
    yield from _on("kick", spare(kick, start, metre, ROOM["kick"], avoid=backbeats(metre)))

    for tick in backbeats(metre):
        yield from _on("snare", [Stroke(start + tick, BACKBEAT_ACCENT, 0.0)])
    ghosts = idea.bar(Voice.GHOST, metre, seed)
    yield from _on("snare", _ghosts(ghosts, controls, seed, bar))
    avoid = (*backbeats(metre), *ghosts.onsets)
    yield from _on("snare", _softer(spare(ghosts, start, metre, ROOM["snare"], avoid)))

    hats = idea.bar(Voice.HAT, metre, seed)
    yield from _hats(written(hats, start, metre), seed, metre.bar_ticks)
    yield from _on("hat", spare(hats, start, metre, ROOM["hat"]))

    colour = Dice(roll(seed, _COLOUR)).pick(COLOURS)
    played = idea.bar(Voice.PERCUSSION, metre, seed)
    yield from _on(colour, [replace(s, accent=0.7 * s.accent) for s in written(played, start, metre)])
    yield from _on(colour, _softer(spare(played, start, metre, ROOM_ELSE)))


def _ghosts(rhythm: Rhythm, controls: Controls, seed: int, bar: int) -> Iterator[Stroke]:
    """Play the idea's ghosts softly, away from the backbeat; some only when density is asked for."""
    start = bar * controls.metre.bar_ticks
    for tick in rhythm.onsets:
        near = min((abs(tick - beat) for beat in backbeats(controls.metre)), default=tick)
        if near >= TICKS_PER_SIXTEENTH and tick > 0:
            throw = uniform(seed, _GHOST, bar, tick)
            yield Stroke(start + tick, GHOST_ACCENT + 0.1 * throw, 0.25 + 0.6 * throw)


def _hats(strokes: list[Stroke], seed: int, bar_ticks: int) -> Iterator[Stroke]:
    """Open the hat at one of its weaker hits, the same in every bar."""
    weaker = [stroke for stroke in strokes if stroke.tick % bar_ticks > 0]
    opened = Dice(roll(seed, _OPEN)).pick(weaker) if weaker else None
    for stroke in strokes:
        yield from _on("open" if stroke is opened else "hat", [stroke])


def _fill(idea: Idea, controls: Controls, ticks: range, seed: int) -> Iterator[Stroke]:
    """Run down the toms on the idea's rhythm, growing louder, with the kick under the first."""
    rhythm = idea.bar(Voice.FILL, controls.metre, roll(seed, _FILL))
    last_bar = controls.length - controls.metre.bar_ticks
    hits = set(written_ticks(rhythm, last_bar, ticks))
    yield from _on("kick", [Stroke(ticks.start, 0.7, 0.0)])
    for tick in sorted(hits | set(ticks)):
        way = (tick - ticks.start) / (controls.length - ticks.start)
        drum = FILL_PATH[int(way * len(FILL_PATH))]
        weak = 1.0 - strength(tick, controls.metre)
        # Its first stroke and its strongest always sound, or a fill at no density would be a hole.
        need = AS_WRITTEN * max(0.0, weak - 0.4) if tick in hits else AS_WRITTEN + 0.5 * max(weak, 0.1)
        accent = 0.45 + 0.4 * way + 0.15 * (tick in hits)
        yield from _on(drum, [Stroke(tick, accent, 0.0 if tick == ticks.start else need)])


def written_ticks(rhythm: Rhythm, start: int, ticks: range) -> list[int]:
    """Return where a one-bar rhythm from `start` strikes within `ticks`, its first tick always among them."""
    return [ticks.start, *(start + tick for tick in rhythm.onsets if start + tick > ticks.start)]


def _softer(strokes: Iterable[Stroke]) -> list[Stroke]:
    return [replace(stroke, accent=GHOST_ACCENT) for stroke in strokes]


def _on(drum: str, strokes: Iterable[Stroke]) -> list[Stroke]:
    """Put strokes on a drum."""
    pitch, gate = DRUM_NOTES[drum], GATES.get(drum, GATE)
    return [replace(stroke, pitch=pitch, gate=gate) for stroke in strokes]
