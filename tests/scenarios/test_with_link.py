"""An evening with two others in an Ableton Link session: one beat, one bar line, one tempo, one start and stop.

The others are real peers (aalink) in a process of their own, in a network of our own; it tells JACK's frame with
each beat that it reads, so that the engine's notes are judged by the session's beat at their very frame.
"""

from __future__ import annotations

import itertools
import json
import signal
import statistics
from pathlib import Path

import pytest
from arithmetic import calm, unmatched
from playing import RATE, Engine, LinkPeers, Listener, Told, jack, lane, track, undisturbed, write_set

pytest.importorskip("aalink")

HAT, KICK = 42, 36
SESSION, FASTER, OURS = 97.0, 132.0, 110.0
OWN = 120.0  # what the patch says
BEATS_PER_BAR = 4
CLOSE_MS = 3.0  # Link's own acceptance

Reading = tuple[int, float, float, float, float]  # frame, then beat and tempo of each of the two
Tempi = list[tuple[float, bool]]


class Evening:
    """What was heard, and what the two others saw meanwhile."""

    def __init__(self) -> None:
        self.told: Told
        self.readings: dict[str, list[Reading]] = {}
        self.seen: dict[str, Tempi] = {}


def _story(folder: Path, evening: Evening) -> Told:
    patch = write_set(
        folder / "link.toml",
        f"tempo = {OWN}\n",
        track("hat", lane("xxxxxxxxxxxxxxxx", "hat"), port="ear:one", sound="none"),
        track("kick", lane("x..............."), port="ear:two", sound="none"),
    )
    with jack() as server, Listener("ear", server.env) as ear, LinkPeers("peers", server.env) as peers:
        peers.ask("join", SESSION)
        with Engine(patch, "--driver", "jack", "--clock", "link", env=server.env) as engine:
            marks = {"first": int(ear.ask("first"))}
            _meet(ear, peers, engine, evening, marks)
            outcome = engine.end(signal.SIGINT)
            return Told(ear.capture(), outcome, marks)


def _meet(ear: Listener, peers: LinkPeers, engine: Engine, evening: Evening, marks: dict[str, int]) -> None:
    def look(what: str) -> None:
        evening.seen[what] = json.loads(peers.ask("tempi"))

    def wait(frames: int) -> int:
        now = ear.frame
        ear.ask("pass", now + frames)
        return now

    peers.ask("joined", 2)
    look("joined")
    evening.readings["joined"] = json.loads(peers.ask("read", 2.6))
    peers.ask("tempo", FASTER)
    wait(RATE)  # What the change did to the phase is slewed off.
    evening.readings["faster"] = json.loads(peers.ask("read", 2.6))
    look("faster")
    peers.ask("play", 1)
    wait(RATE // 2)
    peers.ask("play", 0)
    wait(RATE // 2)
    marks["stopped"] = wait(RATE // 2)
    peers.ask("play", 1)
    marks["started"] = ear.frame
    ear.ask("hear", 8)
    evening.readings["started"] = json.loads(peers.ask("read", 1))
    engine.turn("/transport/tempo", OURS)
    engine.turn("/transport/stop")
    marks["stopped by us"] = wait(RATE)
    look("by us")


@pytest.fixture(scope="module")
def evening(own_network: None, tmp_path_factory: pytest.TempPathFactory) -> Evening:
    evening, folder = Evening(), tmp_path_factory.mktemp("link")
    evening.told = undisturbed(lambda: _story(folder, evening))
    return evening


def _away_ms(evening: Evening, part: str, pitch: int, beats: float, peer: int) -> list[float]:
    """Return how far each note is from the nearest multiple of `beats` of a peer, by its frame."""
    readings = evening.readings[part]
    frames, said = [reading[0] for reading in readings], [reading[1 + 2 * peer] for reading in readings]
    slope, origin = statistics.linear_regression([frame - frames[0] for frame in frames], said)
    capture = evening.told.capture
    within = [frame for frame in capture.onsets(pitch) if frames[0] < frame < frames[-1]]
    places = [origin + slope * (frame - frames[0]) for frame in calm(within, capture.disturbed, after=2 * RATE)]
    return [1000 * (place - beats * round(place / beats)) / slope / RATE for place in places]


def test_it_ends_well(evening):
    assert evening.told.outcome.code == 0, evening.told.outcome.told
    assert "Traceback" not in evening.told.outcome.told
    assert unmatched(evening.told.capture.events) == []


def test_who_joins_takes_the_sessions_tempo_and_does_not_overwrite_it(evening):
    assert [tempo for tempo, _ in evening.seen["joined"]] == pytest.approx([SESSION] * 2, abs=0.01)
    onsets = [frame for frame in evening.told.capture.onsets(HAT) if frame < evening.readings["joined"][-1][0]]
    gaps = [later - earlier for earlier, later in itertools.pairwise(onsets)]
    assert statistics.median(gaps) == pytest.approx(RATE * 60 / SESSION / 4, rel=0.001)


@pytest.mark.parametrize("part", ["joined", "faster", "started"])
@pytest.mark.parametrize("peer", [0, 1])
def test_beat_and_bar_are_the_sessions_to_three_milliseconds(evening, part, peer):
    hats = _away_ms(evening, part, HAT, 0.25, peer)
    assert len(hats) > 4
    assert max(map(abs, hats)) < CLOSE_MS
    for off in _away_ms(evening, part, KICK, BEATS_PER_BAR, peer):
        assert abs(off) < CLOSE_MS


def test_the_kick_that_was_judged_was_there(evening):
    assert len(_away_ms(evening, "joined", KICK, BEATS_PER_BAR, 0)) > 0


def test_a_peers_tempo_is_followed_and_not_answered_by_another(evening):
    assert [tempo for tempo, _ in evening.seen["faster"]] == pytest.approx([FASTER] * 2, abs=0.01)
    onsets = [frame for frame in evening.told.capture.onsets(HAT) if frame > evening.readings["faster"][0][0]][:20]
    gaps = [later - earlier for earlier, later in itertools.pairwise(onsets)]
    assert statistics.median(gaps) == pytest.approx(RATE * 60 / FASTER / 4, rel=0.001)


def test_the_session_stops_and_starts_the_music(evening):
    marks, onsets = evening.told.marks, evening.told.capture.onsets(HAT)
    assert [frame for frame in onsets if marks["stopped"] < frame < marks["started"]] == []
    again = next(frame for frame in onsets if frame > marks["started"])
    assert again - marks["started"] < 1.5 * BEATS_PER_BAR * RATE * 60 / FASTER, "on the session's next bar line"
    assert min(abs(again - kick) for kick in evening.told.capture.onsets(KICK)) == 0, "from the top"


def test_what_we_turn_is_the_sessions(evening):
    assert [tempo for tempo, _ in evening.seen["by us"]] == pytest.approx([OURS] * 2, abs=0.01)
    assert [playing for _, playing in evening.seen["by us"]] == [False, False]
    late = evening.told.marks["stopped by us"] + RATE // 4
    assert [frame for frame in evening.told.capture.onsets() if frame > late] == []
