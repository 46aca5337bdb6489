"""What a run tells its numbers to, by name: the registry that `train --log` chooses from.

A log is imported when it is asked for, and needs what it writes for to be installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Protocol

from liveengine.music.spelling import did_you_mean
from liveengine.training.config import Config

#: Each is a module beside this one, whose `opened` returns a Log, and the extra that brings what it needs.
NAMES = ("tensorboard", "wandb")


#: Numbers of a step of learning, and of a look at what has been learnt.
LEARNT, LOOKED = "learnt", "looked"


class Log(Protocol):
    """Takes numbers by name, and words, such as where a sample lies."""

    def tell(self, kind: str, step: int, numbers: Mapping[str, float | str]) -> None:
        """Write down numbers, LEARNT or LOOKED."""
        ...

    def close(self) -> None:
        """Let all that was written down be there."""
        ...


def opened(names: Sequence[str], run: Path, config: Config) -> list[Log]:
    """Open logs of a run by their names. Raises ValueError for one that there is not, or that cannot be imported."""
    logs: list[Log] = []
    for name in dict.fromkeys(names):
        if name not in NAMES:
            raise ValueError(f'--log: no "{name}"{did_you_mean(name, NAMES)}')
        try:
            module = import_module(f"liveengine.training.logs.{name}")
        except ImportError as error:
            raise ValueError(f"--log {name}: {name} is not installed: pip install -e '.[{name}]'") from error
        logs.append(module.opened(run, config))
    return logs


class Logs:
    """Several logs as one, closed at the end of a `with`."""

    def __init__(self, each: Sequence[Log]) -> None:
        self._each, self._open = each, ExitStack()

    def __enter__(self) -> Log:
        for log in self._each:
            self._open.callback(log.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def tell(self, kind: str, step: int, numbers: Mapping[str, float | str]) -> None:
        """Write down numbers everywhere."""
        for log in self._each:
            log.tell(kind, step, numbers)

    def close(self) -> None:
        """Close all of them."""
        self._open.close()
