"""The data plane's bridge between ticks and the driver's clock.

The compiled twin of `music.time.Timeline`, kept in the transport record.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.time import PULSES_PER_BEAT, TICKS_PER_BEAT, TICKS_PER_PULSE

assert TICKS_PER_PULSE * PULSES_PER_BEAT == TICKS_PER_BEAT


@compiled
def when_at(transport: Any, tick: int) -> int:
    """Return the instant of a run tick, to the nearest unit."""
    return math.floor(transport.when_origin + (tick - transport.tick_origin) * transport.unit_ticks + 0.5)


@compiled
def tick_at(transport: Any, when: int) -> int:
    """Return the first run tick whose instant is not before `when`."""
    tick = transport.tick_origin + math.floor((when - transport.when_origin) / transport.unit_ticks)
    while when_at(transport, tick) >= when:
        tick -= 1
    while when_at(transport, tick) < when:
        tick += 1
    return tick


@compiled
def seconds_at(transport: Any, tick: int) -> float:
    """Return the seconds of music from the start (or the first window) to a run tick: what ticks take, stalls left out.

    They follow from ticks and tempi alone, so that they are the same live and offline (T4).
    """
    return transport.seconds + (tick - transport.seconds_tick) * transport.unit_ticks / transport.rate


@compiled
def _keep_seconds(transport: Any, tick: int) -> None:
    """Count the seconds up to a run tick, for from there on a tick takes another time."""
    transport.seconds = seconds_at(transport, tick)
    transport.seconds_tick = tick


@compiled
def set_tempo(transport: Any, tempo_bpm: float, tick: int) -> None:
    """Change tempo from `tick` on; the instant of that tick does not move (T2)."""
    _keep_seconds(transport, tick)
    transport.when_origin += (tick - transport.tick_origin) * transport.unit_ticks
    transport.tick_origin = tick
    transport.tempo_bpm = tempo_bpm
    transport.unit_ticks = transport.rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)


#: While the beat slews to another's phase it runs this much fast or slow at most: heard as no jump.
SLEW = 0.04


@compiled
def slewed(offset: float, units: float) -> float:
    """Return what is left of an offset after `units` of slewing."""
    step = SLEW * max(units, 0.0)
    return max(offset - step, 0.0) if offset > 0.0 else min(offset + step, 0.0)


@compiled
def collapse_stall(transport: Any, when: int) -> int:
    """Take note that nothing was rendered between `transport.until` and `when`; return the units of a realign.

    A stall shorter than half a clock pulse is caught up: what was missed sounds at once, the grid stays. A
    longer one is collapsed (T6): the timeline slides, so that the song goes on where it was.
    """
    gap = when - transport.until
    if gap <= 0:
        return 0
    if gap <= transport.unit_ticks * TICKS_PER_PULSE * 0.5:
        return 0
    transport.when_origin += gap
    transport.realigned += 1
    return gap


@compiled
def draw_through(transport: Any, tick: int, when: float, unit_ticks: float) -> None:
    """Lay the timeline through a run tick at an instant, with `unit_ticks` units a tick.

    The beat does not run backwards: a tick that has been rendered is never rendered again, so a timeline that
    moves back only makes the next tick wait.
    """
    _keep_seconds(transport, transport.tick)
    transport.tick_origin = tick
    transport.when_origin = when
    transport.unit_ticks = unit_ticks
    transport.tempo_bpm = transport.rate * 60.0 / (unit_ticks * TICKS_PER_BEAT)
