"""Steps: what a player reads from its pattern, put on the agenda cell by cell, and struck when its time comes.

A cell is opened as long before it begins as a step may sound early; each of
its steps then stands on the agenda by itself.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.condition import ALWAYS, FILL, FIRST, PREVIOUS
from liveengine.music.note import GATE_MIN, OFFSET_LIMIT
from liveengine.sequencer.agenda import PLAYER_CELL, PLAYER_RATCHET, PLAYER_STEP, new_stamp, schedule
from liveengine.sequencer.arpeggio import hold_key
from liveengine.sequencer.chance import uniform
from liveengine.sequencer.ledger import strike_on
from liveengine.sequencer.reading import (
    cell_at,
    cell_begin,
    cell_song,
    offset_of,
    pitch_of,
    read_cell,
    song_of,
    velocity_of,
)
from liveengine.sequencer.records.patterns import SLOT_NOTES, SLOT_STEPS
from liveengine.sequencer.state import State
from liveengine.sequencer.turning import apply_locks

#: In an agenda entry's mark a ratchet's strike is counted below its beginning.
_STRIKES = 32


@compiled
def _first_step_at(s: State, slot: int, tick: int) -> int:
    """Return the index in its slot of the first step at pattern tick `tick` or after."""
    low, high = 0, s.slots[slot].steps
    while low < high:
        middle = (low + high) // 2
        if s.steps[slot * SLOT_STEPS + middle].tick < tick:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def seek(s: State, p: int, tick: int) -> None:
    """Point a player at run tick `tick`; what should have sounded before it, but belongs after it, sounds at once."""
    player = s.players[p]
    player.stamp = new_stamp(s)
    slot = s.slots[player.slot]
    if slot.steps == 0:
        return
    song = tick - s.transport[0].song_origin
    player.cell = cell_at(slot, player.start, song - OFFSET_LIMIT)
    while cell_song(slot, player.start, player.cell) - OFFSET_LIMIT <= song:
        _open(s, p, tick)
    _expect_cell(s, p)


@compiled
def open_cell(s: State, p: int, tick: int) -> None:
    """Put the steps of the player's next cell on the agenda, and then the cell after it."""
    _open(s, p, tick)
    _expect_cell(s, p)


@compiled
def _expect_cell(s: State, p: int) -> None:
    player = s.players[p]
    song = cell_song(s.slots[player.slot], player.start, player.cell)
    schedule(s, s.transport[0].song_origin + song - OFFSET_LIMIT, PLAYER_CELL, p, player.stamp, 0)


@compiled
def _open(s: State, p: int, tick: int) -> None:
    """Put the steps of one cell on the agenda, none before `tick`, and move on to the next."""
    transport = s.transport[0]
    player = s.players[p]
    slot = s.slots[player.slot]
    round_, place = divmod(player.cell, slot.cells)
    cell = read_cell(slot, p // 2, transport.seed, player.cell)
    begin, end = cell_begin(slot, cell), cell_begin(slot, cell + 1)
    before = round_ * slot.length + cell_begin(slot, place) - begin
    index = _first_step_at(s, player.slot, begin)
    while index < slot.steps:
        step = s.steps[player.slot * SLOT_STEPS + index]
        if step.tick >= end:
            break
        owned = song_of(slot, player.start, before + step.tick)
        due = transport.song_origin + owned
        if not s.arps[p // 2].on:  # Keys that came late would miss an arpeggio's step.
            due += offset_of(s, slot, p // 2, step.offset, step.die, owned)
        if max(due, transport.song_origin + owned) >= tick:
            what = p * SLOT_STEPS + index
            if not schedule(s, max(due, tick), PLAYER_STEP, what, player.stamp, owned):
                transport.stolen += 1
        index += 1
    player.cell += 1
    if slot.direction == 0 and slot.rotation == 0:
        _pass_empty_cells(s, player, index)


@compiled
def _pass_empty_cells(s: State, player: Any, index: int) -> None:
    """Read on at the cell of the step at `index`, or of the next round's first step: silence costs nothing."""
    slot = s.slots[player.slot]
    round_, place = divmod(player.cell, slot.cells)
    if place == 0:
        index = 0
    tick = s.steps[player.slot * SLOT_STEPS + index].tick if index < slot.steps else slot.length
    if tick >= slot.length:
        round_ += 1
        tick = s.steps[player.slot * SLOT_STEPS].tick
        if tick >= slot.length:
            return
    cell = tick * slot.cells // slot.length
    while cell_begin(slot, cell + 1) <= tick:
        cell += 1
    player.cell = round_ * slot.cells + cell


@compiled
def play_step(s: State, what: int, owned: int, tick: int) -> None:
    """Strike a step whose time has come, if it is the player's, may sound, and is lucky."""
    p, index = divmod(what, SLOT_STEPS)
    player = s.players[p]
    if not player.begin <= owned < player.stop:
        return
    step = s.steps[player.slot * SLOT_STEPS + index]
    if not _may_sound(s, p, step, owned) or s.tracks[p // 2].muted:
        return
    apply_locks(s, tick, p // 2, player.slot, step.first_lock, step.locks)
    _strike(s, p, step, owned, tick, 0)
    _expect_strike(s, what, player, step, tick, 1)


@compiled
def play_strike(s: State, what: int, mark: int, tick: int) -> None:
    """Strike a step again: the next of its ratchet."""
    p, index = divmod(what, SLOT_STEPS)
    player = s.players[p]
    step = s.steps[player.slot * SLOT_STEPS + index]
    begun, strike_ = divmod(mark, _STRIKES)
    if not s.tracks[p // 2].muted:
        _strike(s, p, step, begun - s.transport[0].song_origin, tick, strike_)
    _expect_strike(s, what, player, step, begun, strike_ + 1)


@compiled
def _expect_strike(s: State, what: int, player: Any, step: Any, begun: int, number: int) -> None:
    if number < step.strikes:
        slot = s.slots[player.slot]
        due = begun + number * step.span * slot.rate_down // (slot.rate_up * step.strikes)
        schedule(s, due, PLAYER_RATCHET, what, player.stamp, begun * _STRIKES + number)


@compiled
def _strike(s: State, p: int, step: Any, owned: int, tick: int, number: int) -> None:
    """Strike a step's notes, once, wherever the track plays."""
    player = s.players[p]
    slot = s.slots[player.slot]
    index = p // 2
    level = 1.0
    if step.strikes > 1:
        back = step.strikes - 1 - number if step.slope > 0 else number
        level = 1.0 - abs(step.slope) * back / (step.strikes - 1)
    for i in range(step.first, step.first + step.notes):
        note = s.notes[player.slot * SLOT_NOTES + i]
        pitch = pitch_of(slot, note.pitch)
        velocity = velocity_of(s, slot, index, note.velocity * level, step.die, owned)
        gate = max(note.gate * slot.rate_down // (slot.rate_up * step.strikes), GATE_MIN)
        if s.arps[index].on:
            hold_key(s, index, pitch, velocity, tick + gate, tick)
        else:
            strike_on(s, tick, index, pitch, velocity, gate)


@compiled
def _may_sound(s: State, p: int, step: Any, owned: int) -> bool:
    """Throw the dice and ask the condition (L3); remember the answer for steps that ask what came before."""
    if step.condition == ALWAYS and step.probability >= 1.0:
        return True
    track = s.tracks[p // 2]
    holds = _holds(s, p, step, owned) != (step.negated != 0)
    if holds and step.probability < 1.0:
        holds = uniform(s.transport[0].seed, p // 2, owned, step.die) < step.probability
    if step.condition != PREVIOUS:
        track.previous = 1 if holds else 0
    return holds


@compiled
def _holds(s: State, p: int, step: Any, owned: int) -> bool:
    player = s.players[p]
    slot = s.slots[player.slot]
    if step.condition == ALWAYS:
        return True
    if step.condition == FILL:
        return s.transport[0].fill != 0
    if step.condition == PREVIOUS:
        return s.tracks[p // 2].previous != 0
    round_ = cell_at(slot, player.start, owned) // slot.cells
    if step.condition == FIRST:
        return round_ == 0
    return round_ % step.cycle == step.turn - 1
