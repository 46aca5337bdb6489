"""Players: who plays which pattern on a track, from where to where.

A track has two players, the one that is heard and the one that comes next;
while a launch is near both run, for a note belongs to the pattern that owns
its place on the grid, even where micro-timing lets it sound across the line (N5).

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import INSTRUMENTS
from liveengine.music.note import OFFSET_LIMIT
from liveengine.sequencer.agenda import PLAYER_END, PLAYER_NOTE, PLAYER_PICKUPS, new_stamp, schedule
from liveengine.sequencer.chance import uniform
from liveengine.sequencer.ledger import strike
from liveengine.sequencer.outlet import CANCELLED, ENDED, LAUNCHED, song_tick, tell, tell_at
from liveengine.sequencer.state import NEVER, SLOT_NOTES, TRACKS, State


@compiled
def _first_note_at(s: State, slot: int, place: int) -> int:
    """Return the index in its slot of the first note that sounds at `place` or after."""
    low, high = 0, s.slots[slot].count
    while low < high:
        middle = (low + high) // 2
        if s.notes[slot * SLOT_NOTES + middle].place < place:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _arm(s: State, p: int) -> None:
    """Put the player's next note on the agenda."""
    player = s.players[p]
    slot = s.slots[player.slot]
    if slot.count == 0:
        return
    if player.cursor >= slot.count:
        player.cursor = 0
        player.round += 1
    note = s.notes[player.slot * SLOT_NOTES + player.cursor]
    due = player.start + player.round * slot.length + note.place
    schedule(s, s.transport[0].song_origin + due, PLAYER_NOTE, p, player.stamp)


@compiled
def _play(s: State, p: int, note: Any, owned: int, tick: int) -> None:
    """Let a note sound at run tick `tick` if it is this player's (`owned`: its song tick), heard, and lucky."""
    player = s.players[p]
    if not player.begin <= owned < player.stop:
        return
    index = p // 2
    track = s.tracks[index]
    if track.muted:
        return
    if note.probability < 1.0 and (uniform(s.transport[0].seed, index, owned, note.pitch) >= note.probability):
        return
    strike(s, tick, INSTRUMENTS, index, index, note.pitch, note.velocity, note.gate, 0.0)
    if track.port > 0:
        strike(s, tick, track.port, track.channel, index, note.pitch, note.velocity, note.gate, 0.0)


@compiled
def next_note(s: State, p: int, tick: int) -> None:
    """Play the note that is due, and arm the next."""
    player = s.players[p]
    note = s.notes[player.slot * SLOT_NOTES + player.cursor]
    length = s.slots[player.slot].length
    owned = player.start + (player.round + note.turn) * length + note.tick
    _play(s, p, note, owned, tick)
    player.cursor += 1
    _arm(s, p)


@compiled
def seek(s: State, p: int, tick: int) -> None:
    """Point a player at run tick `tick`."""
    player = s.players[p]
    song = tick - s.transport[0].song_origin
    length = s.slots[player.slot].length
    player.stamp = new_stamp(s)
    player.round = (song - player.start) // length
    player.cursor = _first_note_at(s, player.slot, song - player.start - player.round * length)
    schedule(s, tick, PLAYER_PICKUPS, p, player.stamp)
    _arm(s, p)


@compiled
def pickups(s: State, p: int, tick: int) -> None:
    """Play what should have sounded before the player was pointed at `tick`, but belongs after it."""
    player = s.players[p]
    song = tick - s.transport[0].song_origin
    length = s.slots[player.slot].length
    first = (song - player.start) // length - 1
    for i in range(s.slots[player.slot].count):
        note = s.notes[player.slot * SLOT_NOTES + i]
        for round_ in range(first, first + 2):
            sounds = player.start + round_ * length + note.place
            owned = player.start + (round_ + note.turn) * length + note.tick
            if sounds < song <= owned:
                _play(s, p, note, owned, tick)


@compiled
def _hold_until(s: State, p: int, stop: int) -> None:
    """Let a player's notes belong to it up to song tick `stop`."""
    player = s.players[p]
    player.stop = stop
    transport = s.transport[0]
    if stop != NEVER and transport.playing:
        schedule(s, transport.song_origin + stop + OFFSET_LIMIT, PLAYER_END, p, player.stamp)


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
def _owner(s: State, track: int, song: int) -> int:
    """Return the player that owns song tick `song` on a track, or -1."""
    for p in range(2 * track, 2 * track + 2):
        player = s.players[p]
        if player.slot >= 0 and player.begin <= song < player.stop:
            return p
    return -1


@compiled
def cancel(s: State, track: int, tick: int) -> None:
    """Take back a launch whose time has not come; whoever plays goes on."""
    song = song_tick(s, tick)
    for p in range(2 * track, 2 * track + 2):
        player = s.players[p]
        if player.slot >= 0 and player.begin > song:
            tell(s, CANCELLED, track, tick, player.slot, 0.0)
            retire(s, p, tick)
    heard = _owner(s, track, song)
    if heard >= 0 and s.players[heard].stop != NEVER:
        _hold_until(s, heard, NEVER)


@compiled
def launch(s: State, track: int, slot: int, at: int, legato: int, tick: int) -> None:
    """Let `slot` take over a track at song tick `at`; -1 is silence. `legato` keeps the playhead (L1)."""
    transport = s.transport[0]
    cancel(s, track, tick)
    heard = _owner(s, track, song_tick(s, tick))
    start = at
    if heard >= 0:
        if legato:
            start = s.players[heard].start
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
                player.start = song
            seek(s, p, tick)
