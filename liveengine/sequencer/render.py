"""The heart: one pure function that turns state into time-stamped events.

`render` is pure but for its state, and window-invariant: rendering [a, c)
gives the same events as [a, b) then [b, c), for any b (T3).

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.sequencer.agenda import (
    ARP_STEP,
    BAR_LINE,
    COMMAND_DUE,
    LFO_POINT,
    LONG_DUE,
    NOTE_END,
    PLAYER_CELL,
    PLAYER_END,
    PLAYER_RATCHET,
    PLAYER_STEP,
    PULSE,
    TEMPO_STEP,
    drop_first,
    is_current,
    order_of,
    what_of,
)
from liveengine.sequencer.arpeggio import arp_step
from liveengine.sequencer.follower import changes_at, watch
from liveengine.sequencer.leading import is_led
from liveengine.sequencer.ledger import end_chain
from liveengine.sequencer.longs import send_long
from liveengine.sequencer.modulation import lfo_point
from liveengine.sequencer.outlet import REALIGNED, tell
from liveengine.sequencer.players import end_player
from liveengine.sequencer.records.ports import OUT_SIZE
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.records.voices import BURST
from liveengine.sequencer.state import State
from liveengine.sequencer.steps import open_cell, play_step, play_strike
from liveengine.sequencer.taking import carry_out_kept, take_commands
from liveengine.sequencer.tempo import tempo_step
from liveengine.sequencer.timeline import collapse_stall, tick_at, when_at
from liveengine.sequencer.transport import bar_line, catch_up, pulse


@compiled
def begin(s: State, when: int) -> None:
    """Set the data plane's clock going at instant `when`; once, before the first `render`."""
    transport = s.transport[0]
    transport.when_origin = when
    transport.tick_origin = transport.tick
    transport.until = when
    transport.floor = when


@compiled
def render(s: State, from_: int, until: int) -> int:
    """Render what happens in [from_, until), appending to `s.out`, sorted; return how many events stand there.

    `from_` is where the last call's `until` was, or later after a stall. Should `out` fill up, the call ends
    early: `s.transport[0].until` says how far it came, and the caller calls again, after `deliver` has emptied
    `out`.
    """
    transport = s.transport[0]
    _pass_over(s, from_)
    take_commands(s)
    watch(s, from_)
    until = min(until, max(changes_at(s), from_ + 1))
    end = tick_at(transport, until)
    while transport.agenda_count > 0 and s.agenda[0].tick < end:
        if transport.out_count > OUT_SIZE - BURST:
            transport.until = max(transport.floor, min(when_at(transport, s.agenda[0].tick), until))
            return transport.out_count
        entry = s.agenda[0]
        tick, order, what = entry.tick, order_of(entry.rank), what_of(entry.rank)
        stamp, mark = entry.stamp, entry.mark
        drop_first(s)
        if is_current(s, order, what, stamp):
            transport.tick = max(tick, transport.tick)
            _happen(s, order, what, mark, tick)
            end = tick_at(transport, until)  # A command may have changed the tempo.
    transport.tick = max(end, transport.tick)
    transport.until = max(until, transport.until)
    return transport.out_count


@compiled
def _pass_over(s: State, from_: int) -> None:
    """Collapse what there was no time for (T6): the own beat waits meanwhile, another's does not."""
    transport = s.transport[0]
    slid = 0 if is_led(s) else collapse_stall(transport, from_)
    transport.floor = max(from_, transport.until)
    if slid > 0:
        tell(s, REALIGNED, -1, transport.tick, slid, 0.0)
    if is_led(s):
        transport.until = transport.floor
        catch_up(s)


@compiled
def _happen(s: State, order: int, what: int, mark: int, tick: int) -> None:
    if order == NOTE_END:
        end_chain(s, what, tick)
    elif order == PLAYER_STEP:
        play_step(s, what, mark, tick)
    elif order == PLAYER_RATCHET:
        play_strike(s, what, mark, tick)
    elif order == PLAYER_CELL:
        open_cell(s, what, tick)
    elif order == LFO_POINT:
        lfo_point(s, what, tick)
    elif order == ARP_STEP:
        arp_step(s, what, tick)
    elif order == PULSE:
        pulse(s, tick)
    elif order == BAR_LINE:
        bar_line(s, tick)
    elif order == PLAYER_END:
        end_player(s, what, tick)
    elif order == TEMPO_STEP:
        tempo_step(s, tick)
    elif order == COMMAND_DUE:
        carry_out_kept(s, what, tick)
    elif order == LONG_DUE:
        send_long(s, tick)


@compiled
def next_instant(s: State) -> int:
    """Return the instant of the first entry on the agenda, current or not; NEVER when it is empty."""
    transport = s.transport[0]
    return when_at(transport, s.agenda[0].tick) if transport.agenda_count > 0 else NEVER
