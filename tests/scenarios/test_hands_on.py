"""Pads on JACK and messages over OSC, while it plays: each changes what it says, at the line where it says so."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import mido
import pytest
from arithmetic import unmatched
from playing import Capture, Engine, Listener, Server, Told, jack, lane, track, undisturbed, write_set

KICK, SNARE = 36, 38
STEP = 3_000  # a sixteenth at 240 BPM and 48 kHz
BAR = 16 * STEP
LATE = BAR // 10  # how far into a bar the hand moves

FREE = '[[track.pattern]]\nname = "free"\ngenerator = "phi"\ndensity = 0.7\n'
SCENES = '[[scene]]\nname = "one"\npatterns = { beat = "a", free = "free" }\n' \
         '[[scene]]\nname = "two"\npatterns = { beat = "b" }\n'  # fmt: skip


def _story(folder: Path) -> Told:
    patch = write_set(
        folder / "hands.toml",
        "tempo = 240\n",
        track("beat", lane("x...x...x...x..."), lane("..x...x...x...x.", "snare", "b"), port="ear:one"),
        track("free", FREE, role="lead", port="ear:two"),
        SCENES,
    )
    words = (patch, "--driver", "jack", "--record", folder / "hands.mid")
    with jack() as server, Listener("ear", server.env) as ear, Engine(*words, env=server.env) as engine:
        marks = _play(server, ear, engine)
        outcome = engine.end(signal.SIGTERM)
        return Told(ear.capture(), outcome, marks)


def _play(server: Server, ear: Listener, engine: Engine) -> dict[str, int]:
    """Move the hands, each a little into a bar; return the frames at which something had come to pass."""
    ear.ask("connect", "ear:hand", "liveengine:midi_in")
    marks = {"first": int(ear.ask("first"))}

    def in_bar(number: int) -> None:
        ear.ask("pass", marks["first"] + number * BAR + LATE)

    def osc(*words: str) -> None:
        if shutil.which("oscsend"):
            subprocess.run(["oscsend", "localhost", str(engine.osc_port), *words], check=True)
        else:
            engine.turn(words[0], *(int(word) for word in words[2:]))
        engine.ask("/ping", "/pong")

    in_bar(1)
    osc("/track/1/mute", "i", "1")
    marks["muted by osc"] = ear.frame
    in_bar(2)
    marks["until"] = ear.frame
    osc("/track/1/mute", "i", "0")
    osc("/track/2/reroll")  # bar 3
    in_bar(4)
    ear.ask("send", "90", f"{37:x}", "64")  # re-roll of track 2: bar 5
    in_bar(5)
    ear.ask("send", "90", f"{44:x}", "64")  # mute of track 1, which flips
    in_bar(6)
    ear.ask("send", "90", f"{44:x}", "64")
    in_bar(7)
    osc("/scene/next")  # bar 8
    in_bar(8)
    ear.ask("send", "99", f"{49:x}", "64")  # the next scene, and so the first again: bar 9
    in_bar(10)
    return marks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hands")


@pytest.fixture(scope="module")
def hands(folder: Path) -> Told:
    return undisturbed(lambda: _story(folder))


def bar(told: Told, number: int, port: str) -> list[tuple[int, int]]:
    """Return (step, pitch) of every note-on of a bar, counted from 0; a note a little early is its step's."""
    begin = told.marks["first"] + number * BAR - STEP // 2
    return [
        (round((frame - told.marks["first"]) / STEP) % 16, data[1])
        for frame, data in told.capture.bytes_on(port)
        if data[0] & 0xF0 == 0x90 and begin <= frame < begin + BAR
    ]


def kicks(*numbers: int) -> list[tuple[int, int]]:
    return [(number, KICK) for number in numbers]


def test_a_mute_over_osc_is_heard_at_once_and_until_it_is_taken_back(hands):
    silent = [f for f in hands.capture.onsets(port="one") if hands.marks["muted by osc"] < f < hands.marks["until"]]
    assert silent == []
    assert bar(hands, 0, "one") == kicks(0, 4, 8, 12)
    assert bar(hands, 1, "one") == kicks(0)
    assert bar(hands, 2, "one") == kicks(4, 8, 12)
    assert bar(hands, 3, "one") == kicks(0, 4, 8, 12)


def test_what_one_hand_does_to_a_track_leaves_the_others(hands):
    bars = [bar(hands, number, "two") for number in (0, 1, 2)]
    assert bars[0] == bars[1] == bars[2] != []


def test_L1_a_reroll_over_osc_is_heard_from_the_next_bar(hands):
    assert bar(hands, 2, "two") != bar(hands, 3, "two") != []
    assert bar(hands, 3, "two") == bar(hands, 4, "two")


def test_L1_a_pad_rerolls_from_the_next_bar(hands):
    assert bar(hands, 4, "two") != bar(hands, 5, "two") != []
    assert bar(hands, 5, "two") == bar(hands, 6, "two")


def test_a_pad_mutes_and_unmutes(hands):
    assert bar(hands, 4, "one") == kicks(0, 4, 8, 12)
    assert bar(hands, 5, "one") == kicks(0)
    assert bar(hands, 6, "one") == kicks(4, 8, 12)


def test_L2_the_next_scene_begins_on_the_bar_line(hands):
    snares = [(number, SNARE) for number in (2, 6, 10, 14)]
    assert bar(hands, 7, "one") == kicks(0, 4, 8, 12)
    assert bar(hands, 8, "one") == snares
    assert bar(hands, 9, "one") == kicks(0, 4, 8, 12)


def test_a_track_that_a_scene_does_not_name_plays_on(hands):
    assert bar(hands, 7, "two") == bar(hands, 8, "two") != []


def test_T7_no_hand_moves_a_note_off_its_sample(hands):
    capture: Capture = hands.capture
    assert {(frame - hands.marks["first"]) % STEP for frame in capture.onsets(port="one")} == {0}


def test_N1_no_note_sounds_on_after_sigterm(hands):
    assert hands.outcome.code == 0, hands.outcome.told
    assert "Traceback" not in hands.outcome.told
    assert unmatched(hands.capture.events) == []


def test_the_recording_is_a_whole_file(hands, folder):
    file = mido.MidiFile(folder / "hands.mid")
    assert [found.name for found in file.tracks][1:] == ["beat", "free"]
    assert file.length > 8
