"""What is wired to what: which input is followed, which plays a track, and how long each output waits.

It is told to the data plane in commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from liveengine.engine.clock import Sources
from liveengine.engine.compensation import Latency, Waits, compensate
from liveengine.engine.spec import NO_SOUND, WIRES, OutputSpec, Patch
from liveengine.ports.names import matches
from liveengine.sequencer.commands import DO_CLOCK, DO_DELAY, DO_FOLLOW, DO_LEAD, DO_THRU, DO_WIRE, push
from liveengine.sequencer.state import State


@dataclass(frozen=True, slots=True)
class Reach:
    """Which devices an output reaches, by name, and how late each sounds as the system reports it; in ms.

    `own_ms` is what passes before that within the engine itself.
    """

    devices_ms: Mapping[str, float] = field(default_factory=dict)
    own_ms: float = 0.0

    def measured(self, known: Mapping[str, float]) -> dict[str, float]:
        """Return those of the devices that are known by measurement, in ms."""
        return {name: known[name] for name in self.devices_ms if name in known}

    def latency_ms(self, known: Mapping[str, float]) -> float:
        """Return how late the latest device sounds: as measured where it was, else as reported; 0 for none."""
        devices = {**self.devices_ms, **self.measured(known)}
        return self.own_ms + max(devices.values()) if devices else 0.0


def spec_of(patch: Patch, pattern: str) -> OutputSpec:
    """Return what the patch says of a MIDI output."""
    return next((output for output in patch.outputs if output.port == pattern), OutputSpec(pattern))


def latencies(
    patch: Patch, patterns: Sequence[str], reached: Sequence[Reach], known: Mapping[str, float]
) -> list[Latency]:
    """Return how late the instruments (first) and every MIDI output of the patch sound.

    `reached` is by port, the instruments' first; `known` is what was measured on this machine, in ms by device.
    What the patch says of an output goes before both. The instruments count where a track is heard on them.
    """
    heard = any(track.sound != NO_SOUND for track in patch.tracks)
    found = [Latency(reached[0].latency_ms(known) if heard else 0.0)]
    for pattern, reach in zip(patterns, reached[1:], strict=True):
        spec = spec_of(patch, pattern)
        told_ms = reach.latency_ms(known) if spec.latency_ms is None else spec.latency_ms
        found.append(Latency(told_ms, spec.clock_offset_ms))
    return found


def wire_waits(state: State, outputs: Sequence[Latency]) -> Waits:
    """Let every output wait for the slowest; return how long."""
    waits = compensate(outputs)
    units = float(state.transport[0]["rate"]) / 1000.0
    for port, (notes_ms, clock_ms) in enumerate(zip(waits.notes_ms, waits.clock_ms, strict=True)):
        push(state, DO_DELAY, port, a=round(notes_ms * units), b=round(clock_ms * units))
    push(state, DO_LEAD, a=round(waits.lead_ms * units))
    return waits


def wire_ports(state: State, patch: Patch, patterns: Sequence[str]) -> None:
    """Send no port more than its wire carries, and switch the clocks on that the patch wants."""
    for port, pattern in enumerate(patterns, 1):
        spec = spec_of(patch, pattern)
        push(state, DO_WIRE, port, x=WIRES[spec.wire])
        if spec.clock:
            push(state, DO_CLOCK, port, a=1, b=int(spec.clock_when_stopped))


def wire_inputs(state: State, patch: Patch, sources: Sources, names: Sequence[str], say: Callable[[str], None]) -> None:
    """Hear the clock of the input that is asked for, and let inputs play the tracks that listen to them."""
    if sources.port:
        port = _first(sources.port, names)
        known = ", ".join(names) or "none"
        if port < 0:
            miss(sources, "midi", f'no MIDI input called "{sources.port}" (there are: {known})', say)
        push(state, DO_FOLLOW, port)
    for number, track in enumerate(patch.tracks):
        if track.listen:
            port = _first(track.listen, names)
            if port < 0:
                say(f'MIDI in: no input called "{track.listen}" for track {track.name}')
            else:
                push(state, DO_THRU, port, a=number)


def miss(sources: Sources, kind: str, why: str, say: Callable[[str], None]) -> None:
    """Tell that a clock is not there; raise OSError where it is the only one that was asked for."""
    name = next(str(source) for source in sources.ranked if source.kind == kind)
    if len(sources.ranked) == 1:
        raise OSError(f"--clock {name}: {why}")
    say(f"clock {name}: {why}")


def _first(pattern: str, names: Sequence[str]) -> int:
    return next((number for number, name in enumerate(names) if matches(pattern, name)), -1)
