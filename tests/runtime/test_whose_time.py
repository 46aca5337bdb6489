"""A night between clocks, on the offline driver: MIDI goes and comes back, and the music plays on (C10)."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
from nights import night

from liveengine.drivers.offline import OfflineDriver
from liveengine.engine.clock import Sources
from liveengine.engine.engine import Engine
from liveengine.engine.events import LinkTold
from liveengine.engine.orders import Say
from liveengine.music.event import CLOCK, NOTE_ON, START
from liveengine.runtime import telemetry
from liveengine.runtime.generation import answer
from liveengine.runtime.session import Session
from liveengine.sequencer.commands import DO_CLOCK, DO_FOLLOW, push
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.state import make_state

RATE = 48_000
BLOCK = 480


class Stand:
    """A set that follows, with a MIDI master and a Link peer beside it, on a virtual clock."""

    def __init__(self, sources: str, tempo_bpm: float = 120.0) -> None:
        patch = night(tempo_bpm=tempo_bpm)
        self.state = make_state(RATE, tempo_bpm, patch.metre, patch.seed)
        self.driver = OfflineDriver(self.state, with_sound=False)
        self.sources = Sources.parse(sources)
        self.answers: deque[Any] = deque()
        self.told: list[str] = []
        self.session = Session(
            Engine(patch, sources=self.sources), self.state, lambda r: self.answers.append(answer(r)), self.tell
        )
        push(self.state, DO_FOLLOW, 0)
        push(self.state, DO_CLOCK, 1, a=1)
        self.session.begin()
        self.parts: list[Any] = []
        self.seen: list[tuple[float, str, str]] = []
        self.pulse = 0.1 * RATE
        self.is_armed = True

    def tell(self, told: object) -> None:
        if isinstance(told, Say):
            self.told.append(told.text)

    def settle(self) -> None:
        while self.answers:
            self.session.feed(self.answers.popleft())

    def run(self, seconds: float, midi_bpm: float | None = None, link_bpm: float | None = None) -> None:
        """Go on for so long; the master keeps counting while its cable is out."""
        end = self.driver.now() + round(seconds * RATE)
        while self.driver.now() < end:
            self.settle()
            if link_bpm:
                now = self.driver.now()
                self.session.feed(LinkTold(0.3 + now * link_bpm / 60 / RATE, link_bpm, True, now, 1))
            until = self.driver.now() + BLOCK
            while self.pulse < until:
                when = round(self.pulse)
                if midi_bpm:
                    self.turn(when)
                    if self.is_armed:
                        receive(self.state, 0, when, 1, START, 0, 0)
                        self.is_armed = False
                    receive(self.state, 0, when, 1, CLOCK, 0, 0)
                self.pulse += RATE * 60 / (midi_bpm or 120.0) / 24
            self.turn(until)
            kept = telemetry.clock(self.state, self.sources)
            self.seen.append((until / RATE, kept.source, kept.state))

    def turn(self, until: int) -> None:
        if until > self.driver.now():
            self.parts.append(self.driver.turn(until - self.driver.now())[0])
            self.session.read_log()

    def shown(self) -> list[tuple[str, str]]:
        """What the status line showed, in turn."""
        told = [(source, state) for _, source, state in self.seen]
        return [one for number, one in enumerate(told) if number == 0 or told[number - 1] != one]

    def clock_out(self) -> np.ndarray:
        sent = np.concatenate(self.parts)
        return sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == 1) & (sent["size"] > 0)]

    def notes(self) -> int:
        sent = np.concatenate(self.parts)
        return int(np.count_nonzero((sent["b0"] & 0xF0 == NOTE_ON) & (sent["size"] > 0)))


def is_even(clock: np.ndarray, slowest_bpm: float, fastest_bpm: float) -> None:
    """What goes out as clock is what anybody hears as the beat."""
    gaps = np.diff(clock) / RATE * 24
    a_word = 0.04 * BLOCK / RATE * 24 * 2
    assert 60 / gaps.max() > slowest_bpm / (1 + a_word) * 0.95
    assert 60 / gaps.min() < fastest_bpm * (1 + a_word) * 1.05


def test_C10_midi_goes_our_own_time_leads_and_midi_comes_back():
    stand = Stand("midi:DAW,internal")
    stand.run(10, midi_bpm=126.0)
    stand.run(8)
    assert stand.seen[-1][1:] == ("internal", "internal")
    assert stand.state.transport[0]["tempo_bpm"] == pytest.approx(126.0, abs=0.1)
    stand.run(12, midi_bpm=127.0)
    assert stand.shown() == [
        *[("internal", "internal"), ("midi:DAW", "acquiring"), ("midi:DAW", "locked"), ("midi:DAW", "freewheeling")],
        *[("internal", "internal"), ("midi:DAW", "locked")],
    ]
    assert stand.told == ["the beat follows midi:DAW", "the beat goes on by itself", "the beat follows midi:DAW"]
    is_even(stand.clock_out(), 126, 127)
    assert stand.clock_out().size == pytest.approx((18 * 126 + 12 * 127) / 60 * 24, abs=8), "none left out"
    assert stand.notes() > 100
    assert stand.state.transport[0]["realigned"] == 0


def test_C10_midi_goes_link_leads_and_midi_comes_back():
    stand = Stand("midi:DAW,link,internal")
    stand.run(10, midi_bpm=126.0, link_bpm=124.0)
    stand.run(10, link_bpm=124.0)
    assert stand.seen[-1][1:] == ("link", "locked")
    assert "midi:DAW=lost" in telemetry.clock(stand.state, stand.sources).sources
    stand.run(14, midi_bpm=126.0, link_bpm=124.0)
    assert [source for source, _ in stand.shown() if source != "internal"][-1] == "midi:DAW"
    assert stand.told[-3:] == ["the beat follows midi:DAW", "the beat follows link", "the beat follows midi:DAW"]
    is_even(stand.clock_out(), 124, 126)
    assert stand.state.transport[0]["realigned"] == 0


def test_a_sole_clock_that_is_lost_is_told_as_lost_and_followed_again_at_once():
    stand = Stand("midi:DAW")
    stand.run(6, midi_bpm=126.0)
    stand.run(4)
    assert stand.seen[-1][1:] == ("midi:DAW", "lost")
    stand.run(3, midi_bpm=126.0)
    assert stand.seen[-1][1:] == ("midi:DAW", "locked")
