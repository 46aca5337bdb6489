"""Commands about how things are played: rhythms and grooves."""

from __future__ import annotations

import argparse
from pathlib import Path

from liveengine.cli.arguments import count, seconds, seed, tempo
from liveengine.cli.command import Command

_ABOUT_RHYTHM = (
    "See, measure, look for and hear a rhythm. Without a name, list those there are (--measure: the measures too)."
)
_ABOUT_GROOVE = (
    "See how early, late and loud the steps of a MIDI file are played, and keep that as a groove for patches."
    " Without a name, list the grooves that are made by a formula."
)


# fmt: off
def _rhythm_arguments(rhythm: argparse.ArgumentParser) -> None:
    add = rhythm.add_argument
    add("words", nargs="*", metavar="NAME", help="as a patch writes it, or in words: euclid 5 16; x..x..x.")
    add("--metre", default="", metavar="M", help="4/4, 7/8, 3+2+2/8 … (default: 4/4, or an eighth for each step)")
    add("--measure", action="store_true", help="tell how full, syncopated, even … it is")
    add("--json", action="store_true", help="for programs, measures and all")
    add("--svg", type=Path, metavar="FILE", help="draw its necklace into a file")
    add("--snare", default="", metavar="RHYTHM", help="a snare to go with it: how the drums syncopate together")
    add("--hat", default="", metavar="RHYTHM", help="a hat to go with it")
    add("--search", nargs="+", metavar="MEASURE=SHARE",
        help="look for one instead: syncopation=0.4 density=0.3, each from 0 to 1, the most there is")
    add("--steps", type=int, default=16, metavar="N", help="how many steps to search (default: 16)")
    add("--must", default="", metavar="RHYTHM", help="what the one searched for has to strike")
    add("--never", default="", metavar="RHYTHM", help="what it must not strike")
    add("--seed", type=seed, metavar="N", help="another of those that are as near")
    add("--play", action="store_true", help="play it round and round on the built-in drums")
    add("--tempo", type=tempo, default=120.0, metavar="BPM", help="how fast (default: 120)")
    add("--seconds", type=seconds, metavar="N", help="end after so many seconds")
# fmt: on


def _rhythm(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import rhythm

    return rhythm.main(arguments)


# fmt: off
def _groove_arguments(groove: argparse.ArgumentParser) -> None:
    add = groove.add_argument
    add("source", nargs="?", default="", metavar="FILE", help="a .mid, a groove's .toml, or a formula: swing(58), phi")
    add("--track", default="", metavar="NAME", help="which track of the MIDI file, by name or number")
    add("--channel", type=int, choices=range(1, 17), default=0, metavar="N", help="which MIDI channel")
    add("--drum", default="", metavar="NAME", help="one drum alone: kick, snare, hat, …")
    add("--bars", type=count, default=1, metavar="N", help="how long a round of the groove is (default: 1)")
    add("--grid", default="1/16", metavar="1/16", help="what its steps are (default: 1/16)")
    add("--tempo", type=tempo, metavar="BPM", help="at which tempo to tell milliseconds (default: the file's)")
    add("--save", type=Path, metavar="FILE.toml", help="keep it, for `groove = …` in a patch")
    add("--json", action="store_true", help="for programs")
# fmt: on


def _groove(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import groove

    return groove.main(arguments)


RHYTHM = Command("rhythm", "see, measure, look for and hear a rhythm", _rhythm_arguments, _rhythm, _ABOUT_RHYTHM)
GROOVE = Command("groove", "see the groove of a MIDI file, and keep it", _groove_arguments, _groove, _ABOUT_GROOVE)
