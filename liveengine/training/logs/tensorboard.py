"""TensorBoard: an event file in a run's `tensorboard/`, for `tensorboard --logdir`.

Waits for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from liveengine.training.config import Config

FOLDER = "tensorboard"


class Board:
    """Writes each number as a scalar: `learnt/loss`, `looked/bits_per_hit`."""

    def __init__(self, folder: Path) -> None:
        self._writer = SummaryWriter(str(folder))

    def tell(self, kind: str, step: int, numbers: Mapping[str, float | str]) -> None:
        """Write numbers of a kind."""
        for name, value in numbers.items():
            if isinstance(value, str):
                self._writer.add_text(f"{kind}/{name}", value, step)
            else:
                self._writer.add_scalar(f"{kind}/{name}", value, step)

    def close(self) -> None:
        """Close the event file."""
        self._writer.close()


def opened(run: Path, config: Config) -> Board:
    """Open a log of a run; a run that goes on gets another event file in the same folder."""
    return Board(run / FOLDER)
