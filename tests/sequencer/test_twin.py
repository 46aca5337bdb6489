"""The compiled sequencer and its slow twin play the same, however the time is cut into windows."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

from crank import RATE, data_plane, order, play_until
from hypothesis import example, given, settings
from hypothesis import strategies as st
from twin import Order, Twin

from liveengine.music.condition import UNCONDITIONAL, Condition
from liveengine.music.modulation import LFOS, SHAPES, Lfo
from liveengine.music.note import OFFSET_LIMIT, ONCE, Bar, Note, Ratchet
from liveengine.music.reading import CHROMATIC, DIRECTIONS, PLAIN_READING, Reading
from liveengine.music.target import Lock, Target
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.slots import write_groove, write_lfo

SECONDS = 5
END = int(SECONDS * RATE)

#: Bars of 4/4 and 5/8 by turns.
METRE = [4 * TICKS_PER_BEAT, 5 * TICKS_PER_BEAT // 2]

CONDITIONS = ("first", "not first", "1:2", "2:3", "not 3:4", "fill", "not fill", "previous", "not previous")
LOCKS = tuple(
    Lock(Target.parse(name), value)
    for name, value in [("cc 74", 100.0), ("tone", 0.25), ("bend", -1.0), ("pressure", 3.0)]
)

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
    condition=st.sampled_from([*[UNCONDITIONAL] * 4, *map(Condition.parse, CONDITIONS)]),
    ratchet=st.sampled_from([ONCE, ONCE, Ratchet(3), Ratchet(4, 120_120, 0.75), Ratchet(2, 2 * TICKS_PER_BEAT, -0.5)]),
    die=st.sampled_from([-1, -1, 7]),
    locks=st.sampled_from([(), (), LOCKS[:1], LOCKS[1:2], LOCKS[2:], LOCKS]),
)
readings = st.one_of(
    st.just(PLAIN_READING),
    st.builds(
        Reading,
        direction=st.sampled_from(DIRECTIONS),
        rate=st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 3), Fraction(7, 5)]),
        rotation=st.integers(-3, 3),
        length=st.sampled_from([0, 0, 3 * TICKS_PER_SIXTEENTH, 500_000]),
        step=st.sampled_from([TICKS_PER_SIXTEENTH, TICKS_PER_BEAT // 3]),
        swing=st.sampled_from([0.5, 0.618, 0.75]),
        swing_unit=st.sampled_from([TICKS_PER_SIXTEENTH, TICKS_PER_BEAT // 2]),
        humanise=st.sampled_from([0.0, 1.0]),
        groove=st.integers(-1, 1),
        groove_timing=st.sampled_from([1.0, 0.5]),
        groove_velocity=st.sampled_from([1.0, 0.3]),
        quantise=st.sampled_from([0.0, 0.5, 1.0]),
        transpose=st.integers(-70, 70),
        scale=st.sampled_from([CHROMATIC, 0b101010110101, 1]),
        tonic=st.integers(0, 11),
        velocity_low=st.integers(0, 60),
        velocity_high=st.integers(40, 127),
        velocity_curve=st.sampled_from([1.0, 0.5, 2.0]),
    ),
)
GROOVES = {0: (TICKS_PER_BEAT, [(0.0, 1.0), (30_000.0, 0.8), (-9_999.5, 1.3)]), 1: (700_000, [(1.0, 0.0)])}


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    length = draw(st.sampled_from([1, 2, 3, 4, 7])) * TICKS_PER_BEAT
    return Bar.of((note for note in draw(st.lists(notes, max_size=6)) if note.tick < length), length)


#: Fields of a reading as a command names them: number, whole value, share.
TURNED = [
    (0, 1, 0.0), (0, 3, 0.0), (1, 2 * 256 + 1, 0.0), (1, 256 + 3, 0.0), (2, 5, 0.0), (3, 300_000, 0.0), (3, 0, 0.0),
    (4, 0, 0.7), (6, 0, 0.5), (7, 1, 0.0), (10, 0, 1.0), (11, -5, 0.0), (12, 0b10010001, 0.0), (16, 0, 0.7),
]  # fmt: skip
#: Fields of an LFO and of an arpeggio as commands name them.
SWUNG = [
    *[(0, on, 0.0) for on in (1, 1, 1, 0)], (1, 0, 0.3), (2, 0, 0.9), (2, 0, -1.0), (3, 0, 0.25), (4, 0, 7.83),
    (4, 0, 0.3), (5, TICKS_PER_BEAT, 0.0), (5, 500_000, 0.0), (6, 0, 0.0), (6, 6, 0.0),
]  # fmt: skip
ARPEGGIATED = [
    *[(0, on, 0.0) for on in (1, 1, 1, 0)], *[(1, mode, 0.0) for mode in range(8)], (2, 2, 0.0), (2, 3, 0.0),
    (3, TICKS_PER_SIXTEENTH // 2, 0.0), (3, 200_000, 0.0), (4, 0, 0.05), (4, 0, 1.0), (5, 1, 0.0), (5, 0, 0.0),
]  # fmt: skip
CC, TONE, BENT = Target.parse("cc 74"), Target.parse("tone"), Target.parse("bend")
LINE = ((0.0, 0.1), (0.5, 0.9), (0.5, 0.2), (0.75, 0.6))
swings = st.builds(
    Lfo,
    target=st.sampled_from([CC, CC, TONE, BENT]),
    shape=st.sampled_from(SHAPES[:-1]),
    period=st.sampled_from([TICKS_PER_BEAT // 4, TICKS_PER_BEAT, 3_333_333]),
    rate_hz=st.sampled_from([0.0, 0.0, 7.83, 0.5]),
    depth=st.sampled_from([1.0, 0.2]),
    centre=st.sampled_from([None, None, 0.25]),
    phase=st.sampled_from([0.0, 0.5, 0.125]),
    with_pattern=st.booleans(),
    once=st.booleans(),
)
swings = st.one_of(
    swings,
    swings.flatmap(
        lambda lfo: st.booleans().map(lambda stepped: replace(lfo, shape="drawn", points=LINE, stepped=stepped))
    ),
)
#: LFOs by their numbers: two of track 0, one of track 1.
sets_of_lfos = st.tuples(swings, swings, swings).map(lambda three: dict(zip((0, 1, LFOS), three, strict=True)))

quanta = st.sampled_from([0, TICKS_PER_SIXTEENTH, TICKS_PER_BEAT, 3 * TICKS_PER_BEAT, -1, -2])
whens = st.one_of(st.integers(0, END - 1), st.integers(0, 9).map(lambda k: k * 24_000))
tracks = st.integers(0, 2)
orders = st.one_of(
    st.builds(Order, whens, st.just("start")),
    st.builds(Order, whens, st.sampled_from(["stop", "continue"]), quantum=quanta),
    st.builds(Order, whens, st.just("locate"), quantum=quanta, a=st.integers(0, 8 * TICKS_PER_BEAT)),
    st.builds(Order, whens, st.just("tempo"), quantum=quanta, x=st.floats(20, 400)),
    st.builds(Order, whens, st.just("launch"), tracks, quanta, st.integers(-1, 3), st.integers(0, 3)),
    st.builds(Order, whens, st.just("launch"), tracks, quanta, st.integers(0, 3), st.integers(0, 3)),
    st.builds(Order, whens, st.just("cancel"), tracks),
    st.builds(Order, whens, st.just("mute"), tracks, quanta, st.integers(0, 1)),
    st.builds(Order, whens, st.just("route"), tracks, a=st.integers(-1, 2), b=st.integers(0, 1)),
    st.builds(Order, whens, st.just("route"), tracks, a=st.integers(1, 2), b=st.just(0), x=st.just(1.0)),
    st.builds(
        Order, whens, st.just("zone"), st.integers(1, 2), a=st.integers(1, 3), b=st.integers(3, 5), x=st.just(48.0)
    ),
    st.builds(Order, whens, st.just("tune"), quantum=quanta, a=st.integers(60, 63), x=st.floats(58, 65)),
    st.builds(Order, whens, st.just("tune"), quantum=quanta, a=st.just(128), x=st.floats(-3, 3)),
    st.builds(Order, whens, st.just("fill"), quantum=quanta, a=st.integers(0, 1)),
    st.builds(Order, whens, st.just("turn"), tracks, quanta, st.just(0), st.just(74), st.sampled_from([0.0, 64.5])),
    st.builds(Order, whens, st.just("turn"), tracks, quanta, st.just(3), st.just(5), st.sampled_from([0.1, 0.9])),
    st.sampled_from(TURNED).flatmap(
        lambda told: st.builds(Order, whens, st.just("reading"), tracks, quanta, *map(st.just, told))
    ),
    st.sampled_from(SWUNG).flatmap(
        lambda told: st.builds(Order, whens, st.just("lfo"), st.sampled_from([0, 1, LFOS]), quanta, *map(st.just, told))
    ),
    st.sampled_from(ARPEGGIATED).flatmap(
        lambda told: st.builds(Order, whens, st.just("arp"), st.integers(0, 1), quanta, *map(st.just, told))
    ),
    st.builds(Order, whens, st.just("key"), a=st.integers(60, 63), b=st.sampled_from([0, 0, 1, 90])),
    st.builds(Order, whens, st.just("clock"), st.integers(1, 2), a=st.just(1), b=st.integers(0, 1)),
)
scripts = st.lists(orders, max_size=14).map(lambda script: sorted(script, key=lambda o: o.when))
fours = st.lists(st.tuples(bars(), readings), min_size=4, max_size=4)
tempi = st.one_of(st.just(120.0), st.floats(20, 400))


def apart(script: list[Order], fours: list[tuple[Bar, Reading]]) -> tuple[list[Order], list[Bar], list[Reading]]:
    """Give every launch a slot of its own, as the engine does."""
    launches = [o for o in script if o.word == "launch" and o.a >= 0]
    slots = {id(o): slot for slot, o in enumerate(launches)}
    moved = [replace(o, a=slots.get(id(o), o.a)) for o in script]
    return moved, [fours[o.a][0] for o in launches], [fours[o.a][1] for o in launches]


def perform(
    script: list[Order],
    fours: list[tuple[Bar, Reading]],
    tempo: float,
    seed: int,
    cuts: list[int],
    lfos: dict[int, Lfo] | None = None,
) -> list:
    script, bars_, how = apart(script, fours)
    state = data_plane(bars_, tempo, seed, readings=how)
    for number, (length, steps) in GROOVES.items():
        write_groove(state, number, length, steps)
    for ticks_in_bar in METRE:
        order(state, "metre", a=ticks_in_bar, x=float(ticks_in_bar != METRE[0]))
    for number, lfo in (lfos or {}).items():
        write_lfo(state, number, lfo)
    order(state, "thru", track=0, a=0)
    sent = []
    for moment in sorted({*cuts, *(o.when for o in script), END}):
        sent += play_until(state, moment)
        for o in script:
            if o.when == moment and o.word == "key":
                # What was ordered at this instant is done, as a driver does it, before a key is heard.
                sent += play_until(state, moment)
                receive(state, 0, moment, 3, 0x90, o.a, o.b)
            elif o.when == moment:
                order(state, o.word, track=o.track, quantum=o.quantum, a=o.a, b=o.b, x=o.x)
    return sent


def perform_slowly(
    script: list[Order], fours: list[tuple[Bar, Reading]], tempo: float, seed: int, lfos: dict[int, Lfo] | None = None
) -> list:
    script, bars_, how = apart(script, fours)
    twin = Twin(tempo, METRE, seed, bars_, how, RATE, lfos)
    twin.grooves, twin.hears = GROOVES, 0
    for o in script:
        twin.run_until(o.when)
        if o.word == "key":
            twin.key(o.a, o.b)
        else:
            twin.take(o)
    twin.run_until(END)
    return twin.sent


def by_instant(sent: list) -> dict[int, Counter]:
    instants: dict[int, Counter] = {}
    for when, *rest in sent:
        instants.setdefault(when, Counter())[tuple(rest)] += 1
    return instants


GO = [Order(0, "launch", 0), Order(0, "launch", 1, a=1), Order(0, "start")]
ZONE = [Order(0, "zone", 1, a=1, b=3, x=48.0), Order(0, "route", 0, a=1, x=1.0), Order(0, "route", 1, a=1, x=1.0)]
SWINGING = [Order(0, "lfo", number, b=1) for number in (0, 1, LFOS)]
arpeggios = st.tuples(st.integers(0, 7), st.integers(1, 3)).map(
    lambda told: [
        *(
            Order(0, "arp", track, a=field, b=b)
            for track in (0, 1)
            for field, b in ((1, told[0]), (2, told[1]), (0, 1))
        ),
        *(Order(0, "key", a=pitch, b=90) for pitch in (62, 60, 63)),
    ]
)
beginnings = st.one_of(
    st.just(GO),
    st.just([*SWINGING, *GO]),
    st.just([*ZONE, *GO]),
    arpeggios.map(lambda arps: [*ZONE, *SWINGING, *arps, *GO]),
    arpeggios.map(lambda arps: [*arps, *GO]),
    arpeggios.map(lambda arps: [*SWINGING, *arps, *GO]),
)


@settings(max_examples=150, deadline=None)
@given(
    beginnings, scripts, fours, tempi, st.integers(0, 2**32),
    st.lists(st.integers(1, END - 1), max_size=20), sets_of_lfos,
)  # fmt: skip
def test_T3_T4_compiled_sequencer_equals_its_slow_twin_over_any_window_cuts(go, script, bars_, tempo, seed, cuts, lfos):
    script = sorted([*go, *script], key=lambda o: o.when)
    assert by_instant(perform(script, bars_, tempo, seed, cuts, lfos)) == by_instant(
        perform_slowly(script, bars_, tempo, seed, lfos)
    )


@settings(max_examples=60, deadline=None)
@given(beginnings, scripts, fours, tempi, st.lists(st.integers(1, END - 1), max_size=40), sets_of_lfos)
def test_T3_the_event_list_is_the_same_to_the_letter_over_any_window_cuts(go, script, bars_, tempo, cuts, lfos):
    script = sorted([*go, *script], key=lambda o: o.when)
    assert perform(script, bars_, tempo, 1, cuts, lfos) == perform(script, bars_, tempo, 1, [], lfos)


@settings(max_examples=100, deadline=None)
@given(beginnings, scripts, fours, tempi, st.lists(st.integers(1, END - 1), max_size=10), sets_of_lfos)
def test_N1_N2_N3_every_note_on_has_one_note_off_on_its_own_port(go, script, bars_, tempo, cuts, lfos):
    script = sorted([*go, *script, Order(END - 1, "stop")], key=lambda o: o.when)
    sounding = set()
    for _, port, _, data in perform(script, bars_, tempo, 1, cuts, lfos):
        if data[0] >= 0xB0 or len(data) == 2:
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
@example([Order(0, "clock", 1, a=1, b=1)], [(Bar((), TICKS_PER_BEAT), PLAIN_READING)] * 4, 120.0)
def test_O3_T6_clock_pulses_are_never_closer_than_half_their_distance(script, bars_, tempo):
    # Start and locate re-anchor a clock that does not run while stopped; here it always runs.
    script = [o for o in script if o.word not in ("clock", "locate", "tempo")]
    running = [Order(0, "clock", 1, a=1, b=1)]
    began = [o for o in script if o.word != "start"]
    pulses = [w for w, port, _, data in perform([*running, *GO, *began], bars_, tempo, 1, []) if data == (0xF8,)]
    nominal = RATE * 60 / tempo / 24
    assert len(pulses) >= SECONDS * tempo / 60 * 24 - 2
    assert all(later - earlier >= nominal / 2 for earlier, later in itertools.pairwise(pulses))
