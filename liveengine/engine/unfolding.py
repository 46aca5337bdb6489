"""What comes by itself at a bar line: the song's next scene, and what follows scenes and patterns.

It is decided when the last bar begins, so that what comes is there on the line.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from liveengine.engine.follow import Stay, follower
from liveengine.engine.song import Song, Turn
from liveengine.engine.spec import Patch
from liveengine.engine.track import Track
from liveengine.music.dice import roll

# The first coordinate of the chance that decides what follows.
_FOLLOW = 0xF0110


@dataclass(frozen=True, slots=True)
class ToPattern:
    """A track is to take up a pattern at the next bar line; both count from 0."""

    track: int
    pattern: int


@dataclass(frozen=True, slots=True)
class ToScene:
    """A scene is to begin at the next bar line."""

    scene: int


@dataclass(frozen=True, slots=True)
class ToEnd:
    """The song ends at the next bar line."""


class Unfolding:
    """Counts the bars of scenes and patterns, and says what they bring."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self.song = Song(patch.song)
        self._stay = Stay()
        self._before: tuple[int, Stay] | None = None  # the scene that plays, while another was asked for
        self._awaited = False  # a scene was launched, and the data plane has not told when it begins
        self._decided = 0

    def go_on(self, patch: Patch) -> None:
        """Go on under the same patch, written anew: in its song's place where it still has one."""
        place = self.song.place
        self._patch = patch
        self.song = Song(patch.song)
        if patch.song is not None and place >= 0:
            self.song.place = min(place, len(patch.song.order) - 1)

    def scene_asked(self, playing: int = -1, bar: int = -1) -> None:
        """Count no bars until another scene begins; `playing` is the one that does, in song bar `bar`."""
        if not self._stay.awaits(bar):
            self._before = playing, replace(self._stay)
        self._stay.wait()

    def take_back(self, bar: int) -> int:
        """Go on with the scene that plays, and return which that is; -1 where no other was to come."""
        if self._before is None or not self._stay.awaits(bar):
            return -1
        (scene, self._stay), self._before, self._awaited = self._before, None, False
        return scene

    def scene_launched(self) -> None:
        """Expect the data plane to tell when the scene begins."""
        self._awaited = True

    def launch_told(self, bar: float) -> None:
        """Take note that what was launched last begins with song bar `bar`, or with the next where it is negative."""
        if self._awaited:
            self._awaited = False
            self._stay.begin(bar)

    def from_the_top(self) -> None:
        """Count a scene anew: the song begins again."""
        self._stay.begin()

    def bar_began(self, bar: int, tracks: Iterable[Track], scene: int) -> Iterator[ToPattern | ToScene | ToEnd]:
        """Return what song bar `bar`, which begins, is the last one before; a song goes before a scene's own wish."""
        for track in tracks:
            yield from self._after_pattern(bar, track)
        bars = self._stay.count(bar)
        if not self.song.is_on:
            yield from self._after_scene(bar, bars, scene)
            return
        turn = self.song.turn(bars)
        if turn is Turn.NEXT:
            yield ToScene(self.song.scene)
        elif turn is Turn.END:
            yield ToEnd()

    def _after_pattern(self, bar: int, track: Track) -> Iterator[ToPattern]:
        bars = track.stay.count(bar)
        follow = track.playing.follow if track.playing else None
        if follow is None or track.pattern is None or bars < follow.after:
            return
        names = [pattern.name for pattern in track.spec.patterns]
        then = follower(follow, track.pattern, names, self._chance(track.number + 1))
        if then is None:
            track.stay.begin(bar + 1)
        else:
            yield ToPattern(track.number, then)

    def _after_scene(self, bar: int, bars: int, scene: int) -> Iterator[ToScene]:
        follow = self._patch.scenes[scene].follow if scene >= 0 else None
        if follow is None or bars < follow.after:
            return
        then = follower(follow, scene, [known.name for known in self._patch.scenes], self._chance(0))
        if then is None:
            self._stay.begin(bar + 1)
        else:
            yield ToScene(then)

    def _chance(self, place: int) -> int:
        """Return a seed for one decision about a track's pattern (place from 1), or the scene (0)."""
        self._decided += 1
        return roll(self._patch.seed, _FOLLOW, place, self._decided)
