"""Several processes that train one model: each takes its share of every batch, and all take the same step.

`torchrun` starts them and says in the environment who is who; without it a team is one process, and then nothing
here changes a number. All draw the same rows and the same noise for the whole batch, then keep their own rows.
The first alone writes.

Waits for the others.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.distributed as processes
from torch import Tensor

_T = TypeVar("_T")


class Team:
    """One process's place among `size`."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @property
    def leads(self) -> bool:
        """Whether this one writes and speaks."""
        return self.rank == 0

    def rows(self, count: int) -> slice:
        """Return which of a batch's rows are this one's. Raises ValueError where they cannot be shared evenly."""
        if count % self.size:
            raise ValueError(f"a batch of {count} rows cannot be shared by {self.size} processes evenly")
        share = count // self.size
        return slice(self.rank * share, (self.rank + 1) * share)

    def mean(self, own: Tensor) -> Tensor:
        """Return the mean over the team; its gradient is that of `own`, right once gradients are averaged."""
        if self.size == 1:
            return own
        whole = own.detach().clone()
        processes.all_reduce(whole)
        return own + (whole / self.size - own.detach())

    def totals(self, *own: float) -> tuple[float, ...]:
        """Return sums over the team."""
        if self.size == 1:
            return own
        whole = torch.tensor(own, dtype=torch.float64)
        processes.all_reduce(whole)
        return tuple(whole.tolist())

    def told(self, own: Mapping[str, float]) -> dict[str, float]:
        """Return the mean of each number over the team."""
        if self.size == 1:
            return dict(own)
        return {name: total / self.size for name, total in zip(own, self.totals(*own.values()), strict=True)}

    def average(self, parameters: Iterable[Tensor]) -> None:
        """Replace every gradient by its mean over the team, in one message."""
        if self.size == 1:
            return
        learnt = [each.grad for each in parameters if each.grad is not None]
        flat = torch.cat([each.flatten() for each in learnt])
        processes.all_reduce(flat)
        for each, whole in zip(learnt, (flat / self.size).split([each.numel() for each in learnt]), strict=True):
            each.copy_(whole.view_as(each))

    def agreed(self, value: _T) -> _T:
        """Return what the first process has; all wait for it."""
        if self.size == 1:
            return value
        held = [value]
        processes.broadcast_object_list(held, src=0)
        return held[0]

    @contextmanager
    def own_chance(self) -> Iterator[None]:
        """Within, torch's chance is this process's own, and follows from the team's; after, it is the team's again."""
        if self.size == 1:
            yield
            return
        shared = torch.get_rng_state()
        torch.manual_seed(zlib.crc32(shared.numpy().tobytes()) * self.size + self.rank)
        try:
            yield
        finally:
            torch.set_rng_state(shared)

    def leave(self) -> None:
        """End the team, and this process of it: the last thing that one does. Alone it does nothing.

        Torch takes its threads down after Python has ended, and of a team's processes one in thirty aborts over that.
        """
        if self.size > 1:
            processes.barrier()  # whoever left while another still talks would abort it
            processes.destroy_process_group()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)


def gathered() -> Team:
    """Return this process's team as `torchrun` says; a team of one where it says nothing."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team()
    processes.init_process_group("gloo")
    return Team(processes.get_rank(), size)
