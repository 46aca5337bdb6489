"""What is wired to what: which input is followed, which plays a track, and how long each output waits.

It is told to the data plane in commands, once, before the driver turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from liveengine.engine.clock import Sources
from liveengine.engine.compensation import Latency, compensate
from liveengine.engine.spec import NO_SOUND, WIRES, OutputSpec, Patch
from liveengine.ports.names import matches
from liveengine.sequencer.commands import DO_CLOCK, DO_DELAY, DO_FOLLOW, DO_LEAD, DO_THRU, DO_WIRE, push
from liveengine.sequencer.state import State


def output_specs(patch: Patch, patterns: Sequence[str], measured: Sequence[OutputSpec]) -> list[OutputSpec]:
    """Return what is known of each MIDI port: what the patch says, else what was measured on this machine."""
    known = {output.port: output for output in (*measured, *patch.outputs)}
    return [known.get(pattern, OutputSpec(pattern)) for pattern in patterns]


def wire_outputs(state: State, patch: Patch, specs: Sequence[OutputSpec], sound_ms: float) -> None:
    """Switch clocks on, let every output wait for the slowest, and send none more than its wire carries.

    `sound_ms` is how late the built-in instruments sound; it counts where a track is heard on them.
    """
    heard = any(track.sound != NO_SOUND for track in patch.tracks)
    latencies = [Latency(sound_ms if heard else 0.0)]
    latencies += [Latency(spec.latency_ms, spec.clock_offset_ms) for spec in specs]
    waits = compensate(latencies)
    units = float(state.transport[0]["rate"]) / 1000.0
    for port, (notes_ms, clock_ms) in enumerate(zip(waits.notes_ms, waits.clock_ms, strict=True)):
        push(state, DO_DELAY, port, a=round(notes_ms * units), b=round(clock_ms * units))
    push(state, DO_LEAD, a=round(waits.lead_ms * units))
    for port, spec in enumerate(specs, 1):
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
