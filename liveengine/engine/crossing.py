"""From one patch to another while the music plays.

The new patch's tracks are made, and their bars asked for, beside those that play. Once every bar is there, all that
has changed goes to the data plane for one bar line: launches, routes, sounds. Notes that sound end where they began,
for the ledger knows them by port and channel; no clock and no tempo is touched. LFOs stand in rows that are read
until the line, so they are written when the data plane has told that it is crossed.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from liveengine.engine.carrying import pattern_after, track_after, with_rows
from liveengine.engine.coming import Coming, Line, at_line, let_go
from liveengine.engine.events import PatchLoaded
from liveengine.engine.launches import Launch
from liveengine.engine.modulation import arp_orders, write_lfos
from liveengine.engine.orders import LoadPatch, Order, Report, Say, TakesOver, ToSequencer, WriteGroove
from liveengine.engine.panel import Turned
from liveengine.engine.parameter import Setting
from liveengine.engine.readings import KNOBS
from liveengine.engine.rows.tracks import MIX_CONTROLS
from liveengine.engine.setting_up import set_up_track
from liveengine.engine.spec import Patch
from liveengine.engine.track import Track
from liveengine.engine.tuning import zone_of
from liveengine.engine.turning import Turning
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.tracks import TRACKS

#: No patch has this track: muting it means nothing, and tells that the commands before it have been carried out.
MARK = TRACKS - 1


class Crossing(Turning):
    """Loading a patch while another plays (O3, F3)."""

    coming: Coming | None = None
    line: Line | None = None
    loaded: PatchLoaded | None = None  # came while a line was ahead

    def _patch_asked(self, name: str, value: Setting) -> Iterator[Order]:
        match name:
            case "/patch/load":
                yield LoadPatch(str(value))
            case "/patch/reload":
                yield LoadPatch("")
            case "/patch/tempo":
                yield from self._report("/transport/tempo", self.patch.tempo_bpm)
                yield from self._do_in_time("/transport/tempo", self.patch.tempo_bpm)

    # -- before the line -----------------------------------------------------

    def _patch_loaded(self, event: PatchLoaded) -> Iterator[Order]:
        if self.line is not None:
            self.loaded = event
            return
        try:
            patch, grooves = with_rows(event.patch, self.groove_rows, self._rows_in_use())
        except ValueError as error:
            yield Say(str(error))
            return
        for row, groove in grooves.items():
            self.groove_rows[row] = groove
            yield WriteGroove(row, groove)
        self.coming = coming = self._make(event, patch)
        for number in sorted(coming.changed):
            yield from self._ask_for(coming, coming.tracks[number])
        yield from self._cross_when_ready()

    def _rows_in_use(self) -> set[int]:
        return {pattern.reading.groove for track in self.tracks for pattern in track.spec.patterns}

    def _state_of_play(self) -> object:
        """Return what must be as it was when the new bars were asked for."""
        tracks = [(track.pattern, track.rolls, tuple(track.sliders.items())) for track in self.tracks]
        return self.scene, self.song.place, tracks

    def _make(self, event: PatchLoaded, patch: Patch) -> Coming:
        """Make the tracks of a patch; those of the same file that nothing has changed are those that play."""
        names = [scene.name for scene in patch.scenes]
        playing = self.patch.scenes[self.scene].name if self.scene >= 0 else ""
        is_fresh = patch.path != self.patch.path or playing not in names
        scene = names.index(playing) if not is_fresh else patch.song.order[0][0] if patch.song else 0
        metres = patch.scene_metres(scene)
        begins_anew = metres != self.metre.wanted or (is_fresh and bool(self.launches.waiting))
        known = {} if is_fresh else {track.spec.name: track for track in self.tracks}
        coming = Coming(
            event, patch, is_fresh, scene, [], set(),
            Launch(do.NEXT_BAR, legato=True),
            Launch(do.NEXT_BAR, legato=False, metres=metres if begins_anew else (), is_scene=is_fresh),
            self._state_of_play(),
        )  # fmt: skip
        for number, spec in enumerate(patch.tracks):
            before = known.get(spec.name)
            pattern = pattern_after(before, spec, patch.scenes[scene].patterns)
            if before is not None and self._plays_on(before, number, patch, event, begins_anew):
                coming.tracks.append(before)
                continue
            track = track_after(before, number, spec, pattern)
            coming.tracks.append(track)
            coming.changed.add(number)
            if pattern is None:
                coming.anew.silences.append(number)
        return coming

    def _plays_on(self, track: Track, number: int, patch: Patch, event: PatchLoaded, begins_anew: bool) -> bool:
        """Say whether nothing has changed that a track is made of."""
        same_place = (track.number, track.spec, self.ports[track.number]) == (
            number,
            patch.tracks[number],
            event.ports[number],
        )
        old = self.patch
        same_frame = (old.seed, old.key, old.chords) == (patch.seed, patch.key, patch.chords)
        is_written = track.playing is None or track.playing.written is not None
        same_zone = zone_of(old, track.spec) == zone_of(patch, track.spec)
        return same_place and same_zone and not begins_anew and (same_frame or is_written)

    def _ask_for(self, coming: Coming, track: Track) -> Iterator[Order]:
        """Give a launch the bar that a track's pattern has written, or ask for it."""
        if track.playing is None:
            return
        metres = coming.patch.scene_metres(coming.scene)
        goes_on = not coming.anew.metres and not coming.is_fresh and self._is_in_place(track)
        launch = coming.in_place if goes_on else coming.anew
        written = track.written(metres)
        if written is not None:
            launch.bars[track.number] = written
            return
        request = track.request(coming.patch, self._ticket(), metres, self.tempo_bpm, coming.scene)
        launch.waiting = {**launch.waiting, request.ticket: track.number}
        # Under a number of its own: what the tracks that play ask for meanwhile does not make it void.
        yield replace(request, track=TRACKS + track.number)

    def _is_in_place(self, track: Track) -> bool:
        """Say whether a track plays a pattern of this name, so that its playhead can be kept."""
        if track.number >= len(self.tracks):
            return False
        before = self.tracks[track.number]
        if before.playing is None or track.playing is None or before.is_due(self.bar):
            return False
        return (before.spec.name, before.playing.name) == (track.spec.name, track.playing.name)

    def _bar_made(self, ticket: int, bar: object) -> Iterator[Order]:
        """Take in a bar (None: there will be none) that the coming patch waits for."""
        coming = self.coming
        if coming is None:
            return
        for launch in (coming.in_place, coming.anew):
            if ticket in launch.waiting:
                number = launch.waiting[ticket]
                launch.waiting = {other: track for other, track in launch.waiting.items() if other != ticket}
                if bar is not None:
                    launch.bars[number] = bar  # type: ignore[assignment]
        yield from self._cross_when_ready()

    def _cross_when_ready(self) -> Iterator[Order]:
        coming = self.coming
        if coming is None or not coming.is_ready:
            return
        self.coming = None
        if coming.as_of != self._state_of_play():
            yield from self._patch_loaded(coming.loaded)  # Somebody has launched something meanwhile.
        else:
            yield from self._cross(coming)

    # -- to the line -----------------------------------------------------------

    def _cross(self, coming: Coming) -> Iterator[Order]:
        """Order all that is to change on the next bar line, and let the players turn what comes after it."""
        old, patch, gone = self.patch, coming.patch, range(len(coming.tracks), len(self.tracks))
        groups = {n: len(self.tracks[n].spec.lfos) for n in (*coming.changed, *gone) if n < len(self.tracks)}
        groups |= {n: 0 for n in coming.changed if n not in groups}
        if patch.lfos != old.lfos:
            groups[TRACKS] = len(old.lfos)
        self.line = Line(groups)
        stale = set(coming.changed) | set(gone)
        waited = list(self.launches.without(stale))
        ready = [] if coming.is_fresh or coming.anew.metres else waited
        before, specs, ports = dict(self.panel.values), [track.spec for track in self.tracks], self.ports
        yield from let_go(groups)
        self._take_up(patch, coming.loaded.ports, coming.tracks, coming.changed, coming.is_fresh)
        self.scene = coming.scene
        if coming.anew.metres:
            self.metre.wanted = coming.anew.metres
        if patch.seed != old.seed:
            yield at_line(ToSequencer(do.DO_SEED, a=patch.seed))
        for number in sorted(coming.changed):
            known = (specs[number], ports[number]) if number < len(specs) else None
            yield from map(at_line, self._track_orders(number, known))
        yield from map(at_line, self._master_orders(before))
        yield from map(at_line, self.tuner.go_on())
        yield from map(at_line, self.mixing.changes())
        for number in gone:
            yield ToSequencer(do.DO_LAUNCH, number, do.NEXT_BAR, a=-1)
            yield Report(f"/track/{number + 1}/name", "")
        yield from map(at_line, coming.loaded.wiring)
        yield TakesOver(patch)
        yield from self._go(ready)
        yield from self._go([coming.anew, coming.in_place])
        yield at_line(ToSequencer(do.DO_MUTE, MARK))
        yield from self._tell_patch(before, coming)

    def _track_orders(self, number: int, known: tuple[object, int] | None) -> Iterator[Order]:
        """Set a track up as it stands on the panel: strip, route, program, arpeggiator."""
        spec, port, root = self.tracks[number].spec, self.ports[number], f"/track/{number + 1}/"
        controls = {}
        for name, control in STRIP_CONTROL.items():
            address = root + name if name in MIX_CONTROLS else f"{root}sound/{name}"
            controls[name] = float(self.panel.values.get(address, control.default))
        old = None if known is None else known[0]
        same_device = known is not None and known[1] == port and getattr(old, "channel", 0) == spec.channel
        if same_device and getattr(old, "program", None) == spec.program:
            spec = replace(spec, program=None)
        yield from set_up_track(number, replace(spec, controls=controls), port, zone_of(self.patch, spec))
        if known is None or getattr(old, "arp", None) != spec.arp:
            yield from arp_orders(number, spec.arp)

    def _master_orders(self, before: dict[str, Setting]) -> Iterator[Order]:
        for name, control in MASTER_CONTROL.items():
            value = self.panel.values.get(f"/master/{name}")
            if value is not None and value != before.get(f"/master/{name}"):
                yield ToSequencer(do.DO_CONTROL, a=control.number, x=float(value))

    def _tell_patch(self, before: dict[str, Setting], coming: Coming) -> Iterator[Order]:
        """Tell everybody what has become of the values."""
        for number in sorted(coming.changed):
            yield from self._report_track(self.tracks[number])
        self.panel.values |= {"/scene/current": self.scene + 1, "/scene/launch": self.scene + 1}
        self.panel.values["/scene/name"] = self.patch.scenes[self.scene].name
        self.panel.values |= {"/song/play": self.song.is_on, **dict(self.song.told())}
        yield from (Report(a, v) for a, v in self.panel.values.items() if before.get(a) != v)
        yield Say(f"{self.patch.title} takes over at the next bar line")

    # -- past the line -----------------------------------------------------------

    def _crossed(self) -> Iterator[Order]:
        """Do what had to wait until nothing of the old patch is read any more."""
        line, self.line = self.line, None
        if line is None:
            return
        for group in line.lfo_groups:
            lfos = self.patch.lfos if group == TRACKS else ()
            if group < len(self.tracks):
                lfos = self.tracks[group].spec.lfos
            yield from write_lfos(group, lfos)
        yield from self.modulation.begin()
        for turned in line.turned.values():
            track = None if turned.track is None else self.tracks[turned.track]
            yield from self._do(turned.name, turned.value, track, "")
        for number in range(len(self.tracks)):
            yield ToSequencer(do.DO_MUTE, number, a=int(self.mixing.silent(number)))
        loaded, self.loaded = self.loaded, None
        if loaded is not None:
            yield from self._patch_loaded(loaded)

    def _note_turned(self, turned: Turned) -> None:
        """Remember a knob that was turned before the line, on which it would be set as the patch has it."""
        if self.line is None or not turned.told:
            return
        name = turned.name
        if name in KNOBS or name in MIX_CONTROLS or name.startswith(("sound/", "lfo/", "arp/", "/lfo/", "/master/")):
            self.line.turned[turned.address] = turned
