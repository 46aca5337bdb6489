"""A session: the engine with its hands. Whoever owns it turns events into orders and sees them done.

Used by the stage, where a thread owns it, and offline, where a virtual clock
does; the music is the same, because nothing here knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.engine.crossing import MARK
from liveengine.engine.engine import Engine
from liveengine.engine.events import (
    BarBegan,
    BeatBegan,
    Event,
    LaunchTakenBack,
    LaunchTold,
    LedTold,
    LineCrossed,
    MetreTold,
    ModulationTold,
    SlotEnded,
    TempoTold,
    TransportMoved,
)
from liveengine.engine.orders import (
    Order,
    RequestBar,
    Say,
    SendLong,
    Told,
    ToSequencer,
    WriteGroove,
    WriteLfo,
    WriteSlot,
)
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime import telemetry
from liveengine.runtime.starts import Starts
from liveengine.sequencer import outlet
from liveengine.sequencer.commands import DO_LONG, push_all
from liveengine.sequencer.draining import drain_log
from liveengine.sequencer.longs import push_long
from liveengine.sequencer.metre import bar_at
from liveengine.sequencer.records.rings import COMMAND
from liveengine.sequencer.slots import write_groove, write_lfo, write_slot
from liveengine.sequencer.state import State


class Session:
    """Feeds the engine, and carries out what it orders.

    `request` hands a RequestBar to a generator, whose answer comes back through `feed`; `tell` takes what
    others are to hear; `wake` lets the driver take commands at once.
    """

    def __init__(
        self,
        engine: Engine,
        state: State,
        request: Callable[[RequestBar], None],
        tell: Callable[[Told], None] = lambda told: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.state = state
        self._request = request
        self._tell = tell
        self._wake = wake
        self.lost = 0  # commands that found the data plane's inbox full
        self._starts = Starts(state)
        self._beat = -1  # song tick at which the beat that plays began

    def begin(self) -> None:
        """Set the data plane up and ask for the first bars."""
        self._carry_out(self.engine.begin())

    def feed(self, event: Event, at_s: float | None = None) -> None:
        """Let the engine respond to an event, which came at `at_s` of the driver's clock, or just now."""
        transport = self.state.transport[0]
        self._carry_out(self.engine.handle(event, transport["until"] / transport["rate"] if at_s is None else at_s))

    def read_log(self) -> NDArray[Any]:
        """Let the engine hear what the data plane did since the last call; return the records for the recorder."""
        beat = self._beat_now()  # Read before the log, so that a bar line is told before its first beat.
        records = drain_log(self.state)
        for record in records[records["kind"] != outlet.SENT]:
            event = self._event(record)
            if event is not None:
                self.feed(event)
            if record["kind"] == outlet.BAR:
                self.feed(telemetry.lateness(self.state))
        for told in self._starts.look():
            self.feed(told)
        if beat not in (-1, self._beat):
            self.feed(BeatBegan(beat))
        self._beat = beat
        return records

    def _beat_now(self) -> int:
        """Return the song tick at which the beat that plays began; -1 while the transport stands still."""
        transport = self.state.transport[0]
        song = int(transport["tick"] - transport["song_origin"])
        if not transport["playing"] or song < 0:
            return -1
        _, line = bar_at(self.state, song)
        return song - (song - line) % TICKS_PER_BEAT

    def _event(self, record: Any) -> Event | None:  # noqa: PLR0911 - one answer a kind
        """Return what a log record means to the engine."""
        kind, track, tick, a = (int(record[name]) for name in ("kind", "track", "tick", "a"))
        match kind:
            case outlet.BAR:
                return BarBegan(a)
            case outlet.METRE:
                return MetreTold(a, tick)
            case outlet.LAUNCHED:
                return LaunchTold(track, a, tick)
            case outlet.CANCELLED:
                return LaunchTakenBack(track, a)
            case outlet.ENDED:
                return SlotEnded(a)
            case outlet.TRANSPORTED:
                return TransportMoved(bool(a), tick)
            case outlet.TEMPO:
                return TempoTold(float(record["x"]))
            case outlet.MUTED if track == MARK:
                return LineCrossed()
            case outlet.MODULATED:
                return ModulationTold(track, a, float(record["x"]))
            case outlet.LED:
                return LedTold(a)
            case outlet.REALIGNED:
                milliseconds = 1000.0 * a / float(self.state.transport[0]["rate"])
                self._tell(
                    Say(f"the machine stood still for {milliseconds:.0f} ms; the beat goes on from where it was")
                )
        return None

    def _carry_out(self, orders: Sequence[Order]) -> None:
        """Do what the engine ordered. What goes to the data plane goes in one piece, so that it sounds on one tick."""
        commands: list[tuple[int, int, int, int, int, int, float]] = []
        for order in orders:
            match order:
                case ToSequencer(kind, track, quantum, a, b, x):
                    commands.append((kind, track, quantum, -1, a, b, x))
                case WriteSlot(slot, bar, reading):
                    write_slot(self.state, slot, bar, reading)
                case SendLong(port, data):
                    if push_long(self.state, port, data):
                        commands.append((DO_LONG, -1, 0, -1, 0, 0, 0.0))
                    else:
                        self._tell(Say("too much is waiting to be sent: a device was not told all of the tuning"))
                case WriteLfo(number, lfo):
                    write_lfo(self.state, number, lfo)
                case WriteGroove(number, groove):
                    steps = [(step.offset, step.level) for step in groove.steps]
                    write_groove(self.state, number, groove.length, steps)
                case RequestBar():
                    self._request(order)
                case _:
                    self._tell(order)
        if commands:
            if not push_all(self.state, np.array(commands, COMMAND)):
                self.lost += len(commands)
            self._wake()
