"""In a terminal litmus asks whether to keep what it measured; elsewhere only says how."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

import pytest
from test_litmus_on_jack import thru  # noqa: F401 - a fixture

from liveengine.runtime import measured

pytest.importorskip("jack", reason="missing: libjack", exc_type=(ImportError, OSError))

WORDS = ("litmus", "--driver", "jack", "--audio", "--seconds", "1", "--out", "thru:sound_in", "--in", "thru:sound_out")
PATIENCE_S = 60.0


def ask(home, answer: str) -> str:
    """Run litmus in a terminal of its own, answer what it asks, and return all that was shown."""
    ours, its = os.openpty()
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "liveengine", *WORDS], stdin=its, stdout=its, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(its)
    shown, deadline = b"", time.monotonic() + PATIENCE_S
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        assert time.monotonic() < deadline, shown.decode()
        if not select.select([ours], [], [], 0.05)[0]:
            continue
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if shown.endswith(b"? [y/N] "):
            os.write(ours, answer.encode() + b"\n")
            shown += b"\n"
    process.wait(PATIENCE_S)
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize(("answer", "kept"), [("y", True), ("yes", True), ("n", False), ("", False)])
def test_in_a_terminal_it_asks_and_does_as_it_is_told(thru, tmp_path, answer, kept):  # noqa: F811
    shown = ask(tmp_path, answer)
    assert 'as the latency of "thru:sound_in"? [y/N]' in shown
    found = measured.load(tmp_path / "liveengine" / "outputs.toml")
    assert list(found) == (["thru:sound_in"] if kept else [])
    assert ("\nkept " in shown) == kept


def test_where_there_is_no_terminal_it_only_says_how(thru, tmp_path):  # noqa: F811
    done = subprocess.run(
        [sys.executable, "-m", "liveengine", *WORDS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        check=False,
    )
    assert 'as the latency of "thru:sound_in"' in done.stdout
    assert "--store keeps " in done.stdout
    assert not (tmp_path / "liveengine").exists()
