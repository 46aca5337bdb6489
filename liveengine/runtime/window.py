"""The dashboard in the terminal of `play`: a process of its own, which may quit, crash or be killed unheard.

It is attached over OSC like any other; all that binds it to the set is the
terminal it is lent, and the exit code by which its player ends the set.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

#: The exit code that ends the set; Python and the command line use those below.
END_CODE = 3

#: How long a window may take to leave before it is made to.
_LEAVE_S = 2.0

#: Leave the other screen, show the cursor, and send keys, mouse and pasted text as terminals do unasked.
_RESTORE = "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[0m"

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}


def can_open() -> bool:
    """Say whether there is a terminal that a window can be drawn in."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


class Window:
    """A dashboard that has our terminal from now on, until it ends."""

    def __init__(self, address: tuple[str, int]) -> None:
        import termios  # only where there is one

        host, port = _ANYWHERE.get(address[0], address[0]), address[1]
        self._termios = termios
        self._before = termios.tcgetattr(sys.stdin)
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        command = [sys.executable, "-m", "liveengine", "dashboard", where, "--end-code", str(END_CODE)]
        self._process = subprocess.Popen(command)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def ends_set(self) -> bool:
        """Whether its player wants the set to end."""
        return self._process.returncode == END_CODE

    @property
    def last_words(self) -> str:
        """Say how it ended."""
        code = self._process.returncode
        how = "closed" if code == 0 else f"gone (signal {-code})" if code < 0 else f"gone (exit code {code})"
        return f"the dashboard is {how}; the set plays on"

    def stands(self, timeout_s: float) -> bool:
        """Wait so long; say whether it still has the terminal. Once it has not, the terminal is ours again."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return True
        self._take_back()
        return False

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._take_back()

    def _take_back(self) -> None:
        """Set the terminal right: a window that was killed leaves it as it was drawn in."""
        with contextlib.suppress(self._termios.error, OSError):
            if self._process.returncode not in (0, END_CODE):
                print(_RESTORE, end="", flush=True)
            self._termios.tcsetattr(sys.stdin, self._termios.TCSADRAIN, self._before)
