"""Notes from note-ons and note-offs that do not always match.

Whatever goes in, what comes out are notes that last, that begin in order, and no two of a pitch on one channel of
one track sound at once. What had to be changed is counted by its name in REPAIRS.

Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from liveengine.music.note import GATE_MIN
from liveengine.music.time import TICKS_PER_BEAT

#: What can be repaired.
REPAIRS: dict[str, str] = {
    "doubled": "a note struck twice at one tick: the louder stays",
    "overlap": "a note struck again before it ended: ended there",
    "stuck": "a note that never ends, or only after 64 beats: ended by the next of its pitch, or after a beat",
    "no length": "a note of no length, or less: made as short as a note may be",
    "lone off": "a note-off whose note was never struck: left out",
}

#: Longer notes are taken for stuck ones: sixteen bars of 4/4.
GATE_MAX = 64 * TICKS_PER_BEAT

#: What a stuck note is given.
STUCK_GATE = TICKS_PER_BEAT


class Strike(NamedTuple):
    """A note begins (velocity above 0) or ends, at a tick. `line` is whatever tells lines apart: track, channel."""

    tick: int
    line: tuple[int, int]
    pitch: int
    velocity: int
    program: int = 0


#: A pitch of a line: what one note-on and one note-off share.
Place: TypeAlias = tuple[tuple[int, int], int]


class Sounding(NamedTuple):
    """A note: its beginning and its length in ticks."""

    strike: Strike
    gate: int


class Spans(NamedTuple):
    """A note with the end that its source gave it, in ticks from its beginning; it may be zero or negative."""

    strike: Strike
    gate: int


def paired(strikes: Iterable[Strike], end: int) -> tuple[list[Sounding], Counter[str]]:
    """Pair note-ons with note-offs, both in order of time; `end` is where the piece ends.

    Returns the notes, and how often each of REPAIRS was needed.
    """
    repairs: Counter[str] = Counter()
    spans: list[Spans] = []
    open_notes: dict[Place, Strike] = {}
    struck_again: dict[Place, int] = {}  # where a note was ended by the next, whose own note-off may follow
    for strike in strikes:
        place = (strike.line, strike.pitch)
        held = open_notes.get(place)
        if strike.velocity:
            if held is not None:
                spans.append(Spans(held, strike.tick - held.tick))
                if strike.tick > held.tick:
                    struck_again[place] = strike.tick
            open_notes[place] = strike
        elif held is None:
            repairs["lone off"] += 1
        elif strike.tick == held.tick and struck_again.pop(place, None) == strike.tick:
            pass  # On before off at one tick: the off is the earlier note's.
        else:
            if struck_again.pop(place, None) is not None:
                repairs["overlap"] += 1
            spans.append(Spans(open_notes.pop(place), strike.tick - held.tick))
    for held in open_notes.values():
        repairs["stuck"] += 1
        spans.append(Spans(held, max(GATE_MIN, min(STUCK_GATE, end - held.tick))))
    notes, more = mended(spans)
    return notes, repairs + more


def mended(spans: Iterable[Spans]) -> tuple[list[Sounding], Counter[str]]:
    """Give every note a length, and let none sound into the next of its pitch and line. Counts what was changed."""
    repairs: Counter[str] = Counter()
    lines: defaultdict[Place, list[Spans]] = defaultdict(list)
    for span in spans:
        lines[span.strike.line, span.strike.pitch].append(span)
    notes: list[Sounding] = []
    for line in lines.values():
        notes += _mended_line(sorted(line, key=lambda span: span.strike.tick), repairs)
    notes.sort(key=lambda note: (note.strike.tick, note.strike.pitch, note.strike.line))
    return notes, repairs


def _mended_line(line: list[Spans], repairs: Counter[str]) -> list[Sounding]:
    """Mend the notes of one pitch on one line, in order of time."""
    kept: list[Spans] = []
    for span in line:
        if kept and kept[-1].strike.tick == span.strike.tick:
            repairs["doubled"] += 1
            before = kept.pop()
            louder = max(before, span, key=lambda one: one.strike.velocity)
            kept.append(Spans(louder.strike, max(before.gate, span.gate)))
        else:
            kept.append(span)
    following = [span.strike.tick for span in kept[1:]]
    return [
        Sounding(span.strike, _length(span, next_tick, repairs))
        for span, next_tick in zip(kept, [*following, None], strict=True)
    ]


def _length(span: Spans, next_tick: int | None, repairs: Counter[str]) -> int:
    gate = span.gate
    if gate <= 0:
        repairs["no length"] += 1
        gate = GATE_MIN
    if gate > GATE_MAX:
        repairs["stuck"] += 1
        gate = STUCK_GATE
    room = gate if next_tick is None else next_tick - span.strike.tick
    if gate > room:
        repairs["overlap"] += 1
    return max(1, min(gate, room))
