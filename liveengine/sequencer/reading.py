"""How a pattern is read, compiled: which cell comes when, where a step sounds, at what pitch and velocity.

A pattern is cut into cells of equal length, its steps on the grid. They are
counted from the pattern's start for ever; each order of reading is a function
from that count to a cell, so that any place can be found at once.

Realtime-safe. The fields of a slot from `direction` on are told in `music.reading`.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.note import OFFSET_LIMIT
from liveengine.music.reading import CHROMATIC, DIRECTIONS, RATE_MAX, STRAIGHT, STRAY_TICKS, STRAY_VELOCITY, SWING_MAX
from liveengine.sequencer.chance import uniform
from liveengine.sequencer.metre import bar_at
from liveengine.sequencer.records.patterns import GROOVE_STEPS, GROOVES
from liveengine.sequencer.state import State

_REVERSE = DIRECTIONS.index("reverse")
_PINGPONG = DIRECTIONS.index("pingpong")
_RANDOM = DIRECTIONS.index("random")

# The fields of a reading that a command can turn, as numbers; `music.reading` says what they mean.
READING_FIELDS = (
    "direction", "rate", "rotation", "length", "swing", "swing_unit", "humanise", "groove", "groove_timing",
    "groove_velocity", "quantise", "transpose", "scale", "tonic", "velocity_low", "velocity_high", "velocity_curve",
)  # fmt: skip
(
    DIRECTION, RATE, ROTATION, LENGTH, SWING, SWING_UNIT, HUMANISE, GROOVE, GROOVE_TIMING,
    GROOVE_VELOCITY, QUANTISE, TRANSPOSE, SCALE, TONIC, VELOCITY_LOW, VELOCITY_HIGH, VELOCITY_CURVE,
) = range(len(READING_FIELDS))  # fmt: skip

#: A rate goes through a command as ticks of the pattern times this, plus the ticks of the song that they take.
RATE_BASE = 256

# What a throw is for, beyond the dice of steps, which lie below 256: so that throws never share a place.
THROW_ORDER = 256
THROW_EARLY = 512
THROW_LATE = 1024
THROW_STRAY = 1536


@compiled
def is_sound_reading(field: int, whole: int, share: float) -> bool:  # noqa: PLR0911 - one answer a field
    """Say whether a value can stand in a field of a reading."""
    if field == DIRECTION:
        return 0 <= whole < len(DIRECTIONS)
    if field == RATE:
        up, down = divmod(whole, RATE_BASE)
        return 1 <= up <= RATE_MAX and 1 <= down <= RATE_MAX
    if field in (LENGTH, ROTATION, TRANSPOSE, TONIC):
        return whole >= 0 or field in (ROTATION, TRANSPOSE)
    if field == SWING:
        return STRAIGHT <= share <= SWING_MAX
    if field == SWING_UNIT:
        return whole > 0
    if field == GROOVE:
        return -1 <= whole < GROOVES
    if field == SCALE:
        return 0 < whole <= CHROMATIC
    if field in (VELOCITY_LOW, VELOCITY_HIGH):
        return 0 <= whole <= 127
    if field == VELOCITY_CURVE:
        return 0.1 <= share <= 10.0
    return field in (HUMANISE, GROOVE_TIMING, GROOVE_VELOCITY, QUANTISE) and 0.0 <= share <= 1.0


@compiled
def change_reading(slot: Any, field: int, whole: int, share: float) -> None:
    """Turn one field of how a pattern is read."""
    if field == DIRECTION:
        slot.direction = whole
    elif field == RATE:
        slot.rate_up, slot.rate_down = divmod(whole, RATE_BASE)
    elif field == ROTATION:
        slot.rotation = whole
    elif field == LENGTH:
        slot.length = min(max(whole, slot.step), slot.written) if whole > 0 else slot.written
        slot.cells = max(slot.length // slot.step, 1)
    elif field <= GROOVE:
        _change_groove(slot, field, whole, share)
    else:
        _change_touch(slot, field, whole, share)


@compiled
def _change_groove(slot: Any, field: int, whole: int, share: float) -> None:
    if field == SWING:
        slot.swing = share
    elif field == SWING_UNIT:
        slot.swing_unit = whole
    elif field == HUMANISE:
        slot.humanise = share
    else:
        slot.groove = whole


@compiled
def _change_touch(slot: Any, field: int, whole: int, share: float) -> None:
    if field == GROOVE_TIMING:
        slot.groove_timing = share
    elif field == GROOVE_VELOCITY:
        slot.groove_velocity = share
    elif field == QUANTISE:
        slot.quantise = share
    elif field == TRANSPOSE:
        slot.transpose = whole
    elif field == SCALE:
        slot.scale = whole
    elif field == TONIC:
        slot.tonic = whole
    elif field == VELOCITY_LOW:
        slot.velocity_low = whole
    elif field == VELOCITY_HIGH:
        slot.velocity_high = whole
    else:
        slot.velocity_curve = share


@compiled
def cell_begin(slot: Any, cell: int) -> int:
    """Return the pattern tick at which a cell begins; the cells share the length out evenly."""
    return cell * slot.length // slot.cells


@compiled
def song_of(slot: Any, start: int, pattern_ticks: int) -> int:
    """Return the song tick that lies so many pattern ticks after the start."""
    return start + pattern_ticks * slot.rate_down // slot.rate_up


@compiled
def cell_song(slot: Any, start: int, count: int) -> int:
    """Return the song tick at which the `count`-th cell from the start begins."""
    round_, cell = divmod(count, slot.cells)
    return song_of(slot, start, round_ * slot.length + cell_begin(slot, cell))


@compiled
def cell_at(slot: Any, start: int, song: int) -> int:
    """Return the count of the cell that song tick `song` lies in."""
    ticks = (song - start) * slot.rate_up // slot.rate_down
    round_, place = divmod(ticks, slot.length)
    cell = place * slot.cells // slot.length
    while cell + 1 < slot.cells and cell_begin(slot, cell + 1) <= place:
        cell += 1
    return round_ * slot.cells + cell


@compiled
def read_cell(slot: Any, track: int, seed: int, count: int) -> int:
    """Return which cell of the pattern is read as the `count`-th."""
    cells = slot.cells
    round_, place = divmod(count, cells)
    direction = slot.direction
    if direction == _REVERSE or (direction == _PINGPONG and round_ % 2 == 1):
        place = cells - 1 - place
    elif direction == _RANDOM:
        place = int(uniform(seed, track, count, THROW_ORDER) * cells)
    elif direction > _RANDOM:
        place = _wandered(track, seed, round_ * cells, count) % cells
    return (place - slot.rotation) % cells


@compiled
def _wandered(track: int, seed: int, first: int, count: int) -> int:
    """Return how far a walk has come: each step on, with half the chances, stays, or back; each round begins anew."""
    place = 0
    for i in range(first + 1, count + 1):
        luck = uniform(seed, track, i, THROW_ORDER)
        place += 1 if luck < 0.5 else -1 if luck < 0.75 else 0
    return place


@compiled
def offset_of(s: State, slot: Any, track: int, written: int, die: int, owned: int) -> int:
    """Return how far from its place on the grid, song tick `owned`, a step sounds: half a beat either way at most."""
    shift = written * (1.0 - slot.quantise) * slot.rate_down / slot.rate_up
    if slot.swing != STRAIGHT:
        shift += _swung(s, slot, owned)
    if slot.groove >= 0 and s.grooves[slot.groove].steps > 0:
        shift += slot.groove_timing * s.groove_steps[_groove_step(s, slot.groove, owned)].offset
    if slot.humanise > 0.0:
        seed = s.transport[0].seed
        luck = uniform(seed, track, owned, THROW_EARLY + die) + uniform(seed, track, owned, THROW_LATE + die)
        shift += slot.humanise * STRAY_TICKS * (luck - 1.0)
    return int(min(max(math.floor(shift + 0.5), -OFFSET_LIMIT), OFFSET_LIMIT))


@compiled
def _swung(s: State, slot: Any, owned: int) -> float:
    """Return how much later a place comes by swing: the off-beat by all of it, what lies between by its share."""
    _, line = bar_at(s, owned)
    place = (owned - line) % (2 * slot.swing_unit)
    return 2.0 * (slot.swing - STRAIGHT) * min(place, 2 * slot.swing_unit - place)


@compiled
def _groove_step(s: State, groove: int, owned: int) -> int:
    """Return the index of the groove's step nearest to a song tick."""
    g = s.grooves[groove]
    place = owned % g.length
    return groove * GROOVE_STEPS + (2 * place * g.steps + g.length) // (2 * g.length) % g.steps


@compiled
def velocity_of(s: State, slot: Any, track: int, velocity: float, die: int, owned: int) -> int:
    """Return the velocity at which a note sounds that was written with `velocity`."""
    if slot.groove >= 0 and s.grooves[slot.groove].steps > 0:
        level = s.groove_steps[_groove_step(s, slot.groove, owned)].level
        velocity *= 1.0 + slot.groove_velocity * (level - 1.0)
    if slot.humanise > 0.0:
        luck = uniform(s.transport[0].seed, track, owned, THROW_STRAY + die)
        velocity += slot.humanise * STRAY_VELOCITY * (2.0 * luck - 1.0)
    share = min(max(velocity, 1.0), 127.0) / 127.0
    if slot.velocity_curve != 1.0:
        share = share**slot.velocity_curve
    bent = slot.velocity_low + (slot.velocity_high - slot.velocity_low) * share
    return int(min(max(math.floor(bent + 0.5), 1), 127))


@compiled
def pitch_of(slot: Any, pitch: int) -> int:
    """Return the pitch that is heard: transposed, then the nearest of the scale, the lower of two."""
    pitch += slot.transpose
    while pitch > 127:
        pitch -= 12
    while pitch < 0:
        pitch += 12
    if slot.scale == CHROMATIC:
        return pitch
    for away in range(12):
        for near in (pitch - away, pitch + away):
            if 0 <= near <= 127 and (slot.scale >> ((near - slot.tonic) % 12)) & 1:
                return near
    return pitch
