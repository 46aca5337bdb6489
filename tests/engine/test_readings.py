"""Readings: knobs and patches say the same, a knob is heard at once, and asks nobody for another bar."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sets import BAR, BASS, playing, small_set
from small_sets import BASS as BASS_TEXT
from small_sets import SMALLEST

from liveengine.engine.orders import WriteSlot
from liveengine.engine.parameters import find
from liveengine.engine.patch import load_patch
from liveengine.engine.readings import KNOBS, ordered, setting_of, turned
from liveengine.music.note import Bar, Note
from liveengine.music.reading import DIRECTIONS, PLAIN_READING, Reading
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer import commands as do
from liveengine.sequencer.reading import change_reading, is_sound_reading
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import make_state


@st.composite
def turns(draw):
    """Draw a knob and a place to turn it to, as a client may."""
    knob = draw(st.sampled_from(KNOBS))
    parameter = find(f"/track/1/{knob}").parameter
    return knob, parameter.from_unit(draw(st.floats(0, 1)))


@given(st.lists(turns(), max_size=12))
def test_a_knob_stands_where_it_was_turned_and_moves_no_other(story):
    reading, stands = PLAIN_READING, {}
    for knob, setting in story:
        reading = turned(reading, knob, setting)
        stands[knob] = setting
    for knob in KNOBS:
        assert setting_of(reading, knob) == stands.get(knob, setting_of(PLAIN_READING, knob))


@settings(deadline=None)  # its first example compiles
@given(st.lists(turns(), max_size=12), st.sampled_from([TICKS_PER_SIXTEENTH, TICKS_PER_BEAT // 3]))
def test_what_is_turned_live_reads_as_what_was_written_so_from_the_first(story, step):
    state = make_state()
    bar = Bar((Note(0, 60),), BAR)
    reading = replace(PLAIN_READING, step=step)
    write_slot(state, 0, bar, reading)
    for knob, setting in story:
        reading = turned(reading, knob, setting)
        order = ordered(reading, knob, 0)
        assert is_sound_reading(order.a, order.b, order.x)
        change_reading(state.slots[0], order.a, order.b, order.x)
    write_slot(state, 1, bar, reading)
    assert state.slots[0] == state.slots[1]


@pytest.mark.parametrize("knob", KNOBS)
def test_every_knob_has_a_parameter_that_is_heard_now_and_begins_as_it_is_written(knob):
    parameter = find(f"/track/1/{knob}").parameter
    assert parameter.effect == "now"
    assert parameter.default == setting_of(PLAIN_READING, knob)


def test_g4_a_knob_of_the_reading_asks_no_generator():
    desk = playing().ask("/track/drums/swing", 0.618)
    assert desk.requests == []
    assert [(order.kind, order.track, order.a, order.x) for order in desk.commands()] == [(do.DO_READING, 0, 4, 0.618)]


def test_a_word_is_taken_by_itself_by_its_number_and_refused_with_the_nearest():
    desk = playing()
    assert desk.ask("/track/1/direction", "reverse").commands()[0].b == DIRECTIONS.index("reverse")
    assert desk.ask("/track/1/direction", 3).told["/track/1/direction"] == "pingpong"
    assert desk.ask("/track/1/direction", add=1.0).told["/track/1/direction"] == "random"
    assert 'did you mean "reverse"' in desk.ask("/track/1/direction", "revers").said
    assert desk.ask("/track/1/direction", 6).commands() == []


def test_the_knobs_belong_to_the_track_while_its_pattern_lasts():
    low, lower = BASS.patterns
    patterns = (low, replace(lower, reading=Reading(rate=Fraction(2), transpose=-12)))
    desk = playing(small_set(tracks=(small_set().tracks[0], replace(BASS, patterns=patterns))))
    desk.ask("/track/bass/transpose", 5)
    (request,) = desk.ask("/track/bass/reroll").requests
    assert [order.reading.transpose for order in desk.answer(request).of(WriteSlot)] == [5]
    (request,) = desk.ask("/track/bass/pattern", 2).requests
    assert (desk.told["/track/2/transpose"], desk.told["/track/2/rate"]) == (-12, "2")
    assert [order.reading for order in desk.answer(request).of(WriteSlot)] == [patterns[1].reading]


def test_a_fill_keeps_the_feel_and_is_read_from_beginning_to_end():
    desk = playing()
    desk.ask("/track/bass/swing", 0.6).ask("/track/bass/direction", "reverse").ask("/track/bass/rate", "2")
    (request,) = desk.ask("/track/bass/fill").requests
    (written,) = desk.answer(request).of(WriteSlot)
    assert written.reading == Reading(swing=0.6)


# -- patches -----------------------------------------------------------------------------------

WORDS = """
direction = "pingpong"
rate = "3/2"
rotation = -2
length = 12
step = "1/12"
swing = 0.6
swing_unit = "1/8"
humanise = 0.25
quantise = 0.5
transpose = 7
scale = "minor pentatonic"
velocity_range = [20, 110]
velocity_curve = 1.5
"""
READ = Reading(
    "pingpong", Fraction(3, 2), -2, 12 * TICKS_PER_BEAT // 3, TICKS_PER_BEAT // 3, 0.6, TICKS_PER_BEAT // 2, 0.25,
    quantise=0.5, transpose=7, scale=0b10010101001, tonic=2, velocity_low=20, velocity_high=110, velocity_curve=1.5,
)  # fmt: skip


def read(tmp_path, text):
    path = tmp_path / "set.toml"
    path.write_text('key = "D dorian"\n' + SMALLEST + text)
    return load_patch(path).tracks[-1].patterns


def test_a_pattern_says_how_it_is_read(tmp_path):
    assert [pattern.reading for pattern in read(tmp_path, BASS_TEXT + WORDS)] == [READ]


def test_a_track_says_it_for_all_its_patterns_and_a_pattern_for_itself(tmp_path):
    first = BASS_TEXT.replace('role = "bass"', f'role = "bass"{WORDS}')
    second = '[[track.pattern]]\nname = "other"\ngenerator = "phi"\nswing = 0.7\nscale = [0, 7]\nrate = 2\n'
    one, other = read(tmp_path, first + second)
    assert one.reading == READ
    assert other.reading == replace(READ, swing=0.7, scale=0b10000001, rate=Fraction(2))
