"""From strokes to notes: velocity and length, with no pitch on top of itself.

Chance is keyed by where a note stands, so that a note added or taken away
leaves the others as they were.

Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from liveengine.generators.contract import Controls
from liveengine.generators.stroke import Stroke
from liveengine.music.dice import uniform
from liveengine.music.note import GATE_MIN, Bar, Note
from liveengine.music.time import TICKS_PER_SIXTEENTH

#: Velocity of a stroke of accent 0.5, and how far accents of 1 and 0 go from it at a full accent slider.
VELOCITY, LOUDER, SOFTER = 88, 38, 65

# The first coordinate of a throw of chance, so that throws for different ends never share a place.
_LEVEL = 0


def performed(strokes: list[Stroke], controls: Controls, seed: int, one_voice: bool) -> list[Note]:
    """Play strokes, sorted by tick. In `one_voice` a note ends where the next begins."""
    onsets = sorted({stroke.tick for stroke in strokes})
    following = dict(zip(onsets, [*onsets, controls.length][1:], strict=True))
    notes = []
    for stroke in strokes:
        room = following[stroke.tick] - stroke.tick if one_voice else controls.length - stroke.tick
        notes.append(
            Note(
                tick=stroke.tick,
                pitch=stroke.pitch,
                velocity=_velocity(stroke, controls, seed),
                gate=max(GATE_MIN, min(stroke.gate, int(room * stroke.share))),
            )
        )
    return untangled(notes, controls.length)


def _velocity(stroke: Stroke, controls: Controls, seed: int) -> int:
    reach = (stroke.accent - 0.5) * 2
    spread = controls.accent * reach * (LOUDER if reach > 0 else SOFTER)
    place = stroke.tick, stroke.pitch
    spread += controls.accent * 10 * (uniform(seed, _LEVEL, *place) - 0.5)
    return min(max(round(VELOCITY + spread), 1), 127)


def untangled(notes: Iterable[Note], length: int) -> list[Note]:
    """Let no note of a pitch begin before the one before it, or sound into the next, round the loop too."""
    by_pitch: defaultdict[int, list[Note]] = defaultdict(list)
    for note in sorted(notes):
        line = by_pitch[note.pitch]
        if line:
            earliest = line[-1].tick + line[-1].offset + GATE_MIN
            note = replace(note, offset=max(note.offset, earliest - note.tick))  # noqa: PLW2901
        line.append(note)
    played = []
    for line in by_pitch.values():
        starts = [note.tick + note.offset for note in line]
        for note, start, end in zip(line, starts, [*starts[1:], length + min(0, starts[0])], strict=True):
            played.append(replace(note, gate=max(GATE_MIN, min(note.gate, end - start))))
    return sorted(played)


def locked(notes: Iterable[Note], source: Bar | None, locks: frozenset[int], length: int) -> list[Note]:
    """Take the locked sixteenths over from `source` unchanged; new notes give way to them."""
    if source is None or not locks:
        return sorted(notes)
    kept = [note for note in source.notes if note.tick // TICKS_PER_SIXTEENTH in locks and note.tick < length]
    fresh = (note for note in notes if note.tick // TICKS_PER_SIXTEENTH not in locks)
    return sorted([*kept, *(given for note in fresh if (given := _giving_way(note, kept, length)))])


def _giving_way(note: Note, kept: list[Note], length: int) -> Note | None:
    """Shorten a note that would sound into a kept one of its pitch; None where a kept one already sounds."""
    start = note.tick + note.offset
    for held in kept:
        for turn in (-length, 0, length):
            begins = held.tick + held.offset + turn
            if held.pitch != note.pitch or start >= begins + held.gate:
                continue
            if start + GATE_MIN > begins:
                return None
            note = replace(note, gate=min(note.gate, begins - start))
    return note
