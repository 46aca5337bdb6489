"""Players: who plays which pattern on a track, from where to where.

A track has two players, the one that is heard and the one that comes next;
while a launch is near both run, for a note belongs to the pattern that owns
its place on the grid, even where micro-timing lets it sound across the line (N5).

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.music.note import OFFSET_LIMIT
from liveengine.sequencer.agenda import PLAYER_END, new_stamp, schedule
from liveengine.sequencer.metre import cycle_line
from liveengine.sequencer.outlet import CANCELLED, ENDED, LAUNCHED, song_tick, tell, tell_at
from liveengine.sequencer.ownership import owner
from liveengine.sequencer.reading import cell_song, change_reading
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.steps import seek

# Where a pattern that is launched begins.
ANEW = 0  # at its first step
LEGATO = 1  # where the playhead is that it takes over (L1)
INTERLUDE = 2  # at its first step; whoever comes after it legato takes up the playhead that it interrupts
IN_STEP = 3  # where it would be, had it begun with the present cycle of metres


@compiled
def _hold_until(s: State, p: int, stop: int) -> None:
    """Let a player's notes belong to it up to song tick `stop`."""
    player = s.players[p]
    player.stop = stop
    transport = s.transport[0]
    if stop != NEVER and transport.playing:
        schedule(s, transport.song_origin + stop + OFFSET_LIMIT, PLAYER_END, p, player.stamp, 0)


@compiled
def end_player(s: State, p: int, tick: int) -> None:
    """Retire a player whose last note has had its time, unless it was held on meanwhile."""
    if s.players[p].stop + OFFSET_LIMIT == tick - s.transport[0].song_origin:
        retire(s, p, tick)


@compiled
def retire(s: State, p: int, tick: int) -> None:
    """Send a player home and tell that its slot is free."""
    player = s.players[p]
    if player.slot >= 0:
        slot = player.slot
        player.slot = -1
        player.stamp = new_stamp(s)
        tell(s, ENDED, p // 2, tick, slot, 0.0)


@compiled
def cancel(s: State, track: int, tick: int) -> None:
    """Take back a launch whose time has not come; whoever plays goes on."""
    song = song_tick(s, tick)
    is_silence = True
    for p in range(2 * track, 2 * track + 2):
        player = s.players[p]
        if player.slot >= 0 and player.begin > song:
            tell(s, CANCELLED, track, tick, player.slot, 0.0)
            retire(s, p, tick)
            is_silence = False
    heard = owner(s, track, song)
    if heard >= 0 and s.players[heard].stop != NEVER:
        _hold_until(s, heard, NEVER)
        if is_silence:
            tell(s, CANCELLED, track, tick, -1, 0.0)


@compiled
def launch(s: State, track: int, slot: int, at: int, playhead: int, tick: int) -> None:
    """Let `slot` take over a track at song tick `at`; -1 is silence. `playhead` says where in it (L1)."""
    transport = s.transport[0]
    cancel(s, track, tick)
    heard = owner(s, track, song_tick(s, tick))
    start = cycle_line(s, at) if playhead == IN_STEP else at
    head = start
    if heard >= 0:
        if playhead in (LEGATO, INTERLUDE):
            head = s.players[heard].head
        if playhead == LEGATO:
            start = head
        if transport.playing:
            _hold_until(s, heard, at)
        else:
            retire(s, heard, tick)
    tell_at(s, LAUNCHED, track, tick, at, slot, 0.0)
    if slot < 0:
        return
    p = 2 * track + 1 if heard == 2 * track else 2 * track
    retire(s, p, tick)
    player = s.players[p]
    player.slot = slot
    player.start = start
    player.head = head
    player.begin = at
    player.stop = NEVER
    if transport.playing:
        seek(s, p, max(tick, transport.song_origin + at - OFFSET_LIMIT))


@compiled
def settle(s: State, tick: int) -> None:
    """Bring every launch that is under way to its end, for the transport stops or jumps."""
    for p in range(2 * TRACKS):
        player = s.players[p]
        if player.slot >= 0 and player.stop != NEVER:
            retire(s, p, tick)
        player.stamp = new_stamp(s)


@compiled
def restart(s: State, song: int, tick: int, from_the_top: bool) -> None:
    """Point every player at song tick `song`, which is now; from the top, every pattern begins anew."""
    for p in range(2 * TRACKS):
        player = s.players[p]
        if player.slot >= 0:
            player.begin = song
            if from_the_top:
                player.start = player.head = song
            seek(s, p, tick)


@compiled
def read_otherwise(s: State, track: int, field: int, whole: int, share: float) -> None:
    """Turn one field of how a track's patterns are read.

    What has been read from a pattern is played as it was read; it is read on where it was, and otherwise.
    """
    for p in range(2 * track, 2 * track + 2):
        player = s.players[p]
        if player.slot >= 0:
            slot = s.slots[player.slot]
            if s.transport[0].playing and slot.steps > 0:
                song = cell_song(slot, player.start, player.cell)
                round_, place = divmod(player.cell, slot.cells)
                change_reading(slot, field, whole, share)
                player.cell = round_ * slot.cells + place if place < slot.cells else (round_ + 1) * slot.cells
                moved = song - cell_song(slot, player.start, player.cell)
                if player.head == player.start:
                    player.head += moved
                player.start += moved
            else:
                change_reading(slot, field, whole, share)
