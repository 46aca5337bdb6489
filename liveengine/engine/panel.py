"""The panel: every parameter of this patch at its present value.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from liveengine.engine.carrying import values_after
from liveengine.engine.modulation import exists, standing_of_arp, standing_of_lfos
from liveengine.engine.parameter import Parameter, Setting
from liveengine.engine.parameters import TABLE, find
from liveengine.engine.spec import Patch, TrackSpec
from liveengine.engine.wording import near, shown
from liveengine.music.time import TICKS_PER_BEAT

_TRACK = "/track/{track}/"


@dataclass(frozen=True, slots=True)
class Turned:
    """A parameter that has a new value.

    `address` is the one everybody is told, with the track's number; `name` is the address itself, or for a
    track's parameter what follows the track; `track` counts from 0; a trigger is not `told`.
    """

    address: str
    name: str
    track: int | None
    value: Setting
    told: bool


class Panel:
    """The values of everything that can be turned, by address with the track's number."""

    def __init__(self, patch: Patch) -> None:
        self._tracks: dict[str, int] = {}
        self.values: dict[str, Setting] = {}
        self._begin(patch)

    def _begin(self, patch: Patch) -> None:
        """Let everything stand where the patch has it."""
        self._tracks = {spec.name: number for number, spec in enumerate(patch.tracks)}
        for parameter in TABLE:
            if parameter.kind == "trigger":
                continue
            if _TRACK in parameter.address:
                for number, spec in enumerate(patch.tracks):
                    if exists(parameter.address.removeprefix(_TRACK), spec.lfos):
                        self.values[parameter.at(number + 1)] = _of_track(parameter, spec)
            elif exists(parameter.address.removeprefix("/"), patch.lfos):
                self.values[parameter.address] = parameter.default
        self.values |= {f"/{name}": value for name, value in standing_of_lfos(patch.lfos).items()}
        self.values["/transport/tempo"] = patch.tempo_bpm
        self.values["/patch/title"] = patch.title
        self.values["/transport/metre"] = str(patch.metre)
        self.values["/song/length"] = len(patch.song.order) if patch.song else 0
        self.values["/clock/source"] = self.values["/clock/state"] = "internal"
        for name, value in patch.master.items():
            self.values[f"/master/{name}"] = value
        self.values["/launch/quantum"] = patch.quantum

    @property
    def quantum(self) -> int:
        """When a launch takes effect, as the data plane counts it: ticks, or bars below 0; 0 for at once."""
        return _quantum(str(self.values["/launch/quantum"]))

    def take_up(self, patch: Patch, old: Patch, moved: Mapping[int, int], renewed: Collection[int]) -> None:
        """Go on with another patch; `moved` as in `values_after`, `renewed` are tracks that do not simply play on."""
        new = Panel(patch)
        told = {address: value for address, value in self.values.items() if address not in new.values}
        stays = values_after(self.values, Panel(old).values, new.values, moved)
        roots = [f"/track/{number + 1}/" for number in renewed]
        roots += [] if patch.lfos == old.lfos else ["/"]
        swings = tuple(root + name for root in roots for name in ("lfo/", "arp/"))
        self._tracks = new._tracks
        self.values.clear()
        self.values |= {a: v for a, v in told.items() if not a.startswith(("/track/", "/lfo/"))}
        self.values |= {a: new.values[a] if a.startswith(swings) else value for a, value in stays.items()}

    def turn(self, address: str, value: Setting | None, add: float | None) -> Turned | None:
        """Set, add to, flip or fire a parameter; None where nothing comes of it (a trigger let go).

        Raises LookupError or ValueError, in a player's words.
        """
        parameter, _ = self._find(address)
        name, track = self.named(address)
        place = self.place(address)
        if parameter.kind != "trigger" and place not in self.values:
            raise ValueError(f"this patch has no {' '.join(name.strip('/').split('/')[:2])} there")
        if parameter.kind == "trigger":
            return Turned(place, name, track, True, False) if parameter.accept(value) else None
        if add is not None:
            value = parameter.accept(
                min(max(parameter.number_of(self.values[place]) + add, parameter.low), parameter.high)
            )
        elif value is None and parameter.kind == "toggle":
            value = not self.values[place]
        else:
            value = parameter.accept(value)
        self.values[place] = value
        return Turned(place, name, track, value, True)

    def named(self, address: str) -> tuple[str, int | None]:
        """Return an address as the engine acts on it: itself, or what follows its track; and the track (from 0)."""
        parameter, track = self._find(address)
        return (parameter.address, None) if track is None else (parameter.address.removeprefix(_TRACK), track)

    def place(self, address: str) -> str:
        """Return an address with its track's number, as `values` lists it."""
        parameter, track = self._find(address)
        return parameter.address if track is None else parameter.at(track + 1)

    def _find(self, address: str) -> tuple[Parameter, int | None]:
        parameter, track = find(address)
        return parameter, None if track is None else self._track(track)

    def _track(self, name: str) -> int:
        """Return which track (from 0) a number or name means."""
        if name in self._tracks:
            return self._tracks[name]
        if name.isdecimal() and 1 <= int(name) <= len(self._tracks):
            return int(name) - 1
        words = ", ".join(f"{number + 1} {known}" for known, number in self._tracks.items())
        raise ValueError(f"no track {shown(name)}{near(name, self._tracks)}: this patch has {words}")


def _quantum(words: str) -> int:
    match words.split():
        case ["none"]:
            return 0
        case ["beat"]:
            return TICKS_PER_BEAT
        case ["bar"]:
            return -1
        case [count, "bars"]:
            return -int(count)
    raise AssertionError(f"a patch was loaded with quantum {words!r}")


def _of_track(parameter: Parameter, spec: TrackSpec) -> Setting:
    """Return what a track's parameter stands at before anybody has turned it."""
    name = parameter.address.removeprefix(_TRACK)
    if name == "name":
        return spec.name
    if name == "mute_group":
        return spec.mute_group
    if name == "legato":
        return spec.legato
    modulated = standing_of_lfos(spec.lfos) | standing_of_arp(spec.arp)
    if name in modulated:
        return modulated[name]
    return spec.controls.get(name.removeprefix("sound/"), parameter.default)
