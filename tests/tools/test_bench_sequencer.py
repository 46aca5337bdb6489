"""What tools/bench_sequencer.py counts: the same music from the data plane and from its peers, none left out."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from bench_sequencer import BPM, STEPS, VOICES, a_set, play
from sequencing.chart import chart
from sequencing.peers import BEATS, TRACKS, mido

STEPS_A_SECOND = BPM / 60 * 4


@pytest.mark.parametrize(("tracks", "idle"), [(1, 0), (3, 40), (240, 0)])
def test_every_voice_of_every_track_begins_and_ends(tracks, idle):
    state = a_set(tracks, idle)
    events, _ = play(state, 2.0)
    struck = int(2.0 * STEPS_A_SECOND) + 1
    ended = int(2.0 * STEPS_A_SECOND - 0.5) + 1
    assert events == tracks * VOICES * (struck + ended)
    assert state.transport[0]["stolen"] == 0


def test_windows_of_any_size_bring_the_same_events():
    assert len({play(a_set(2), 1.0, window)[0] for window in (32, 100, 4096)}) == 1


def test_a_peer_handles_the_same_music():
    events, seconds = mido(BPM, STEPS, VOICES)
    assert events == TRACKS * BEATS * 4 * VOICES * 2
    assert seconds > 0


def test_the_picture_shows_every_size_and_peer():
    size = {"tracks": 64, "events_a_second_at_most": 1e7}
    points = [{"tracks": 0, "frames": 32, "share": 0.001}, {"tracks": 252, "frames": 4096, "share": 0.002}]
    drawn = chart({
        "sizes": [size], "peers": {"mido": {"events_a_second_at_most": 2e4}}, "idle": points, "windows": points,
    })  # fmt: skip
    words = "".join(ElementTree.fromstring(drawn).itertext())
    assert "64 tracks" in words
    assert "10,000,000" in words
    assert "mido" in words
