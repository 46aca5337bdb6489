"""Say what is being done, one line a step, with the seconds it takes.

On a terminal the line counts up while the step runs; elsewhere a line is printed at the start, one now and
then, and one at the end. Standard library only.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

TAIL_LINES = 20
WIDTH = 100


class Failed(Exception):
    """A step that did not work; the message is all that is shown."""


class Step:
    """A step on the screen: `with Step("installing") as step: step.note("numba")`."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._note = ""
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._tty = sys.stdout.isatty()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def note(self, text: str) -> None:
        """Show what the step is at."""
        self._note = text.strip()

    def _line(self) -> str:
        seconds = f"{time.monotonic() - self._began:.0f} s"
        return f"{self.title} … {seconds}" + (f"  {self._note}" if self._note else "")

    def _tick(self) -> None:
        while not self._ended.wait(0.2 if self._tty else 20.0):
            line = self._line()[:WIDTH]
            print(f"\r{line}\033[K" if self._tty else line, end="" if self._tty else "\n", flush=True)

    def __enter__(self) -> Self:
        if not self._tty:
            print(f"{self.title} …", flush=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        word = "done" if kind is None else "stopped" if kind is KeyboardInterrupt else "failed"
        start = "\r" if self._tty else ""
        end = "\033[K\n" if self._tty else "\n"
        print(f"{start}{self.title}: {word} in {time.monotonic() - self._began:.1f} s", end=end, flush=True)


def run(step: Step, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command, show its last line as the step's note; raise Failed with the tail of what it said."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=dict(environment) if environment is not None else None,
        )  # fmt: skip
    except OSError as error:
        raise Failed(f"cannot run {command[0]}: {error.strerror}") from error
    assert process.stdout is not None
    try:
        for line in process.stdout:
            tail.append(line.rstrip())
            step.note(line)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if code:
        raise Failed("\n".join([f"`{' '.join(command)}` ended with {code}:", *tail]))
