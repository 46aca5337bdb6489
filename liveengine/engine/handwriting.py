"""Reading patterns that are written by hand: `steps`, `lanes`, and the lists of what their hits carry.

The format is told in `docs/patches.md`.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from liveengine.engine.schema import Section
from liveengine.engine.values import number_in, whole_in, words_for
from liveengine.engine.wording import shown
from liveengine.engine.written import Lane, Touch, Written, WrittenLanes, WrittenSteps
from liveengine.music.condition import UNCONDITIONAL, Condition
from liveengine.music.note import RATCHETS_MAX, Bar
from liveengine.music.pitch import OCTAVE, Key, pitch_of
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.spelling import did_you_mean
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.notation import parse as parse_rhythm
from liveengine.rhythms.steps import Steps, parse_steps
from liveengine.sequencer.records.patterns import SLOT_LOCKS, SLOT_NOTES

#: The most values in a list of what hits carry.
LIST_MAX = 512

GATE_LEAST, GATE_MOST = 0.01, 64.0

#: How far the softest strike of a ratchet that rises or falls is below its loudest.
SLOPE = 0.75
_SLOPES = {"": 0.0, "rising": SLOPE, "falling": -SLOPE}

#: What is asked of a generator, and means nothing where steps are written.
ASKED = ("generator", "density", "every", "rhythm", "style")


def is_written(section: Section) -> bool:
    """Say whether a pattern is written by hand: in steps, or in lanes that no generator plays."""
    in_lanes = section.is_table("lanes") and ("generator" not in section or section.has_tables("lanes"))
    return "steps" in section or in_lanes


def read_written(
    section: Section, role: str, cycles: Sequence[tuple[Metre, ...]], key: Key, low: int, step_ticks: int
) -> Written:
    """Read what is written, for every cycle of metres that it may be played under."""
    for asked in section.names(ASKED):
        section.problem(asked, "is a generator's business: leave it out where the steps are written")
    written = _steps(section, role, key, low, step_ticks) if "steps" in section else _lanes(section, role, cycles)
    place = "steps" if "steps" in section else "lanes"
    if not section.faults:
        for metres in cycles:
            try:
                _check(written.bar(metres))
            except ValueError as wrong:
                section.problem(place, str(wrong))
                break
    return written


def _check(bar: Bar) -> None:
    """Raise ValueError for what the data plane could not hold."""
    if bar.length < TICKS_PER_SIXTEENTH:
        raise ValueError("is shorter than a sixteenth")
    if len(bar.notes) > SLOT_NOTES:
        raise ValueError(f"holds {len(bar.notes)} notes; {SLOT_NOTES} at most")
    if (locks := sum(len(note.locks) for note in bar.notes)) > SLOT_LOCKS:
        raise ValueError(f"holds {locks} locks; {SLOT_LOCKS} at most")


def _steps(section: Section, role: str, key: Key, low: int, step_ticks: int) -> WrittenSteps:
    for other in section.names(("lanes", "bars")):
        section.problem(other, "cannot stand beside steps")
    pitch = _drum if role == "drums" else _pitch_in(key, low)
    steps = section.parsed("steps", lambda text: parse_steps(text, pitch), Steps(1, ()))
    return WrittenSteps(steps, step_ticks, read_touch(section))


def _drum(name: str) -> int:
    """Return the pitch of a drum, by its name or as a pitch."""
    if name in DRUM_NOTES:
        return DRUM_NOTES[name]
    try:
        return pitch_of(name)
    except ValueError:
        raise ValueError(f"no drum called {shown(name)}{did_you_mean(name, DRUM_NOTES)}") from None


def _pitch_in(key: Key, low: int) -> Callable[[str], int]:
    """Return how pitches are read: by name, or as degrees of the key from its lowest tonic not below `low`."""
    octave = (low + (key.tonic - low) % OCTAVE) // OCTAVE - 1

    def pitch(name: str) -> int:
        if re.fullmatch(r"-?\d{1,2}", name):
            return key.degree(int(name), octave)
        try:
            return pitch_of(name)
        except ValueError:
            raise ValueError(f"{shown(name)} is neither a pitch (C3, Eb3) nor a degree of the key (1, 5, 8)") from None

    return pitch


def _lanes(section: Section, role: str, cycles: Sequence[tuple[Metre, ...]]) -> WrittenLanes:
    lanes = section.table("lanes", "drum")
    if role != "drums":
        section.problem("lanes", f"belongs to drums; {role} takes steps = …")
    return WrittenLanes(
        lanes=tuple(_lane(lanes, drum, cycles) for drum in lanes.names(DRUM_NOTES)),
        bars=section.whole("bars", 1, 16, 1),
        accent=section.number("accent", 0.0, 1.0, 0.5),
    )


def _lane(lanes: Section, drum: str, cycles: Sequence[tuple[Metre, ...]]) -> Lane:
    checked = rhythm_in(cycles)
    if lanes.is_table(drum):
        lane = lanes.table(drum)
        return Lane(drum, lane.parsed("rhythm", checked, "x", needed=True), read_touch(lane))
    return Lane(drum, lanes.parsed(drum, checked, "x"))


def rhythm_in(cycles: Sequence[tuple[Metre, ...]]) -> Callable[[str], str]:
    """Return what takes a rhythm that can be played in every one of these metres."""

    def checked(text: str) -> str:
        for metre in {metre for metres in cycles for metre in metres}:
            parse_rhythm(text, length=metre.bar_ticks)
        return text

    return checked


# -- what hits carry ---------------------------------------------------------------------------


def read_touch(section: Section) -> Touch:
    """Read the lists of what hits carry."""
    return Touch(
        velocity=section.each("velocity", whole_in(1, 127), (), LIST_MAX),
        gate=section.each("gate", number_in(GATE_LEAST, GATE_MOST), (), LIST_MAX),
        probability=section.each("probability", number_in(0.0, 1.0), (1.0,), LIST_MAX),
        ratchet=section.each("ratchet", _ratchet, ((1, 0.0),), LIST_MAX),
        condition=section.each("condition", words_for(_condition), (UNCONDITIONAL,), LIST_MAX),
        push=section.each("push", number_in(-1.0, 1.0), (0.0,), LIST_MAX),
        locks=tuple(_locks(section.table("locks", "target"))),
    )


def _ratchet(value: object) -> tuple[int, float]:
    """Read '3', '3 rising' or '3 falling', or 3 as a number."""
    words = str(value).split() if isinstance(value, str | int) and not isinstance(value, bool) else []
    count, slope = (words[0], " ".join(words[1:])) if words else ("", "")
    if not re.fullmatch(r"\d{1,2}", count) or slope not in _SLOPES:
        raise ValueError(f'{shown(value)} is no ratchet (write it like 3, "3 rising" or "3 falling")')
    if not 1 <= int(count) <= RATCHETS_MAX:
        raise ValueError(f"a note is struck 1–{RATCHETS_MAX} times, not {count}")
    return int(count), _SLOPES[slope]


def _condition(text: str) -> Condition:
    return Condition.parse(text) if text.strip() else UNCONDITIONAL


def _locks(section: Section) -> list[tuple[Target, tuple[float | None, ...]]]:
    locks = []
    for name in section.given:
        try:
            target = Target.parse(name)
        except ValueError as wrong:
            section.problem(name, str(wrong))
            section.names((name,))
            continue
        locks.append((target, section.each(name, _value_of(target), (None,), LIST_MAX)))
    return locks


def _value_of(target: Target) -> Callable[[object], float | None]:
    number = number_in(*target.span)
    return lambda value: None if value == "" else number(value)
