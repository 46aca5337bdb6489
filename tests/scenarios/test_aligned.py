"""Sound and MIDI of the same note are heard together, whatever the way of either takes."""

from __future__ import annotations

import signal
from pathlib import Path

from playing import RATE, Engine, Listener, Told, jack, lane, track, undisturbed, write_set

PERIOD = 1024

#: How far the kick's first sample above the threshold may lie from the note: a fraction of its attack.
BOUND_FRAMES = 4


def _story(folder: Path, *words: str) -> Told:
    kick = track("kick", lane("x...x...x...x..."))
    controls = "controls = { decay = 0.05, reverb = 0.0, delay = 0.0 }\nrole ="
    patch = write_set(folder / "kick.toml", "tempo = 120\n", kick.replace("role =", controls))
    env = {"XDG_CONFIG_HOME": str(folder)}
    with (
        jack() as server,
        Listener("ear", server.env) as ear,
        Engine(patch, "--driver", "jack", *words, env={**server.env, **env}) as engine,
    ):
        ear.ask("connect", "liveengine:midi_out", "ear:one")
        ear.ask("connect", "liveengine:left", "ear:left")
        ear.ask("hear", 7)
        outcome = engine.end(signal.SIGINT)
        return Told(ear.capture(), outcome, {})


def distances(folder: Path, *words: str) -> tuple[list[int], str]:
    """Play a kick a beat; return how many frames after each of its last notes its sound begins, and what was told."""
    told = undisturbed(lambda: _story(folder, *words))
    assert told.outcome.code == 0, told.outcome.told
    sounds = told.capture.sounds
    apart = [min((sound - note for sound in sounds), key=abs) for note in told.capture.onsets()[-4:-1]]
    return apart, told.outcome.out


def test_the_limiters_look_ahead_is_waited_for(tmp_path):
    apart, _ = distances(tmp_path, "--no-audio")
    assert max(map(abs, apart)) <= BOUND_FRAMES


def test_what_jack_reports_of_the_loudspeakers_is_waited_for(tmp_path):
    """The sound leaves us by so much earlier as the card takes to play it: two periods of this server."""
    apart, _ = distances(tmp_path)
    assert max(abs(frames + 2 * PERIOD) for frames in apart) <= BOUND_FRAMES


def test_what_litmus_measured_of_a_midi_port_is_waited_for_and_told(tmp_path):
    (tmp_path / "liveengine").mkdir()
    (tmp_path / "liveengine" / "outputs.toml").write_text('[[output]]\nport = "ear:one"\nlatency = 20.0\n')
    apart, told = distances(tmp_path, "--no-audio")
    assert "ear:one sounds 20.00 ms late, as litmus measured it; the others wait for it" in told
    assert max(abs(frames - 20 * RATE // 1000) for frames in apart) <= BOUND_FRAMES
