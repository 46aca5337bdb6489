"""The compiled sequencer and its slow twin play the same, however the time is cut into windows."""

from __future__ import annotations

import itertools
from collections import Counter

from crank import RATE, data_plane, order, play_until
from hypothesis import example, given, settings
from hypothesis import strategies as st
from twin import Order, Twin

from liveengine.music.note import OFFSET_LIMIT, Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre

SECONDS = 5
END = int(SECONDS * RATE)

ticks = st.one_of(
    st.integers(0, 15).map(lambda step: step * TICKS_PER_SIXTEENTH), st.integers(0, 4 * TICKS_PER_BEAT - 1)
)
notes = st.builds(
    Note,
    tick=ticks,
    pitch=st.integers(60, 63),
    velocity=st.integers(1, 127),
    gate=st.integers(3003, 3 * TICKS_PER_BEAT),
    offset=st.sampled_from([0, 0, -1, 1, -OFFSET_LIMIT, OFFSET_LIMIT, -40_000, 90_000]),
    probability=st.sampled_from([1.0, 1.0, 0.5]),
)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    length = draw(st.sampled_from([1, 2, 3, 4, 7])) * TICKS_PER_BEAT
    return Bar.of((note for note in draw(st.lists(notes, max_size=6)) if note.tick < length), length)


quanta = st.sampled_from([0, TICKS_PER_SIXTEENTH, TICKS_PER_BEAT, 3 * TICKS_PER_BEAT])
whens = st.one_of(st.integers(0, END - 1), st.integers(0, 9).map(lambda k: k * 24_000))
tracks = st.integers(0, 2)
orders = st.one_of(
    st.builds(Order, whens, st.just("start")),
    st.builds(Order, whens, st.sampled_from(["stop", "continue"]), quantum=quanta),
    st.builds(Order, whens, st.just("locate"), quantum=quanta, a=st.integers(0, 8 * TICKS_PER_BEAT)),
    st.builds(Order, whens, st.just("tempo"), quantum=quanta, x=st.floats(20, 400)),
    st.builds(Order, whens, st.just("launch"), tracks, quanta, st.integers(-1, 3), st.integers(0, 1)),
    st.builds(Order, whens, st.just("launch"), tracks, quanta, st.integers(0, 3), st.integers(0, 1)),
    st.builds(Order, whens, st.just("cancel"), tracks),
    st.builds(Order, whens, st.just("mute"), tracks, quanta, st.integers(0, 1)),
    st.builds(Order, whens, st.just("route"), tracks, a=st.integers(-1, 2), b=st.integers(0, 1)),
    st.builds(Order, whens, st.just("clock"), st.integers(1, 2), a=st.just(1), b=st.integers(0, 1)),
)
scripts = st.lists(orders, max_size=14).map(lambda script: sorted(script, key=lambda o: o.when))
fours = st.lists(bars(), min_size=4, max_size=4)
tempi = st.one_of(st.just(120.0), st.floats(20, 400))


def perform(script: list[Order], bars_: list[Bar], tempo: float, seed: int, cuts: list[int]) -> list:
    state = data_plane(bars_, tempo, seed)
    sent = []
    for moment in sorted({*cuts, *(o.when for o in script), END}):
        sent += play_until(state, moment)
        for o in script:
            if o.when == moment:
                order(state, o.word, track=o.track, quantum=o.quantum, a=o.a, b=o.b, x=o.x)
    return sent


def perform_slowly(script: list[Order], bars_: list[Bar], tempo: float, seed: int) -> list:
    twin = Twin(tempo, Metre().bar_ticks, seed, bars_, RATE)
    for o in script:
        twin.run_until(o.when)
        twin.take(o)
    twin.run_until(END)
    return twin.sent


def by_instant(sent: list) -> dict[int, Counter]:
    instants: dict[int, Counter] = {}
    for when, *rest in sent:
        instants.setdefault(when, Counter())[tuple(rest)] += 1
    return instants


GO = [Order(0, "launch", 0), Order(0, "launch", 1, a=1), Order(0, "start")]


@settings(max_examples=150, deadline=None)
@given(scripts, fours, tempi, st.integers(0, 2**32), st.lists(st.integers(1, END - 1), max_size=20))
def test_T3_T4_compiled_sequencer_equals_its_slow_twin_over_any_window_cuts(script, bars_, tempo, seed, cuts):
    script = sorted([*GO, *script], key=lambda o: o.when)
    assert by_instant(perform(script, bars_, tempo, seed, cuts)) == by_instant(
        perform_slowly(script, bars_, tempo, seed)
    )


@settings(max_examples=60, deadline=None)
@given(scripts, fours, tempi, st.lists(st.integers(1, END - 1), max_size=40))
def test_T3_the_event_list_is_the_same_to_the_letter_over_any_window_cuts(script, bars_, tempo, cuts):
    script = sorted([*GO, *script], key=lambda o: o.when)
    assert perform(script, bars_, tempo, 1, cuts) == perform(script, bars_, tempo, 1, [])


@settings(max_examples=100, deadline=None)
@given(scripts, fours, tempi, st.lists(st.integers(1, END - 1), max_size=10))
def test_N1_N2_N3_every_note_on_has_one_note_off_on_its_own_port(script, bars_, tempo, cuts):
    script = sorted([*GO, *script, Order(END - 1, "stop")], key=lambda o: o.when)
    sounding = set()
    for _, port, _, data in perform(script, bars_, tempo, 1, cuts):
        if data[0] >= 0xF0:
            continue
        key = (port, data[0] & 15, data[1])
        if data[0] & 0xF0 == 0x90:
            assert key not in sounding, "struck again before its note-off"
            sounding.add(key)
        else:
            assert key in sounding, "a note-off without its note-on"
            sounding.remove(key)
    assert not sounding


@settings(max_examples=100, deadline=None)
@given(scripts, fours, tempi)
@example([Order(0, "clock", 1, a=1, b=1)], [Bar((), TICKS_PER_BEAT)] * 4, 120.0)
def test_O3_T6_clock_pulses_are_never_closer_than_half_their_distance(script, bars_, tempo):
    # Start and locate re-anchor a clock that does not run while stopped; here it always runs.
    script = [o for o in script if o.word not in ("clock", "locate", "tempo")]
    running = [Order(0, "clock", 1, a=1, b=1)]
    began = [o for o in script if o.word != "start"]
    pulses = [w for w, port, _, data in perform([*running, *GO, *began], bars_, tempo, 1, []) if data == (0xF8,)]
    nominal = RATE * 60 / tempo / 24
    assert len(pulses) >= SECONDS * tempo / 60 * 24 - 2
    assert all(later - earlier >= nominal / 2 for earlier, later in itertools.pairwise(pulses))
