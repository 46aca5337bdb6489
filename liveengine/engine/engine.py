"""The engine: one event in, orders out.

It owns everything a player can change, and decides nothing about time: each
order that sounds says at which quantum, and the data plane finds the tick.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from liveengine.engine.display import Display
from liveengine.engine.events import (
    Asked,
    BarBegan,
    BarFailed,
    BarReady,
    BeatBegan,
    ClockTold,
    Event,
    KeyPressed,
    LatenessTold,
    LaunchTold,
    LinkTold,
    MidiCame,
    SlotEnded,
    TempoTold,
    TrafficTold,
    TransportMoved,
)
from liveengine.engine.launches import Launch, Launches, Slots
from liveengine.engine.mapping import Action, Mapping, translate
from liveengine.engine.orders import Order, Report, Say, ToSequencer, WriteSlot
from liveengine.engine.panel import Panel
from liveengine.engine.parameter import Setting
from liveengine.engine.setting_up import set_up
from liveengine.engine.spec import Patch
from liveengine.engine.tap import Tap
from liveengine.engine.track import SLIDERS, Track
from liveengine.engine.tuning import Tuner
from liveengine.music.note import Bar
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT
from liveengine.sequencer import commands as do

#: A nudge of 1 hurries the beat by this share.
NUDGE_SHARE = 0.04

#: The delay repeats after this many beats, where the patch does not say otherwise.
DELAY_BEATS = 0.75


class Engine:
    """Everything the players share: tracks, scenes, values, and what is under way.

    `ports` names the MIDI port (from 1) of each track, -1 for none. One that `waits` does not start by itself:
    somebody else's transport will.
    """

    def __init__(
        self, patch: Patch, mappings: Iterable[Mapping] = (), ports: Iterable[int] = (), waits: bool = False
    ) -> None:
        self.patch = patch
        self.mappings = tuple(mappings)
        self.tracks = [Track(number, spec) for number, spec in enumerate(patch.tracks)]
        self.ports = list(ports) or [-1] * len(self.tracks)
        self.panel = Panel(patch)
        self.tuner = Tuner(patch, self.ports)
        self.panel.values.update(self.tuner.values())
        self.display = Display(len(self.tracks))
        self.launches = Launches()
        self.slots = Slots()
        self.scene = -1
        self.playing = False
        self.bar = -1
        self.is_starting = not waits
        self.tap = Tap()
        self.now_s = 0.0
        self.tickets = 0
        self.unknown = 0  # addresses and values that meant nothing
        self.failures = 0  # bars that generators could not make

    def begin(self) -> list[Order]:
        """Return what sets the data plane up and asks for the first bars; with those the music starts."""
        return [*self.tuner.set_up(), *set_up(self.patch, self.ports), *self._tempo(), *self._launch_scene(0)]

    def handle(self, event: Event, now_s: float = 0.0) -> list[Order]:
        """Return what is to be done about an event that came at instant `now_s`."""
        self.now_s = now_s
        return list(self._respond(event))

    def _respond(self, event: Event) -> Iterator[Order]:
        match event:
            case Asked(action, origin):
                yield from self._turn(action, origin)
            case MidiCame(port, data):
                heard = [mapping for mapping in self.mappings if mapping.hears(port)]
                yield from self._turn_all(heard, data, port)
            case KeyPressed(key):
                yield from self._turn_all(self.mappings, key, "keys")
            case BarReady(ticket, bar):
                yield from self._go(self.launches.answer(ticket, bar))
            case BarFailed(ticket, reason):
                self.failures += 1
                yield Say(reason)
                yield from self._go(self.launches.answer(ticket, None))
            case BarBegan(number):
                yield from self._bar_began(number)
            case BeatBegan(tick):
                yield from self._beat_began(tick)
            case LaunchTold(track, slot, tick):
                yield from self._launch_told(track, slot, tick)
            case SlotEnded(slot):
                self.slots.give_back(slot)
            case TransportMoved(playing, tick):
                yield from self._transport_moved(playing, tick)
            case TempoTold(tempo_bpm):
                yield from self._report_change("/transport/tempo_now", tempo_bpm)
            case LinkTold(beat, tempo_bpm, _, when):
                yield from self._keep_to_link(beat, tempo_bpm, when)
            case LatenessTold() | ClockTold() | TrafficTold():
                yield from self._report_changes(_measures(event))
                yield from self.tuner.tell_devices(self.playing)

    def _keep_to_link(self, beat: float, tempo_bpm: float, when: int) -> Iterator[Order]:
        if TEMPO_MIN_BPM <= tempo_bpm <= TEMPO_MAX_BPM:
            yield ToSequencer(do.DO_STEER, a=round(beat * TICKS_PER_BEAT), b=when, x=tempo_bpm)
            yield from self._report_change("/transport/tempo", tempo_bpm)

    # -- parameters --------------------------------------------------------

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
        yield from self._do(turned.name, turned.value, track, origin)

    def _do(self, name: str, value: Setting, track: Track | None, origin: str) -> Iterator[Order]:
        """Do what a parameter means, now that it has its value."""
        if track is not None:
            yield from self._do_on_track(name, value, track)
            return
        match name:
            case "/transport/start":
                yield ToSequencer(do.DO_START)
            case "/transport/stop":
                yield ToSequencer(do.DO_STOP)
            case "/transport/continue":
                yield ToSequencer(do.DO_CONTINUE)
            case "/transport/play":
                yield ToSequencer(do.DO_START if value else do.DO_STOP)
            case "/transport/tempo":
                yield from self._tempo(int(self.panel.values["/transport/ramp"]))
            case "/transport/nudge":
                yield from self._tempo()
            case "/transport/tap":
                tempo_bpm = self.tap.strike(self.now_s)
                if tempo_bpm is not None:
                    yield from self._report("/transport/tempo", tempo_bpm)
                    yield from self._tempo()
            case "/transport/ramp":
                pass  # It is asked when a tempo is set.
            case "/scene/next" | "/scene/previous":
                step = 1 if name == "/scene/next" else -1
                yield from self._launch_scene((self.scene + step) % len(self.patch.scenes))
            case "/scene/launch":
                yield from self._launch_scene(int(value) - 1)
            case "/tuning/a4":
                yield from self.tuner.turn_a4(float(value))
            case "/tuning/scale":
                yield from self._choose_scale(str(value))
            case "/panic":
                yield ToSequencer(do.DO_PANIC)
            case "/refresh":
                yield from (Report(address, told, to=origin) for address, told in self.panel.values.items())
            case "/ping":
                yield Report("/pong", True, to=origin)
            case _:
                control = MASTER_CONTROL[name.removeprefix("/master/")]
                yield ToSequencer(do.DO_CONTROL, a=control.number, x=float(value))

    def _choose_scale(self, name: str) -> Iterator[Order]:
        try:
            yield from self.tuner.choose_scale(name)
        except ValueError as error:
            self.unknown += 1
            yield Say(f"tuning/scale: {error}")
        yield from self._report_changes(self.tuner.values().items())

    def _do_on_track(self, name: str, value: Setting, track: Track) -> Iterator[Order]:
        match name:
            case "mute":
                yield ToSequencer(do.DO_MUTE, track.number, a=int(value))
            case "reroll":
                track.rolls += 1
                yield from self._ask_again(track)
            case "fill":
                yield from self._ask_fill(track)
            case "pattern":
                yield from self._choose({track.number: int(value) - 1})
            case _ if name in SLIDERS:
                track.sliders[name] = float(value)
                yield from self._ask_again(track)
            case _:
                control = STRIP_CONTROL[name.removeprefix("sound/")]
                yield ToSequencer(do.DO_CONTROL, track.number, a=control.number, x=float(value))

    def _tempo(self, ramp_bars: int = 0) -> Iterator[Order]:
        tempo_bpm = float(self.panel.values["/transport/tempo"])
        nudge = float(self.panel.values["/transport/nudge"])
        nudged_bpm = tempo_bpm * (1.0 + NUDGE_SHARE * nudge)
        nudged_bpm = min(max(nudged_bpm, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
        yield ToSequencer(do.DO_TEMPO, a=ramp_bars * self.patch.metre.bar_ticks, x=nudged_bpm)
        if "delay_time" not in self.patch.master:
            control = MASTER_CONTROL["delay_time"]
            yield ToSequencer(do.DO_CONTROL, a=control.number, x=control.clamp(DELAY_BEATS * 60.0 / tempo_bpm))

    # -- patterns ----------------------------------------------------------

    def _ticket(self) -> int:
        self.tickets += 1
        return self.tickets

    def _launch_scene(self, scene: int) -> Iterator[Order]:
        if not 0 <= scene < len(self.patch.scenes):
            self.unknown += 1
            yield Say(f"there is no scene {scene + 1}: this patch has {len(self.patch.scenes)}")
            yield from self._report("/scene/launch", self.scene + 1)
            return
        self.scene = scene
        yield from self._report("/scene/current", scene + 1)
        yield from self._report_change("/scene/name", self.patch.scenes[scene].name)
        yield from self._report_change("/scene/launch", scene + 1)
        chosen = self.patch.scenes[scene].patterns
        named = {track.number: chosen[track.spec.name] for track in self.tracks if track.spec.name in chosen}
        yield from self._choose({
            number: self._pattern_number(number, name) if name else None for number, name in named.items()
        })  # fmt: skip

    def _pattern_number(self, track: int, name: str) -> int:
        return [pattern.name for pattern in self.tracks[track].spec.patterns].index(name)

    def _choose(self, patterns: dict[int, int | None]) -> Iterator[Order]:
        """Let tracks take up patterns, all on the same tick; None is silence."""
        launch = Launch(self.panel.quantum_ticks, legato=False)
        requests = []
        for number, pattern in patterns.items():
            track = self.tracks[number]
            if pattern is not None and pattern >= len(track.spec.patterns):
                self.unknown += 1
                yield Say(f"track {track.spec.name} has no pattern {pattern + 1}")
                yield from self._report(f"/track/{number + 1}/pattern", (track.pattern or 0) + 1)
                continue
            track.choose(pattern)
            yield from self._report_track(track)
            if pattern is None:
                launch.silences.append(number)
            else:
                request = track.request(self.patch, self._ticket())
                launch.waiting[request.ticket] = number
                requests.append(request)
        yield from requests
        yield from self._go(self.launches.add(launch))

    def _ask_again(self, track: Track) -> Iterator[Order]:
        """Ask for the track's pattern anew, to take over at the quantum without losing its place."""
        if track.playing is None:
            return
        request = track.request(self.patch, self._ticket())
        yield request
        if self.launches.renew(track.number, request.ticket):
            return  # It still goes with those it was asked for together with (L2).
        # A pattern that has not begun has no place to keep: it begins with the newer bar.
        legato = not track.is_due(self.bar)
        launch = Launch(self.panel.quantum_ticks, legato, waiting={request.ticket: track.number})
        yield from self._go(self.launches.add(launch))

    def _ask_fill(self, track: Track) -> Iterator[Order]:
        if track.playing is None or track.home is None or not self.playing:
            return
        if track.is_due(self.bar):
            yield Say(f"{track.spec.name} takes up another pattern first: no fill before that")
            return
        request = track.request_fill(self.patch, self._ticket(), self.bar + 1)
        launch = Launch(self.patch.metre.bar_ticks, True, True, {request.ticket: track.number})
        yield request
        yield from self._go(self.launches.add(launch))

    def _go(self, ready: Iterable[Launch]) -> Iterator[Order]:
        """Launch what is ready; with the first launch the music starts."""
        for launch in ready:
            for number in launch.silences:
                track = self.tracks[number]
                track.home, track.fill_slot, track.fill_bar = None, -1, -1
                yield ToSequencer(do.DO_LAUNCH, number, launch.quantum, a=-1)
            for number, bar in launch.bars.items():
                yield from self._launch_bar(self.tracks[number], bar, launch)
        if self.is_starting and not self.launches.waiting:
            self.is_starting = False
            yield ToSequencer(do.DO_START)

    def _launch_bar(self, track: Track, bar: Bar, launch: Launch) -> Iterator[Order]:
        if launch.is_fill and not self.playing:
            return  # It came too late for the bar it was made for.
        if launch.legato and not launch.is_fill and track.fill_slot >= 0:
            track.home = bar  # A fill comes first; home, as it is by then, comes after it.
            return
        slot = self.slots.take()
        if slot is None:
            yield Say(f"no room for another pattern: {track.spec.name} plays on as it is")
            return
        quantum = launch.quantum
        if launch.is_fill:
            track.fill_slot, track.fill_bar = slot, math.inf
        else:
            track.home = bar
            if not launch.legato:
                track.fresh_slot, track.fill_slot, track.fill_bar = slot, -1, -1
            elif track.fill_bar == self.bar >= 0:
                quantum = self.patch.metre.bar_ticks  # The fill has its bar, and no more.
        self.display.write(slot, bar, launch.legato)
        yield WriteSlot(slot, bar)
        yield ToSequencer(do.DO_LAUNCH, track.number, quantum, a=slot, b=int(launch.legato))

    # -- what the data plane tells -----------------------------------------

    def _launch_told(self, number: int, slot: int, tick: int) -> Iterator[Order]:
        self.tracks[number].launched(slot, tick, tick // self.patch.metre.bar_ticks, self.playing)
        yield from self._report_changes(self.display.launch(number, slot, tick, self.playing))

    def _beat_began(self, tick: int) -> Iterator[Order]:
        yield from self._report("/transport/beat", tick % self.patch.metre.bar_ticks // TICKS_PER_BEAT + 1)
        yield from self._report("/transport/position", tick / TICKS_PER_BEAT)
        yield from self._report_changes(self.display.beat(tick))

    def _bar_began(self, number: int) -> Iterator[Order]:
        self.bar = number
        yield from self._report("/transport/bar", number + 1)
        for track in self.tracks:
            if track.fill_slot >= 0 and track.fill_bar <= number and track.home is not None:
                # The fill has its bar; what it interrupted comes back where its playhead would be.
                track.fill_slot = -1
                back = Launch(self.patch.metre.bar_ticks, legato=True)
                yield from self._launch_bar(track, track.home, back)
            if track.is_last_time_round(number):
                track.rolls += 1
                yield from self._ask_again(track)

    def _transport_moved(self, playing: bool, tick: int) -> Iterator[Order]:
        self.playing = playing
        first_bar = -(-tick // self.patch.metre.bar_ticks)
        for track in self.tracks:
            track.transport_moved(playing, first_bar, tick == 0)
        yield from self._report_changes(self.display.move(tick, playing and tick == 0))
        yield from self._report_change("/transport/play", playing)
        yield from self._report("/transport/playing", playing)

    def _report(self, address: str, value: Setting) -> Iterator[Order]:
        self.panel.values[address] = value
        yield Report(address, value)

    def _report_change(self, address: str, value: Setting) -> Iterator[Order]:
        """Report what became of a value, but not to whoever has just set it so."""
        if self.panel.values.get(address) != value:
            yield from self._report(address, value)

    def _report_changes(self, told: Iterable[tuple[str, Setting]]) -> Iterator[Order]:
        for address, value in told:
            yield from self._report_change(address, value)

    def _report_track(self, track: Track) -> Iterator[Order]:
        root = f"/track/{track.number + 1}/"
        pattern = track.playing
        yield from self._report(root + "playing", f"{pattern.name} ({pattern.generator})" if pattern else "")
        if track.pattern is not None:
            yield from self._report_change(root + "pattern", track.pattern + 1)
            for name in SLIDERS:
                yield from self._report_change(root + name, track.sliders[name])


def _measures(event: LatenessTold | ClockTold | TrafficTold) -> Iterator[tuple[str, Setting]]:
    """Return what was measured, by the addresses under which it is told."""
    match event:
        case LatenessTold(late, p99_us, histogram):
            yield "/engine/late", late
            yield "/engine/lateness_us", p99_us
            yield "/engine/histogram", histogram
        case ClockTold(source, state, jitter_us):
            yield "/clock/source", source
            yield "/clock/state", state
            yield "/clock/jitter_us", jitter_us
        case TrafficTold(ports):
            yield "/port/activity", ports
