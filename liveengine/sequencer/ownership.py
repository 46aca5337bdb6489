"""Who owns a place of the song on a track: of its two players, the one whose pattern it belongs to.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.sequencer.state import State


@compiled
def owner(s: State, track: int, song: int) -> int:
    """Return the player that owns song tick `song` on a track, or -1."""
    for p in range(2 * track, 2 * track + 2):
        player = s.players[p]
        if player.slot >= 0 and player.begin <= song < player.stop:
            return p
    return -1
