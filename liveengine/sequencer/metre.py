"""Bars: where their lines lie, for metres that may change from bar to bar.

A metre is a cycle of bar lengths that goes round from the bar line at which
it took over, and, for places before that, backwards.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.sequencer.records.transport import BARS_IN_METRE
from liveengine.sequencer.state import State


@compiled
def bar_at(s: State, song: int) -> tuple[int, int]:
    """Return the number of the bar that song tick `song` lies in, and the song tick at which it begins."""
    transport = s.transport[0]
    cycle, place = divmod(song - transport.metre_tick, transport.metre_ticks)
    bar = transport.metre_bar + cycle * transport.metre_bars
    line = 0
    for i in range(transport.metre_bars):
        if place < line + s.metres[i]:
            break
        line += s.metres[i]
        bar += 1
    return bar, song - place + line


@compiled
def bar_length(s: State, bar: int) -> int:
    """Return the ticks in a bar of this number."""
    return s.metres[(bar - s.transport[0].metre_bar) % s.transport[0].metre_bars]


@compiled
def next_bar_line(s: State, song: int, every: int) -> int:
    """Return the first bar line at or after song tick `song` whose bar's number is a multiple of `every`."""
    bar, line = bar_at(s, song)
    while line < song or bar % every != 0:
        line += bar_length(s, bar)
        bar += 1
    return line


@compiled
def cycle_line(s: State, song: int) -> int:
    """Return the song tick at which the cycle of metres begins that song tick `song` lies in."""
    transport = s.transport[0]
    return song - (song - transport.metre_tick) % transport.metre_ticks


@compiled
def begin_metre(s: State) -> None:
    """Let the present cycle begin with the song: bar 0 is its first."""
    s.transport[0].metre_tick = 0
    s.transport[0].metre_bar = 0


@compiled
def change_metre(s: State, ticks: int, song: int) -> None:
    """Let a new cycle, of this one bar so far, begin at song tick `song`, which is or now becomes a bar line."""
    transport = s.transport[0]
    bar, line = bar_at(s, song)
    transport.metre_bar = bar if line == song else bar + 1
    transport.metre_tick = song
    transport.metre_bars = 1
    transport.metre_ticks = ticks
    s.metres[0] = ticks


@compiled
def lengthen_metre(s: State, ticks: int) -> bool:
    """Add one more bar to the cycle; False where it is full."""
    transport = s.transport[0]
    if transport.metre_bars == BARS_IN_METRE:
        return False
    s.metres[transport.metre_bars] = ticks
    transport.metre_bars += 1
    transport.metre_ticks += ticks
    return True
