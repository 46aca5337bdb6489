"""Commands about a set that plays: playing one, and watching it."""

from __future__ import annotations

import argparse
import contextlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from liveengine.cli.arguments import seconds, seed
from liveengine.cli.command import Command

if TYPE_CHECKING:
    from liveengine.engine.clock import Sources

DEFAULT_PATCH = "first_light"
DEFAULT_MAPPINGS = ("keyboard", "generic_pads")

_NICE = 10


# fmt: off
def _play_arguments(play: argparse.ArgumentParser) -> None:
    add = play.add_argument
    add("patch", nargs="?", default=DEFAULT_PATCH, metavar="PATCH",
        help="a patch file, or the name of one that comes along (default: first_light)")
    add("--driver", choices=("auto", "jack", "timer"), default="auto",
        help="what turns the beat: JACK where it runs, else the system's timer")
    add("--clock", metavar="SOURCE[,SOURCE…]",
        help="whose time is followed: internal, midi:PORT, jack, link; of several the first that is there "
        "(default: as the patch says, else internal)")
    add("--lead", choices=("jack", "jack:take"),
        help="JACK's transport does as the set does; with :take even where another client leads it")
    add("--headless", action="store_true", help="no keyboard, no dashboard, no status line")
    add("--plain", action="store_true",
        help="a status line instead of the dashboard; as well where a mapping of your own binds keys")
    add("--no-audio", action="store_true", help="MIDI only, no built-in sound")
    add("--osc", metavar="HOST:PORT", help="where to listen for OSC (default: 127.0.0.1:9000)")
    add("--seconds", type=seconds, metavar="N", help="end after so many seconds")
    add("--record", type=Path, metavar="FILE.mid", help="write what is played into a MIDI file")
    add("--telemetry", type=Path, metavar="FILE.json", help="write down at the end how well time was kept")
    add("--seed", type=seed, metavar="N", help="another seed than the patch's")
    add("--precision", choices=("auto", "fp32", "int8"), default="auto",
        help="how models that came along in both compute: whichever answers sooner (default), or this one; "
        "the same seed gives the same bars in the same precision alone")
    add("--no-watch", action="store_true", help="do not take the patch up again whenever its file is saved")
    add("--mapping", action="append", metavar="NAME",
        help="a mapping file or name, as often as wanted (default: keyboard, generic_pads)")
# fmt: on


def _play(arguments: argparse.Namespace) -> int:
    from liveengine.engine.mapping import load_mapping, resolve_mapping
    from liveengine.engine.patch import load_patch, resolve_patch
    from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT, parse_address
    from liveengine.runtime import measured
    from liveengine.runtime.options import Options
    from liveengine.runtime.play import play
    from liveengine.runtime.takes import MidiLibrary

    sources = _clocks(arguments.clock) if arguments.clock else None
    patch = load_patch(resolve_patch(arguments.patch), MidiLibrary())
    sources = sources or patch.follow
    if arguments.lead and sources.has("jack"):
        raise ValueError(f"--lead {arguments.lead}: JACK's transport cannot be led and followed at once")
    if arguments.seed is not None:
        patch = replace(patch, seed=arguments.seed)
    names = arguments.mapping or DEFAULT_MAPPINGS
    mappings = [load_mapping(resolve_mapping(name)) for name in names]
    # The dashboard has the keys of `keyboard`; whoever binds others wants those.
    has_own_keys = any(
        binding.kind == "key"
        for name, mapping in zip(names, mappings, strict=True)
        if name != DEFAULT_MAPPINGS[0]
        for binding in mapping.bindings
    )
    options = Options(
        driver=arguments.driver,
        audio=not arguments.no_audio,
        osc=parse_address(arguments.osc) if arguments.osc else (DEFAULT_HOST, DEFAULT_PORT),
        osc_needed=arguments.osc is not None,
        record=arguments.record,
        telemetry=arguments.telemetry,
        mappings=mappings,
        sources=sources,
        lead=arguments.lead or "",
        measured=measured.load(),
        watch=not arguments.no_watch,
        seed=arguments.seed,
        precision=arguments.precision,
    )
    return play(patch, options, arguments.headless, arguments.seconds, arguments.plain or has_own_keys)


def _clocks(text: str) -> Sources:
    from liveengine.engine.clock import Sources

    try:
        return Sources.parse(text)
    except ValueError as error:
        raise ValueError(f"--clock {text}: {error}") from None


# fmt: off
def _dashboard_arguments(dashboard: argparse.ArgumentParser) -> None:
    add = dashboard.add_argument
    add("address", nargs="?", metavar="HOST:PORT", help="an engine's OSC port (default: 127.0.0.1:9000)")
    add("--end-code", type=int, help=argparse.SUPPRESS)  # `play` opened it
# fmt: on


def _dashboard(arguments: argparse.Namespace) -> int:
    from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT, parse_address

    host, port = parse_address(arguments.address) if arguments.address else (DEFAULT_HOST, DEFAULT_PORT)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)  # Before Textual is loaded: the music goes first, on every core.
    from liveengine.dashboard.app import run

    return run(host, port, arguments.end_code)


PLAY = Command("play", "play a set live", _play_arguments, _play, "Play a set live.")
DASHBOARD = Command(
    "dashboard",
    "watch and play a running set",
    _dashboard_arguments,
    _dashboard,
    "Watch and play a running set through its OSC port. Any number may; none is heard to come or go.",
)
