"""Of several clocks one leads, the best that lives; the beat goes from one to the other without a jump (C10)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from clocks import MS, S, data_plane_ns, messages, perform, period, pulses, start_before, steady, stop_at, together
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, NOTE_ON, SONG_POSITION, START
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer import commands
from liveengine.sequencer.outlet import LED
from liveengine.sequencer.records.rings import READ, WRITTEN
from liveengine.sequencer.records.sources import JACK, LINK, LOCKED, OWN, PULSES

WORD_MS = 20
SECONDS = 40

#: MIDI, then Link, then our own time; or without our own.
MIDI_LINK_OWN = (PULSES, LINK, OWN)
MIDI_LINK = (PULSES, LINK)

Absences = list[tuple[float, float]]  # from a second, for so many seconds


@dataclass
class Night:
    """A set that hears a MIDI clock and a Link session, each of which comes and goes."""

    ranks: tuple[int, ...] = MIDI_LINK_OWN
    own_bpm: float = 120.0
    midi_bpm: float = 120.0
    link_bpm: float = 120.0
    link_beat: float = 0.0
    no_midi: Absences = field(default_factory=list)
    no_link: Absences = field(default_factory=list)
    jitter_ms: float = 0.0

    def __post_init__(self) -> None:
        self.state = data_plane_ns(tempo_bpm=self.own_bpm)
        self.prefer(*self.ranks)
        clock = steady(self.midi_bpm, SECONDS * self.midi_bpm / 60, S // 2)
        keep = np.ones(clock.size, bool)
        for begin, lasts in self.no_midi:
            keep &= ~((clock >= begin * S) & (clock < (begin + lasts) * S))
        self.clock = clock
        self.came = pulses(clock[keep], self.jitter_ms, 1)
        self.now = 0
        self.sent: list[np.ndarray] = []
        self.told: list[np.ndarray] = []
        self.leaders: list[tuple[int, int]] = []

    def order(self, kind: int, **fields: float) -> None:
        commands.push(self.state, kind, **fields)

    def prefer(self, *ranks: int) -> None:
        self.order(commands.DO_PREFER, a=sum(source << (8 * rank) for rank, source in enumerate(ranks)), b=len(ranks))

    def link_beat_at(self, when: float) -> float:
        return self.link_beat + when * self.link_bpm / 60 / S

    def run(self, seconds: float) -> Night:
        """Go on until so many seconds have passed."""
        while self.now < seconds * S:
            here, there = self.now, min(self.now + WORD_MS * MS, int(seconds * S))
            absent = any(begin * S <= here < (begin + lasts) * S for begin, lasts in self.no_link)
            tick = round(self.link_beat_at(here) * TICKS_PER_BEAT)
            self.order(commands.DO_STEER, a=tick, b=here, x=0.0 if absent else self.link_bpm)
            part = self.came[(self.came["when"] >= here) & (self.came["when"] < there)]
            played = perform(self.state, part, until=there, batch=64)
            self.sent.append(played.sent)
            self.told.append(played.told(LED))
            self.now = there
            self.leaders.append((there, self.leader))
        return self

    @property
    def leader(self) -> int:
        return int(self.state.transport[0]["leader"])

    def led(self) -> list[int]:
        """Every source that has taken the lead, in turn."""
        return [int(record["a"]) for record in np.concatenate(self.told)]

    def notes(self) -> np.ndarray:
        sent = np.concatenate(self.sent)
        return sent[(sent["b0"] == NOTE_ON) & (sent["size"] > 0)]

    def midi_ms(self, since_s: float) -> np.ndarray:
        """How far each note from then on is from the nearest pulse of the MIDI clock."""
        whens = self.notes()["when"]
        whens = whens[whens >= since_s * S]
        return np.min(np.abs(whens[:, None] - self.clock[None, :]), axis=1) / MS

    def link_ms(self, since_s: float) -> np.ndarray:
        """How far each beat from then on is from Link's nearest."""
        notes = self.notes()
        chosen = (notes["tick"] % TICKS_PER_BEAT == 0) & (notes["when"] >= since_s * S)
        beats = np.array([self.link_beat_at(when) for when in notes["when"][chosen]])
        return np.abs(beats - np.rint(beats)) * 60_000 / self.link_bpm


def never_jumps(night: Night) -> None:
    """Every pulse of the grid sounds once, in its order, and none comes faster or slower than slewing lets it."""
    notes = night.notes()
    assert np.all(np.diff(notes["tick"]) == TICKS_PER_PULSE), "each number once"
    gaps = np.diff(notes["when"])
    tempi = (night.own_bpm, night.midi_bpm, night.link_bpm)
    a_word = 0.04 * WORD_MS * MS + 2 * night.jitter_ms * MS + 1000
    assert gaps.min() > period(max(tempi)) * 0.96 - a_word
    assert gaps.max() < (period(min(tempi)) + a_word) / 0.96
    assert night.state.transport[0]["realigned"] == 0
    assert night.state.transport[0]["refused"] == 0


def playing(night: Night) -> Night:
    """Let it play, by its own hand, from the first instant."""
    night.order(commands.DO_START)
    return night


absences = st.lists(st.tuples(st.floats(2, 30), st.floats(0.1, 12)), max_size=4)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([MIDI_LINK_OWN, MIDI_LINK, (LINK, PULSES, OWN), (LINK, PULSES)]),
    st.tuples(st.floats(90, 160), st.floats(90, 160), st.floats(90, 160)),
    st.floats(0, 16),
    absences,
    absences,
    st.floats(0, 1),
)
@example(MIDI_LINK_OWN, (120.0, 120.0, 120.0), 0.5, [(10, 5), (20, 1)], [(12, 20)], 1.0)
def test_C10_T1_whoever_comes_and_goes_each_pulse_sounds_once_and_the_beat_never_jumps(
    ranks, tempi, beat, no_midi, no_link, jitter
):
    own, midi, link = tempi
    night = Night(ranks, own, midi, link, beat, no_midi, no_link, jitter)
    playing(night).run(SECONDS)
    never_jumps(night)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([MIDI_LINK_OWN, (LINK, PULSES, OWN), MIDI_LINK]), absences, absences)
def test_C10_who_leads_lives_and_nobody_better_has_been_steady_for_long(ranks, no_midi, no_link):
    night = playing(Night(ranks, no_midi=no_midi, no_link=no_link)).run(SECONDS)
    gone = {PULSES: no_midi, LINK: no_link, OWN: []}
    for when, leader in night.leaders:
        at_s = when / S

        def absent(source: int, since_s: float, until_s: float) -> float:
            times = np.arange(since_s, until_s, 0.01)
            return 0.01 * sum(any(begin <= at < begin + lasts for begin, lasts in gone[source]) for at in times)

        if at_s > 6 and leader in (PULSES, LINK):
            patience_s = 2.1 if leader == PULSES else 0.1  # A MIDI clock freewheels before it is lost.
            assert absent(leader, at_s - patience_s, at_s) < patience_s - 0.005, "the leader lives"
        better = ranks[: ranks.index(leader)] if leader in ranks else ranks
        for source in better:
            # A beat to lock, four to be trusted, at 120.
            if at_s > 6 and absent(source, at_s - 4.0, at_s) == 0.0:
                pytest.fail(f"{source} has been steady since {at_s - 4}, and {leader} leads at {at_s}")


def test_C10_midi_gives_way_to_our_own_time_and_takes_it_back_after_four_steady_beats():
    night = playing(Night(midi_bpm=126.0, no_midi=[(10, 6)], no_link=[(0, 99)])).run(SECONDS)
    assert night.led() == [PULSES, OWN, PULSES]
    lost, back = (int(record["when"]) / S for record in np.concatenate(night.told)[1:])
    assert lost == pytest.approx(12, abs=0.03), "two seconds after the last pulse"
    assert 16 + 5 * 60 / 126 - 0.05 < back < 16 + 5 * 60 / 126 + 0.1, "a beat to lock, four to be trusted"
    never_jumps(night)
    assert night.midi_ms(25).max() < 0.1
    gaps = np.diff(night.notes()["when"])
    assert abs(gaps[300:-5] - period(126)).max() < 0.05 * period(126), "it goes on at the tempo that it had"


def test_C10_midi_gives_way_to_link_and_takes_it_back():
    night = playing(Night(midi_bpm=126.0, link_bpm=123.0, link_beat=0.37, no_midi=[(12, 10)])).run(SECONDS)
    assert night.led() == [LINK, PULSES, LINK, PULSES]
    never_jumps(night)
    while_link = night.link_ms(21)
    assert while_link[0] < 0.1, "in phase with Link before MIDI is back"
    assert night.midi_ms(31).max() < 0.1


def test_C10_a_clock_that_only_flickers_does_not_take_the_lead():
    flicker = [(5 + 2 * n, 1.0) for n in range(12)]  # One second there, one second gone: never five beats.
    night = Night(no_midi=[(0, 5.9), *flicker], no_link=[(0, 99)], midi_bpm=121.0)
    playing(night).run(28)
    assert night.led() == []
    never_jumps(night)


def test_who_listens_measures_and_does_not_bend():
    """While Link leads, a MIDI clock at another tempo is locked to and heard, and moves nothing."""
    night = playing(Night((LINK, PULSES), midi_bpm=97.0, link_bpm=133.0, link_beat=0.2)).run(20)
    assert night.leader == LINK
    assert night.state.follower[0]["state"] == LOCKED
    assert night.state.transport[0]["tempo_bpm"] == pytest.approx(133.0)
    assert night.link_ms(10).max() < 0.1


def test_who_listens_neither_starts_nor_stops_nor_moves_what_plays():
    night = playing(Night((LINK, PULSES)))
    night.came = together(
        night.came, start_before(night.clock[200]), stop_at(8 * S), messages(9 * S, SONG_POSITION, 0, 1)
    )
    night.run(15)
    assert night.state.transport[0]["playing"]
    never_jumps(night)


def test_while_nothing_plays_the_best_that_lives_leads_at_once_and_its_start_sets_off():
    night = Night(no_link=[(0, 99)])
    first = night.clock[12]
    night.came = together(night.came, messages(first - 5 * MS, START))
    night.run(10)
    assert night.notes()["when"][0] == pytest.approx(first, abs=1)
    assert night.led() == [PULSES]
    assert night.midi_ms(0).max() < 0.1


def test_while_nothing_plays_a_start_from_one_that_ranks_lower_does_nothing():
    night = Night((LINK, PULSES))
    night.came = together(night.came, messages(5 * S, START))
    night.run(8)
    assert not night.state.transport[0]["playing"]


def test_joining_link_while_nothing_plays_is_no_stall():
    night = Night((LINK,), link_beat=3.3).run(3)
    assert night.leader == LINK
    assert night.state.transport[0]["realigned"] == 0


def test_a_start_by_hand_while_link_leads_is_on_links_bar_line_even_after_it_was_joined_in_play():
    night = playing(Night((LINK,), link_beat=0.7)).run(8)
    night.order(commands.DO_STOP)
    night.run(9)
    night.order(commands.DO_START)
    night.run(14)
    notes = night.notes()
    again = notes["when"][(notes["tick"] == 0) & (notes["when"] > 9 * S)][0]
    assert night.link_beat_at(again) / 4 == pytest.approx(round(night.link_beat_at(again) / 4), abs=1e-4)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.permutations([PULSES, LINK, OWN]), min_size=1, max_size=5), st.floats(0, 4))
def test_C10_choosing_another_while_it_plays_moves_no_beat(choices, beat):
    night = playing(Night(midi_bpm=118.0, link_bpm=124.0, link_beat=beat)).run(8)
    for second, ranks in enumerate(choices):
        night.prefer(*ranks)
        night.run(8 + 4 * (second + 1))
        assert night.leader == ranks[0], "who has long been steady leads at once"
    never_jumps(night)


def test_choosing_our_own_time_keeps_the_tempo_until_the_player_sets_another():
    night = playing(Night(midi_bpm=131.0, no_link=[(0, 99)])).run(8)
    night.prefer(OWN, PULSES)
    night.run(10)
    assert night.state.transport[0]["tempo_bpm"] == pytest.approx(131.0)
    night.order(commands.DO_TEMPO, x=100.0)
    night.run(14)
    assert night.state.transport[0]["tempo_bpm"] == 100.0
    assert night.state.follower[0]["state"] == LOCKED, "it is still heard"


def test_T3_losing_a_clock_is_the_same_in_any_window():
    """Who leads changes at its instant, not at the next window's edge."""

    def play(step_ms: float) -> np.ndarray:
        state = data_plane_ns(tempo_bpm=120.0)
        commands.push(state, commands.DO_PREFER, a=PULSES | (OWN << 8), b=2)
        meant = steady(125, 8)
        came = together(start_before(meant[0]), pulses(meant))
        first = perform(state, came, until=meant[-1] + MS, step_ms=0.5)
        lost_after = 191 + 100  # pulses: two seconds after the last
        soon = int(state.transport[0]["song_origin"]) + (lost_after + 1) * TICKS_PER_PULSE
        commands.push(state, commands.DO_TEMPO, at=soon, x=90.0)
        rest = perform(state, messages([]), until=meant[-1] + 6 * S, step_ms=step_ms)
        return np.concatenate([first.sent, rest.sent])["when"]

    assert np.array_equal(play(1.0), play(37.0))


def test_C1_a_start_from_a_clock_takes_over_what_nobody_leads_from_the_top():
    night = playing(Night((PULSES,), no_link=[(0, 99)], no_midi=[(0, 6)]))
    first = night.clock[night.clock > 7 * S][0]
    night.came = together(night.came, messages(first - 5 * MS, START))
    night.run(12)
    notes = night.notes()
    again = notes[notes["when"] > 1 * S]
    again = again[again["tick"] == 0]
    assert again["when"].tolist() == pytest.approx([first], abs=1)
    assert night.midi_ms(8).max() < 0.1


def test_C1_a_stop_from_a_clock_stops_what_nobody_leads():
    night = playing(Night((PULSES,), no_link=[(0, 99)], no_midi=[(0, 99)]))
    night.came = together(night.came, stop_at(6 * S))
    night.run(8)
    assert not night.state.transport[0]["playing"]


def test_clock_out_keeps_its_distance_whoever_leads():
    night = Night(midi_bpm=126.0, link_bpm=114.0, link_beat=0.4, no_midi=[(10, 8)], no_link=[(20, 5)])
    night.order(commands.DO_CLOCK, track=1, a=1)
    playing(night).run(SECONDS)
    sent = np.concatenate(night.sent)
    out = sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == 1)]
    assert np.diff(out).min() > 0.5 * period(126)


@pytest.mark.parametrize(
    ("order", "count"), [(0x0101, 2), (9, 1), (0, 5), (0, -1)], ids=["twice", "unknown", "many", "fewer than none"]
)
def test_an_order_that_is_none_is_refused(order, count):
    state = data_plane_ns()
    commands.push(state, commands.DO_PREFER, a=order, b=count)
    perform(state, messages([]), until=S)
    assert state.transport[0]["refused"] == 1
    assert state.command_ends[WRITTEN] == state.command_ends[READ]
    assert state.sources["rank"][[PULSES, JACK, LINK]].tolist() == [0, 1, 2]
