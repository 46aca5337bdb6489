"""Commands of the school: collections of music to rows, rows to models, measures, export."""

from __future__ import annotations

import argparse
from pathlib import Path

from liveengine.cli.arguments import count
from liveengine.cli.command import Command


# fmt: off
def _data_arguments(data: argparse.ArgumentParser) -> None:
    deeds = data.add_subparsers(dest="deed", metavar="WHAT", required=True)
    prepare = deeds.add_parser("prepare", help="turn a collection's folder into rows to train on")
    _collection_arguments(prepare)
    prepare.add_argument("--to", dest="cache", type=Path, required=True, metavar="CACHE",
        help="where the rows go, in CACHE/NAME/SPLIT, and the parsed pieces, in CACHE/pieces")
    prepare.add_argument("--quantise", default="", metavar="MODE",
        help="move notes to sixteenths first: strict, groove (as its rounds have in common) or adaptive (triplets too)")
    prepare.add_argument("--voices", type=int, default=0, metavar="N",
        help="leave so many notes at once of each part with pitches: bass, melody and guide tones stay")
    prepare.add_argument("--even", action="store_true", help="bring each part's velocities to one middle and spread")
    audit = deeds.add_parser("audit", help="tell what a collection holds, and whether it can be trusted")
    _collection_arguments(audit)
    audit.add_argument("--to", type=Path, metavar="FOLDER", help="write a page, numbers and charts (default: print)")
    audit.add_argument("--cache", type=Path, metavar="CACHE", help="where `prepare` has put the parsed pieces")
    cache = deeds.add_parser("cache", help="tell how much is kept of pieces once parsed")
    cache.add_argument("cache", type=Path, metavar="CACHE", help="where `prepare` has put them")
    cache.add_argument("--prune", type=float, metavar="MB", help="throw the longest unused away, down to so much")
# fmt: on


def _collection_arguments(deed: argparse.ArgumentParser) -> None:
    deed.add_argument("source", metavar="NAME", help="gmd, freedoom, openewld_pd, billboard_chords or style_templates")
    deed.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="where the collection is")


def _data(arguments: argparse.Namespace) -> int:
    from liveengine.training.data import command

    return command.main(arguments)


def _train_arguments(train: argparse.ArgumentParser) -> None:
    train.add_argument("config", metavar="CONFIG", help="a TOML file, or groove-nano, groove-small, phrase-small")
    train.add_argument("--threads", type=count, default=1, metavar="N", help="how many threads compute (default: 1)")
    train.add_argument(
        "--begin-from", type=Path, metavar="DIR", help="the folder of a run whose weights it begins with"
    )
    train.add_argument("--log", nargs="+", default=(), metavar="WHERE",
        help="tell numbers to tensorboard or wandb (offline) as well, in the run's folder")  # fmt: skip
    _run_arguments(train)


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="CACHE", help="where `liveengine data prepare` put the rows")
    add("--run", type=Path, required=True, metavar="DIR", help="the folder of this run: its log, its checkpoints")


def _train(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.train(arguments)


def _ablate_arguments(ablate: argparse.ArgumentParser) -> None:
    add = ablate.add_argument
    add("config", metavar="CONFIG", help="a TOML file, or groove-nano, groove-small")
    add("--steps", type=count, default=400, metavar="N", help="how long each run is (default: 400)")
    add("--threads", type=count, default=1, metavar="N", help="how many threads compute (default: 1)")
    _run_arguments(ablate)


def _ablate(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.ablate(arguments)


def _average_arguments(average: argparse.ArgumentParser) -> None:
    _run_arguments(average)
    which = average.add_mutually_exclusive_group()
    which.add_argument("--best", type=count, default=3, metavar="N", help="so many best looks (default: 3)")
    which.add_argument("--last", type=count, metavar="N", help="so many newest checkpoints instead")


def _average(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.average(arguments)


def _evaluate_arguments(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("--data", type=Path, required=True, metavar="CACHE", help="where the prepared rows are")
    which = evaluate.add_mutually_exclusive_group(required=True)
    which.add_argument("--run", type=Path, metavar="DIR", help="the folder of a run: its best weights are measured")
    which.add_argument("--model", type=Path, metavar="DIR", help="the folder of a groove model that was exported")
    evaluate.add_argument("--renew", action="store_true", help="write what was measured into the card of --model")
    evaluate.add_argument("--report", type=Path, metavar="DIR", help="write report.md, report.html and pictures there")


def _evaluate(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.evaluate(arguments)


def _export_arguments(export: argparse.ArgumentParser) -> None:
    _run_arguments(export)
    export.add_argument("--to", type=Path, default=Path("models"), metavar="DIR", help="where to (default: models)")


def _export(arguments: argparse.Namespace) -> int:
    from liveengine.training import command

    return command.export_model(arguments)


DATA = Command("data", "prepare collections of music for training, and look into them", _data_arguments, _data)
TRAIN = Command("train", "train a model on prepared data, or go on training it", _train_arguments, _train)
ABLATE = Command(
    "ablate", "train a config with each part left out in turn, and see what helps", _ablate_arguments, _ablate
)
AVERAGE = Command("average", "average the weights of a run's best looks", _average_arguments, _average)
EVALUATE = Command("evaluate", "measure what was trained, beside its baselines", _evaluate_arguments, _evaluate)
EXPORT = Command("export", "write what was trained as a model that plays", _export_arguments, _export)
