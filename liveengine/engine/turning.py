"""Turning: what each parameter does, whoever turns it.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from liveengine.engine.launches import Launch
from liveengine.engine.mapping import Action, Mapping, translate
from liveengine.engine.orders import Order, Report, ReportAll, Say, ToSequencer
from liveengine.engine.panel import Turned
from liveengine.engine.parameter import Setting
from liveengine.engine.readings import KNOBS, ordered, turned
from liveengine.engine.timekeeping import Timekeeping
from liveengine.engine.track import SLIDERS, Track
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.tracks import TRACKS


class Turning(Timekeeping):
    """Every parameter of the table, and what comes of it."""

    def _turn_all(self, mappings: Iterable[Mapping], received: bytes | str, origin: str) -> Iterator[Order]:
        for mapping in mappings:
            for action in translate(mapping, received):
                yield from self._turn(action, origin)

    def _turn(self, action: Action, origin: str) -> Iterator[Order]:
        """Turn one parameter, and tell everybody but whoever turned it."""
        try:
            turned = self.panel.turn(action.address, action.value, action.add)
        except (LookupError, ValueError) as error:
            self.unknown += 1
            yield Say(str(error))
            return
        if turned is None:
            return
        if turned.told:
            yield Report(turned.address, turned.value, but=origin)
        track = None if turned.track is None else self.tracks[turned.track]
        self._note_turned(turned)
        yield from self._do(turned.name, turned.value, track, origin)
        yield from self.modulation.swing_about(turned.address, turned.value)

    def _note_turned(self, turned: Turned) -> None:
        """Take note of what was turned."""

    def _patch_asked(self, name: str, value: Setting) -> Iterator[Order]:
        """Do what was asked about the patch itself."""
        yield from ()

    def _do(self, name: str, value: Setting, track: Track | None, origin: str) -> Iterator[Order]:
        """Do what a parameter means, now that it has its value."""
        if track is not None:
            yield from self._do_on_track(name, value, track)
        elif name.startswith(("/transport/", "/clock/")):
            yield from self._do_in_time(name, value)
        else:
            yield from self._do_in_set(name, value, origin)

    def _do_in_set(self, name: str, value: Setting, origin: str) -> Iterator[Order]:
        """Do what a parameter of the whole set means."""
        match name:
            case _ if name.startswith("/lfo/"):
                yield from self._turn_modulation(TRACKS, name.removeprefix("/"), value)
            case "/scene/next" | "/scene/previous":
                step = 1 if name == "/scene/next" else -1
                yield from self._launch_by_hand((self.scene + step) % len(self.patch.scenes))
            case "/scene/launch":
                yield from self._launch_by_hand(int(value) - 1)
            case "/launch/quantum" | "/fill/phrases":
                pass  # Whoever needs it asks for it.
            case "/launch/cancel":
                yield from self._take_all_back()
            case "/song/play":
                yield from self._start_song() if value else self._leave_song()
            case "/fill":
                yield from self.filling.hold(bool(value), self.bar)
            case "/fill/next" if self.playing:
                yield from self.filling.ask(self.bar + 1)
            case "/fill/next":
                pass  # There is no next bar.
            case "/tuning/a4":
                yield from self.tuner.turn_a4(float(value))
            case "/tuning/scale":
                yield from self.tuner.choose_scale(str(value))
                yield from self._report_changes(self.tuner.values().items())
            case "/patch/load" | "/patch/reload" | "/patch/tempo":
                yield from self._patch_asked(name, value)
            case "/panic":
                yield ToSequencer(do.DO_PANIC)
            case "/refresh":
                yield ReportAll(dict(self.panel.values), origin)
            case "/ping":
                yield Report("/pong", True, to=origin)
            case _:
                control = MASTER_CONTROL[name.removeprefix("/master/")]
                yield ToSequencer(do.DO_CONTROL, a=control.number, x=float(value))

    def _do_on_track(self, name: str, value: Setting, track: Track) -> Iterator[Order]:
        match name:
            case _ if name.startswith(("lfo/", "arp/")):
                yield from self._turn_modulation(track.number, name, value)
            case "mute":
                for other in self.mixing.mute(track.number, bool(value)):
                    yield from self._report(f"/track/{other + 1}/mute", True)
                yield from self.mixing.changes()
            case "solo":
                self.mixing.solo(track.number, bool(value))
                yield from self.mixing.changes()
            case "reroll":
                track.rolls += 1
                yield from self._ask_again(track)
            case "fill":
                yield from self._ask_fill(track)
            case "cancel":
                yield from self._take_track_back(track)
            case "legato":
                pass  # The next launch asks for it.
            case "pattern":
                launch = Launch(self.panel.quantum, legato=False)
                yield from self._choose({track.number: int(value) - 1}, launch)
            case _ if name in SLIDERS:
                track.sliders[name] = float(value)
                yield from self._ask_again(track)
            case _ if name in KNOBS:
                track.reading = turned(track.reading, name, value)
                yield ordered(track.reading, name, track.number)
                yield from self._report_changes(self.display.turn(track.number, name, track.reading))
            case _:
                control = STRIP_CONTROL[name.removeprefix("sound/")]
                yield ToSequencer(do.DO_CONTROL, track.number, a=control.number, x=float(value))

    def _modulate(self, address: str, value: Setting) -> Iterator[Order]:
        """Do what a parameter means at a value that it has from an LFO; what the player set stays written."""
        name, track = self.panel.named(address)
        yield from self._do(name, value, None if track is None else self.tracks[track], "")

    def _turn_modulation(self, group: int, name: str, value: Setting) -> Iterator[Order]:
        yield from self.modulation.turn(group, name, value)
        if address := self.modulation.returned_by(group, name):
            yield from self._modulate(address, self.panel.values[address])
