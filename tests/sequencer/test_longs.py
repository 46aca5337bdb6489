"""Long messages: whole, in order, and never in the way of the beat."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from crank import RATE, data_plane, order
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.event import LONG, LONG_BYTES_MAX
from liveengine.music.modulation import Lfo
from liveengine.music.note import Bar, Note
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.longs import copy_message, message_size, push_long
from liveengine.sequencer.records.rings import LONGS
from liveengine.sequencer.render import render
from liveengine.sequencer.slots import write_lfo

#: A DIN cable: 31,250 baud, ten bits a byte.
BYTES_S = 3125.0
PIECE = bytes((0xF0, *range(14), 0xF7))
SIXTEENTHS = Bar.of([Note(k * TICKS_PER_SIXTEENTH, 60, gate=9_000) for k in range(16)], 4 * TICKS_PER_BEAT)


def play(state, cuts):
    """Render up to each of `cuts`; return (when, port, bytes) of all that goes to ports."""
    sent = []
    for until in cuts:
        while state.transport[0]["until"] < until:
            render(state, state.transport[0]["until"], until)
            for event in state.due[: deliver(state, int(state.transport[0]["until"]))]:
                if event["size"] and event["port"]:
                    into = np.zeros(message_size(state, event), np.uint8)
                    copy_message(state, event, into)
                    sent.append((int(event["when"]), int(event["port"]), into.tobytes()))
    return sent


def send(state, data, port=1):
    assert push_long(state, port, data)
    order(state, "long")


def playing():
    state = data_plane([SIXTEENTHS])
    order(state, "route", track=0, a=1, b=0)
    order(state, "launch", track=0, a=0)
    order(state, "clock", track=1, a=1)
    order(state, "wire", track=1, x=BYTES_S)
    order(state, "start")
    return state


def frames(data):
    return len(data) / BYTES_S * RATE


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 47_999), max_size=12), st.integers(1, 20))
def test_T3_while_it_plays_each_goes_where_nothing_is_due_until_it_is_through(cuts, count):
    state = playing()
    play(state, [1])
    for number in range(count):
        send(state, bytes((0xF0, number, *range(13), 0xF7)))
    sent = play(state, sorted({*cuts, 48_000}))
    went = [(when, data) for when, _, data in sent if data[0] == 0xF0]
    assert [data[1] for _, data in went] == list(range(count))
    for (when, _, data), (following, _, _) in itertools.pairwise(sent):
        if data[0] == 0xF0:
            assert following - when >= frames(data) - 1


def test_the_beat_is_the_same_with_them_as_without():
    plain, full = playing(), playing()
    for state in (plain, full):
        play(state, [1])
    for _ in range(40):
        send(full, PIECE)
    beat = [one for one in play(full, [96_000]) if one[2][0] != 0xF0]
    assert beat == play(plain, [96_000])


def with_an_lfo(beats: float):
    state = playing()
    write_lfo(state, 0, Lfo(Target.parse("cc 74"), "sine", int(beats * TICKS_PER_BEAT)))
    order(state, "lfo", track=0, a=0, b=1)
    return state


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 47_999), max_size=12), st.sampled_from([0.25, 1, 4]))
def test_T3_an_lfo_holds_none_of_them_up_and_the_beat_stays(cuts, beats):
    plain, full = with_an_lfo(beats), with_an_lfo(beats)
    for state in (plain, full):
        play(state, [1])
    for _ in range(10):
        send(full, PIECE)
    sent = play(full, sorted({*cuts, 48_000}))
    assert sum(data == PIECE for _, _, data in sent) == 10
    beat, usual = ([one for one in each if one[2][0] not in (0xF0, 0xB0)] for each in (sent, play(plain, [48_000])))
    assert [one[1:] for one in beat] == [one[1:] for one in usual]
    # A controller that is under way holds up what comes, with them as without; it is another one.
    for (when, _, _), (usually, _, _) in zip(beat, usual, strict=True):
        assert abs(when - usually) <= frames(bytes(3)) + 1


def test_one_that_finds_no_gap_waits_until_the_music_stops():
    state = playing()
    play(state, [1])
    send(state, bytes((0xF0, *[1] * 300, 0xF7)))  # 97 ms, where a pulse comes each 21.
    assert not any(data[0] == 0xF0 for _, _, data in play(state, [96_000]))
    order(state, "stop")
    assert any(data[0] == 0xF0 for _, _, data in play(state, [100_000]))


def test_where_the_wire_takes_no_time_it_goes_at_once():
    state = playing()
    order(state, "wire", track=1, x=0.0)
    play(state, [1200])
    for _ in range(3):
        send(state, PIECE)
    assert play(state, [1201]) == [(1200, 1, PIECE)] * 3


def test_a_start_waits_for_what_is_sent_before_it():
    state = data_plane([SIXTEENTHS])
    order(state, "route", track=0, a=1, b=0)
    order(state, "launch", track=0, a=0)
    dump = bytes((0xF0, *[1] * 406, 0xF7))
    for port in (1, 2):
        order(state, "wire", track=port, x=BYTES_S)
        send(state, dump, port)
    order(state, "start")
    sent = play(state, [24_000])
    assert [data for _, _, data in sent[:2]] == [dump, dump]
    assert sent[2][2][0] == 0x90
    assert sent[2][0] == pytest.approx(2 * frames(dump), abs=2)


def test_one_too_long_is_refused_and_a_full_ring_says_so():
    state = data_plane([])
    with pytest.raises(ValueError, match="416 bytes at most"):
        push_long(state, 1, bytes(LONG_BYTES_MAX + 1))
    assert [push_long(state, 1, PIECE) for _ in range(LONGS // 2 + 1)] == [*[True] * (LONGS // 2), False]


def test_no_short_message_is_as_long_as_a_long_one():
    assert LONG > 3
