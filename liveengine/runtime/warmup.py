"""Compile everything that plays, ahead of the show: each step uses what it compiles.

Machine code is kept on disk, so this takes its time once after an install.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from liveengine.drivers import audio, jack_period, jack_transport, timer
from liveengine.drivers.offline import OfflineDriver
from liveengine.generators import voices
from liveengine.instruments.rack import make_rack
from liveengine.sequencer import commands, draining
from liveengine.sequencer.render import begin
from liveengine.sequencer.state import make_state


def _sequencer() -> None:
    state = make_state()
    commands.push(state, commands.DO_START)
    OfflineDriver(state, with_sound=False).turn(1)
    draining.drain_log(state)


def _instruments() -> None:
    OfflineDriver(make_state(48_000.0)).turn(64)


def _timer() -> None:
    driver = timer.TimerDriver(make_state(), {})
    begin(driver.state, 0)
    timer.turn(driver.state, driver.timer, 1)
    timer.run(driver.state, driver.timer)
    draining.drain_inbox(driver.state)
    driver.stop()


def _audio() -> None:
    state, rack = make_state(), make_rack(48_000.0)
    memory = timer.make_timer({})
    audio.try_callback(rack, memory.audio, memory.audio_ends)
    assert np.all(state.lateness == 0)


def _jack() -> None:
    jack_period.process_callback()
    jack_transport.timebase_callback()


#: What is compiled, in the order in which it builds on itself.
STEPS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("sequencer", _sequencer),
    ("instruments", _instruments),
    ("timer driver", _timer),
    ("audio driver", _audio),
    ("JACK driver", _jack),
    ("models", voices.warm),
)
