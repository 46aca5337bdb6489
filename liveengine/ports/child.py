"""A process of its own for a python-rtmidi port: started, asked whether the port is open, and ended.

The child says `open NAME` or `refused WHY` in its first line, and ends when its standard input closes.
"""

from __future__ import annotations

import subprocess
import sys
from typing import IO

from liveengine.ports.rtmidi import MidiPortError

#: How long a child may take to end what still sounds, before it is made to leave.
_LEAVE_S = 2.0


class Child:
    """Runs `python -m MODULE PATTERN VIRTUAL_NAME`. Raises MidiPortError when it cannot open its port."""

    def __init__(self, module: str, pattern: str, virtual_name: str) -> None:
        self._words = pattern, virtual_name
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, pattern, virtual_name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # A buffer would swallow what follows the first line.
            start_new_session=True,  # Ctrl-C is the engine's; this one ends when its input does.
        )
        word, _, rest = self.output.readline().decode().strip().partition(" ")
        if word != "open":
            self.input.close()
            self.output.close()
            self._process.wait()
            raise MidiPortError(rest or f"{module} did not start")
        self.name = rest

    @property
    def ended(self) -> str:
        """How the process ended, in words; empty while it runs."""
        code = self._process.poll()
        return "" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    @property
    def input(self) -> IO[bytes]:
        """Its standard input."""
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def output(self) -> IO[bytes]:
        """Its standard output."""
        assert self._process.stdout is not None
        return self._process.stdout

    def close(self) -> None:
        """Close its input, and wait until it has ended."""
        self.input.close()
        try:
            self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.output.close()
