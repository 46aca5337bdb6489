"""The engine: one event in, orders out.

It owns everything a player can change, and decides nothing about time: each
order that sounds says at which quantum, and the data plane finds the tick.
What it holds is the board's; on that stand launching, timekeeping and
turning, and crossing from one patch to another: each a file that knows those before it.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.crossing import Crossing
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
    LaunchTakenBack,
    LaunchTold,
    LedTold,
    LineCrossed,
    LinkTold,
    MetreTold,
    MidiCame,
    ModulationTold,
    PatchLoaded,
    SlotEnded,
    StartTold,
    TempoTold,
    TrafficTold,
    TransportMoved,
)
from liveengine.engine.launches import Launch
from liveengine.engine.orders import Order, Report, Say, ToSequencer
from liveengine.engine.parameter import Setting
from liveengine.engine.phrasing import is_last_of_phrase
from liveengine.engine.setting_up import set_up
from liveengine.engine.unfolding import ToEnd, ToPattern, ToScene
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer import commands as do


class Engine(Crossing):
    """The whole of it: takes in what happens, and answers with what is to be done."""

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
            case BarReady() | BarFailed():
                yield from self._answered(event)
            case BarBegan(number):
                yield from self._bar_began(number)
            case MetreTold(bar, tick):
                self.metre.begin(bar, tick)
            case BeatBegan(tick):
                yield from self._beat_began(tick)
            case LaunchTold(track, slot, tick):
                yield from self._launch_told(track, slot, tick)
            case LaunchTakenBack(track, slot):
                yield from self._taken_back(track, slot)
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
            case PatchLoaded():
                yield from self._patch_loaded(event)
            case LineCrossed():
                yield from self._crossed()
            case LinkTold():
                yield from self._hear_link(event)
            case LedTold(source):
                self.leader = source
                yield Say(self._leader_words())
            case LatenessTold() | ClockTold() | TrafficTold() | FaultsTold():
                yield from self._report_changes(_measures(event))
                yield from self.tuner.tell_devices(self.playing)

    def _answered(self, event: BarReady | BarFailed) -> Iterator[Order]:
        """Take what a generator made of a request; where a rule stood in for a model, that is told once."""
        if isinstance(event, BarFailed):
            self.failures += 1
            yield Say(event.reason)
            bar = None
        else:
            bar = event.bar
            self.modelled += event.by_model
            self.said_again += event.said_again
            if event.gave_way:
                self.gave_way[event.gave_way] += 1
                if self.gave_way[event.gave_way] == 1:
                    yield Say(event.gave_way)
        yield from self._go(self.launches.answer(event.ticket, bar))
        yield from self._bar_made(event.ticket, bar)

    def _launch_told(self, number: int, slot: int, tick: int) -> Iterator[Order]:
        if number >= len(self.tracks):
            return  # The patch that plays now has no such track.
        bar = self.metre.bars.bar_at(tick)
        first_bar, began = bar, tick
        if self.metre.goes_round:
            first_bar = self.metre.bars.cycle_of(bar)
            began = self.metre.bars.line_of(first_bar)
        self.tracks[number].launched(slot, tick, bar, first_bar, self.playing)
        self.unfolding.launch_told(bar if self.playing else -1)
        yield from self._report_changes(self.display.launch(number, slot, tick, self.playing, began))

    def _beat_began(self, tick: int) -> Iterator[Order]:
        self.beat_tick = tick
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
        if self.panel.values["/fill/phrases"] and is_last_of_phrase(self.patch.phrases, number + 1):
            yield from self._end_phrase()
        yield from self._unfold(number)

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

    def _modulation_told(self, group: int, number: int, value: float) -> Iterator[Order]:
        if self.line is not None and group in self.line.lfo_groups:
            return  # It is the old patch's.
        told = self.modulation.told(group, number, value)
        if isinstance(told, Report):
            yield told
        elif told:
            yield from self._modulate(told, value)

    def _transport_moved(self, playing: bool, tick: int) -> Iterator[Order]:
        self.playing = self.is_to_play = playing
        self.beat_tick = tick
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
