"""Setting the data plane and the instruments up for a patch, before the first note.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from liveengine.engine.modulation import set_up_modulation
from liveengine.engine.orders import Order, ToSequencer, WriteGroove
from liveengine.engine.spec import NO_SOUND, Patch, TrackSpec, Zone
from liveengine.engine.tuning import zone_of
from liveengine.engine.written import locked_targets
from liveengine.music.event import PROGRAM_CHANGE
from liveengine.music.sound import CHOOSE_SOUND, MASTER_CONTROL, SILENCE_DB, SOUND_NUMBER, STRIP_CONTROL
from liveengine.sequencer import commands as do


def set_up(patch: Patch, ports: Sequence[int]) -> Iterator[Order]:
    """Return what a patch says about seed, grooves, master, routes, programs and sounds; `ports` as in Engine."""
    yield ToSequencer(do.DO_SEED, a=patch.seed)
    yield from (WriteGroove(number, groove) for number, groove in enumerate(patch.grooves))
    for name, value in patch.master.items():
        yield ToSequencer(do.DO_CONTROL, a=MASTER_CONTROL[name].number, x=value)
    for number, (spec, port) in enumerate(zip(patch.tracks, ports, strict=True)):
        yield from set_up_track(number, spec, port, zone_of(patch, spec))
    yield from set_up_modulation(patch)


def set_up_track(number: int, spec: TrackSpec, port: int, zone: Zone | None) -> Iterator[Order]:
    """Return what a patch says of one track: its route, program and sound."""
    channel = zone.master if zone else spec.channel - 1
    yield ToSequencer(do.DO_ROUTE, number, a=port, b=channel, x=1.0 if zone else 0.0)
    if spec.program is not None and port > 0:
        status = PROGRAM_CHANGE | channel
        yield ToSequencer(do.DO_SEND, port, a=status | ((spec.program - 1) << 8), b=2)
    if spec.sound == NO_SOUND:
        yield ToSequencer(do.DO_CONTROL, number, a=STRIP_CONTROL["level"].number, x=SILENCE_DB)
        return
    yield ToSequencer(do.DO_CONTROL, number, a=CHOOSE_SOUND, x=SOUND_NUMBER[spec.sound])
    # What steps lock is said too, though it be the default: it is what their locks return to.
    locked = {str(target) for pattern in spec.patterns for target in locked_targets(pattern.written)}
    for name, control in STRIP_CONTROL.items():
        if name in spec.controls or name in locked:
            value = spec.controls.get(name, control.default)
            yield ToSequencer(do.DO_CONTROL, number, a=control.number, x=value)
