"""Whatever players, pads and generators do, in whatever order: the laws of the whole engine on a virtual clock."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from nights import Watched, asked, deeds, moody, night

from liveengine.engine.patch import QUANTA
from liveengine.generators.catalogue import BUILT_IN


@pytest.fixture(autouse=True)
def _moods(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(BUILT_IN, "moody", moody)
    yield


class AnyNight(RuleBasedStateMachine):
    """Hypothesis plays a set, and looks for the shortest way to break a law."""

    @initialize(quantum=st.sampled_from(QUANTA), seed=st.integers(0, 2**62))
    def begin(self, quantum: str, seed: int) -> None:
        self.night = Watched(night(quantum, seed))

    @rule(event=deeds)
    def do(self, event: object) -> None:
        self.night.do(event)  # type: ignore[arg-type]

    @rule(beats=st.integers(1, 12), more=st.integers(0, 5000))
    def wait(self, beats: int, more: int) -> None:
        for _ in range(beats):
            self.night.turn(24_000 + more)

    @rule(frames=st.integers(1, 3000))
    def wait_a_moment(self, frames: int) -> None:
        self.night.turn(frames)

    @invariant()
    def engine_and_data_plane_agree_whether_it_plays(self) -> None:
        if hasattr(self, "night"):
            self.night.turn(1)
            rendering = self.night.rendering
            assert rendering.session.engine.playing == bool(rendering.session.state.transport[0]["playing"])

    def teardown(self) -> None:
        if hasattr(self, "night"):
            self.night.end()


AnyNight.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


class TestN1AnyNightEndsInSilenceAndLeaksNothing(AnyNight.TestCase):
    pass


def test_n1_f5_ten_thousand_random_events_leak_no_slot_and_leave_no_note() -> None:
    dice = random.Random(1618)
    watched = Watched(night("beat"))
    tracks = ("drums", "bass", "pad", "pda")
    for number in range(10_000):
        track = dice.choice(tracks)
        address, value = dice.choice(
            (
                (f"/track/{track}/reroll", None),
                (f"/track/{track}/fill", None),
                (f"/track/{track}/mute", None),
                (f"/track/{track}/density", dice.random()),
                (f"/track/{track}/pattern", dice.randrange(5)),
                ("/scene/launch", dice.randrange(6)),
                ("/scene/next", None),
                ("/transport/tempo", dice.uniform(20, 400)),
            )
        )
        watched.do(asked(address, value))
        if dice.random() < 0.003:
            watched.do(asked(dice.choice(("/transport/stop", "/panic"))))
        if not watched.rendering.session.engine.playing or dice.random() < 0.01:
            watched.do(asked(dice.choice(("/transport/start", "/transport/continue"))))
        if number % 3 == 0:
            watched.turn(dice.randrange(1, 9000))
    assert len(watched.struck) > 3000
    watched.end()
