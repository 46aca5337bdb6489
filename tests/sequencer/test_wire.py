"""The wire's budget: what a slow wire does to what goes down it, and the order of what shares an instant (O4)."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liveengine.music.event import CHANNEL_PRESSURE, CLOCK, CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCH_BEND, START, STOP
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer import commands
from liveengine.sequencer.lanes import deliver, next_delivery
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state
from liveengine.sequencer.wire import LAG_S

US = 1_000
MS = 1_000 * US
BYTE_NS = 320 * US
DIN_BYTES_S = 3125.0
LAG_NS = round(LAG_S * 1e9)

Message = tuple[int, int, bool, tuple[int, ...]]  # when, port, played through, bytes


def plane(limits: dict[int, float]) -> State:
    """A silent data plane in nanoseconds, its clock at 0, with so many bytes a second for some ports."""
    state = make_state(1e9)
    begin(state, 0)
    for port, limit in limits.items():
        assert commands.push(state, commands.DO_WIRE, port, x=limit)
    render(state, 0, 0)
    return state


def send(state: State, messages: list[Message], cuts: list[int] = (), until: int = 100_000 * MS) -> list[Any]:
    """Let messages, sorted by time, go out over windows cut at these instants; return the events that left."""
    sent, place = [], 0
    for end in [*sorted({cut for cut in cuts if cut < until}), until]:
        while place < len(messages) and messages[place][0] < end:
            when, port, express, data = messages[place]
            event = state.out[int(state.transport[0]["out_count"])]
            event["when"], event["port"], event["value"], event["tick"] = when, port, float(express), place
            event["track"], event["size"] = -1, len(data)
            event["b0"], event["b1"], event["b2"] = (*data, 0, 0)[:3]
            state.transport[0]["out_count"] += 1
            place += 1
        sent += list(state.due[: deliver(state, end)].copy())
    assert place == len(messages)
    return sent


def data_of(event: Any) -> tuple[int, ...]:
    return tuple(int(event[name]) for name in ("b0", "b1", "b2"))[: event["size"]]


def short(sent: list[Any]) -> list[tuple[int, int, tuple[int, ...]]]:
    return [(int(e["when"]), int(e["port"]), data_of(e)) for e in sent]


def at_instants(steps: list[Message]) -> list[Message]:
    """Turn distances into instants; clock and transport are never played through."""
    now, messages = 0, []
    for step, port, express, data in steps:
        now += step
        messages.append((now, port, express and data[0] < CLOCK, data))
    return messages


channels = st.integers(0, 1)
pitches = st.integers(60, 62)
values = st.integers(0, 127)
notes = st.builds(lambda k, c, p, v: (k | c, p, v), st.sampled_from([NOTE_OFF, NOTE_ON]), channels, pitches, values)
controllers = st.one_of(
    st.builds(lambda c, n, v: (CONTROL_CHANGE | c, n, v), channels, st.sampled_from([1, 7, 33, 64, 74]), values),
    st.builds(lambda c, v: (PITCH_BEND | c, 0, v), channels, values),
    st.builds(lambda c, v: (CHANNEL_PRESSURE | c, v), channels, values),
)
floods = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 40 * US, 300 * US, MS, 7 * MS]),
        st.integers(0, 2),
        st.booleans(),
        st.one_of(notes, controllers, controllers, st.sampled_from([(CLOCK,), (CLOCK,), (START,), (STOP,)])),
    ),
    min_size=1,
    max_size=300,
).map(at_instants)
cuts = st.lists(st.integers(1, 400 * MS), max_size=40)
DIN = {1: DIN_BYTES_S, 2: DIN_BYTES_S}


@settings(max_examples=150, deadline=None)
@given(floods, cuts)
def test_T3_O4_what_leaves_a_slow_wire_is_the_same_over_any_windows_and_sorted(messages, cuts):
    whole = short(send(plane(DIN), messages))
    assert short(send(plane(DIN), messages, cuts)) == whole
    assert [when for when, _, _ in whole] == sorted(when for when, _, _ in whole)


@settings(max_examples=100, deadline=None)
@given(floods, cuts)
def test_O4_no_byte_leaves_while_the_wire_carries_another(messages, cuts):
    sent = short(send(plane(DIN), messages, cuts))
    for port in (1, 2):
        free = 0
        for when, where, data in sent:
            if where == port:
                assert when >= free
                free = when + len(data) * BYTE_NS


@settings(max_examples=100, deadline=None)
@given(floods, cuts, st.integers(1, 30 * MS))
@example([(i * MS, 1, False, (CONTROL_CHANGE, number, i)) for i in range(100) for number in (1, 74)], [], 30 * MS)
def test_O4_a_delay_moves_all_that_leaves_a_slow_wire_and_changes_nothing_else(messages, cuts, delay):
    messages = [(when, port, False, data) for when, port, _, data in messages]
    late = plane(DIN)
    for port in (0, 1, 2):
        assert commands.push(late, commands.DO_DELAY, port, a=delay, b=delay)
    render(late, 0, 0)
    at_once = short(send(plane(DIN), messages))
    assert short(send(late, messages, cuts)) == [(when + delay, port, data) for when, port, data in at_once]


@settings(max_examples=100, deadline=None)
@given(floods)
def test_O4_without_a_budget_everything_leaves_when_it_is_due(messages):
    sent = short(send(plane({}), messages))
    assert Counter(sent) == Counter((when, port, data) for when, port, _, data in messages)
    budgeted = short(send(plane(DIN), messages))
    assert [item for item in budgeted if item[1] == 0] == [item for item in sent if item[1] == 0]


@settings(max_examples=100, deadline=None)
@given(floods)
def test_O4_no_clock_waits_longer_than_for_the_message_on_the_wire_and_the_transport_before_it(messages):
    sent = send(plane(DIN), messages)
    for event in sent:
        if event["port"] and event["b0"] >= CLOCK:
            meant = messages[event["tick"]][0]
            ahead = sum(
                meant - 3 * BYTE_NS < when <= meant and port == event["port"] and data[0] >= CLOCK
                for when, port, _, data in messages[: event["tick"]]
            )
            assert event["when"] - meant <= (3 + ahead) * BYTE_NS


@settings(max_examples=100, deadline=None)
@given(floods)
def test_N1_O4_notes_and_clock_are_never_dropped_and_keep_the_order_of_each_key(messages):
    sent = send(plane(DIN), messages)
    kept = [event for event in sent if event["b0"] >= CLOCK or event["b0"] & 0xF0 <= NOTE_ON]
    assert Counter((int(e["port"]), data_of(e)) for e in kept) == Counter(
        (port, data) for _, port, _, data in messages if data[0] >= CLOCK or data[0] & 0xF0 <= NOTE_ON
    )
    order: dict[tuple[int, ...], int] = {}
    for event in kept:
        express = messages[event["tick"]][2]
        key = (
            int(event["port"]),
            express,
            int(event["b0"]) & 15 | (0 if event["b0"] < CLOCK else 16),
            *data_of(event)[1:2],
        )
        assert order.get(key, -1) < event["tick"]
        order[key] = int(event["tick"])


@settings(max_examples=150, deadline=None)
@given(floods)
def test_O4_the_last_value_of_every_controller_is_the_one_that_is_sent_last(messages):
    def last(told: list[tuple[int, bool, tuple[int, ...]]]) -> dict[tuple[int, ...], int]:
        return {
            (port, express, *data[: 2 if data[0] < CHANNEL_PRESSURE else 1]): data[-1]
            for port, express, data in told
            if NOTE_ON < data[0] < CLOCK and data[0] & 0xF0 > NOTE_ON
        }

    sent = send(plane(DIN), messages)
    through = [(int(e["port"]), messages[e["tick"]][2], data_of(e)) for e in sent]
    assert last(through) == last([(port, express, data) for _, port, express, data in messages])


@settings(max_examples=60, deadline=None)
@given(floods)
def test_O4_pedals_are_never_thinned(messages):
    def pedals(told: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, tuple[int, ...]]]:
        return sorted((port, data) for port, data in told if data[0] & 0xF0 == CONTROL_CHANGE and data[1] == 64)

    sent = [(port, data) for _, port, data in short(send(plane(DIN), messages))]
    assert pedals(sent) == pedals([(port, data) for _, port, _, data in messages])


def fader(rate_hz: float, seconds: float, number: int = 74, first: int = 0) -> list[Message]:
    return [
        (first + round(i * 1e9 / rate_hz), 1, False, (CONTROL_CHANGE, number, i % 128))
        for i in range(round(rate_hz * seconds))
    ]


def together(*parts: list[Message]) -> list[Message]:
    return sorted((message for part in parts for message in part), key=lambda message: message[0])


def test_O4_two_faders_too_fast_for_the_wire_are_both_heard_and_never_far_behind():
    state = plane(DIN)
    messages = together(fader(1000, 2.0, 1), fader(1000, 2.0, 74))
    sent = send(state, messages)
    lags = [int(e["when"]) - messages[e["tick"]][0] for e in sent]
    assert max(lags) <= LAG_NS + 3 * BYTE_NS
    for number in (1, 74):
        assert sum(data_of(e)[1] == number for e in sent) > 0.4 * len(sent)
        assert np.diff([int(e["when"]) for e in sent if e["b1"] == number]).max() < 2.5 * LAG_NS
    assert state.wires["thinned"][1] == len(messages) - len(sent)


def test_O4_overload_is_counted_once_until_the_wire_has_caught_up():
    state = plane(DIN)
    chord = [(NOTE_ON, 30 + i, 90) for i in range(14)]
    for number in range(3):
        now = number * 200 * MS
        send(state, [(now, 1, False, data) for data in chord], until=now + 200 * MS)
    assert state.wires["overloads"].tolist() == [0, 3] + [0] * (PORTS - 2)
    assert state.wires["thinned"].sum() == 0


@pytest.mark.parametrize("voices", [1, 6, 10])
def test_O4_a_chord_is_spread_over_the_wire_and_is_no_overload(voices):
    state = plane(DIN)
    sent = short(send(state, [(5 * MS, 1, False, (NOTE_ON, 60 + i, 90)) for i in range(voices)]))
    assert [when for when, _, _ in sent] == [5 * MS + 3 * i * BYTE_NS for i in range(voices)]
    assert state.wires["overloads"].sum() == 0


def test_O4_a_bank_is_chosen_whole_however_far_behind_the_wire_is():
    """Bank select, parameter numbers and data entry mean something together."""
    words = [(CONTROL_CHANGE, number, value) for number in (0, 32, 99, 98, 6, 38, 96, 64, 120) for value in (1, 2)]
    flood = [(0, 1, False, (NOTE_ON, 60, 90))] * 40
    state = plane(DIN)
    sent = short(send(state, flood + [(0, 1, False, word) for word in words]))
    assert [data for _, _, data in sent if data[0] == CONTROL_CHANGE] == words


def test_O4_a_slow_line_is_told_apart_from_a_fast_one_and_can_be_let_go_again():
    state = plane({1: 1000.0})
    burst = [(0, port, False, (NOTE_ON, 60 + i, 90)) for i in range(5) for port in (1, 2)]
    sent = short(send(state, burst, until=1000 * MS))
    assert [when for when, port, _ in sent if port == 2] == [0] * 5
    assert [when for when, port, _ in sent if port == 1] == [0, 3 * MS, 6 * MS, 9 * MS, 12 * MS]
    assert commands.push(state, commands.DO_WIRE, 1, x=0.0)
    render(state, 0, 1000 * MS)
    later = [(1000 * MS + when, *rest) for when, *rest in burst]
    assert {when for when, _, _ in short(send(state, later))} == {1000 * MS}


@pytest.mark.parametrize("limit", [-1.0, 10.0, math.inf, math.nan])
def test_a_wire_that_cannot_be_is_refused(limit):
    state = plane({})
    commands.push(state, commands.DO_WIRE, 1, x=limit)
    render(state, 0, 1)
    assert state.transport[0]["refused"] == 1
    assert state.wires["byte_units"][1] == 0.0


def test_the_driver_is_told_when_the_wire_will_be_free():
    state = plane(DIN)
    send(state, [(0, 1, False, (NOTE_ON, 60, 90))] * 2, until=1)
    assert next_delivery(state) == 3 * BYTE_NS
    assert len(send(state, [], until=3 * BYTE_NS + 1)) == 1
    assert next_delivery(state) == NEVER


# -- the order of what shares an instant --------------------------------------


instants = st.lists(
    st.tuples(st.just(0), st.integers(0, 2), st.booleans(), st.one_of(notes, controllers, st.just((CLOCK,)))),
    max_size=24,
).map(at_instants)


@settings(max_examples=200, deadline=None)
@given(instants)
def test_O4_at_one_instant_clock_goes_first_and_notes_end_before_others_begin(messages):
    notes_alone = [message for message in messages if message[3][0] & 0xF0 <= NOTE_ON or message[3][0] == CLOCK]
    for port in range(3):
        for through in (False, True):
            mine = [m for m in notes_alone if m[1] == port and (m[2] == through or m[3][0] == CLOCK)]
            sent = [data for _, _, data in short(send(plane({}), mine))]
            ranks = [0 if d[0] == CLOCK else 1 if d[0] & 0xF0 == NOTE_OFF or not d[2] else 2 for d in sent]
            for place, rank in enumerate(ranks):
                for before, earlier in zip(ranks[:place], sent[:place], strict=True):
                    # Only a note-on of the same key may stand before a note-off, and what waits behind that.
                    blocked = any(d[:1] != (CLOCK,) and d[1] == sent[place][1] for d in sent[:place]) if rank else False
                    assert before <= rank or blocked, (earlier, sent[place])


@settings(max_examples=200, deadline=None)
@given(instants)
def test_O4_at_one_instant_nothing_passes_what_it_leans_on(messages):
    sent = send(plane({}), messages)
    for place, event in enumerate(sent):
        for before in sent[:place]:
            same_lane = before["port"] == event["port"] and before["value"] == event["value"]
            if same_lane and before["tick"] > event["tick"] and event["b0"] < CLOCK and before["b0"] < CLOCK:
                assert before["b0"] & 0xF0 <= NOTE_ON, "a controller passes nothing"
                if (before["b0"] ^ event["b0"]) & 15 == 0:
                    assert event["b0"] & 0xF0 == NOTE_ON and event["b1"] != before["b1"]


def at_once(state: State, *words: tuple[str, dict[str, Any]]) -> list[tuple[int, ...]]:
    """Return what goes to port 1 at the instant at which these commands are taken."""
    for word, fields in words:
        assert commands.push(state, getattr(commands, f"DO_{word}"), **fields)
    render(state, 0, 1)
    count = deliver(state, 1)
    return [data_of(event) for event in state.due[:count] if event["port"] == 1]


def test_O4_a_controller_sent_by_command_goes_behind_the_clock_and_the_notes_of_other_channels():
    state = make_state(1e9)
    begin(state, 0)
    write_slot(state, 0, Bar.of([Note(0, 60)], TICKS_PER_BEAT))
    sent = at_once(
        state,
        ("ROUTE", {"track": 0, "a": 1, "b": 3}),
        ("CLOCK", {"track": 1, "a": 1}),
        ("LAUNCH", {"track": 0, "a": 0}),
        ("SEND", {"track": 1, "a": 0xC3 | 5 << 8, "b": 2}),
        ("SEND", {"track": 1, "a": 0xB0 | 7 << 8 | 99 << 16, "b": 3}),
        ("START", {}),
    )
    assert sent == [(START,), (CLOCK,), (0xC3, 5), (0x93, 60, sent[3][2]), (0xB0, 7, 99)]
