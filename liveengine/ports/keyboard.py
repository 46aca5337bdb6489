"""The computer's keyboard in a terminal, key by key, without waiting for Enter."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator

_NAMES = {
    " ": "space",
    "\n": "enter",
    "\r": "enter",
    "\t": "tab",
    "\x1b": "escape",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
}

#: One key as a terminal sends it (ECMA-48): a sequence that begins with Escape, Alt with another key, or a sign.
_KEY = re.compile(r"\x1b?\x1b(?:\[[0-?]*[ -/]*[@-~]?|O[ -~]?)|\x1b[^\x1b]|[^\x1b]|\x1b", re.DOTALL)

#: Ctrl-C and Ctrl-D, from a terminal that hands them on.
_CONTROL = "\x03\x04"

#: The beginning of a key whose rest is still on its way: it belongs to what comes next.
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)?\Z")

#: How long the rest may take. A lone Escape key is one that nothing follows by then.
_REST_S = 0.02

_READ_SIZE = 1024


def split_keys(text: str) -> list[str]:
    """Return the keys in what a terminal sent: signs as they are, others by the names mappings use.

    Keys without a name (F5, Delete, Alt with a letter) are left out whole, so that none of the letters that
    spell them is taken for a key.

    >>> split_keys("q \\x1b[A")
    ['q', 'space', 'up']
    """
    keys = []
    for key in _KEY.findall(text):
        if key in _NAMES:
            keys.append(_NAMES[key])
        elif len(key) == 1 and (key.isprintable() or key in _CONTROL):
            keys.append(key)
    return keys


class Keyboard:
    """Reads keys from the terminal on standard input."""

    def __init__(self) -> None:
        self._fd = sys.stdin.fileno()
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def read(self, timeout_s: float) -> list[str]:
        """Wait up to `timeout_s` for keys and return those that were struck."""
        text = self._signs(timeout_s)
        while _UNFINISHED.search(text) and (rest := self._signs(_REST_S)):
            text += rest
        return split_keys(text)

    def _signs(self, timeout_s: float) -> str:
        """Return what has come; nothing after `timeout_s`, or once the terminal is gone."""
        if not select.select([self._fd], [], [], timeout_s)[0]:
            return ""
        try:
            data = os.read(self._fd, _READ_SIZE)
        except OSError:
            data = b""
        if not data:
            time.sleep(timeout_s)  # A terminal that is gone is always "ready"; the show goes on without keys.
        return self._decoder.decode(data)


@contextlib.contextmanager
def open_keyboard(wanted: bool = True) -> Iterator[Keyboard | None]:
    """Take the terminal's keyboard for a while; None where it is not wanted, or standard input is no terminal."""
    try:
        import termios
        import tty
    except ImportError:
        yield None
        return
    if not wanted or not sys.stdin.isatty():
        yield None
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield Keyboard()
    finally:
        # Where the terminal is gone there is nothing to restore.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
