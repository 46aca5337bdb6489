"""Zones: each note bent by itself, on a channel it has to itself; and the tuning that they follow."""

from __future__ import annotations

import pytest
from crank import data_plane, order, play_until
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.note import Bar, Note
from liveengine.music.temperament import find_scale
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.music.tuning import ALL_KEYS, Tuning
from liveengine.sequencer.inlet import receive

PORT, RANGE = 1, 48
JUST = Tuning(find_scale("just"), root=2, reference_hz=432.0)

notes = st.builds(
    Note,
    tick=st.integers(0, 4 * TICKS_PER_BEAT - 1000),
    pitch=st.integers(40, 90),
    gate=st.integers(3003, 3 * TICKS_PER_BEAT),
)
bars = st.lists(notes, max_size=24).map(lambda found: Bar.of(found, 4 * TICKS_PER_BEAT))


def zone(bar, tuning=JUST, first=1, last=15, semitones=RANGE):
    """Return a data plane with a bar on a zone of port 1, about to start."""
    state = data_plane([bar])
    order(state, "zone", track=PORT, a=first, b=last, x=semitones)
    for key, value in enumerate(tuning.table):
        order(state, "tune", a=key, x=value)
    order(state, "route", track=0, a=PORT, b=0, x=1.0)
    order(state, "launch", track=0, a=0)
    order(state, "start")
    return state


def on_port(sent):
    return [data for _, port, _, data in sent if port == PORT]


def followed(messages, semitones=RANGE):
    """Return where each note-on is heard, by what its channel was bent to before; assert that none shares a bend."""
    bent, sounding, heard = {}, {}, []
    for data in messages:
        kind, channel = data[0] & 0xF0, data[0] & 15
        if kind == 0xE0:
            assert channel not in sounding, "bent under a note that sounds"
            bent[channel] = (data[1] + 128 * data[2] - 8192) / 8192 * semitones
        elif kind == 0x90:
            assert channel not in sounding, "two notes share a bend"
            sounding[channel] = data[1]
            heard.append(data[1] + bent[channel])
        elif kind == 0x80:
            assert sounding.pop(channel) == data[1]
    return heard


@settings(max_examples=60, deadline=None)
@given(bars, st.integers(1, 14))
def test_N1_each_note_has_its_channel_to_itself_and_is_in_tune(bar, last):
    state = zone(bar, last=last)
    messages = on_port(play_until(state, 96_000))
    order(state, "stop")
    messages += on_port(play_until(state, 96_001))
    struck = [note.pitch for note in bar.notes]
    heard = followed(messages)
    assert len(heard) == len(struck)
    # 14 bits over 96 semitones are steps of 0.6 cents.
    wanted = sorted(JUST.semitones(pitch) for pitch in struck)
    assert sorted(heard) == pytest.approx(wanted, abs=0.0031)
    assert sum(data[0] & 0xF0 == 0x90 for data in messages) == sum(data[0] & 0xF0 == 0x80 for data in messages)


@settings(max_examples=60, deadline=None)
@given(bars)
def test_no_note_is_cut_short_while_a_channel_is_free(bar):
    state = zone(bar, first=1, last=15)
    play_until(state, 96_000)
    most = max((sum(n.tick <= at.tick < n.tick + n.gate for n in bar.notes) for at in bar.notes), default=0)
    if most <= 15:
        assert state.transport[0]["stolen"] == 0


def test_the_bend_goes_just_before_its_note_on_the_same_channel_at_the_same_instant():
    sent = play_until(zone(Bar.of([Note(0, 60), Note(0, 64), Note(0, 67)], 4 * TICKS_PER_BEAT)), 10)
    played = [(when, data) for when, port, _, data in sent if port == PORT and data[0] & 0xF0 != 0xB0]
    assert [data[0] for _, data in played] == [0xE1, 0x91, 0xE2, 0x92, 0xE3, 0x93]
    assert {when for when, _ in played} == {0}


def test_a_line_goes_round_the_channels_so_that_each_note_can_ring_out():
    bar = Bar.of(
        [Note(k * TICKS_PER_BEAT // 2, 60 + k, gate=TICKS_PER_BEAT // 2) for k in range(8)], 4 * TICKS_PER_BEAT
    )
    messages = on_port(play_until(zone(bar, first=1, last=3), 96_000))
    assert [data[0] & 15 for data in messages if data[0] & 0xF0 == 0x90] == [1, 2, 3, 1, 2, 3, 1, 2]


def test_one_channel_plays_one_note_at_a_time_the_last_one():
    bar = Bar.of([Note(0, 60, gate=TICKS_PER_BEAT), Note(1000, 64, gate=TICKS_PER_BEAT)], 4 * TICKS_PER_BEAT)
    state = zone(bar, first=4, last=4, semitones=2)
    messages = on_port(play_until(state, 48_000))
    assert [data[0] for data in messages if data[0] < 0xB0 or data[0] >= 0xE0] == [0xE4, 0x94, 0x84, 0xE4, 0x94, 0x84]
    assert followed(messages, 2) == pytest.approx([JUST.semitones(60), JUST.semitones(64)], abs=0.0002)
    assert state.transport[0]["stolen"] == 1


def test_the_zone_is_told_to_the_port_as_MPE_and_RPN_have_it():
    state = data_plane([])
    order(state, "zone", track=PORT, a=1, b=2, x=RANGE)
    told = on_port(play_until(state, 10))

    def register(channel, parameter, value):
        return [
            (0xB0 | channel, n, v) for n, v in [(101, 0), (100, parameter), (6, value), (38, 0), (101, 127), (100, 127)]
        ]

    assert told == [*register(0, 6, 2), *register(1, 0, RANGE), *register(2, 0, RANGE)]


def test_an_upper_zone_has_its_master_on_the_last_channel():
    state = data_plane([])
    order(state, "zone", track=PORT, a=10, b=14, x=RANGE)
    assert on_port(play_until(state, 10))[2] == (0xBF, 6, 5)


def test_what_sounds_follows_a_new_tuning_and_nothing_else_does():
    state = zone(
        Bar.of([Note(0, 60, gate=4 * TICKS_PER_BEAT), Note(0, 67, gate=4 * TICKS_PER_BEAT)], 4 * TICKS_PER_BEAT)
    )
    play_until(state, 100)
    order(state, "tune", a=67, x=67.25)
    assert on_port(play_until(state, 200)) == [(0xE2, *bend_for(67.25 + JUST.table[ALL_KEYS] - 67))]
    order(state, "tune", a=ALL_KEYS, x=0.1)
    assert [data[0] for data in on_port(play_until(state, 300))] == [0xE1, 0xE2]
    order(state, "tune", a=30, x=31.0)
    assert on_port(play_until(state, 400)) == []


def bend_for(away):
    bend = int(8192 * (1 + away / RANGE) + 0.5)
    return bend & 127, bend >> 7


def test_N2_a_keys_note_off_finds_its_note_wherever_the_zone_put_it():
    state = zone(Bar((), 4 * TICKS_PER_BEAT))
    order(state, "thru", track=0, a=0)
    play_until(state, 100)
    for on in ((0x90, 60, 90), (0x90, 64, 90)):
        receive(state, 0, 100, 3, *on)
    struck = on_port(play_until(state, 200))
    receive(state, 0, 200, 3, 0x80, 60, 0)
    order(state, "tune", a=64, x=66.0)  # Another key would be sent for it now.
    play_until(state, 300)
    receive(state, 0, 300, 3, 0x80, 64, 0)
    ended = on_port(play_until(state, 400))
    assert [data[0] for data in struck] == [0xE1, 0x91, 0xE2, 0x92]
    assert ended[-1] == (0x82, struck[3][1], 0)
    assert not state.transport[0]["voice_count"]


@settings(max_examples=40, deadline=None)
@given(bars)
def test_on_a_slow_wire_no_bend_is_thinned_that_a_note_leans_on(bar):
    state = zone(bar)
    order(state, "wire", track=PORT, x=600.0)
    heard = followed(on_port(play_until(state, 480_000)))
    cents = {round(JUST.semitones(pitch), 2) for pitch in {note.pitch for note in bar.notes}}
    assert {min(cents, key=lambda one, there=there: abs(one - there)) for there in heard} == cents
    assert all(min(abs(one - there) for one in cents) < 0.01 for there in heard)


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("tune", {"a": 129, "x": 60.0}),
        ("tune", {"a": -1, "x": 60.0}),
        ("tune", {"a": 60, "x": float("nan")}),
        ("tune", {"a": 60, "x": 1e9}),
        ("zone", {"track": 0, "a": 1, "b": 15, "x": 48}),
        ("zone", {"track": 1, "a": 5, "b": 4, "x": 48}),
        ("zone", {"track": 1, "a": 1, "b": 16, "x": 48}),
        ("zone", {"track": 1, "a": 1, "b": 15, "x": 0}),
        ("zone", {"track": 1, "a": 1, "b": 15, "x": 97}),
    ],
)
def test_what_cannot_be_is_refused(word, fields):
    state = data_plane([])
    order(state, word, **fields)
    assert play_until(state, 10) == []
    assert state.transport[0]["refused"] == 1
