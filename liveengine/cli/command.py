"""One command of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A word, what it is for, the arguments it takes, and what it does with them.

    `run` imports what it needs by itself, so that reading the command line loads nothing; it returns the exit
    code, and raises ValueError or OSError in words for the player.
    """

    word: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    about: str | None = None
