"""The command line: `liveengine WORD …`. Its words and options stay as they are.

Exit codes: 0 all went well; 1 something failed that was asked for; 2 the
command, a patch or a mapping is wrong; 130 cancelled.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from liveengine import __version__

if TYPE_CHECKING:
    from liveengine.engine.clock import Sources

OK, FAILED, WRONG = 0, 1, 2

DEFAULT_PATCH = "first_light"
DEFAULT_MAPPINGS = ("keyboard", "generic_pads")

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
_WINDOW = "Watch and play a running set through its OSC port. Any number may; none is heard to come or go."

_RHYTHM = (
    "See, measure, look for and hear a rhythm. Without a name, list those there are (--measure: the measures too)."
)
_GROOVE = (
    "See how early, late and loud the steps of a MIDI file are played, and keep that as a groove for patches."
    " Without a name, list the grooves that are made by a formula."
)

_NICE = 10


class _Parser(argparse.ArgumentParser):
    """argparse, with the nearest valid word in its errors."""

    def error(self, message: str) -> NoReturn:
        words = list(_WORDS)
        for word in sys.argv[1:2]:
            if word not in words and "invalid choice" in message and (near := get_close_matches(word, words, 1)):
                message = f'no command "{word}" (did you mean "{near[0]}"?)'
        self.exit(WRONG, f"liveengine: {message}\n(`{self.prog} --help` lists what there is)\n")


def _play(arguments: argparse.Namespace) -> int:
    from liveengine.engine.mapping import load_mapping, resolve_mapping
    from liveengine.engine.patch import load_patch, resolve_patch
    from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT, parse_address
    from liveengine.runtime import measured
    from liveengine.runtime.play import play
    from liveengine.runtime.stage import Options
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
    )
    return play(patch, options, arguments.headless, arguments.seconds, arguments.plain or has_own_keys)


def _clocks(text: str) -> Sources:
    from liveengine.engine.clock import Sources

    try:
        return Sources.parse(text)
    except ValueError as error:
        raise ValueError(f"--clock {text}: {error}") from None


def _dashboard(arguments: argparse.Namespace) -> int:
    from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT, parse_address

    host, port = parse_address(arguments.address) if arguments.address else (DEFAULT_HOST, DEFAULT_PORT)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)  # Before Textual is loaded: the music goes first, on every core.
    from liveengine.dashboard.app import run

    return run(host, port, arguments.end_code)


def _render(arguments: argparse.Namespace) -> int:
    from liveengine.engine.patch import load_patch, resolve_patch
    from liveengine.runtime.render import render_file
    from liveengine.runtime.takes import MidiLibrary

    patch = load_patch(resolve_patch(arguments.patch), MidiLibrary())
    if arguments.seed is not None:
        patch = replace(patch, seed=arguments.seed)
    return render_file(patch, arguments.bars, arguments.output)


def _ports(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import inventory

    return inventory.main(arguments.json)


def _doctor(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import doctor

    return doctor.main(arguments.json, arguments.compile)


def _litmus(arguments: argparse.Namespace) -> int:
    from liveengine.runtime.litmus import command

    return command.main(arguments)


def _rhythm(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import rhythm

    return rhythm.main(arguments)


def _groove(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import groove

    return groove.main(arguments)


def _generate(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import generate

    return generate.main(arguments)


def _data(arguments: argparse.Namespace) -> int:
    from liveengine.training.data import command

    return command.main(arguments)


def _train(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.train(arguments)


def _ablate(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.ablate(arguments)


def _average(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.average(arguments)


def _evaluate(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.evaluate(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.export_model(arguments)


_WORDS = {
    "play": _play,
    "dashboard": _dashboard,
    "render": _render,
    "ports": _ports,
    "doctor": _doctor,
    "litmus": _litmus,
    "rhythm": _rhythm,
    "groove": _groove,
    "generate": _generate,
    "data": _data,
    "train": _train,
    "ablate": _ablate,
    "average": _average,
    "evaluate": _evaluate,
    "export": _export,
}


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is no length of time (seconds above 0)")
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if not 0 < count <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number of bars (1-100000)")
    return count


def _tempo(text: str) -> float:
    from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM

    tempo = float(text)
    if not TEMPO_MIN_BPM <= tempo <= TEMPO_MAX_BPM:
        raise argparse.ArgumentTypeError(f"{text} is no tempo ({TEMPO_MIN_BPM:g}-{TEMPO_MAX_BPM:g} BPM)")
    return tempo


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 1 << 63:
        raise argparse.ArgumentTypeError(f"{text} is no seed (0 to 2^63 - 1)")
    return seed


def _parser() -> _Parser:
    parser = _Parser(
        prog="liveengine",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"liveengine {__version__}")
    words = parser.add_subparsers(dest="word", metavar="COMMAND", required=True, parser_class=_Parser)
    _add_play(words.add_parser("play", help="play a set live", description="Play a set live."))
    window = words.add_parser("dashboard", help="watch and play a running set", description=_WINDOW)
    window.add_argument(
        "address", nargs="?", metavar="HOST:PORT", help="an engine's OSC port (default: 127.0.0.1:9000)"
    )
    window.add_argument("--end-code", type=int, help=argparse.SUPPRESS)  # `play` opened it
    render = words.add_parser("render", help="render a set into a file", description="Render a set into a file.")
    render.add_argument("patch", metavar="PATCH", help="a patch file, or the name of one that comes along")
    render.add_argument("--bars", type=_count, required=True, metavar="N", help="how many bars")
    render.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="OUT.mid or OUT.wav")
    render.add_argument("--seed", type=_seed, metavar="N", help="another seed than the patch's")
    ports = words.add_parser("ports", help="list MIDI, audio, JACK and OSC ports")
    ports.add_argument("--json", action="store_true", help="for programs")
    _add_litmus(words.add_parser("litmus", help="measure how a pair of ports keeps time, by a cable or loop"))
    _add_rhythm(words.add_parser("rhythm", help="see, measure, look for and hear a rhythm", description=_RHYTHM))
    _add_groove(words.add_parser("groove", help="see the groove of a MIDI file, and keep it", description=_GROOVE))
    _add_generate(words.add_parser("generate", help="write bars of a generator or model into a MIDI file"))
    _add_data(words.add_parser("data", help="prepare collections of music for training, and look into them"))
    _add_train(words.add_parser("train", help="train a model on prepared data, or go on training it"))
    _add_ablate(words.add_parser("ablate", help="train a config with each part left out in turn, and see what helps"))
    _add_average(words.add_parser("average", help="average the weights of a run's best looks"))
    evaluate = words.add_parser("evaluate", help="measure what was trained, beside its baselines")
    _add_evaluate(evaluate)
    evaluate.add_argument("--report", type=Path, metavar="DIR", help="write report.md and report.html there too")
    export = words.add_parser("export", help="write what was trained as a model that plays")
    _add_run(export)
    export.add_argument("--to", type=Path, default=Path("models"), metavar="DIR", help="where to (default: models)")
    doctor = words.add_parser("doctor", help="say what this machine can do, and how to improve it")
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument("--compile", action="store_true", help="compile everything ahead of the first set")
    return parser


# fmt: off
def _add_litmus(litmus: argparse.ArgumentParser) -> None:
    add = litmus.add_argument
    add("--audio", action="store_true", help="play clicks from an audio output to an audio input, instead of notes")
    add("--out", default="", metavar="PORT",
        help="output to send to (default: our own MIDI, looped back; with --audio the sound card's first)")
    add("--in", dest="back", default="", metavar="PORT", help="input that the cable comes back to")
    add("--driver", choices=("auto", "jack", "timer"), default="auto",
        help="JACK where it runs, else python-rtmidi, or PortAudio")
    add("--seconds", type=_seconds, default=10.0, metavar="N", help="how long to measure (default: 10)")
    add("--json", type=Path, metavar="FILE", help="write every number into a file")
    add("--picture", type=Path, metavar="FILE.svg", help="draw the histogram")
    add("--store", action="store_true", help="keep the way out as that output's latency, without asking")
    add("--forget", metavar="PORT", help="keep an output's latency no longer")


def _add_rhythm(rhythm: argparse.ArgumentParser) -> None:
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
    add("--seed", type=_seed, metavar="N", help="another of those that are as near")
    add("--play", action="store_true", help="play it round and round on the built-in drums")
    add("--tempo", type=_tempo, default=120.0, metavar="BPM", help="how fast (default: 120)")
    add("--seconds", type=_seconds, metavar="N", help="end after so many seconds")


def _add_groove(groove: argparse.ArgumentParser) -> None:
    add = groove.add_argument
    add("source", nargs="?", default="", metavar="FILE", help="a .mid, a groove's .toml, or a formula: swing(58), phi")
    add("--track", default="", metavar="NAME", help="which track of the MIDI file, by name or number")
    add("--channel", type=int, choices=range(1, 17), default=0, metavar="N", help="which MIDI channel")
    add("--drum", default="", metavar="NAME", help="one drum alone: kick, snare, hat, …")
    add("--bars", type=_count, default=1, metavar="N", help="how long a round of the groove is (default: 1)")
    add("--grid", default="1/16", metavar="1/16", help="what its steps are (default: 1/16)")
    add("--tempo", type=_tempo, metavar="BPM", help="at which tempo to tell milliseconds (default: the file's)")
    add("--save", type=Path, metavar="FILE.toml", help="keep it, for `groove = …` in a patch")
    add("--json", action="store_true", help="for programs")


def _add_generate(generate: argparse.ArgumentParser) -> None:
    add = generate.add_argument
    add("generator", metavar="NAME", help="a generator or a model, as a patch names it: euclid, groove-nano")
    add("--bars", type=_count, default=4, metavar="N", help="how many bars (default: 4)")
    add("--seed", type=_seed, default=1, metavar="N", help="the same seed, the same bars (default: 1)")
    add("--density", type=float, default=0.5, metavar="X", help="how full, 0-1 (default: 0.5)")
    add("--accent", type=float, default=0.5, metavar="X", help="how far velocities spread, 0-1 (default: 0.5)")
    add("--fill", action="store_true", help="the last bar is a fill")
    add("--rhythm", default="", metavar="RHYTHM", help="what it plays (of drums the kick): euclid(5, 16), x..x..x.")
    add("--role", default="drums", metavar="ROLE", help="drums, bass, chords or lead (default: drums)")
    add("--metre", default="4/4", metavar="M", help="4/4, 7/8 … (default: 4/4)")
    add("--key", default="C minor", metavar="KEY", help="A minor, D dorian … (default: C minor)")
    add("--chords", nargs="+", default=(), metavar="CHORD", help="one a bar, round and round (default: the key's own)")
    add("--tempo", type=_tempo, default=120.0, metavar="BPM", help="written into the file (default: 120)")
    add("-o", "--output", type=Path, required=True, metavar="FILE.mid", help="the file")


def _add_data(data: argparse.ArgumentParser) -> None:
    deeds = data.add_subparsers(dest="deed", metavar="WHAT", required=True)
    prepare = deeds.add_parser("prepare", help="turn a collection's folder into rows to train on")
    _add_collection(prepare)
    prepare.add_argument("--to", dest="cache", type=Path, required=True, metavar="CACHE",
        help="where the rows go, in CACHE/NAME/SPLIT, and the parsed pieces, in CACHE/pieces")
    audit = deeds.add_parser("audit", help="tell what a collection holds, and whether it can be trusted")
    _add_collection(audit)
    audit.add_argument("--to", type=Path, metavar="FOLDER", help="write a page, numbers and charts (default: print)")
    audit.add_argument("--cache", type=Path, metavar="CACHE", help="where `prepare` has put the parsed pieces")
    cache = deeds.add_parser("cache", help="tell how much is kept of pieces once parsed")
    cache.add_argument("cache", type=Path, metavar="CACHE", help="where `prepare` has put them")
    cache.add_argument("--prune", type=float, metavar="MB", help="throw the longest unused away, down to so much")


def _add_collection(deed: argparse.ArgumentParser) -> None:
    deed.add_argument("source", metavar="NAME", help="gmd, freedoom, openewld_pd or billboard_chords")
    deed.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="where the collection is")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("config", metavar="CONFIG", help="a TOML file, or groove-nano, groove-small, phrase-small")
    train.add_argument("--threads", type=_count, default=1, metavar="N", help="how many threads compute (default: 1)")
    train.add_argument("--log", nargs="+", default=(), metavar="WHERE",
        help="tell numbers to tensorboard or wandb (offline) as well, in the run's folder")
    _add_run(train)


def _add_ablate(ablate: argparse.ArgumentParser) -> None:
    add = ablate.add_argument
    add("config", metavar="CONFIG", help="a TOML file, or groove-nano, groove-small")
    add("--steps", type=_count, default=400, metavar="N", help="how long each run is (default: 400)")
    add("--threads", type=_count, default=1, metavar="N", help="how many threads compute (default: 1)")
    _add_run(ablate)


def _add_average(average: argparse.ArgumentParser) -> None:
    _add_run(average)
    which = average.add_mutually_exclusive_group()
    which.add_argument("--best", type=_count, default=3, metavar="N", help="so many best looks (default: 3)")
    which.add_argument("--last", type=_count, metavar="N", help="so many newest checkpoints instead")


def _add_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="CACHE", help="where `liveengine data prepare` put the rows")
    add("--run", type=Path, required=True, metavar="DIR", help="the folder of this run: its log, its checkpoints")


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("--data", type=Path, required=True, metavar="CACHE", help="where the prepared rows are")
    which = evaluate.add_mutually_exclusive_group(required=True)
    which.add_argument("--run", type=Path, metavar="DIR", help="the folder of a run: its best weights are measured")
    which.add_argument("--model", type=Path, metavar="DIR", help="the folder of a groove model that was exported")
    evaluate.add_argument("--renew", action="store_true", help="write what was measured into the card of --model")


def _add_play(play: argparse.ArgumentParser) -> None:
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
    add("--seconds", type=_seconds, metavar="N", help="end after so many seconds")
    add("--record", type=Path, metavar="FILE.mid", help="write what is played into a MIDI file")
    add("--telemetry", type=Path, metavar="FILE.json", help="write down at the end how well time was kept")
    add("--seed", type=_seed, metavar="N", help="another seed than the patch's")
    add("--no-watch", action="store_true", help="do not take the patch up again whenever its file is saved")
    add("--mapping", action="append", metavar="NAME",
        help="a mapping file or name, as often as wanted (default: keyboard, generic_pads)")
# fmt: on


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = _parser().parse_args(words)
    try:
        return _WORDS[arguments.word](arguments)
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


if __name__ == "__main__":
    sys.exit(main())
