"""The command itself: measure, tell, and keep the latency where that is wanted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from liveengine.drivers.jack_memory import JackMissing
from liveengine.formats.disk import write_whole
from liveengine.runtime import measured
from liveengine.runtime.litmus import clicks, notes
from liveengine.runtime.litmus.telling import in_words, to_json, to_svg
from liveengine.runtime.litmus.verdict import Verdict

#: Clicks are played and heard by Python: nobody may keep the GIL for as long as a period.
_SWITCH_S = 0.0002

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())


def main(arguments: argparse.Namespace) -> int:
    """Measure, tell, and return 0, or 1 where a target was missed.

    Raises OSError where it could not be measured, and ValueError where it cannot be meant.
    """
    if arguments.forget is not None:
        measured.forget(arguments.forget)
        print(f'forgot the latency of "{arguments.forget}"')
        return 0
    _check(arguments.json, arguments.picture)
    sys.setswitchinterval(_SWITCH_S)
    with Progress(*_COLUMNS, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("listening", total=1.0)
        verdict = measure(arguments, lambda done: bar.update(task, completed=done))
    print(in_words(verdict))
    if arguments.json:
        write_whole(arguments.json, to_json(verdict).encode())
    if arguments.picture:
        write_whole(arguments.picture, to_svg(verdict).encode())
    _keep(verdict, arguments.store)
    return 1 if verdict.problems else 0


def _check(json: Path | None, picture: Path | None) -> None:
    """Say before the measurement what would only show after it."""
    if picture is not None and picture.suffix.lower() != ".svg":
        raise ValueError(f"--picture {picture}: pictures are drawn as SVG (name it {picture.with_suffix('.svg').name})")
    for path in (json, picture):
        if path is not None and not path.parent.is_dir():
            raise OSError(f"cannot write {path}: there is no folder {path.parent}")


def measure(arguments: argparse.Namespace, progress: Callable[[float], None]) -> Verdict:
    """Measure on the driver that is asked for; `auto` is JACK where it runs."""
    on_jack, without_jack = (
        (clicks.measure_on_jack, clicks.measure_without_jack)
        if arguments.audio
        else (notes.measure_on_jack, notes.measure_without_jack)
    )
    wanted = arguments.out, arguments.back, arguments.seconds, progress
    if arguments.driver != "timer":
        try:
            return on_jack(*wanted)
        except JackMissing:
            if arguments.driver == "jack":
                raise
    return without_jack(*wanted)


def _keep(verdict: Verdict, store: bool) -> None:
    """Keep the way out's latency under the output's own name: at once, where the player says yes, or not."""
    kept = f'{verdict.latency_ms:.2f} ms as the latency of "{verdict.out}"'
    if verdict.is_ours:
        if store:
            print("nothing kept: it went to ourselves, which is no output to wait for")
        return
    if not store and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(f"--store keeps {kept}")
        return
    if store or _says_yes(f"keep {kept}? [y/N] "):
        measured.store(verdict.out, verdict.latency_ms)
        print(f"kept {kept} in {measured.MEASURED}")


def _says_yes(question: str) -> bool:
    # Not `input`, which may ask on stderr, wherever that goes.
    print(question, end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
