"""The beat keeps to a timeline from outside, as a Link peer or JACK's transport tells it, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from clocks import EVERY_PULSE, MS, S, data_plane_ns, period, play_on
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, NOTE_ON
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer import commands
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.records.sources import LINK
from liveengine.sequencer.render import render
from liveengine.sequencer.state import State

WORD_MS = 20


@dataclass
class Outside:
    """Another's timeline: the beat it is at an instant; tempo and phase change when it likes."""

    tempo_bpm: float
    when: int = 0
    beat: float = 0.0

    def beat_at(self, when: float) -> float:
        return self.beat + (when - self.when) * self.tempo_bpm / 60 / S

    def turn(self, when: int, tempo_bpm: float, jump_beats: float = 0.0) -> None:
        self.beat, self.when, self.tempo_bpm = self.beat_at(when) + jump_beats, when, tempo_bpm


@dataclass
class Peer:
    """A data plane that hears from outside fifty times a second."""

    outside: Outside
    state: State
    now: int = 0
    sent: list = field(default_factory=list)

    def run(self, until: int, hears: bool = True) -> None:
        while self.now < until:
            if hears:
                tick = round(self.outside.beat_at(self.now) * TICKS_PER_BEAT)
                commands.push(self.state, commands.DO_STEER, a=tick, b=self.now, x=self.outside.tempo_bpm)
            self.now = min(self.now + WORD_MS * MS, until)
            self.sent.append(play_on(self.state, self.now).sent)

    def notes(self, since: int = 0) -> np.ndarray:
        sent = np.concatenate(self.sent)
        return sent[(sent["b0"] == NOTE_ON) & (sent["when"] >= since)]

    def phase_ms(self, since: int = 0) -> np.ndarray:
        """How far each pulse is from the outside's nearest pulse, now that its tempo is steady."""
        pulses = np.array([self.outside.beat_at(when) for when in self.notes(since)["when"]]) * 24
        return (pulses - np.rint(pulses)) / 24 * 60_000 / self.outside.tempo_bpm

    def beat_ms(self, since: int = 0) -> np.ndarray:
        """How far each beat is from the outside's nearest beat."""
        notes = self.notes(since)
        beats = np.array([self.outside.beat_at(n["when"]) for n in notes[notes["tick"] % TICKS_PER_BEAT == 0]])
        return (beats - np.rint(beats)) * 60_000 / self.outside.tempo_bpm


def peer(outside_bpm: float, beat: float = 0.0, tempo_bpm: float = 120.0) -> Peer:
    return Peer(Outside(outside_bpm, 0, beat), data_plane_ns(EVERY_PULSE, tempo_bpm, follow=-1))


def play_alone(p: Peer, until: int) -> None:
    commands.push(p.state, commands.DO_START)
    p.run(until, hears=False)


def slews_only(p: Peer, tempi: tuple[float, ...], since: int = 0) -> None:
    """The beat never jumps: each line of the grid once, and no faster or slower than slewing allows."""
    notes = p.notes(since)
    assert np.all(np.diff(notes["tick"]) == TICKS_PER_PULSE)
    gaps = np.diff(notes["when"])
    a_word = 0.04 * WORD_MS * MS + 1000  # It slews word by word.
    assert gaps.min() > period(max(tempi)) * 0.96 - a_word
    # A gap is the longer by what it slews, in whole words, while it lasts.
    assert gaps.max() < (period(min(tempi)) + a_word) / 0.96


@settings(max_examples=30, deadline=None)
@given(st.floats(40, 240), st.floats(40, 240), st.floats(0, 64), st.integers(S, 3 * S))
def test_joining_while_playing_takes_the_tempo_at_once_and_slews_to_the_beat(own, outside, beat, joins):
    p = peer(outside, beat, own)
    play_alone(p, joins)
    p.run(joins + WORD_MS * MS)
    assert p.state.transport[0]["tempo_bpm"] == pytest.approx(outside)
    half_a_beat_slewed = joins + int(30 * S / outside / 0.04) + 2 * S
    p.run(half_a_beat_slewed + 2 * S)
    slews_only(p, (own, outside))
    assert abs(p.beat_ms(half_a_beat_slewed)).max() < 0.1


@settings(max_examples=20, deadline=None)
@given(st.floats(40, 240), st.floats(0, 64), st.sampled_from([1, 3, 4]))
def test_joining_while_stopped_starts_on_the_others_bar_line(outside, beat, beats):
    p = peer(outside, beat)
    commands.push(p.state, commands.DO_METRE, a=beats * TICKS_PER_BEAT)
    p.run(S)
    commands.push(p.state, commands.DO_START)
    p.run(S + int((2 * beats + 1) * 60 * S / outside))
    first = p.notes()[0]
    assert first["tick"] == 0
    bars = p.outside.beat_at(first["when"]) / beats
    assert bars == pytest.approx(round(bars), abs=1e-5), "the outside is at a bar line"
    assert first["when"] - S < 60 * S / outside * beats + MS, "the next one"
    assert abs(p.beat_ms()).max() < 0.1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(60, 200), st.integers(200, 900)), min_size=1, max_size=6))
def test_tempo_changes_outside_are_followed_within_three_milliseconds(changes):
    p = peer(120)
    commands.push(p.state, commands.DO_START)
    p.run(S)
    for tempo, lasts in changes:
        p.outside.turn(p.now + 7 * MS, tempo)
        p.run(p.now + lasts * MS)
    settled = p.now + S
    p.run(settled + S)
    assert abs(p.beat_ms(settled)).max() < 3
    slews_only(p, (120, *(tempo for tempo, _ in changes)))


@pytest.mark.parametrize("jump", [-7.5, -1.0, -0.4, 0.3, 0.49, 1.0, 5.25, 16.0])
def test_a_jump_of_phase_outside_is_slewed_to_never_leapt(jump):
    p = peer(120)
    commands.push(p.state, commands.DO_START)
    p.run(2 * S)
    p.outside.turn(p.now, 120, jump)
    p.run(20 * S)
    slews_only(p, (120,))
    assert abs(p.beat_ms(18 * S)).max() < 0.1
    assert p.state.transport[0]["realigned"] == 0


def test_the_way_there_is_no_longer_than_slewing_takes():
    p = peer(120)
    commands.push(p.state, commands.DO_START)
    p.run(2 * S)
    p.outside.turn(p.now, 120, 0.2)  # 100 ms, at 4 % 2.5 s.
    p.run(6 * S)
    errors = abs(p.beat_ms(2 * S))
    assert errors[0] > 90
    assert errors[-1] < 0.1


def test_letting_go_leaves_the_beat_and_its_tempo_where_they_are():
    p = peer(133.3, 2.7)
    p.run(S // 2)
    commands.push(p.state, commands.DO_START)
    p.run(4 * S)
    commands.push(p.state, commands.DO_STEER, x=0.0)
    p.run(8 * S, hears=False)
    assert abs(p.beat_ms(S)).max() < 0.1
    assert not p.state.sources[LINK]["lives"]
    commands.push(p.state, commands.DO_TEMPO, x=90.0)
    p.run(10 * S, hears=False)
    assert p.state.transport[0]["tempo_bpm"] == 90


def test_the_players_tempo_waits_while_the_outside_leads():
    p = peer(133.0)
    p.run(S)
    commands.push(p.state, commands.DO_TEMPO, x=90.0)
    p.run(2 * S)
    assert p.state.transport[0]["tempo_bpm"] == pytest.approx(133)
    assert p.state.transport[0]["own_tempo_bpm"] == 90


@pytest.mark.parametrize("lead_ms", [5, 40])
def test_with_a_lead_the_sound_not_the_rendering_is_in_phase(lead_ms):
    p = peer(120, 0.3)
    commands.push(p.state, commands.DO_LEAD, a=lead_ms * MS)
    commands.push(p.state, commands.DO_DELAY, 0, a=lead_ms * MS)
    p.run(S)
    commands.push(p.state, commands.DO_START)
    p.run(10 * S)
    assert abs(p.beat_ms()).max() < 0.1
    p.outside.turn(p.now, 120, 0.4)
    p.run(20 * S)
    assert abs(p.beat_ms(18 * S)).max() < 0.1


@settings(max_examples=20, deadline=None)
@example(75.5, 130.0, 0.0)
@given(st.floats(60, 200), st.floats(60, 200), st.floats(-3, 3))
def test_T6_clock_pulses_keep_their_distance_whatever_the_outside_does(one, other, jump):
    p = peer(one, 0.37)
    commands.push(p.state, commands.DO_CLOCK, 1, a=1, b=1)
    play_alone(p, S)
    p.run(2 * S)
    p.outside.turn(p.now, other, jump)
    p.run(4 * S)
    sent = np.concatenate(p.sent)
    pulses = sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == 1)]
    assert np.diff(pulses).min() > 0.5 * 60 * S / max(one, other, 120) / 24


def test_T6_a_stall_while_the_outside_leads_is_collapsed():
    p = peer(120)
    commands.push(p.state, commands.DO_START)
    p.run(4 * S)
    before = p.notes().size
    p.now += 3 * S
    tick = round(p.outside.beat_at(p.now) * TICKS_PER_BEAT)
    commands.push(p.state, commands.DO_STEER, a=tick, b=p.now, x=120.0)
    render(p.state, p.now, p.now + 1)
    assert np.count_nonzero(p.state.due[: deliver(p.state, p.now + 1)]["b0"] == NOTE_ON) <= 1
    p.run(9 * S)
    assert abs(p.beat_ms(7 * S)).max() < 0.1
    assert p.state.transport[0]["realigned"] == 1
    assert p.notes().size - before == pytest.approx(96, abs=1)
