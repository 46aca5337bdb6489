"""Time as a player turns it: start and stop, the tempo, the song, and whose clock is kept.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.events import LinkTold
from liveengine.engine.orders import Order, Say, SharePlaying, ShareTempo, ToSequencer
from liveengine.engine.parameter import Setting
from liveengine.engine.taking_back import TakingBack
from liveengine.music.sound import MASTER_CONTROL
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.sources import LINK, OWN

#: A nudge of 1 hurries the beat by this share.
NUDGE_SHARE = 0.04

#: The delay repeats after this many beats, where the patch does not say otherwise.
DELAY_BEATS = 0.75


class Timekeeping(TakingBack):
    """The transport and the clocks. No order says when: the data plane finds the tick."""

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

    def _move_all(self, kind: int) -> Iterator[Order]:
        """Start, stop or continue, and let the Link session do so, where there is one."""
        yield from self._move(kind)
        if self.session_plays is not None:
            yield SharePlaying(self.is_to_play)

    def _share_tempo(self) -> Iterator[Order]:
        if self.session_plays is not None and self.leader == LINK:
            yield ShareTempo(self.tempo_bpm)

    def _tempo(self, ramp_bars: int = 0) -> Iterator[Order]:
        tempo_bpm = self.tempo_bpm
        nudge = float(self.panel.values["/transport/nudge"])
        nudged_bpm = tempo_bpm * (1.0 + NUDGE_SHARE * nudge)
        nudged_bpm = min(max(nudged_bpm, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
        bars = self.metre.bars
        ramp_ticks = bars.line_of(self.bar + ramp_bars) - bars.line_of(self.bar)
        yield ToSequencer(do.DO_TEMPO, a=ramp_ticks, x=nudged_bpm)
        if "delay_time" not in self.patch.master:
            control = MASTER_CONTROL["delay_time"]
            yield ToSequencer(do.DO_CONTROL, a=control.number, x=control.clamp(DELAY_BEATS * 60.0 / tempo_bpm))

    def _hear_link(self, told: LinkTold) -> Iterator[Order]:
        """Pass on what Link says. A session of ourselves alone leads nobody, where somebody else might."""
        if told.peers == 0 and len(self.sources.ranked) > 1:
            yield ToSequencer(do.DO_STEER)
        elif TEMPO_MIN_BPM <= told.tempo_bpm <= TEMPO_MAX_BPM:
            yield ToSequencer(do.DO_STEER, a=round(told.beat * TICKS_PER_BEAT), b=told.when, x=told.tempo_bpm)
            if self.leader == LINK:
                yield from self._report_change("/transport/tempo", told.tempo_bpm)
        yield from self._do_as_session(told.playing)

    def _do_as_session(self, playing: bool) -> Iterator[Order]:
        """Start and stop with the Link session, when it does so; its first word lets the music begin."""
        before, self.session_plays = self.session_plays, playing
        if before is None:
            self.is_starting = not self.is_to_play
            yield from self._go(())
        elif playing not in (before, self.is_to_play):
            yield from self._move(do.DO_START if playing else do.DO_STOP)

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
