"""The status line: it says what is so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from live_set import MUTE, START_STOP, live
from nights import asked, moody, night

from liveengine.generators.catalogue import BUILT_IN
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.status import Screen, line, track_words


@pytest.fixture(autouse=True)
def _moods(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "moody", moody)


def test_the_line_says_place_tempo_driver_lateness_scene_and_tracks():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 2)
        words = line(set_.stage)
        assert re.match(r" *\d+\.[1-4]  240\.0 BPM  timer p99 [\d.]+ ms late  \[all\]  ", words)
        assert "\n" not in words
        set_.strike(MUTE)
        set_.listen_until(lambda: "drums (one)" in " ".join(track_words(set_.stage)))
        set_.strike(START_STOP)
        set_.listen_until(lambda: line(set_.stage).startswith(" stop"))


def test_a_track_says_what_is_to_come():
    with live(night("8 bars", tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 2)
        set_.stage.inbox.put(asked("/scene/launch", 4))
        set_.listen_until(lambda: "bass -→" in " ".join(track_words(set_.stage)))
        counted = int(track_words(set_.stage)[1].partition("→")[2])
        assert 0 < counted <= 32
        set_.listen_until(lambda: track_words(set_.stage)[1] != f"bass -→{counted}")
        assert track_words(set_.stage)[1] == f"bass -→{counted - 1}"
        set_.stage.inbox.put(asked("/transport/stop"))
        set_.stage.inbox.put(asked("/transport/start"))
        set_.listen_until(lambda: track_words(set_.stage) == ["drums -", "bass -", "pad -"])


def test_a_track_says_when_it_plays_a_fill():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 2)
        set_.stage.inbox.put(asked("/track/drums/fill"))
        set_.listen_until(lambda: track_words(set_.stage)[0].startswith("drums one+fill"))
        filled = set_.stage.driver.state.transport[0]["tick"]
        set_.listen_until(lambda: not track_words(set_.stage)[0].startswith("drums one+fill"))
        assert 3 * TICKS_PER_BEAT < set_.stage.driver.state.transport[0]["tick"] - filled < 5 * TICKS_PER_BEAT


def test_where_there_is_no_terminal_remarks_are_plain_lines_and_there_is_no_live_line(capsys):
    screen = Screen(live=True)
    screen.show("  1.1 120.0 BPM")
    screen.say("no sound: no device")
    screen.close()
    assert capsys.readouterr().out == "no sound: no device\n"


def test_on_a_terminal_the_live_line_is_cut_to_its_width(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen(live=True)
    screen.show("x" * 100)
    shown = re.sub(r"\x1b\[[0-9]*[A-Za-z]|\r", "", capsys.readouterr().out)
    assert shown == "x" * 19


def test_f1_where_nobody_reads_any_more_what_is_said_is_dropped_and_nothing_breaks():
    program = (
        "import sys\n"
        "from liveengine.runtime.status import Screen\n"
        "screen = Screen(live=False)\n"
        "screen.say('one'); sys.stdin.read()\n"
        "for _ in range(3): screen.say('more')\n"
        "print('alive', file=sys.stderr)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], text=True, **pipes) as speaker:
        assert speaker.stdout is not None
        assert speaker.stdout.readline() == "one\n"
        speaker.stdout.close()
        speaker.stdout = None
        _, heard = speaker.communicate("", timeout=60)
    assert (heard, speaker.returncode) == ("alive\n", 0)
