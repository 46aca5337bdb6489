"""What a patch that takes over finds wired, and what is wired for it at its bar line.

Whatever a clock or a delay depends on stays as it was put up with the set: changing it would move clock pulses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from liveengine.engine.orders import ToSequencer
from liveengine.engine.spec import WIRES, Patch
from liveengine.ports.names import matches
from liveengine.runtime.wiring import spec_of
from liveengine.sequencer.commands import DO_CLOCK, DO_THRU, DO_WIRE


def ports_of(patch: Patch, patterns: Sequence[str], say: Callable[[str], None]) -> tuple[int, ...]:
    """Return the port of each track, -1 where its output is not open; that is told."""
    for pattern in dict.fromkeys(track.port for track in patch.tracks):
        if pattern not in patterns:
            say(f'MIDI out: "{pattern}" is not open; what plays there is sent once the set is started anew')
    return tuple(1 + patterns.index(t.port) if t.port in patterns else -1 for t in patch.tracks)


def rewired(
    old: Patch, new: Patch, patterns: Sequence[str], fresh: Sequence[str], inputs: Sequence[str]
) -> Iterator[ToSequencer]:
    """Return what is to be wired for a patch: outputs that are `fresh`, clocks it wants besides, inputs it plays from.

    A clock that runs goes on: what follows it is not to be stopped by a patch that does not name it.
    """
    for port, pattern in enumerate(patterns, 1):
        spec = spec_of(new, pattern)
        if pattern in fresh:
            yield ToSequencer(DO_WIRE, port, x=WIRES[spec.wire])
        if spec.clock and (pattern in fresh or not spec_of(old, pattern).clock):
            yield ToSequencer(DO_CLOCK, port, a=1, b=int(spec.clock_when_stopped))
    before, after = _thru(old, inputs), _thru(new, inputs)
    for port in sorted({*before, *after}):
        if before.get(port) != after.get(port):
            yield ToSequencer(DO_THRU, port, a=after.get(port, -1))


def _thru(patch: Patch, inputs: Sequence[str]) -> dict[int, int]:
    """Return which track each input plays."""
    played = {}
    for number, track in enumerate(patch.tracks):
        port = next((p for p, name in enumerate(inputs) if track.listen and matches(track.listen, name)), -1)
        if port >= 0:
            played[port] = number
    return played


def left_alone(first: Patch, new: Patch, patterns: Sequence[str], inputs: Sequence[str]) -> Iterator[str]:
    """Return, in words, what a patch asks for that only starting the set anew can give."""
    for pattern in patterns:
        was, asked = spec_of(first, pattern), spec_of(new, pattern)
        stays = replace(asked, clock=was.clock, clock_when_stopped=was.clock_when_stopped, tuning=was.tuning)
        if any(output.port == pattern for output in new.outputs) and replace(stays, zone=was.zone) != was:
            yield f'output "{pattern}": latency, clock_offset and wire are taken up when the set is started anew'
    for track in new.tracks:
        if track.listen and not any(matches(track.listen, name) for name in inputs):
            yield f'MIDI in: no input called "{track.listen}" is open for track {track.name}; start the set anew for it'
