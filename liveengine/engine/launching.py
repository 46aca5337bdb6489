"""Patterns and scenes: what takes them up, asks for their bars, and launches those that are there.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from liveengine.engine.board import Board
from liveengine.engine.launches import Launch
from liveengine.engine.orders import Order, Say, ToSequencer, WriteSlot
from liveengine.engine.readings import of_a_fill
from liveengine.engine.track import Track
from liveengine.engine.written import waits_for_fill
from liveengine.music.note import Bar
from liveengine.sequencer import commands as do
from liveengine.sequencer.players import ANEW, IN_STEP, INTERLUDE, LEGATO


class Launching(Board):
    """Launches; with the first of them the music starts."""

    def _launch_by_hand(self, scene: int) -> Iterator[Order]:
        if scene < len(self.patch.scenes):
            yield from self._leave_song()
        yield from self._launch_scene(scene)

    def _leave_song(self) -> Iterator[Order]:
        self.song.leave()
        yield from self._report_change("/song/play", False)
        yield from self._report_changes(self.song.told())

    def _launch_scene(self, scene: int, quantum: int | None = None) -> Iterator[Order]:
        if not 0 <= scene < len(self.patch.scenes):
            self.unknown += 1
            yield Say(f"there is no scene {scene + 1}: this patch has {len(self.patch.scenes)}")
            yield from self._report("/scene/launch", self.scene + 1)
            return
        self.unfolding.scene_asked(self.scene, self.bar)
        self.scene = scene
        yield from self._report_scene()
        chosen = self.patch.scenes[scene].patterns
        named = {track.number: chosen[track.spec.name] for track in self.tracks if track.spec.name in chosen}
        launch = Launch(self.panel.quantum if quantum is None else quantum, legato=False, is_scene=True)
        metres = self.patch.scene_metres(scene)
        if metres != self.metre.wanted:
            # Everybody begins anew: what was made for other bars would fall out of step.
            launch.metres = self.metre.wanted = metres
        yield from self._choose(
            {number: self._pattern_number(number, name) if name else None for number, name in named.items()}, launch
        )

    def _report_scene(self) -> Iterator[Order]:
        yield from self._report("/scene/current", self.scene + 1)
        yield from self._report_change("/scene/name", self.patch.scenes[self.scene].name)
        yield from self._report_change("/scene/launch", self.scene + 1)

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
            track.choose(pattern, self.beat_tick)
            yield from self._report_track(track)
            if pattern is None:
                launch.silences.append(number)
            else:
                requests += self._compose(track, launch)
        if launch.metres:
            for track in self.tracks:
                if track.number not in patterns and track.playing is not None:
                    track.begin_anew(self.beat_tick, track.pattern)
                    requests += self._compose(track, launch)
        yield from requests
        yield from self._go(self.launches.add(launch))

    def _compose(self, track: Track, launch: Launch) -> Iterator[Order]:
        """Let a launch have what the track's pattern has written, or wait for what its generator will propose."""
        written = track.written(self.metre.wanted)
        if written is not None:
            launch.bars[track.number] = written
            return
        request = track.request(self.patch, self._ticket(), self.metre.wanted, self.tempo_bpm, self.scene)
        launch.waiting[request.ticket] = track.number
        yield request

    def _ask_again(self, track: Track) -> Iterator[Order]:
        """Ask for the track's pattern anew, to take over at the quantum without losing its place."""
        if track.playing is None or track.playing.written is not None:
            return
        request = track.request(self.patch, self._ticket(), self.metre.wanted, self.tempo_bpm, self.scene)
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
        next_bar = self.bar + 1
        request = track.request_fill(self.patch, self._ticket(), next_bar, self.metre.bars, self.tempo_bpm, self.scene)
        launch = Launch(do.NEXT_BAR, True, True, {request.ticket: track.number})
        yield request
        yield from self._go(self.launches.add(launch))

    def _end_phrase(self) -> Iterator[Order]:
        """Make a fill of the next bar: of steps that wait for one, and of drums that a generator plays."""
        yield from self.filling.ask(self.bar + 1)
        for track in self.tracks:
            is_proposed = track.playing is not None and track.playing.written is None
            if track.spec.role == "drums" and is_proposed and not track.is_due(self.bar):
                yield from self._ask_fill(track)

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
        quantum, playhead, reading, keeps = launch.quantum, LEGATO, track.reading, launch.legato
        if launch.is_fill:
            track.fill_slot, track.fill_bar = slot, math.inf
            playhead, reading = INTERLUDE, of_a_fill(track.reading)
        else:
            keeps = launch.legato or (self._is_legato(track) and track.home is not None and not launch.metres)
            track.home = bar
            if not launch.legato:
                track.fresh_slot, track.fill_slot, track.fill_bar = slot, -1, -1
                if not keeps:
                    playhead = IN_STEP if self.metre.goes_round else ANEW
            elif track.fill_bar == self.bar >= 0:
                quantum = do.NEXT_BAR  # The fill has its bar, and no more.
        self.display.write(slot, bar, keeps, reading)
        yield WriteSlot(slot, bar, reading)
        yield ToSequencer(do.DO_LAUNCH, track.number, quantum, a=slot, b=playhead)

    def _is_legato(self, track: Track) -> bool:
        return bool(self.panel.values[f"/track/{track.number + 1}/legato"])

    def _move(self, kind: int) -> Iterator[Order]:
        self.is_to_play = kind != do.DO_STOP
        yield ToSequencer(kind)
