"""Commands from the control plane: what each means, and handing them over.

A command says when it takes effect in one of three ways: at once, at the next multiple of a quantum of the
song (decided on the exact tick, when it is taken), or at a run tick. A quantum below zero counts bars: -2 is
the next bar line of every second.

`push_all` and `push` belong to the control thread alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.sequencer.records.rings import COMMAND, COMMANDS_SIZE, WRITTEN
from liveengine.sequencer.ring import publish, room
from liveengine.sequencer.state import State

# What a command can ask. `track` names a track, or a port where it says so.
DO_START = 0  # from the top
DO_STOP = 1
DO_CONTINUE = 2  # from where it stopped, at the next sixteenth there
DO_LOCATE = 3  # a: song tick
DO_TEMPO = 4  # x: BPM; a: ticks over which it is reached, 0 at once
DO_LAUNCH = 5  # a: slot, -1 for silence; b: where in it (`players.ANEW` …)
DO_CANCEL = 6  # take back a launch that has not begun; on track -1: metres that are to come
DO_MUTE = 7  # a: 1 mutes, 0 unmutes
DO_ROUTE = 8  # a: MIDI port or -1, b: channel 0-15; x: 1 where each note has a channel of its own, in the port's zone
DO_CLOCK = 9  # track: port; a: 1 sends clock, b: 1 also while stopped
DO_METRE = 10  # a: ticks in a bar, b: ticks in a beat of it, 0 for a quarter note; x: 1 adds it to the cycle of bars
DO_SEED = 11  # a: seed of the session
DO_SEND = 12  # track: port; a: bytes, first lowest; b: how many (1-3)
DO_CONTROL = 13  # an instrument control; track -1: the master; a: its number, x: its value
DO_PANIC = 14
DO_FOLLOW = 15  # track: input port whose clock is followed, -1 for none; a: beats to freewheel before stopping
DO_THRU = 16  # track: input port; a: track that it plays, -1 for none
DO_DELAY = 17  # track: port; a: units that its notes wait, b: units that its clock waits
DO_LEAD = 18  # a: units by which everything is rendered early while a clock is followed
DO_STEER = 19  # the Link session: a: its tick, b: the instant of that; x: BPM, 0 when it is gone
DO_PREFER = 20  # whose time is kept, of OWN, PULSES, LINK, JACK: a: a byte each, the best lowest; b: how many
DO_READING = 21  # how the track's pattern is read: a: one of READING_FIELDS, b or x: its value
DO_TURN = 22  # a: kind of target, b: its number, x: value
DO_FILL = 23  # a: 1 while a fill is asked for
DO_WIRE = 24  # track: port; x: bytes a second that its wire carries, 0 for no limit
DO_LFO = 25  # track: number of an LFO; a: one of LFO_FIELDS, b or x: its value
DO_ARP = 26  # a: one of ARP_FIELDS, b or x: its value
DO_TUNE = 27  # a: key, or ALL_KEYS; x: semitones at which it sounds, or by which all are moved
DO_ZONE = 28  # track: port; a, b: its first and last channel in which notes are bent each by itself; x: bend range
DO_LONG = 29  # a message has been put into the ring of long ones
KINDS = 30

#: The quantum of the next bar line.
NEXT_BAR = -1

#: The most bars that a quantum can count.
BARS_QUANTUM_MAX = 64


@compiled
def push_all(s: State, wanted: NDArray[Any]) -> bool:
    """Hand commands (dtype COMMAND) to the data plane, which takes them all on one tick.

    Returns False, and hands over nothing, when its inbox has no room. One thread alone may call this.
    """
    if room(s.command_ends, COMMANDS_SIZE) < wanted.size:
        return False
    for i in range(wanted.size):
        s.commands[(s.command_ends[WRITTEN] + i) % COMMANDS_SIZE] = wanted[i]
    publish(s.command_ends, wanted.size)
    return True


def push(
    s: State,
    kind: int,
    track: int = -1,
    quantum: int = 0,
    at: int = -1,
    a: int = 0,
    b: int = 0,
    x: float = 0.0,
) -> bool:
    """Hand one command to the data plane, as `push_all` does."""
    return bool(push_all(s, np.array([(kind, track, quantum, at, a, b, x)], COMMAND)))
