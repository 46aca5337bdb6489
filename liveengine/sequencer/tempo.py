"""The player's tempo: set at once, or reached on a straight line over some bars.

While another's time is kept the player's tempo is only remembered, for when
that is lost.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_PULSE
from liveengine.sequencer.agenda import TEMPO_STEP, new_stamp, schedule
from liveengine.sequencer.leading import is_led
from liveengine.sequencer.outlet import TEMPO, tell
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import set_tempo


@compiled
def wish_tempo(s: State, tempo_bpm: float, over_ticks: int, tick: int) -> None:
    """Take up a tempo, at once or over so many ticks."""
    transport = s.transport[0]
    transport.ramp_stamp = new_stamp(s)
    transport.own_tempo_bpm = tempo_bpm
    if is_led(s):
        return
    if over_ticks <= 0:
        set_tempo(transport, tempo_bpm, tick)
        tell(s, TEMPO, -1, tick, 0, tempo_bpm)
        return
    transport.ramp_begin = tick
    transport.ramp_end = tick + over_ticks
    transport.ramp_from_bpm = transport.tempo_bpm
    transport.ramp_to_bpm = tempo_bpm
    tempo_step(s, tick)


@compiled
def tempo_step(s: State, tick: int) -> None:
    """Take a step of the ramp: one each clock pulse, so that slaves see a straight line."""
    transport = s.transport[0]
    if is_led(s):
        return
    share = min(1.0, (tick - transport.ramp_begin) / (transport.ramp_end - transport.ramp_begin))
    tempo_bpm = (1.0 - share) * transport.ramp_from_bpm + share * transport.ramp_to_bpm  # Exact at both ends.
    set_tempo(transport, tempo_bpm, tick)
    tell(s, TEMPO, -1, tick, 0, tempo_bpm)
    if share < 1.0:
        schedule(s, min(tick + TICKS_PER_PULSE, transport.ramp_end), TEMPO_STEP, 0, transport.ramp_stamp, 0)
