"""Events in, sound out: the one door of the instruments.

`play` may be called from an audio callback or from a studio loop; how the
frames are cut into blocks changes nothing in what is heard.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.bass import render_bass
from liveengine.instruments.drum import render_drum
from liveengine.instruments.echo import repeat, tick_echo
from liveengine.instruments.hall import reverberate, tick_hall
from liveengine.instruments.keys import render_keys
from liveengine.instruments.limiter import limit_frame
from liveengine.instruments.notes import take_event
from liveengine.instruments.pad import render_pad
from liveengine.instruments.rack import DRY_LEFT, DRY_RIGHT, GRID, Rack
from liveengine.instruments.strip import mix_strip
from liveengine.instruments.ticks import NOTHING, still_busy, tick_master, tick_strip, tick_voice
from liveengine.instruments.voice import FREE
from liveengine.music.event import INSTRUMENTS
from liveengine.music.sound import SOUND_NUMBER, STRIPS

DRUMS, BASS, KEYS = SOUND_NUMBER["drums"], SOUND_NUMBER["bass"], SOUND_NUMBER["keys"]


@compiled
def play(
    rack: Rack,
    events: NDArray[np.void],
    count: int,
    start: int,
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    frames: int,
) -> None:
    """Render `frames` of stereo into `left` and `right`, float32, overwriting them.

    `events` are EVENTs, the first `count` valid and sorted by `when` in frames; the block begins at frame
    `start`, and an event outside it is moved to its nearest frame. Only those for port INSTRUMENTS are heard.
    Everything sounds `look_ahead_frames(rate)` frames late, within one decibel below full scale.
    """
    done = 0
    following = 0
    while done < frames:
        on_grid = rack.master[0].clock % GRID
        if on_grid == 0:
            _tick(rack)
        # An event that came too late for this block is heard in its last frame.
        while following < count and (events[following].when - start <= done or done == frames - 1):
            if events[following].port == INSTRUMENTS:
                take_event(rack, events[following])
            following += 1
        run = min(frames - done, GRID - on_grid)
        if following < count:
            run = min(run, min(events[following].when - start, frames - 1) - done)
        _render(rack, run)
        _master(rack, left[done : done + run], right[done : done + run], run)
        rack.master[0].clock += run
        done += run
    # A call of no frames has no sample to place them at, but what it says holds.
    for i in range(following, count):
        if events[i].port == INSTRUMENTS:
            take_event(rack, events[i])


@compiled
def _tick(rack: Rack) -> None:
    """Work out everything that is worked out on the grid."""
    tick_master(rack)
    for number in range(STRIPS):
        if rack.strips[number].busy:
            rack.strips[number].busy = still_busy(rack, number)
            tick_strip(rack, number)
    for voice in rack.voices:
        if voice.state != FREE:
            tick_voice(rack, voice, GRID, False)
    tick_hall(rack)
    tick_echo(rack)


@compiled
def _render(rack: Rack, frames: int) -> None:
    """Fill the desk with `frames` of all strips and the two effects."""
    rack.desk[:] = 0.0
    for number in range(STRIPS):
        if rack.strips[number].busy:
            rack.bus[number * 2 * GRID : (number + 1) * 2 * GRID] = 0.0
    for voice in rack.voices:
        if voice.state != FREE:
            _render_voice(rack, voice, frames)
    for number in range(STRIPS):
        if rack.strips[number].busy:
            first = number * 2 * GRID
            left, right = rack.bus[first : first + GRID], rack.bus[first + GRID : first + 2 * GRID]
            mix_strip(rack.strips[number], left, right, rack.desk, frames)
    reverberate(rack, frames)
    repeat(rack, frames)


@compiled
def _render_voice(rack: Rack, voice: Any, frames: int) -> None:
    first = voice.strip * 2 * GRID
    left, right = rack.bus[first : first + GRID], rack.bus[first + GRID : first + 2 * GRID]
    if voice.sound == DRUMS:
        render_drum(voice, rack.kit[voice.drum], rack.waves, left, right, frames)
    elif voice.sound == BASS:
        render_bass(voice, rack.waves, left, right, frames)
    elif voice.sound == KEYS:
        render_keys(voice, rack.waves, left, right, frames)
    else:
        render_pad(voice, rack.waves, left, right, frames)


@compiled
def _master(rack: Rack, left: NDArray[np.float32], right: NDArray[np.float32], frames: int) -> None:
    """Keep the mean at zero, set the level, and limit."""
    master, desk = rack.master[0], rack.desk
    gain = master.gain
    for frame in range(frames):
        for side in range(2):
            row = DRY_LEFT if side == 0 else DRY_RIGHT
            x = desk[row * GRID + frame]
            y = x - master.block_x[side] + master.block_keep * master.block_y[side]
            master.block_x[side] = x
            master.block_y[side] = y if abs(y) > NOTHING else 0.0
        left[frame], right[frame] = limit_frame(
            rack.limits[0],
            rack.ahead,
            rack.ahead_gains,
            rack.queue_gains,
            rack.queue_places,
            master.block_y[0] * gain,
            master.block_y[1] * gain,
            master.clock + frame,
        )
        gain += master.gain_step
    master.gain = gain
