"""The computer's keyboard in a terminal, key by key, without waiting for Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
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


def split_keys(text: str) -> list[str]:
    """Return the keys in what a terminal sent: signs as they are, others by the names mappings use.

    >>> split_keys("q \\x1b[A")
    ['q', 'space', 'up']
    """
    keys = []
    while text:
        length = 3 if text[:2] in ("\x1b[", "\x1bO") and len(text) >= 3 else 1
        key, text = text[:length], text[length:]
        if key in _NAMES:
            keys.append(_NAMES[key])
        elif length == 1 and key.isprintable():
            keys.append(key)
    return keys


class Keyboard:
    """Reads keys from the terminal on standard input."""

    def read(self, timeout_s: float) -> list[str]:
        """Wait up to `timeout_s` for keys and return those that were struck."""
        ready, _, _ = select.select([sys.stdin], [], [], timeout_s)
        if not ready:
            return []
        return split_keys(os.read(sys.stdin.fileno(), 64).decode(errors="replace"))


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
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
