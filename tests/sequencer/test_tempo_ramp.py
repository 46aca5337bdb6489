"""A tempo reached on a straight line: linear in ticks, exact at its end, and the beat moves by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from clocks import EVERY_PULSE, S, data_plane_ns, play_on, pulses, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, NOTE_ON
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer import commands
from liveengine.sequencer.draining import drain_log
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.outlet import TEMPO
from liveengine.sequencer.state import State

tempi = st.floats(20.0, 400.0)


def begun(tempo_bpm: float) -> State:
    """Return a data plane that plays from instant 0 on, with a clock on port 1."""
    state = data_plane_ns(EVERY_PULSE, tempo_bpm, follow=-1)
    commands.push(state, commands.DO_CLOCK, 1, a=1)
    commands.push(state, commands.DO_START)
    return state


def ramp(state: State, tempo_bpm: float, beats: int) -> None:
    commands.push(state, commands.DO_TEMPO, a=beats * TICKS_PER_BEAT, x=tempo_bpm)


def seconds_of(one_bpm: float, other_bpm: float, beats: int) -> float:
    """Return no less than a ramp over so many beats takes."""
    return beats * 60.0 / min(one_bpm, other_bpm)


@settings(max_examples=30, deadline=None)
@given(tempi, tempi, st.integers(1, 8))
def test_T2_the_tempo_is_linear_in_ticks_and_exact_at_the_end(from_bpm, to_bpm, beats):
    state = begun(from_bpm)
    play_on(state, 1)
    drain_log(state)
    ramp(state, to_bpm, beats)
    told = play_on(state, int((seconds_of(from_bpm, to_bpm, beats) + 1) * S)).told(TEMPO)
    begin = int(told["run"][0])
    share = np.minimum((told["run"] - begin) / (beats * TICKS_PER_BEAT), 1.0)
    assert told["x"] == pytest.approx(from_bpm + share * (to_bpm - from_bpm), rel=1e-9)
    assert told["run"][-1] == begin + beats * TICKS_PER_BEAT, "it ends where it was to"
    assert told["x"][-1] == state.transport[0]["tempo_bpm"] == to_bpm
    assert np.all(np.diff(told["run"]) <= TICKS_PER_PULSE), "no step is longer than a pulse"
    assert np.all(np.diff(told["x"]) * np.sign(to_bpm - from_bpm) >= -1e-9), "it never turns back"


@settings(max_examples=30, deadline=None)
@given(tempi, tempi, st.integers(1, 8))
def test_T1_every_line_of_the_grid_sounds_once_and_when_the_steps_say(from_bpm, to_bpm, beats):
    state = begun(from_bpm)
    ramp(state, to_bpm, beats)
    end = int((seconds_of(from_bpm, to_bpm, beats) + 1) * S)
    sent = play_on(state, end).sent
    notes = sent[sent["b0"] == NOTE_ON]
    clock = sent[(sent["b0"] == CLOCK) & (sent["port"] == 1)]
    assert np.array_equal(notes["tick"], np.arange(notes.size) * TICKS_PER_PULSE)
    assert np.array_equal(clock["when"], notes["when"]), "the clock is with the notes"
    # Each pulse lasts as long as the tempo at its beginning says (a step a pulse), one after the other.
    share = np.minimum(np.arange(notes.size - 1) / (24 * beats), 1.0)
    lasts = 60.0 * S / 24 / (from_bpm + share * (to_bpm - from_bpm))
    assert np.abs(np.diff(notes["when"]) - lasts).max() <= 1.0, "to the nanosecond"


@settings(max_examples=25, deadline=None)
@given(tempi, tempi, st.integers(1, 4), st.lists(st.floats(0.001, 0.4), min_size=1, max_size=8))
def test_T3_it_does_not_matter_in_which_windows_it_is_rendered(from_bpm, to_bpm, beats, windows_s):
    end = int((seconds_of(from_bpm, to_bpm, beats) + 0.5) * S)
    whole, parted = begun(from_bpm), begun(from_bpm)
    for state in (whole, parted):
        ramp(state, to_bpm, beats)
    sent = play_on(whole, end, step_ms=end / 1e6 + 1).sent
    parts, now = [], 0
    while now < end:
        for window_s in windows_s:
            now = min(now + int(window_s * S), end)
            parts.append(play_on(parted, max(now, 1), step_ms=1e6).sent)
    assert np.array_equal(np.concatenate(parts), sent)


@settings(max_examples=25, deadline=None)
@given(tempi, tempi, tempi, st.floats(0.05, 0.9))
def test_a_ramp_that_is_overtaken_leaves_nothing_behind(from_bpm, to_bpm, then_bpm, after):
    """A tempo that is set meanwhile counts at once, and the ramp takes no further step."""
    state = begun(from_bpm)
    ramp(state, to_bpm, 4)
    now = int(seconds_of(max(from_bpm, to_bpm), max(from_bpm, to_bpm), 4) * after * S)
    before = play_on(state, now)
    ramp(state, then_bpm, 0)
    rest = play_on(state, now + 8 * S)
    told = rest.told(TEMPO)
    assert list(told["x"]) == [then_bpm]
    notes = np.concatenate([before.sent, rest.sent])
    notes = notes[notes["b0"] == NOTE_ON]
    assert np.all(np.diff(notes["tick"]) == TICKS_PER_PULSE)
    gaps = np.diff(notes["when"][notes["when"] > now])
    assert np.abs(gaps - 60.0 * S / 24 / then_bpm).max() <= 1.0


def test_a_ramp_while_stopped_is_a_tempo_to_start_from():
    """Stopped, the clock's ticks run on, and so does the ramp: it is over when it is over."""
    state = data_plane_ns(EVERY_PULSE, 60.0, follow=-1)
    ramp(state, 120.0, 4)
    play_on(state, 10 * S)
    assert state.transport[0]["tempo_bpm"] == 120.0


def test_a_ramp_gives_way_to_a_clock_that_is_followed():
    state = begun(100.0)
    commands.push(state, commands.DO_FOLLOW, 0)
    ramp(state, 200.0, 64)
    play_on(state, S)
    for pulse in pulses(steady(140.0, 4, S)):
        play_on(state, max(int(pulse["when"]), 1))
        receive(state, 0, int(pulse["when"]), 1, CLOCK, 0, 0)
    assert state.transport[0]["tempo_bpm"] == pytest.approx(140.0, rel=0.001)
    assert state.transport[0]["own_tempo_bpm"] == 200.0, "what was wished for is remembered"
