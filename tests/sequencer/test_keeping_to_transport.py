"""The beat does as JACK's transport does, period by period, in virtual time: it starts, stops and jumps with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from clocks import EVERY_PULSE
from crank import RATE, data_plane, order, play_until
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, CONTINUE, NOTE_ON, SONG_POSITION, START, STOP
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE, TICKS_PER_SIXTEENTH
from liveengine.sequencer.records.sources import JACK
from liveengine.sequencer.state import State
from liveengine.sequencer.steering import keep_to_transport

Sent = tuple[int, int, int, tuple[int, ...]]
tempi = st.floats(40.0, 240.0)


def put_up() -> State:
    """Return a data plane at 48 kHz: a note on each pulse of a bar on track 0, a clock on port 1."""
    state = data_plane([EVERY_PULSE])
    order(state, "launch", track=0, quantum=4 * TICKS_PER_BEAT, a=0)
    order(state, "clock", track=1, a=1)
    order(state, "prefer", a=JACK, b=1)
    play_until(state, 1)
    return state


@dataclass
class Transport:
    """Another's transport: it says at the beginning of each period where it is, and whether it rolls."""

    tempo_bpm: float
    period: int = 128
    rolling: bool = False
    beat: float = 0.0
    now: int = 1
    state: State = field(default_factory=put_up)
    sent: list[Sent] = field(default_factory=list)
    #: (frame, beat, tempo) of each period that it rolled in.
    places: list[tuple[int, float, float]] = field(default_factory=list)

    def run(self, periods: int) -> None:
        for _ in range(periods):
            song = round(self.beat * TICKS_PER_BEAT)
            keep_to_transport(self.state, self.rolling, song, float(self.now), self.tempo_bpm)
            self.sent += play_until(self.state, self.now + self.period)
            if self.rolling:
                self.places.append((self.now, self.beat, self.tempo_bpm))
                self.beat += self.period * self.tempo_bpm / 60 / RATE
            self.now += self.period

    def seconds(self, seconds: float) -> None:
        self.run(int(seconds * RATE / self.period))

    def beat_at(self, frame: int) -> float:
        """Return its beat at a frame of a period that it rolled in."""
        begin, beat, tempo_bpm = next(place for place in reversed(self.places) if place[0] <= frame)
        return beat + (frame - begin) * tempo_bpm / 60 / RATE

    def onsets(self, since: int = 0) -> list[int]:
        return [when for when, port, _, data in self.sent if port == 0 and data[0] == NOTE_ON and when >= since]

    def said(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return what went to those who follow us, but for the pulses."""
        return [(when, data) for when, port, _, data in self.sent if port == 1 and data != (CLOCK,)]

    def away_frames(self, since: int = 0) -> np.ndarray:
        """Return how far each note is from its nearest pulse, by the transport's own place."""
        pulses = np.array([self.beat_at(frame) * 24 for frame in self.onsets(since)])
        return (pulses - np.rint(pulses)) / 24 * 60 / self.tempo_bpm * RATE


@settings(max_examples=12, deadline=None)
@given(tempi, st.integers(0, 64 * 96), st.sampled_from([128, 1024]), st.integers(1, 40))
def test_it_starts_with_the_transport_wherever_that_is_and_every_note_is_on_its_sample(tempo, place, period, waits):
    other = Transport(tempo, period, beat=place / 96)
    other.run(waits)
    assert other.sent == []
    other.rolling = True
    other.seconds(0.8)
    assert abs(other.away_frames()).max() <= 1.0, "half a sample of rounding, there and here"
    first = other.onsets()[0]
    assert first - 1 - waits * period <= 60 / tempo / 24 * RATE + 1, "the first line there is"
    lines = np.rint([other.beat_at(frame) * 24 for frame in other.onsets()])
    assert np.all(np.diff(lines) == 1), "T1: none is skipped, none sounds twice"


@pytest.mark.parametrize("beat", [0.0, 4.0, 9.75])
def test_O2_those_who_follow_us_hear_where_it_begins(beat):
    other = Transport(120.0, beat=beat)
    other.run(3)
    other.rolling = True
    other.seconds(1)
    sixteenths = round(beat * TICKS_PER_BEAT) // TICKS_PER_SIXTEENTH
    begins = [(START,)] if beat == 0 else [(SONG_POSITION, sixteenths & 127, sixteenths >> 7), (CONTINUE,)]
    assert [data for _, data in other.said()] == begins
    pulses = [when for when, port, _, data in other.sent if port == 1 and data == (CLOCK,)]
    assert pulses[0] == other.said()[-1][0] == other.onsets()[0] == 1 + 3 * 128


@settings(max_examples=12, deadline=None)
@given(tempi, st.floats(0.2, 3.0))
def test_N1_it_stops_with_the_transport_and_no_note_sounds_on(tempo, lasts):
    other = Transport(tempo, rolling=True)
    other.seconds(lasts)
    stopped = other.now
    other.rolling = False
    other.seconds(0.5)
    assert other.onsets(stopped) == []
    assert other.said()[-1] == (stopped, (STOP,))
    sounding: set[int] = set()
    for _, port, _, data in other.sent:
        if port == 0 and len(data) == 3:
            (sounding.add if data[0] == NOTE_ON else sounding.discard)(data[1])
    assert not sounding


def test_it_goes_on_where_the_transport_stands():
    other = Transport(120.0, rolling=True)
    other.seconds(1.3)
    other.rolling = False
    other.seconds(0.2)
    other.rolling = True
    begun = other.now
    other.seconds(1)
    assert abs(other.away_frames(begun)).max() <= 1.0


@settings(max_examples=12, deadline=None)
@given(tempi, st.integers(0, 16 * 96))
def test_a_jump_of_the_transport_is_jumped_with_in_the_same_period(tempo, place):
    other = Transport(tempo, rolling=True)
    other.seconds(1)
    jumped, other.beat = other.now, other.beat + 2 + place / 96
    other.seconds(1)
    assert abs(other.away_frames(jumped)).max() <= 1.0
    assert [data for when, data in other.said() if when >= jumped][-1] == (CONTINUE,)


def test_a_jump_to_the_top_is_a_start():
    other = Transport(120.0, rolling=True)
    other.seconds(1)
    jumped, other.beat = other.now, 0.0
    other.seconds(1)
    assert [data for when, data in other.said() if when >= jumped] == [(STOP,), (START,)]
    assert other.onsets(jumped)[0] == jumped


@settings(max_examples=12, deadline=None)
@given(tempi, st.lists(tempi, min_size=1, max_size=3), st.sampled_from([128, 1024]))
def test_T1_T2_a_tempo_of_the_transport_counts_from_its_period_on_and_moves_no_beat(tempo, later, period):
    other = Transport(tempo, period, rolling=True)
    other.seconds(0.5)
    for changed in later:
        other.tempo_bpm = changed
        other.seconds(0.5)
    lines = [round(other.beat_at(frame) * 24) for frame in other.onsets()]
    assert lines == list(range(len(lines)))
    meant = [other.beat_at(frame) * 24 for frame in other.onsets()]
    a_frame = max(tempo, *later) / 60 * 24 / RATE  # in pulses
    assert max(abs(line - at) for line, at in zip(lines, meant, strict=True)) <= 1.5 * a_frame
    assert [data for _, data in other.said()] == [(START,)]


@settings(max_examples=12, deadline=None)
@given(st.floats(-0.9, 0.9))
def test_what_is_less_than_a_pulse_away_is_slewed_to_and_not_jumped(share):
    other = Transport(120.0, rolling=True)
    other.seconds(1)
    moved, other.beat = other.now, other.beat + share / 24
    other.seconds(2)
    gaps = np.diff(other.onsets())
    assert gaps.min() > 1000 * 0.95 and gaps.max() < 1000 * 1.05
    assert abs(other.away_frames(moved + int(RATE))).max() <= 1.0
    assert [data for _, data in other.said()] == [(START,)]


def test_while_it_stands_the_players_own_start_is_undone():
    """Another leads: who would start by hand starts there."""
    other = Transport(120.0)
    other.run(4)
    order(other.state, "start")
    other.run(8)
    assert other.state.transport[0]["playing"] == 0
    assert len(other.onsets()) <= 1 and other.state.transport[0]["position"] % TICKS_PER_PULSE == 0
