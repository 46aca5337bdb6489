"""Outputs that sound together: each waits for the slowest of those that a set reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from liveengine.engine.compensation import Latency, Waits
from liveengine.engine.spec import Patch
from liveengine.runtime.rig import Rig
from liveengine.runtime.wiring import latencies, wire_waits


class Alignment:
    """How late each output sounds, and how long it waits.

    `patch` is the one that the set began with; `measured` is what is known of this machine, in ms by device.
    """

    def __init__(self, patch: Patch, rig: Rig, measured: Mapping[str, float], say: Callable[[str], None]) -> None:
        self._patch = patch
        self._rig = rig
        self._measured = measured
        self._say = say
        self._latencies: list[Latency] = []
        self._waits = Waits((), (), 0.0)
        self._trusted: set[str] = set()  # outputs whose measured latency the player has been told of

    def look(self) -> None:
        """Let every output wait for the slowest; again whenever what they reach, or what it reports, has changed."""
        reached = self._rig.reached()
        found = latencies(self._patch, self._rig.patterns, reached, self._measured)
        if found == self._latencies:
            return
        self._latencies = found
        self._waits = wire_waits(self._rig.driver.state, found)
        measured = {name: ms for reach in reached for name, ms in reach.measured(self._measured).items()}
        for name in sorted(measured.keys() - self._trusted):
            self._say(f"{name} sounds {measured[name]:.2f} ms late, as litmus measured it; the others wait for it")
        self._trusted |= measured.keys()

    def told(self) -> dict[str, dict[str, float]]:
        """Return how late each output sounds, and how long its notes wait, in ms by name."""
        names = ["instruments", *self._rig.output_names()]
        late = zip(names, self._latencies, self._waits.notes_ms, strict=False)
        return {name: {"sounds_late": found.notes_ms, "waits": wait_ms} for name, found, wait_ms in late}
