"""The board: all that the engine holds while it plays a patch, and how its values are told.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from liveengine.engine.clock import Sources
from liveengine.engine.display import Display
from liveengine.engine.filling import Filling
from liveengine.engine.launches import Launches, Slots
from liveengine.engine.mapping import Mapping
from liveengine.engine.metre import MetreBook
from liveengine.engine.mixing import Mixing
from liveengine.engine.modulation import Modulation
from liveengine.engine.orders import Order, Report
from liveengine.engine.panel import Panel
from liveengine.engine.parameter import Setting
from liveengine.engine.readings import KNOBS, setting_of
from liveengine.engine.spec import Patch
from liveengine.engine.tap import Tap
from liveengine.engine.track import SLIDERS, Track
from liveengine.engine.tuning import Tuner
from liveengine.engine.unfolding import Unfolding
from liveengine.music.groove import Groove
from liveengine.sequencer.records.patterns import GROOVES
from liveengine.sequencer.records.sources import OWN


class Board:
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
        self.mappings = tuple(mappings)
        self.patch = patch
        self.tracks = [Track(number, spec) for number, spec in enumerate(patch.tracks)]
        self.ports = list(ports) or [-1] * len(self.tracks)
        self.groove_rows: list[Groove | None] = [*patch.grooves, *([None] * (GROOVES - len(patch.grooves)))]
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
        self.beat_tick = 0  # song tick of the beat that began last
        self.sources = sources or Sources()
        self.leader = OWN
        self.is_starting = not self.sources.starts_us
        self.tap = Tap()
        self.now_s = 0.0
        self.tickets = 0
        self.unknown = 0  # addresses and values that meant nothing
        self.failures = 0  # bars that generators could not make
        self.modelled = 0  # bars that models were asked for
        self.said_again = 0  # bars that models said again, because they stood in what they learnt from
        self.gave_way: Counter[str] = Counter()  # those of them that a rule made, by reason

    def _take_up(
        self, patch: Patch, ports: Sequence[int], tracks: list[Track], renewed: set[int], is_fresh: bool
    ) -> None:
        """Hold another patch from now on; `renewed` are the tracks that do not simply play on.

        What its file has not changed stays as it was turned, unless it `is_fresh`.
        """
        before = {} if is_fresh else {track.spec.name: track.number for track in self.tracks}
        came_from = [before.get(track.spec.name) for track in tracks]
        mixed = [(False, False) if n is None else (self.mixing.muted[n], self.mixing.soloed[n]) for n in came_from]
        self.mixing.go_on([track.spec.mute_group for track in tracks], *map(list, zip(*mixed, strict=True)))
        moved = {number: old + 1 for number, old in enumerate(came_from, 1) if old is not None}
        tuner = Tuner(patch, ports)
        tuner.succeed(self.tuner, patch)
        self.panel.take_up(patch, self.patch, moved, renewed)
        self.panel.values.update(tuner.values())
        self.modulation = Modulation(patch, self.panel.place, self.panel.values)
        self.modulation.stand_as_turned()
        self.tuner, self.patch, self.tracks, self.ports = tuner, patch, tracks, list(ports)
        self.display.resize(len(tracks), patch.seed)
        if is_fresh:
            self.unfolding = Unfolding(patch)
            self.unfolding.song.start()
            self.unfolding.scene_asked()
        else:
            self.unfolding.go_on(patch)
        self.song = self.unfolding.song

    @property
    def tempo_bpm(self) -> float:
        """The tempo that was turned last, or that is shared."""
        return float(self.panel.values["/transport/tempo"])

    def _ticket(self) -> int:
        self.tickets += 1
        return self.tickets

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
