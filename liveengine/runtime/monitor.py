"""How a set does: what is told of it now and then while it plays, and written down at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from liveengine.engine.clock import Sources
from liveengine.engine.events import Event, FaultsTold
from liveengine.runtime import faults, telemetry
from liveengine.runtime.alignment import Alignment
from liveengine.runtime.faults import Faults
from liveengine.runtime.rig import Rig

#: How often clients are told of the clock and the ports.
MEASURE_S = 0.25


class Monitor:
    """Watches a rig; the control thread alone calls it.

    `counted` returns what has gone wrong outside the rig, as drivers do; `feed` is what takes events.
    """

    def __init__(
        self,
        rig: Rig,
        alignment: Alignment,
        sources: Sources,
        counted: Callable[[], Iterable[tuple[str, int, int]]],
        feed: Callable[[Event], None],
        say: Callable[[str], None],
    ) -> None:
        self._rig = rig
        self._alignment = alignment
        self._sources = sources
        self._counted = counted
        self._feed = feed
        self._say = say
        self._faults = Faults()
        self._looked_s = 0.0

    def look(self) -> None:
        """Tell, where it is time again, how the clock and the ports do, and what goes wrong."""
        now_s = time.monotonic()
        if now_s - self._looked_s < MEASURE_S:
            return
        self._looked_s = now_s
        rig = self._rig
        if not rig.lost:
            self._alignment.look()
        self._feed(telemetry.clock(rig.driver.state, self._sources))
        self._feed(telemetry.traffic(rig.driver.state, rig.output_names(), rig.input_names))
        counts = self._count()
        self._feed(FaultsTold(faults.words(counts)))
        for news in self._faults.news(counts, now_s):
            self._say(news)
        rig.look(now_s)

    def as_json(self, played: Mapping[str, Any]) -> str:
        """Return how time was kept, as JSON; `played` says what else is to be told of the set."""
        state, names = self._rig.driver.state, self._rig.output_names()
        extra = {
            "latencies_ms": self._alignment.told(),
            **played,
            "faults": {faults.name_of(place): count for place, count in self._count().items()},
        }
        ports = telemetry.counts(state, names, self._rig.input_names)
        return telemetry.as_json(state, self._sources, self._rig.driver.name, ports, extra)

    def _count(self) -> dict[faults.Place, int]:
        """Return how often each thing went wrong."""
        counted = [*faults.of_data_plane(self._rig.driver.state), *self._rig.counted(), *self._counted()]
        return faults.by_place(counted, self._rig.output_names())
