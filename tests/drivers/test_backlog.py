"""What waits for a port: whole messages, in order, and no note without its end (N1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.drivers.backlog import BACKLOG, Backlog, connect, make_backlog, queue, ready, went
from liveengine.music.event import EVENT
from liveengine.sequencer.state import make_state

Data = tuple[int, ...]
PORT = 1
STATE = make_state()
FD = 99


def put(b: Backlog, data: Data, port: int = PORT) -> None:
    event: Any = np.zeros(1, EVENT)
    event["port"], event["size"] = port, len(data)
    for name, byte in zip(("b0", "b1", "b2"), data, strict=False):
        event[name] = byte
    queue(STATE, b, event[0])


def take(b: Backlog, most: int = BACKLOG, port: int = PORT) -> bytes:
    """Write what is ready, as far as the port takes it."""
    count = min(ready(b, port), most)
    data = b.bytes[port * BACKLOG : port * BACKLOG + count].tobytes()
    went(b, port, count)
    return data


def messages(data: bytes) -> list[Data]:
    """Cut a stream into its messages, each of which has a status byte."""
    found: list[list[int]] = []
    for byte in data:
        if byte >= 0x80:
            found.append([])
        found[-1].append(byte)
    return [tuple(message) for message in found]


notes = st.tuples(st.sampled_from([0x80, 0x90, 0x91]), st.integers(0, 5), st.sampled_from([0, 64]))
words = st.one_of(notes, notes, st.just((0xF8,)), st.tuples(st.just(0xB0), st.just(7), st.integers(0, 127)))
#: Messages that come, and bytes that the port takes in between.
nights = st.lists(st.one_of(words, st.integers(0, 40)), max_size=300)


def crowd(b: Backlog) -> None:
    """Leave room for few messages only."""
    for _ in range(BACKLOG - 20):
        put(b, (0xFE,))


@settings(max_examples=200, deadline=None)
@given(nights)
def test_N1_what_was_struck_on_a_port_that_takes_little_is_ended_and_whole_messages_alone_are_lost(night):
    b = make_backlog({PORT: FD})
    crowd(b)
    heard = b""
    held: set[Data] = set()
    for step in night:
        if isinstance(step, int):
            heard += take(b, step)
            continue
        put(b, step)
        if step[0] & 0xF0 in (0x80, 0x90):
            key = (step[0] & 15, step[1])
            (held.add if step[0] & 0xF0 == 0x90 and step[2] else held.discard)(key)
    for channel, pitch in held:
        put(b, (0x80 | channel, pitch, 0))
    heard += take(b)
    heard += take(b)
    assert b.owed[PORT] == 0
    sounding = set()
    for message in messages(heard):
        assert len(message) == (3 if message[0] < 0xF0 else 1)
        if message[0] & 0xF0 in (0x80, 0x90):
            key = (message[0] & 15, message[1])
            # `remove`: no note-off comes without its note-on.
            (sounding.add if message[0] & 0xF0 == 0x90 and message[2] else sounding.remove)(key)
    assert sounding == set()


@given(st.lists(words, max_size=60))
def test_where_there_is_room_everything_goes_as_it_came_but_the_end_of_what_does_not_sound(came):
    b = make_backlog({PORT: FD})
    wanted, sounding = [], set()
    for data in came:
        put(b, data)
        key = (data[0] & 15, *data[1:2])
        if data[0] & 0xF0 == 0x90 and data[2]:
            sounding.add(key)
        elif data[0] & 0xF0 in (0x80, 0x90):
            if key not in sounding:
                continue
            sounding.remove(key)
        wanted.append(data)
    assert messages(take(b)) == wanted
    assert b.lost.sum() == b.owed.sum() == 0


def test_what_is_lost_is_counted_and_a_note_off_that_waits_is_not():
    b = make_backlog({PORT: FD})
    put(b, (0x90, 60, 90))
    crowd(b)
    for _ in range(20):
        put(b, (0xFE,))
    before = b.lost[PORT]
    put(b, (0x90, 61, 90))
    assert b.lost[PORT] == before + 1
    put(b, (0x80, 60, 0))
    put(b, (0x80, 60, 0))
    assert (b.lost[PORT], b.owed[PORT]) == (before + 1, 1)
    heard = messages(take(b)) + messages(take(b))
    assert heard.count((0x80, 60, 0)) == 1


def test_a_key_struck_again_while_its_end_is_owed_ends_first():
    b = make_backlog({PORT: FD})
    put(b, (0x90, 60, 90))
    take(b)
    while b.fill[PORT] < BACKLOG:
        put(b, (0xFE,))
    put(b, (0x80, 60, 0))
    went(b, PORT, 10)
    put(b, (0x90, 60, 91))
    assert messages(take(b))[-2:] == [(0x80, 60, 0), (0x90, 60, 91)]
    assert b.owed[PORT] == 0


def test_N1_a_port_that_is_opened_anew_is_told_the_end_of_all_that_was_ever_struck_on_it():
    b = make_backlog({PORT: FD, 2: FD + 1})
    put(b, (0x90, 60, 90))
    put(b, (0x95, 61, 90))
    put(b, (0x90, 62, 90), port=2)
    take(b)
    put(b, (0x80, 60, 0))
    connect(b, PORT, -1)
    assert take(b) == b""
    put(b, (0x90, 63, 90))
    connect(b, PORT, FD + 2)
    assert messages(take(b)) == [(0x80, 60, 0), (0x85, 61, 0)]
    assert b.open[PORT] == FD + 2
    put(b, (0x90, 60, 90))
    assert messages(take(b)) == [(0x90, 60, 90)]
    assert messages(take(b, port=2)) == [(0x90, 62, 90)]


def test_nobodys_port_keeps_nothing():
    b = make_backlog({})
    put(b, (0x90, 60, 90))
    assert take(b) == b""
    assert b.lost.sum() == 0
