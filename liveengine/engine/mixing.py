"""Who is heard: mutes, mute groups and solos.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from liveengine.engine.orders import ToSequencer
from liveengine.sequencer.commands import DO_MUTE


class Mixing:
    """Mutes and solos of every track. A mute is the player's; what solos silence besides comes back with them."""

    def __init__(self, groups: Sequence[int]) -> None:
        self._groups = tuple(groups)
        self.muted = [False] * len(groups)
        self.soloed = [False] * len(groups)
        self._silent = [False] * len(groups)

    def go_on(self, groups: Sequence[int], muted: Sequence[bool], soloed: Sequence[bool]) -> None:
        """Go on with other tracks; `changes` tells what that means for those of the same numbers, and for the rest."""
        self._groups = tuple(groups)
        self.muted, self.soloed = list(muted), list(soloed)
        self._silent = [*self._silent, *([False] * (len(groups) - len(self._silent)))]

    def mute(self, track: int, muted: bool) -> list[int]:
        """Mute a track or not; return the other tracks of its mute group that this mutes."""
        self.muted[track] = muted
        group = self._groups[track]
        if muted or not group:
            return []
        others = [k for k, own in enumerate(self._groups) if own == group and k != track and not self.muted[k]]
        for other in others:
            self.muted[other] = True
        return others

    def solo(self, track: int, soloed: bool) -> None:
        """Solo a track or not; while any is, only those are heard."""
        self.soloed[track] = soloed

    def silent(self, track: int) -> bool:
        """Say whether a track is not heard."""
        return self.muted[track] or (any(self.soloed) and not self.soloed[track])

    def changes(self) -> Iterator[ToSequencer]:
        """Return what brings the data plane up to date, all on one tick: whoever falls silent goes first."""
        now = [self.silent(track) for track in range(len(self._groups))]
        now += [False] * (len(self._silent) - len(now))  # tracks that are gone
        changed = [track for track, silent in enumerate(now) if silent != self._silent[track]]
        self._silent = now[: len(self._groups)]
        for track in sorted(changed, key=lambda track: not now[track]):
            yield ToSequencer(DO_MUTE, track, a=int(now[track]))
