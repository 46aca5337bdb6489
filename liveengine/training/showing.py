"""A run of training as a command shows it: a bar with what is left on a terminal, a line at each look, its logs beside.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from liveengine.training.logs.log import opened
from liveengine.training.loop import Trainer


def carry_out(
    trainer: Trainer[Any, Any],
    look: Callable[[Any], dict[str, float]],
    best: Path,
    logs: Sequence[str] = (),
    sample: Callable[[Any, Path], None] | None = None,
) -> int:
    """Train to the end, telling how it goes, to `logs` by their names too; return the exit code.

    A terminal is shown a bar. At each look `sample` writes what the model plays.
    """
    console = Console()
    columns = (BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f} steps"),
               TextColumn("loss {task.fields[loss]:.3f}"), TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    leads = trainer.team.leads

    def tell(text: str) -> None:
        if leads:
            print(text, flush=True)

    name, count, rows = trainer.config.name, trainer.model.parameters_count, trainer.rows
    tell(f"{name}: {count:,} numbers, {len(rows):,} rows of {rows.files:,} files, from step {trainer.step}")
    also = opened(logs, trainer.folder, trainer.config) if leads else []
    with Progress(*columns, console=console, transient=True, disable=not (leads and console.is_terminal)) as progress:
        task = progress.add_task("train", total=trainer.config.schedule.steps, completed=trainer.step, loss=math.nan)

        def stepped(numbers: Mapping[str, float]) -> None:
            progress.update(task, completed=trainer.step, loss=numbers["loss"])

        why = trainer.run(look, tell, also, sample, stepped)
    tell(f"ended: {why}; the best weights: {best}")
    trainer.team.leave()
    return 0
