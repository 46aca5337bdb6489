"""LFOs, lanes and arpeggiators as the control plane sees them: set up from the patch, turned live, told of.

What a track sends the data plane turns by itself. A parameter of ours, or
another program's, is turned here, as the data plane tells it; a parameter
keeps what the player set, and swings about that.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from liveengine.engine.orders import Order, Report, ToSequencer, WriteLfo
from liveengine.engine.parameter import Parameter, Setting
from liveengine.engine.parameters import find
from liveengine.engine.spec import ArpSpec, LfoSpec, Patch
from liveengine.music.arpeggio import MODES
from liveengine.music.modulation import LFOS, PERIOD_MIN
from liveengine.music.sound import STRIP_CONTROL
from liveengine.music.target import SOUND
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer import arpeggio, modulation
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.tracks import TRACKS

#: What stands after `lfo/N/` in an address, and the field that it turns.
_FIELDS = {
    "on": modulation.ON,
    "depth": modulation.DEPTH,
    "beats": modulation.PERIOD,
    "hz": modulation.RATE_HZ,
    "phase": modulation.PHASE,
}


def lfo_number(name: str) -> int:
    """Return which LFO (from 0) a parameter is of; -1 where it is of none.

    >>> lfo_number("lfo/2/depth"), lfo_number("mute")
    (1, -1)
    """
    head, _, rest = name.partition("/")
    return int(rest.partition("/")[0]) - 1 if head == "lfo" else -1


def exists(name: str, lfos: Sequence[LfoSpec]) -> bool:
    """Say whether a parameter is of something that is there: of any LFO the patch has that one."""
    return lfo_number(name) < len(lfos)


def standing_of_lfos(lfos: Sequence[LfoSpec]) -> dict[str, Setting]:
    """Return what the parameters of LFOs stand at before anybody has turned them, by what follows the track."""
    values: dict[str, Setting] = {}
    for number, spec in enumerate(lfos, 1):
        root, lfo = f"lfo/{number}/", spec.lfo
        values |= {root + "on": spec.on, root + "depth": lfo.depth, root + "phase": lfo.phase}
        values |= {root + "beats": lfo.period / TICKS_PER_BEAT} if lfo.rate_hz == 0.0 else {root + "hz": lfo.rate_hz}
    return values


def standing_of_arp(spec: ArpSpec) -> dict[str, Setting]:
    """Return what the parameters of an arpeggiator stand at, by what follows the track."""
    arp = spec.arpeggio
    return {
        "arp/on": spec.on,
        "arp/mode": arp.mode,
        "arp/octaves": arp.octaves,
        "arp/step": arp.rate / TICKS_PER_BEAT,
        "arp/gate": arp.gate,
        "arp/hold": arp.latch,
    }


def set_up_modulation(patch: Patch) -> Iterator[Order]:
    """Return what a patch says about LFOs, lanes and arpeggiators."""
    for track, spec in enumerate(patch.tracks):
        for lfo in spec.lfos:
            yield from _stand(track, lfo, spec.controls)
        yield from write_lfos(track, spec.lfos)
        if spec.arp != ArpSpec():
            yield from arp_orders(track, spec.arp)
    yield from write_lfos(TRACKS, patch.lfos)


def arp_orders(track: int, spec: ArpSpec) -> Iterator[Order]:
    """Return what a patch says of an arpeggiator."""
    # On comes last, so that its first step is already played as the rest says.
    for name, value in reversed(standing_of_arp(spec).items()):
        yield _turn_arp(track, name.removeprefix("arp/"), value)


def _stand(track: int, spec: LfoSpec, controls: Mapping[str, float]) -> Iterator[Order]:
    """Say where a sound's control stands, so that an LFO has something to swing about and to return to."""
    target = spec.lfo.target
    if target is not None and target.kind == SOUND and str(target) not in controls:
        control = STRIP_CONTROL[str(target)]
        yield ToSequencer(do.DO_CONTROL, track, a=control.number, x=control.default)


def write_lfos(group: int, lfos: Sequence[LfoSpec]) -> Iterator[Order]:
    """Return what writes the LFOs of a track, or of the set (TRACKS), and switches them on."""
    for number, spec in enumerate(lfos):
        yield WriteLfo(group * LFOS + number, spec.lfo)
        if spec.on:
            yield ToSequencer(do.DO_LFO, group * LFOS + number, a=modulation.ON, b=1)


def _turn_arp(track: int, name: str, value: Setting) -> Order:
    match name:
        case "step":
            return ToSequencer(do.DO_ARP, track, a=arpeggio.RATE, b=round(float(value) * TICKS_PER_BEAT))
        case "gate":
            return ToSequencer(do.DO_ARP, track, a=arpeggio.GATE, x=float(value))
        case "mode":
            return ToSequencer(do.DO_ARP, track, a=arpeggio.MODE, b=MODES.index(str(value)))
        case _:
            field = {"on": arpeggio.ON, "octaves": arpeggio.OCTAVES, "hold": arpeggio.LATCH}[name]
            return ToSequencer(do.DO_ARP, track, a=field, b=int(value))


class Modulation:
    """What the LFOs of a patch turn on this side of the data plane.

    `place` gives a parameter's address with its track's number, as the panel's `values` are listed.
    """

    def __init__(self, patch: Patch, place: Callable[[str], str], values: Mapping[str, Setting]) -> None:
        groups = {TRACKS: patch.lfos} | {number: track.lfos for number, track in enumerate(patch.tracks)}
        self._values = values
        self._told = {
            (group, number): (spec, spec.address if spec.is_foreign else place(spec.address))
            for group, lfos in groups.items()
            for number, spec in enumerate(lfos)
            if spec.address
        }
        self._off: set[tuple[int, int]] = {key for key, (spec, _) in self._told.items() if not spec.on}
        self._at_bar: dict[str, float] = {}

    def begin(self) -> Iterator[Order]:
        """Let every LFO that turns a parameter swing about where that stands."""
        for _, address in self._told.values():
            if address in self._values:
                yield from self.swing_about(address, self._values[address])

    def stand_as_turned(self) -> None:
        """Take over from the modulation of another patch: LFOs are on or off as the panel has them."""
        self._off = {key for key in self._told if not self._values.get(_switch_of(*key), True)}

    def turn(self, group: int, name: str, value: Setting) -> Iterator[Order]:
        """Turn a parameter of an LFO or arpeggiator: `name` is what follows the track (or the slash) in its address."""
        if name.startswith("arp/"):
            yield _turn_arp(group, name.removeprefix("arp/"), value)
            return
        number, field = lfo_number(name), name.rpartition("/")[2]
        if field == "on":
            (self._off.discard if value else self._off.add)((group, number))
        whole = max(round(float(value) * TICKS_PER_BEAT), PERIOD_MIN) if field == "beats" else int(value)
        yield ToSequencer(do.DO_LFO, group * LFOS + number, a=_FIELDS[field], b=whole, x=float(value))

    def returned_by(self, group: int, name: str) -> str:
        """Return the parameter that an LFO let go of by being switched off; empty where it let go of none."""
        key = (group, lfo_number(name))
        if key not in self._told or key not in self._off or not name.endswith("/on"):
            return ""
        spec, address = self._told[key]
        self._at_bar.pop(address, None)
        return "" if spec.is_foreign else address

    def swing_about(self, address: str, value: Setting) -> Iterator[Order]:
        """Let the LFOs that turn a parameter swing about what the player has set."""
        for (group, number), (spec, turned) in self._told.items():
            if turned == address and spec.lfo.centre is None and not spec.is_foreign:
                centre = find(address).parameter.to_unit(float(value))
                yield ToSequencer(do.DO_LFO, group * LFOS + number, a=modulation.CENTRE, x=centre)

    def told(self, group: int, number: int, value: float) -> Report | str:
        """Return what to tell another program, or the address of the parameter to turn now; empty for none."""
        key = (group, number)
        if key not in self._told or key in self._off:
            return ""
        spec, address = self._told[key]
        if spec.is_foreign:
            return Report(address, value)
        if _waits_for_bar(find(address).parameter):
            self._at_bar[address] = value
            return ""
        return address

    def due_at_bar(self) -> list[tuple[str, float]]:
        """Return the parameters that are heard from the next bar on only, and to what they were turned in this one."""
        due, self._at_bar = list(self._at_bar.items()), {}
        return due


def _switch_of(group: int, number: int) -> str:
    return f"{'' if group == TRACKS else f'/track/{group + 1}'}/lfo/{number + 1}/on"


def _waits_for_bar(parameter: Parameter) -> bool:
    return parameter.effect == "next bar"
