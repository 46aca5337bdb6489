"""The command line: `liveengine WORD …`. Its words and options stay as they are.

Exit codes: 0 all went well; 1 something failed that was asked for; 2 the
command, a patch or a mapping is wrong; 130 cancelled.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from liveengine import __version__
from liveengine.cli import files, machine, play, rhythm, school

OK, FAILED, WRONG = 0, 1, 2

#: Every command, in the order in which `--help` lists them.
COMMANDS = (
    play.PLAY, play.DASHBOARD, files.RENDER, machine.PORTS, machine.LITMUS, rhythm.RHYTHM, rhythm.GROOVE,
    files.GENERATE, school.DATA, school.TRAIN, school.ABLATE, school.AVERAGE, school.EVALUATE,
    school.EXPORT, machine.DOCTOR,
)  # fmt: skip
_COMMANDS = {command.word: command for command in COMMANDS}

_ABOUT = "A live-performance engine: patterns, generators and instruments on a beat that Python cannot disturb."
_EPILOG = """examples:
  liveengine play                              the first patch, with sound, keyboard and pads
  liveengine play my_set.toml --record night.mid
  liveengine dashboard                         another window on the set that plays
  liveengine render first_light --bars 32 -o first_light.wav
  liveengine ports                             what is connected, and what it is good for
  liveengine doctor                            what this machine can do, and how to improve it
  liveengine litmus                            how well time is kept, measured by listening to ourselves
  liveengine rhythm euclid 5 16 --measure      see and measure a rhythm; --play to hear it
  liveengine groove take.mid --save mine.toml  how early, late and loud each step was played

In `play`: space stops and starts, 1-8 re-roll a track, q-i mute it, a-k fill it, n and p change
the scene, + and - the tempo, c whose clock is followed, Escape or Ctrl-C ends the set."""


class _Parser(argparse.ArgumentParser):
    """argparse, with the nearest valid word in its errors."""

    def error(self, message: str) -> NoReturn:
        words = list(_COMMANDS)
        for word in sys.argv[1:2]:
            if word not in words and "invalid choice" in message and (near := get_close_matches(word, words, 1)):
                message = f'no command "{word}" (did you mean "{near[0]}"?)'
        self.exit(WRONG, f"liveengine: {message}\n(`{self.prog} --help` lists what there is)\n")


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    reader = _Parser(
        prog="liveengine",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("--version", action="version", version=f"liveengine {__version__}")
    words = reader.add_subparsers(dest="word", metavar="COMMAND", required=True, parser_class=_Parser)
    for command in COMMANDS:
        command.add_arguments(words.add_parser(command.word, help=command.help, description=command.about))
    return reader


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = parser().parse_args(words)
    try:
        return _COMMANDS[arguments.word].run(arguments)
    except ValueError as error:  # a patch, a mapping, an option: the message says which and what
        print(error, file=sys.stderr)
        return WRONG
    except OSError as error:
        print(error if not error.strerror or error.filename is None else _explain(error), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130


def _explain(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}"
