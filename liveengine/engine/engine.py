"""The engine: one event in, orders out.

It owns everything a player can change, and decides nothing about time: each
order that sounds says at which quantum, and the data plane finds the tick.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from liveengine.engine.clock import Sources
from liveengine.engine.display import Display
from liveengine.engine.events import (
    Asked,
    BarBegan,
    BarFailed,
    BarReady,
    BeatBegan,
    ClockTold,
    Event,
    FaultsTold,
    KeyPressed,
    LatenessTold,
    LaunchTold,
    LedTold,
    LinkTold,
    MetreTold,
    MidiCame,
    ModulationTold,
    SlotEnded,
    StartTold,
    TempoTold,
    TrafficTold,
    TransportMoved,
)
from liveengine.engine.filling import Filling
from liveengine.engine.launches import Launch, Launches, Slots
from liveengine.engine.mapping import Action, Mapping, translate
from liveengine.engine.metre import MetreBook
from liveengine.engine.mixing import Mixing
from liveengine.engine.modulation import Modulation
from liveengine.engine.orders import (
    Order,
    Report,
    ReportAll,
    Say,
    SharePlaying,
    ShareTempo,
    ToSequencer,
    WriteSlot,
)
from liveengine.engine.panel import Panel
from liveengine.engine.parameter import Setting
from liveengine.engine.readings import KNOBS, of_a_fill, ordered, setting_of, turned
from liveengine.engine.setting_up import set_up
from liveengine.engine.spec import Patch
from liveengine.engine.tap import Tap
from liveengine.engine.track import SLIDERS, Track
from liveengine.engine.tuning import Tuner
from liveengine.engine.unfolding import ToEnd, ToPattern, ToScene, Unfolding
from liveengine.engine.written import waits_for_fill
from liveengine.music.note import Bar
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT
from liveengine.sequencer import commands as do
from liveengine.sequencer.players import ANEW, IN_STEP, INTERLUDE, LEGATO
from liveengine.sequencer.state import LINK, OWN, TRACKS

#: A nudge of 1 hurries the beat by this share.
NUDGE_SHARE = 0.04

#: The delay repeats after this many beats, where the patch does not say otherwise.
DELAY_BEATS = 0.75


class Engine:
    """Everything the players share: tracks, scenes, values, and what is under way.

    `ports` names the MIDI port (from 1) of each track, -1 for none. `sources` says whose time is kept; where the
    first of them has a transport, or a session whose bar lines are not known yet, the set does not start by itself.
    """

    def __init__(
        self,
        patch: Patch,
        mappings: Iterable[Mapping] = (),
        ports: Iterable[int] = (),
        sources: Sources | None = None,
    ) -> None:
        self.patch = patch
        self.mappings = tuple(mappings)
        self.tracks = [Track(number, spec) for number, spec in enumerate(patch.tracks)]
        self.ports = list(ports) or [-1] * len(self.tracks)
        self.panel = Panel(patch)
        self.tuner = Tuner(patch, self.ports)
        self.panel.values.update(self.tuner.values())
        self.modulation = Modulation(patch, self.panel.place, self.panel.values)
        self.display = Display(len(self.tracks), patch.seed)
        self.launches = Launches()
        self.slots = Slots()
        self.metre = MetreBook(patch.metres)
        self.mixing = Mixing([spec.mute_group for spec in patch.tracks])
        self.scene = -1
        self.unfolding = Unfolding(patch)
        self.song = self.unfolding.song
        self.filling = Filling()
        self.playing = False
        self.is_to_play = False  # what was ordered last, while the data plane waits for its bar line
        self.session_plays: bool | None = None  # what the Link session said last; None while there is none
        self.bar = -1
        self.sources = sources or Sources()
        self.leader = OWN
        self.is_starting = not self.sources.starts_us
        self.tap = Tap()
        self.now_s = 0.0
        self.tickets = 0
        self.unknown = 0  # addresses and values that meant nothing
        self.failures = 0  # bars that generators could not make
        self.modelled = 0  # bars that models were asked for
        self.gave_way: Counter[str] = Counter()  # those of them that a rule made, by reason

    def begin(self) -> list[Order]:
        """Return what sets the data plane up and asks for the first bars; with those the music starts."""
        first = self._start_song() if self.patch.song else self._launch_scene(0)
        ground = [*self.metre.order(self.patch.metres), *self.tuner.set_up(), *set_up(self.patch, self.ports)]
        return [*ground, *self.modulation.begin(), *self._prefer(1), *self._tempo(), *first]

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
            case BarReady(ticket, bar, by_model, gave_way):
                self.modelled += by_model
                if gave_way:
                    self.gave_way[gave_way] += 1
                    if self.gave_way[gave_way] == 1:
                        yield Say(gave_way)
                yield from self._go(self.launches.answer(ticket, bar))
            case BarFailed(ticket, reason):
                self.failures += 1
                yield Say(reason)
                yield from self._go(self.launches.answer(ticket, None))
            case BarBegan(number):
                yield from self._bar_began(number)
            case MetreTold(bar, tick):
                self.metre.begin(bar, tick)
            case BeatBegan(tick):
                yield from self._beat_began(tick)
            case LaunchTold(track, slot, tick):
                yield from self._launch_told(track, slot, tick)
            case StartTold(track, slot, tick):
                yield from self._report_changes(self.display.counted_from(track, slot, tick))
            case SlotEnded(slot):
                self.slots.give_back(slot)
            case TransportMoved(playing, tick):
                yield from self._transport_moved(playing, tick)
            case TempoTold(tempo_bpm):
                yield from self._report_change("/transport/tempo_now", tempo_bpm)
            case ModulationTold(group, number, value):
                yield from self._modulation_told(group, number, value)
            case LinkTold():
                yield from self._hear_link(event)
            case LedTold(source):
                self.leader = source
                yield Say(self._leader_words())
            case LatenessTold() | ClockTold() | TrafficTold() | FaultsTold():
                yield from self._report_changes(_measures(event))
                yield from self.tuner.tell_devices(self.playing)

    # -- whose time is kept --------------------------------------------------

    def _hear_link(self, told: LinkTold) -> Iterator[Order]:
        """Pass on what Link says. A session of ourselves alone leads nobody, where somebody else might."""
        if told.peers == 0 and len(self.sources.ranked) > 1:
            yield ToSequencer(do.DO_STEER)
        elif TEMPO_MIN_BPM <= told.tempo_bpm <= TEMPO_MAX_BPM:
            yield ToSequencer(do.DO_STEER, a=round(told.beat * TICKS_PER_BEAT), b=told.when, x=told.tempo_bpm)
            if self.leader == LINK:
                yield from self._report_change("/transport/tempo", told.tempo_bpm)
        yield from self._do_as_session(told.playing)

    def _prefer(self, first: int) -> Iterator[Order]:
        """Let the source that was named at place `first` (from 1) go before the others."""
        count = len(self.sources.ranked)
        if first > count:
            self.unknown += 1
            yield Say(f"there is no clock {first}: {count} named ({self.sources})")
            first = 1
        yield from self._report("/clock/prefer", first)
        yield ToSequencer(do.DO_PREFER, a=self.sources.order(first), b=count)

    def _leader_words(self) -> str:
        name = self.sources.name_of(self.leader)
        return f"the beat follows {name}" if self.leader != OWN else "the beat goes on by itself"

    def _do_as_session(self, playing: bool) -> Iterator[Order]:
        """Start and stop with the Link session, when it does so; its first word lets the music begin."""
        before, self.session_plays = self.session_plays, playing
        if before is None:
            self.is_starting = not self.is_to_play
            yield from self._go(())
        elif playing not in (before, self.is_to_play):
            yield from self._move(do.DO_START if playing else do.DO_STOP)

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
        yield from self.modulation.swing_about(turned.address, turned.value)

    def _do(self, name: str, value: Setting, track: Track | None, origin: str) -> Iterator[Order]:
        """Do what a parameter means, now that it has its value."""
        if track is not None:
            yield from self._do_on_track(name, value, track)
        elif name.startswith(("/transport/", "/clock/")):
            yield from self._do_in_time(name, value)
        else:
            yield from self._do_in_set(name, value, origin)

    def _do_in_time(self, name: str, value: Setting) -> Iterator[Order]:
        """Do what a parameter of the transport means, or one of the clocks that are heard."""
        match name:
            case "/transport/start":
                yield from self._start()
            case "/transport/stop":
                yield from self._move_all(do.DO_STOP)
            case "/transport/continue":
                yield from self._move_all(do.DO_CONTINUE)
            case "/transport/locate":
                yield ToSequencer(do.DO_LOCATE, a=round(float(value) * TICKS_PER_BEAT))
            case "/transport/play":
                yield from self._start() if value else self._move_all(do.DO_STOP)
            case "/transport/tempo":
                yield from self._share_tempo()
                yield from self._tempo(int(self.panel.values["/transport/ramp"]))
            case "/transport/nudge":
                yield from self._tempo()
            case "/transport/tap":
                tempo_bpm = self.tap.strike(self.now_s)
                if tempo_bpm is not None:
                    yield from self._report("/transport/tempo", tempo_bpm)
                    yield from self._share_tempo()
                    yield from self._tempo()
            case "/transport/ramp":
                pass  # It is asked when a tempo is set.
            case "/clock/prefer":
                yield from self._prefer(int(value))
            case "/clock/next":
                first = int(self.panel.values["/clock/prefer"])
                yield from self._prefer(first % len(self.sources.ranked) + 1)

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

    def _move(self, kind: int) -> Iterator[Order]:
        self.is_to_play = kind != do.DO_STOP
        yield ToSequencer(kind)

    def _move_all(self, kind: int) -> Iterator[Order]:
        """Start, stop or continue, and let the Link session do so, where there is one."""
        yield from self._move(kind)
        if self.session_plays is not None:
            yield SharePlaying(self.is_to_play)

    def _share_tempo(self) -> Iterator[Order]:
        if self.session_plays is not None and self.leader == LINK:
            yield ShareTempo(float(self.panel.values["/transport/tempo"]))

    def _tempo(self, ramp_bars: int = 0) -> Iterator[Order]:
        tempo_bpm = float(self.panel.values["/transport/tempo"])
        nudge = float(self.panel.values["/transport/nudge"])
        nudged_bpm = tempo_bpm * (1.0 + NUDGE_SHARE * nudge)
        nudged_bpm = min(max(nudged_bpm, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
        bars = self.metre.bars
        ramp_ticks = bars.line_of(self.bar + ramp_bars) - bars.line_of(self.bar)
        yield ToSequencer(do.DO_TEMPO, a=ramp_ticks, x=nudged_bpm)
        if "delay_time" not in self.patch.master:
            control = MASTER_CONTROL["delay_time"]
            yield ToSequencer(do.DO_CONTROL, a=control.number, x=control.clamp(DELAY_BEATS * 60.0 / tempo_bpm))

    # -- patterns ----------------------------------------------------------

    def _ticket(self) -> int:
        self.tickets += 1
        return self.tickets

    def _launch_by_hand(self, scene: int) -> Iterator[Order]:
        if scene < len(self.patch.scenes):
            yield from self._leave_song()
        yield from self._launch_scene(scene)

    def _launch_scene(self, scene: int, quantum: int | None = None) -> Iterator[Order]:
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
        launch = Launch(self.panel.quantum if quantum is None else quantum, legato=False, is_scene=True)
        metres = self.patch.scene_metres(scene)
        if metres != self.metre.wanted:
            # Everybody begins anew: what was made for other bars would fall out of step.
            launch.metres = self.metre.wanted = metres
        self.unfolding.scene_asked()
        yield from self._choose(
            {number: self._pattern_number(number, name) if name else None for number, name in named.items()}, launch
        )

    def _pattern_number(self, track: int, name: str) -> int:
        return [pattern.name for pattern in self.tracks[track].spec.patterns].index(name)

    def _choose(self, patterns: dict[int, int | None], launch: Launch) -> Iterator[Order]:
        """Let tracks take up patterns, all on the same tick; None is silence."""
        requests: list[Order] = []
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
                requests += self._compose(track, launch)
        if launch.metres:
            for track in self.tracks:
                if track.number not in patterns and track.playing is not None:
                    track.begin_anew()
                    requests += self._compose(track, launch)
        yield from requests
        yield from self._go(self.launches.add(launch))

    def _compose(self, track: Track, launch: Launch) -> Iterator[Order]:
        """Let a launch have what the track's pattern has written, or wait for what its generator will propose."""
        written = track.written(self.metre.wanted)
        if written is not None:
            launch.bars[track.number] = written
            return
        request = track.request(self.patch, self._ticket(), self.metre.wanted)
        launch.waiting[request.ticket] = track.number
        yield request

    def _ask_again(self, track: Track) -> Iterator[Order]:
        """Ask for the track's pattern anew, to take over at the quantum without losing its place."""
        if track.playing is None or track.playing.written is not None:
            return
        request = track.request(self.patch, self._ticket(), self.metre.wanted)
        yield request
        if self.launches.renew(track.number, request.ticket):
            return  # It still goes with those it was asked for together with (L2).
        # A pattern that has not begun has no place to keep: it begins with the newer bar.
        legato = not track.is_due(self.bar)
        launch = Launch(self.panel.quantum, legato, waiting={request.ticket: track.number})
        yield from self._go(self.launches.add(launch))

    def _ask_fill(self, track: Track) -> Iterator[Order]:
        if track.playing is None or track.home is None or not self.playing:
            return
        if waits_for_fill(track.playing.written):
            yield from self.filling.ask(self.bar + 1)
            return
        if track.playing.written is not None:
            yield Say(f"{track.spec.name} plays what is written: give its steps fill conditions, and they will sound")
            return
        if track.is_due(self.bar):
            yield Say(f"{track.spec.name} takes up another pattern first: no fill before that")
            return
        request = track.request_fill(self.patch, self._ticket(), self.bar + 1, self.metre.bars)
        launch = Launch(do.NEXT_BAR, True, True, {request.ticket: track.number})
        yield request
        yield from self._go(self.launches.add(launch))

    def _go(self, ready: Iterable[Launch]) -> Iterator[Order]:
        """Launch what is ready; with the first launch the music starts."""
        for launch in ready:
            if launch.metres:
                yield from self.metre.order(launch.metres, launch.quantum)
            if launch.is_scene:
                self.unfolding.scene_launched()
            for number in launch.silences:
                track = self.tracks[number]
                track.home, track.fill_slot, track.fill_bar = None, -1, -1
                yield ToSequencer(do.DO_LAUNCH, number, launch.quantum, a=-1)
            for number, bar in launch.bars.items():
                yield from self._launch_bar(self.tracks[number], bar, launch)
        if self.is_starting and not self.launches.waiting:
            self.is_starting = False
            yield from self._move(do.DO_START)

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
        quantum, playhead, reading = launch.quantum, LEGATO, track.reading
        if launch.is_fill:
            track.fill_slot, track.fill_bar = slot, math.inf
            playhead, reading = INTERLUDE, of_a_fill(track.reading)
        else:
            track.home = bar
            if not launch.legato:
                track.fresh_slot, track.fill_slot, track.fill_bar = slot, -1, -1
                playhead = IN_STEP if self.metre.goes_round else ANEW
            elif track.fill_bar == self.bar >= 0:
                quantum = do.NEXT_BAR  # The fill has its bar, and no more.
        self.display.write(slot, bar, launch.legato, reading)
        yield WriteSlot(slot, bar, reading)
        yield ToSequencer(do.DO_LAUNCH, track.number, quantum, a=slot, b=playhead)

    # -- what the data plane tells -----------------------------------------

    def _launch_told(self, number: int, slot: int, tick: int) -> Iterator[Order]:
        bar = self.metre.bars.bar_at(tick)
        first_bar, began = bar, tick
        if self.metre.goes_round:
            first_bar = self.metre.bars.cycle_of(bar)
            began = self.metre.bars.line_of(first_bar)
        self.tracks[number].launched(slot, tick, bar, first_bar, self.playing)
        self.unfolding.launch_told(bar if self.playing else -1)
        yield from self._report_changes(self.display.launch(number, slot, tick, self.playing, began))

    def _beat_began(self, tick: int) -> Iterator[Order]:
        line = self.metre.bars.line_of(self.metre.bars.bar_at(tick))
        yield from self._report("/transport/beat", (tick - line) // TICKS_PER_BEAT + 1)
        yield from self._report("/transport/position", tick / TICKS_PER_BEAT)
        yield from self._report_changes(self.display.beat(tick))

    def _bar_began(self, number: int) -> Iterator[Order]:
        self.bar = number
        for address, value in self.modulation.due_at_bar():
            yield from self._modulate(address, value)
        yield from self._report("/transport/bar", number + 1)
        yield from self._report_change("/transport/metre", str(self.metre.bars.metre_of(number)))
        yield from self.filling.bar_began(number)
        for track in self.tracks:
            if track.fill_slot >= 0 and track.fill_bar <= number and track.home is not None:
                # The fill has its bar; what it interrupted comes back where its playhead would be.
                track.fill_slot = -1
                back = Launch(do.NEXT_BAR, legato=True)
                yield from self._launch_bar(track, track.home, back)
            if track.is_last_time_round(number):
                track.rolls += 1
                yield from self._ask_again(track)
        yield from self._unfold(number)

    # -- what comes by itself ------------------------------------------------

    def _unfold(self, number: int) -> Iterator[Order]:
        for coming in self.unfolding.bar_began(number, self.tracks, self.scene):
            match coming:
                case ToPattern(track, pattern):
                    yield from self._choose({track: pattern}, Launch(do.NEXT_BAR, legato=False))
                case ToScene(scene):
                    yield from self._report_changes(self.song.told())
                    yield from self._launch_scene(scene, do.NEXT_BAR)
                case ToEnd():
                    yield ToSequencer(do.DO_STOP, quantum=do.NEXT_BAR)

    def _start(self) -> Iterator[Order]:
        """Play from the beginning: of the song, where one is played and is no longer there."""
        if self.song.place <= 0:
            yield from self._move_all(do.DO_START)
            return
        yield from self._move_all(do.DO_STOP)
        self.is_starting = True
        yield from self._start_song()

    def _start_song(self) -> Iterator[Order]:
        if not self.song.start():
            yield Say("this patch has no [song]")
            yield from self._report("/song/play", False)
            return
        yield from self._report_change("/song/play", True)
        for address, value in self.song.told():
            yield from self._report(address, value)
        yield from self._launch_scene(self.song.scene)

    def _leave_song(self) -> Iterator[Order]:
        self.song.leave()
        yield from self._report_change("/song/play", False)
        yield from self._report_changes(self.song.told())

    def _modulation_told(self, group: int, number: int, value: float) -> Iterator[Order]:
        told = self.modulation.told(group, number, value)
        if isinstance(told, Report):
            yield told
        elif told:
            yield from self._modulate(told, value)

    def _transport_moved(self, playing: bool, tick: int) -> Iterator[Order]:
        self.playing = self.is_to_play = playing
        if playing and tick == 0:
            self.metre.from_the_top()
            self.unfolding.from_the_top()
        self.filling.transport_moved()
        bars = self.metre.bars
        first_bar = bars.bar_at(tick - 1) + 1
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
        yield from self._report(
            root + "playing", f"{pattern.name} ({pattern.generator or 'written'})" if pattern else ""
        )
        if track.pattern is not None:
            yield from self._report_change(root + "pattern", track.pattern + 1)
            for name in SLIDERS:
                yield from self._report_change(root + name, track.sliders[name])
            for name in KNOBS:
                yield from self._report_change(root + name, setting_of(track.reading, name))


def _measures(event: LatenessTold | ClockTold | TrafficTold | FaultsTold) -> Iterator[tuple[str, Setting]]:
    """Return what was measured, by the addresses under which it is told."""
    match event:
        case LatenessTold(late, p99_us, histogram):
            yield "/engine/late", late
            yield "/engine/lateness_us", p99_us
            yield "/engine/histogram", histogram
        case ClockTold(source, state, jitter_us, sources):
            yield "/clock/sources", sources
            yield "/clock/source", source
            yield "/clock/state", state
            yield "/clock/jitter_us", jitter_us
        case TrafficTold(ports):
            yield "/port/activity", ports
        case FaultsTold(faults):
            yield "/engine/faults", faults
