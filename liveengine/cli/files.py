"""Commands that write music into a file, with nothing to hear: a set rendered, bars of a generator."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from liveengine.cli.arguments import count, seed, tempo
from liveengine.cli.command import Command


# fmt: off
def _render_arguments(render: argparse.ArgumentParser) -> None:
    add = render.add_argument
    add("patch", metavar="PATCH", help="a patch file, or the name of one that comes along")
    add("--bars", type=count, required=True, metavar="N", help="how many bars")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="OUT.mid or OUT.wav")
    add("--seed", type=seed, metavar="N", help="another seed than the patch's")
    add("--precision", choices=("fp32", "int8"), default="fp32", help="how models compute (default: fp32)")
# fmt: on


def _render(arguments: argparse.Namespace) -> int:
    from liveengine.engine.patch import load_patch, resolve_patch
    from liveengine.runtime.render import render_file
    from liveengine.runtime.takes import MidiLibrary

    patch = load_patch(resolve_patch(arguments.patch), MidiLibrary())
    if arguments.seed is not None:
        patch = replace(patch, seed=arguments.seed)
    return render_file(patch, arguments.bars, arguments.output, arguments.precision)


# fmt: off
def _generate_arguments(generate: argparse.ArgumentParser) -> None:
    add = generate.add_argument
    add("generator", metavar="NAME", help="a generator or a model, as a patch names it: euclid, groove-nano")
    add("--bars", type=count, default=4, metavar="N", help="how many bars (default: 4)")
    add("--seed", type=seed, default=1, metavar="N", help="the same seed, the same bars (default: 1)")
    add("--density", type=float, default=0.5, metavar="X", help="how full, 0-1 (default: 0.5)")
    add("--accent", type=float, default=0.5, metavar="X", help="how far velocities spread, 0-1 (default: 0.5)")
    add("--fill", action="store_true", help="the last bar is a fill")
    add("--rhythm", default="", metavar="RHYTHM", help="what it plays (of drums the kick): euclid(5, 16), x..x..x.")
    add("--style", default="", metavar="STYLE", help="told to a model: funk, reggae … (default: none)")
    add("--role", default="drums", metavar="ROLE", help="drums, bass, chords or lead (default: drums)")
    add("--metre", default="4/4", metavar="M", help="4/4, 7/8 … (default: 4/4)")
    add("--key", default="C minor", metavar="KEY", help="A minor, D dorian … (default: C minor)")
    add("--chords", nargs="+", default=(), metavar="CHORD", help="one a bar, round and round (default: the key's own)")
    add("--tempo", type=tempo, default=120.0, metavar="BPM", help="told to a model, and written (default: 120)")
    add("-o", "--output", type=Path, required=True, metavar="FILE.mid", help="the file")
# fmt: on


def _generate(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import generate

    return generate.main(arguments)


RENDER = Command("render", "render a set into a file", _render_arguments, _render, "Render a set into a file.")
GENERATE = Command("generate", "write bars of a generator or model into a MIDI file", _generate_arguments, _generate)
