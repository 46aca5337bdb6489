"""`liveengine play` in a terminal: the dashboard comes up in it, and the set does not depend on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_S = 20.0
OTHER_SCREEN, OWN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
ESCAPE, CTRL_C, CTRL_Q = b"\x1b", b"\x03", b"\x11"


class Terminal:
    """A terminal of 80 by 24 in which a set is played."""

    def __init__(self, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._theirs = theirs
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.bind(("127.0.0.1", 0))
            port = line.getsockname()[1]
        command = [sys.executable, "-m", "liveengine", "play", "--driver", "timer", "--no-audio"]
        self.process = subprocess.Popen(
            [*command, "--osc", f"127.0.0.1:{port}", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        self.shown = b""

    @property
    def modes(self) -> list[object]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._theirs)[:4]

    def read_until(self, *wanted: bytes) -> None:
        """Read what is drawn until all of this was; what came before does not count the next time."""
        seen = b""
        deadline = time.monotonic() + PATIENCE_S
        while not all(word in seen for word in wanted):
            assert time.monotonic() < deadline, seen[-2000:]
            if select.select([self._ours], [], [], 0.2)[0]:
                seen += os.read(self._ours, 65536)
        self.shown += seen

    def type(self, keys: bytes) -> None:
        """Strike keys."""
        os.write(self._ours, keys)

    def end(self) -> int:
        """Return how it ended, and read what it drew to the end."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline
            if select.select([self._ours], [], [], 0.05)[0]:
                self.shown += os.read(self._ours, 65536)
        while select.select([self._ours], [], [], 0.05)[0]:
            self.shown += os.read(self._ours, 65536)
        return self.process.returncode

    @property
    def window(self) -> int:
        """The dashboard's process; 0 for none."""
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                if b"dashboard" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        return 0

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    try:
        before = opened.modes
        opened.read_until(OTHER_SCREEN, b"lateness", b"scene 1")
        yield opened
        assert opened.end() == 0
        assert opened.modes == before
        assert b"stopped after" in opened.shown.rsplit(OWN_SCREEN, 1)[1]
        assert b"errors survived" not in opened.shown
    finally:
        opened.close()


def test_f1_a_killed_window_gives_way_to_the_status_line_and_the_set_plays_on(terminal: Terminal) -> None:
    os.kill(terminal.window, signal.SIGKILL)
    terminal.read_until(OWN_SCREEN, b"the dashboard is gone (signal 9); the set plays on", b"108.0 BPM", b"  3.")
    terminal.type(ESCAPE)


def test_f1_a_window_that_is_closed_gives_way_to_the_status_line(terminal: Terminal) -> None:
    terminal.type(CTRL_Q)
    terminal.read_until(OWN_SCREEN, b"the dashboard is closed; the set plays on", b"108.0 BPM")
    terminal.type(ESCAPE)


@pytest.mark.parametrize("key", [ESCAPE, CTRL_C])
def test_escape_and_ctrl_c_end_the_set_once_the_player_has_said_yes(terminal: Terminal, key: bytes) -> None:
    terminal.type(key)
    terminal.read_until(b"End the set?")
    assert terminal.process.poll() is None
    terminal.type(b"y")


def test_n1_a_signal_ends_the_set_and_its_window(terminal: Terminal) -> None:
    window = terminal.window
    terminal.process.terminate()
    terminal.end()
    assert not Path(f"/proc/{window}").exists()


def test_plain_is_the_status_line_alone() -> None:
    plain = Terminal("--plain", "--seconds", "2")
    try:
        assert plain.end() == 0
        assert b"108.0 BPM" in plain.shown and OTHER_SCREEN not in plain.shown
    finally:
        plain.close()
