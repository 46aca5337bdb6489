"""What a player can get wrong, or a machine can lack: one clear line each, no traceback, and the right exit code."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from playing import Outcome, jack, lane, run, track, write_set

NO_JACK = {"JACK_DEFAULT_SERVER": "nobody-runs-this"}
FAILED, WRONG = 1, 2
GOOD = ("tempo = 240\n", track("kick", lane("x...x...x...x...")))
BRIEFLY = ("--headless", "--seconds", "0.3", "--no-audio", "--driver", "timer")


def _patch(folder: Path, *parts: str) -> Path:
    return write_set(folder / "set.toml", *(parts or GOOD))


def _line(outcome: Outcome, code: int) -> str:
    """Return the one line that it said on standard error."""
    assert outcome.code == code, outcome.told
    assert "Traceback" not in outcome.told
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        pytest.param(("tempo = = 3\n",), r"set\.toml: line 1, column 9: not a value", id="syntax"),
        pytest.param(
            ("temp = 90\n", GOOD[1]), r'.*set\.toml: key "temp": .*did you mean "tempo"\?.*', id="unknown key"
        ),
        pytest.param(
            (track("kick", lane("x...").replace("euclid", "euklid")),),
            r'.*generator.*"euklid".*did you mean "euclid"\?.*',
            id="unknown generator",
        ),
        pytest.param(("tempo = 900\n", GOOD[1]), r'.*set\.toml: key "tempo": 900 .*20–400 BPM.*', id="out of range"),
        pytest.param(
            tuple(track(f"t{n}", lane("x..."), port=f"synth {n}") for n in range(15)),
            r".*set\.toml: names 15 MIDI outputs .*14 at most",
            id="too many ports",
        ),
    ],
)
def test_a_patch_that_is_wrong_is_told_by_file_key_and_value(tmp_path, parts, words):
    line = _line(run("play", _patch(tmp_path, *parts), *BRIEFLY, env=NO_JACK), WRONG)
    assert re.search(words, line), line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("play", "first_lihgt"), 'did you mean "first_light"', id="patch"),
        pytest.param(("play", "--mapping", "keybord"), 'did you mean "keyboard"', id="mapping"),
        pytest.param(("play", "--clock", "lnk"), 'did you mean "link"', id="clock"),
        pytest.param(("play", "--clock", "midi:"), "midi:PORT", id="clock without a port"),
        pytest.param(("play", "--osc", "somewhere"), "not an OSC address: 'somewhere'", id="osc address"),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(words, told):
    assert told in _line(run(*words, "--headless", env=NO_JACK), WRONG)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("paly",), 'no command "paly" (did you mean "play"?)', id="command"),
        pytest.param(("play", "--seconds", "-3"), "--seconds", id="seconds"),
        pytest.param(("play", "--seconds", "soon"), "--seconds", id="no number"),
        pytest.param(("play", "--seed", "-1"), "--seed", id="seed"),
        pytest.param(("play", "--driver", "asio"), "--driver", id="driver"),
        pytest.param(("render", "first_light", "--bars", "0", "-o", "x.mid"), "--bars", id="bars"),
    ],
)
def test_a_command_that_is_wrong_names_the_word(words, told):
    outcome = run(*words)
    assert outcome.code == WRONG
    assert "Traceback" not in outcome.told
    first, hint = outcome.err.splitlines()
    assert told in first
    assert "--help" in hint


def test_a_clock_that_is_not_there_is_told_with_what_is():
    line = _line(run("play", "--clock", "midi:Maschine", "--headless", env=NO_JACK), FAILED)
    assert '--clock midi:Maschine: no MIDI input called "Maschine" (there are: ' in line


def test_a_busy_osc_port_that_was_asked_for_is_told_with_another(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        outcome = run("play", _patch(tmp_path), *BRIEFLY, "--osc", f"127.0.0.1:{port}", env=NO_JACK)
    assert f"OSC port {port} is taken" in _line(outcome, FAILED)


def test_jack_that_was_asked_for_and_is_not_there_is_told():
    line = _line(run("play", "--driver", "jack", "--headless", "--seconds", "0.3", env=NO_JACK), FAILED)
    assert line.startswith("no JACK server is running")


def test_a_port_name_that_jack_refuses_is_told(tmp_path):
    with jack() as server:
        patch = _patch(tmp_path, track("kick", lane("x..."), port="x" * 400))
        outcome = run("play", patch, "--driver", "jack", "--headless", "--seconds", "0.3", env=server.env)
    assert outcome.code in (FAILED, WRONG)
    assert "Traceback" not in outcome.told
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("place", "told"),
    [("nowhere/out.mid", "there is no folder"), ("", "a folder has that name")],
    ids=["no folder", "a folder"],
)
def test_a_recording_that_cannot_be_is_told_before_the_first_note(tmp_path, place, told):
    outcome = run("play", _patch(tmp_path), *BRIEFLY, "--record", tmp_path / place, env=NO_JACK)
    line = _line(outcome, FAILED)
    assert told in line and str(tmp_path) in line
    assert outcome.out == ""


def test_a_midi_port_that_is_not_there_is_told_and_the_set_plays_on(tmp_path):
    patch = _patch(
        tmp_path, *GOOD, track("far", lane("x.x."), port="Moog 99"), track("raw", lane("x.x."), port="/dev/midi99")
    )
    outcome = run("play", patch, *BRIEFLY, "--record", tmp_path / "out.mid", env=NO_JACK)
    assert outcome.code == 0, outcome.told
    assert outcome.err == ""
    assert len(re.findall(r"^MIDI out: .*", outcome.out, re.MULTILINE)) >= 2
    assert "cannot open /dev/midi99: No such file or directory" in outcome.out
    assert (tmp_path / "out.mid").stat().st_size > 100


def test_a_jack_port_that_is_not_there_is_told_and_the_set_plays_on(tmp_path):
    patch = _patch(tmp_path, *GOOD, track("far", lane("x.x."), port="Moog 99"))
    with jack() as server:
        outcome = run("play", patch, "--driver", "jack", "--headless", "--seconds", "0.5", env=server.env)
    assert outcome.code == 0, outcome.told
    assert 'MIDI out: no JACK port called "Moog 99"' in outcome.out
    assert outcome.err == ""


# -- libraries that are missing ----------------------------------------------

_MISSING = """
import ctypes.util, importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise {error}
        return None

sys.meta_path.insert(0, Missing())
found = ctypes.util.find_library
ctypes.util.find_library = lambda name: None if name in {libraries!r} else found(name)
"""


def _without(folder: Path, error: str, names: tuple[str, ...], libraries: tuple[str, ...] = ()) -> dict[str, str]:
    """Return an environment in which some modules cannot be imported and some C libraries are not there."""
    text = _MISSING.format(names=names, error=error, libraries=libraries)
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(folder), **NO_JACK}


def test_without_portaudio_it_plays_without_sound_and_says_so(tmp_path):
    env = _without(tmp_path, "OSError('PortAudio library not found')", ("sounddevice",), ("portaudio",))
    words = ("--headless", "--seconds", "0.3", "--driver", "timer")
    outcome = run("play", _patch(tmp_path), *words, env=env)
    assert outcome.code == 0, outcome.told
    assert "no sound: PortAudio library not found" in outcome.out
    assert outcome.err == ""


def test_without_libjack_it_plays_by_the_timer(tmp_path):
    env = _without(tmp_path, "OSError('no libjack')", ("jack",), ("jack",))
    outcome = run("play", _patch(tmp_path), "--headless", "--seconds", "0.3", "--no-audio", env=env)
    assert outcome.code == 0, outcome.told
    assert "driver timer" in outcome.out
    assert outcome.err == ""


def test_without_libjack_the_jack_driver_says_what_to_install(tmp_path):
    env = _without(tmp_path, "OSError('no libjack')", ("jack",), ("jack",))
    line = _line(run("play", _patch(tmp_path), "--headless", "--driver", "jack", env=env), FAILED)
    assert "no JACK library" in line and "libjack-jackd2-0" in line


def test_without_rtmidi_it_plays_on_and_says_what_to_install(tmp_path):
    env = _without(tmp_path, "ImportError('libasound.so.2: cannot open shared object file')", ("rtmidi",))
    outcome = run("play", _patch(tmp_path), *BRIEFLY, env=env)
    assert outcome.code == 0, outcome.told
    assert outcome.out.count("python-rtmidi does not load") == 2  # for what goes out and for what comes in
    assert "libasound2" in outcome.out
    assert outcome.err == ""


def test_a_command_that_only_lists_needs_none_of_them(tmp_path):
    env = _without(tmp_path, "OSError('not here')", ("jack", "sounddevice", "rtmidi"), ("jack", "portaudio"))
    outcome = run("ports", env=env)
    assert outcome.code == 0, outcome.told
    assert "Traceback" not in outcome.told
