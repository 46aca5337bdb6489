"""`liveengine rhythm NAME --play` on a JACK server: the rhythm on its exact samples, the beats under it, and sound."""

from __future__ import annotations

import os
import subprocess

from arithmetic import grid, steps, unmatched
from playing import PATIENCE_S, Capture, Listener, Outcome, Told, command, jack, undisturbed

RIM, HAT = 37, 42
SON, BEATS = "x..x..x...x.x...", "x...x...x...x..."
WORDS = ("rhythm", SON, "--play", "--tempo", "240", "--seconds", "8")


def _loop() -> Told:
    with jack() as server, Listener("ear", server.env) as ear:
        process = subprocess.Popen(
            command(*WORDS),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **server.env},
        )
        try:
            for source, ours in (("midi_out", "one"), ("left", "left"), ("right", "right")):
                ear.ask("connect", f"liveengine:{source}", f"ear:{ours}")
            ear.ask("hear", 24)
            out, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        return Told(ear.capture(), Outcome(process.returncode, out, err), {})


def _is_on_grid(capture: Capture, pitch: int, pattern: str) -> bool:
    onsets = capture.onsets(pitch)
    # Who connects late hears the loop from anywhere on.
    return len(onsets) > 8 and any(
        grid(onsets, steps(pattern[turn:] + pattern[:turn], len(onsets)), 240.0) is not None
        for turn, sign in enumerate(pattern)
        if sign == "x"
    )


def test_a_rhythm_is_looped_over_its_beats_and_every_note_ends() -> None:
    told = undisturbed(_loop)
    assert told.outcome.code == 0, told.outcome.told
    assert "driver jack" in told.outcome.out and "Traceback" not in told.outcome.told
    assert _is_on_grid(told.capture, RIM, SON)
    assert _is_on_grid(told.capture, HAT, BEATS)
    assert not unmatched(told.capture.events, ["one"])
    assert max(peak for _, peak in told.capture.blocks) > 0.01
