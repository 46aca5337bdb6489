"""The transport: start, stop, continue, locate, metre and the clock that goes out.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, CONTINUE, SONG_POSITION, START, STOP
from liveengine.music.time import TICKS_PER_PULSE, TICKS_PER_SIXTEENTH
from liveengine.sequencer.agenda import BAR_LINE, PULSE, new_stamp, schedule
from liveengine.sequencer.arpeggio import arpeggiate_on, let_keys_go
from liveengine.sequencer.leading import is_led, is_led_by
from liveengine.sequencer.ledger import end_notes_of
from liveengine.sequencer.metre import bar_at, bar_length, begin_metre, next_bar_line
from liveengine.sequencer.modulation import stand_still, swing_on
from liveengine.sequencer.outlet import BAR, REALIGNED, TEMPO, TRANSPORTED, emit, song_tick, tell
from liveengine.sequencer.players import restart, settle
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.records.sources import PULSES
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import tick_at, when_at
from liveengine.sequencer.turning import release_locks

_SONG_POSITION_MAX = (1 << 14) - 1

#: So much is caught up in a hurry, at so much a pulse; what is more is skipped.
HURRY_PULSES = 3
HURRY_TICKS = TICKS_PER_PULSE * 9 // 20

#: So long after a master's pulses go those that are sent while stopped.
LAG_TICKS = TICKS_PER_PULSE // 4


@compiled
def _to_clock_ports(s: State, tick: int, status: int) -> None:
    for port in range(1, PORTS):
        if s.ports[port].clock:
            emit(s, tick, port, -1, 1, status, 0, 0, 0.0)


@compiled
def _send_song_position(s: State, tick: int, song: int) -> None:
    sixteenths = min(song // TICKS_PER_SIXTEENTH, _SONG_POSITION_MAX)
    for port in range(1, PORTS):
        if s.ports[port].clock:
            emit(s, tick, port, -1, 3, SONG_POSITION, sixteenths & 127, sixteenths >> 7, 0.0)


@compiled
def clock_runs_when_stopped(s: State) -> bool:
    """Say whether any port is to hear the clock while the transport stands still."""
    for port in range(1, PORTS):  # noqa: SIM110 - compiled code has no generators
        if s.ports[port].clock and s.ports[port].clock_when_stopped:
            return True
    return False


@compiled
def clock_is_heard(s: State) -> bool:
    """Say whether any port hears the clock now."""
    for port in range(1, PORTS):
        if s.ports[port].clock and (s.transport[0].playing or s.ports[port].clock_when_stopped):
            return True
    return False


@compiled
def run_clock_from(s: State, tick: int) -> None:
    """Let the next clock pulse fall on `tick`; NEVER stops the clock."""
    transport = s.transport[0]
    transport.clock_stamp = new_stamp(s)
    transport.clock_tick = tick
    if tick != NEVER:
        schedule(s, tick, PULSE, 0, transport.clock_stamp, 0)


@compiled
def pulse(s: State, tick: int) -> None:
    """Send a clock pulse to every port that hears it now, and put the next on the agenda."""
    transport = s.transport[0]
    armed = s.follower[0].armed  # The next pulse is beat zero, and is sent when it has come (C1).
    for port in range(1, PORTS):
        if s.ports[port].clock and (transport.playing or (s.ports[port].clock_when_stopped and not armed)):
            emit(s, tick, port, -1, 1, CLOCK, 0, 0, 0.0)
    transport.pulsed = float(max(when_at(transport, tick), transport.floor))
    transport.clock_tick = _next_pulse(s, tick)
    schedule(s, transport.clock_tick, PULSE, 0, transport.clock_stamp, 0)


@compiled
def _next_pulse(s: State, tick: int) -> int:
    """Return the tick of the pulse after that at `tick`.

    Whoever is followed may say Start any moment, and beat zero is not to come on the heels of another pulse: while
    stopped, ours come a little after the master's.
    """
    if s.transport[0].playing or not is_led_by(s, PULSES):
        return tick + TICKS_PER_PULSE
    after = s.follower[0].tick + LAG_TICKS
    return after - (after - tick - TICKS_PER_PULSE // 2) // TICKS_PER_PULSE * TICKS_PER_PULSE


@compiled
def bar_line(s: State, tick: int) -> None:
    """Tell that a bar begins, and put the next bar line on the agenda."""
    transport = s.transport[0]
    bar, _ = bar_at(s, song_tick(s, tick))
    tell(s, BAR, -1, tick, bar, float(bar_length(s, bar)))
    if is_led(s):
        tell(s, TEMPO, -1, tick, 0, transport.tempo_bpm)
    schedule(s, tick + bar_length(s, bar), BAR_LINE, 0, transport.bar_stamp, 0)


@compiled
def expect_bar_line(s: State, tick: int) -> None:
    """Put the first bar line at or after `tick` on the agenda."""
    transport = s.transport[0]
    transport.bar_stamp = new_stamp(s)
    line = next_bar_line(s, song_tick(s, tick), 1)
    schedule(s, transport.song_origin + line, BAR_LINE, 0, transport.bar_stamp, 0)


@compiled
def roll(s: State, tick: int, song: int, from_the_top: bool) -> None:
    """Start at run tick `tick` with song tick `song`. The first pulse after Start or Continue is that tick (C1, O2)."""
    transport = s.transport[0]
    if song == 0:
        begin_metre(s)
    if from_the_top:
        _to_clock_ports(s, tick, START)
    else:
        _send_song_position(s, tick, song)
        _to_clock_ports(s, tick, CONTINUE)
    transport.playing = 1
    transport.song_origin = tick - song
    run_clock_from(s, tick)
    expect_bar_line(s, tick)
    tell(s, TRANSPORTED, -1, tick, 1, transport.tempo_bpm)
    restart(s, song, tick, from_the_top)
    swing_on(s, tick, from_the_top)
    arpeggiate_on(s, tick)


@compiled
def halt(s: State, tick: int) -> None:
    """Stop: every note ends, the position is kept."""
    transport = s.transport[0]
    if not transport.playing:
        return
    end_notes_of(s, -1, tick)
    for track in range(TRACKS):
        release_locks(s, tick, track)
        let_keys_go(s, track, tick)
    stand_still(s)
    _to_clock_ports(s, tick, STOP)
    settle(s, tick)
    transport.position = tick - transport.song_origin
    transport.playing = 0
    transport.bar_stamp = new_stamp(s)
    if not clock_runs_when_stopped(s):
        run_clock_from(s, NEVER)
    tell(s, TRANSPORTED, -1, tick, 0, transport.tempo_bpm)


@compiled
def locate(s: State, tick: int, song: int) -> None:
    """Jump to a place in the song, playing or not."""
    transport = s.transport[0]
    if transport.playing:
        halt(s, tick)
        roll(s, tick, song, False)
    else:
        transport.position = song
        _send_song_position(s, tick, song)
        tell(s, TRANSPORTED, -1, tick, 0, transport.tempo_bpm)


@compiled
def skip_to(s: State, tick: int) -> None:
    """Jump over what there was no time for: nothing of it sounds, and the song goes on where it ought to be (T6)."""
    transport = s.transport[0]
    skipped = tick - transport.tick
    transport.tick = tick
    if transport.clock_tick != NEVER:
        origin = transport.song_origin if transport.playing else transport.clock_tick
        pulse_ = origin - (origin - tick) // TICKS_PER_PULSE * TICKS_PER_PULSE
        if when_at(transport, pulse_) - transport.pulsed < TICKS_PER_PULSE * transport.unit_ticks * 0.5:
            pulse_ += TICKS_PER_PULSE  # It would come on the heels of the one before.
        run_clock_from(s, pulse_)
    if transport.playing:
        end_notes_of(s, -1, tick)
        settle(s, tick)
        expect_bar_line(s, tick)
        restart(s, tick - transport.song_origin, tick, False)
        transport.realigned += 1
        tell(s, REALIGNED, -1, tick, int(skipped * transport.unit_ticks), 0.0)
    swing_on(s, tick, False)
    arpeggiate_on(s, tick)


@compiled
def catch_up(s: State) -> None:
    """After the timeline was bent ahead: hurry after it, or skip where that would take too long.

    Who hurries does so by less than half a pulse at a time, so that no two pulses come closer than half their
    distance (T6); the next word from whoever leads bends the timeline again.
    """
    transport = s.transport[0]
    here = tick_at(transport, transport.until)
    ahead = here - transport.tick
    if ahead > HURRY_PULSES * TICKS_PER_PULSE:
        skip_to(s, here)
    elif ahead > HURRY_TICKS:
        transport.when_origin += (ahead - HURRY_TICKS) * transport.unit_ticks
