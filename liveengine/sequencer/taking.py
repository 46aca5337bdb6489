"""Taking commands from their ring: what is due now is carried out, the rest waits for its tick.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_PULSE
from liveengine.sequencer.carrying_out import carry_out
from liveengine.sequencer.commands import DO_CONTINUE, DO_LAUNCH, DO_LOCATE, DO_START
from liveengine.sequencer.leading import is_led, is_led_by
from liveengine.sequencer.longs import longs_through
from liveengine.sequencer.metre import bar_at, next_bar_line
from liveengine.sequencer.outlet import song_tick
from liveengine.sequencer.pending import FREE, TAKEN_BACK, keep
from liveengine.sequencer.players import launch
from liveengine.sequencer.records.rings import COMMANDS_SIZE, READ
from liveengine.sequencer.records.sources import PULSES
from liveengine.sequencer.ring import release, waiting
from liveengine.sequencer.soundness import is_sound
from liveengine.sequencer.state import State
from liveengine.sequencer.steering import next_bar_outside
from liveengine.sequencer.transport import clock_is_heard


@compiled
def take_commands(s: State) -> None:
    """Read the inbox; carry out what is due now and put the rest on the agenda."""
    transport = s.transport[0]
    tick = transport.tick
    while waiting(s.command_ends) > 0:
        if transport.out_count > 0 and transport.out_count >= s.out.size // 4:
            return  # The rest waits for an empty `out`.
        c = s.commands[s.command_ends[READ] % COMMANDS_SIZE]
        if not is_sound(c):
            s.transport[0].refused += 1
        else:
            due = _due(s, c, tick)
            if c.kind == DO_LAUNCH and c.at < 0:
                # A launch is made known early, so that pickups can sound before the line (N5).
                launch(s, c.track, c.a, _line(s, c, due), c.b, tick)
            elif due > tick:
                keep(s, due, c.kind, c.track, c.a, c.b, c.x)
            else:
                carry_out(s, c, tick)
        release(s.command_ends, 1)


@compiled
def _due(s: State, c: Any, tick: int) -> int:  # noqa: PLR0911 - one answer a kind
    """Return the run tick at which a command that is taken at `tick` is to be carried out."""
    transport = s.transport[0]
    if c.at >= 0:
        return max(c.at, tick)
    if c.kind in (DO_START, DO_CONTINUE):
        if not transport.playing:
            tick = longs_through(s, tick)
        if is_led_by(s, PULSES):
            follower = s.follower[0]
            pulses = max(-(-(tick - follower.tick) // TICKS_PER_PULSE), 1)
            return follower.tick + pulses * TICKS_PER_PULSE
        if is_led(s) and not transport.playing:
            return next_bar_outside(s, tick)
    at_once = c.quantum == 0 and c.kind in (DO_START, DO_LOCATE)
    sets_off = at_once if transport.playing else c.kind in (DO_START, DO_CONTINUE)
    if sets_off and clock_is_heard(s):
        return max(transport.clock_tick, tick)  # On the pulse that slaves expect: none comes early (O3).
    if c.quantum != 0 and transport.playing:
        song = tick - transport.song_origin
        if c.quantum < 0:
            return transport.song_origin + next_bar_line(s, song, -c.quantum)
        return transport.song_origin + -(-song // c.quantum) * c.quantum
    return tick


@compiled
def _line(s: State, c: Any, due: int) -> int:
    """Return the song tick at which a launch counts; while stopped the line before, so that bars stay bars (L1)."""
    song = song_tick(s, due)
    if s.transport[0].playing or c.quantum == 0:
        return song
    return song - song % c.quantum if c.quantum > 0 else bar_at(s, song)[1]


@compiled
def carry_out_kept(s: State, sequence: int, tick: int) -> None:
    """Carry out a command whose time has come."""
    kept = s.pending[sequence % COMMANDS_SIZE]
    if kept.kind != TAKEN_BACK:
        carry_out(s, kept, tick)
    kept.kind = FREE
