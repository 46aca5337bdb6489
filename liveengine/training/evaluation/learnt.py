"""Baselines that are learnt: a GRU and a small transformer, trained on the same rows when they are first measured.

What is learnt follows from the rows, the plan and its seed alone. With a folder it is kept there, named by the hash
of these, and learnt once.

Takes about a minute of one core for each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FRAMES, PATTERNS, VOICE_COUNT, Floats, Frames, framed
from liveengine.training import checkpoints, tasks
from liveengine.training.baseline import Baseline, baselines
from liveengine.training.evaluation.markov import Played
from liveengine.training.models.autoregressive import Autoregressive

Rows = Mapping[str, NDArray[Any]]

#: So many grooves are asked about at once.
AT_ONCE = 512


class Learnt:
    """A baseline that has learnt: how surprised it is, and grooves of its own."""

    def __init__(self, model: Autoregressive, played: Played) -> None:
        self._model, self._played = model.eval(), played

    @torch.no_grad()
    def bits(self, frames: Frames, told: Floats) -> NDArray[np.float64]:
        """Return bits of all patterns of each groove, (n,), told conditions (n, 26)."""
        found = []
        for first in range(0, len(told), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            pattern = torch.from_numpy(frames.pattern[some].astype(np.int64))
            logits = self._model(pattern, torch.from_numpy(told[some]))
            nats = F.cross_entropy(logits.flatten(0, 2), pattern.flatten(), reduction="none")
            found.append(nats.view(len(pattern), -1).double().sum(dim=1).numpy() / np.log(2))
        return np.concatenate(found)

    @torch.no_grad()
    def drawn(self, told: Floats, chance: np.random.Generator) -> Frames:
        """Return a groove for each row of conditions (n, 26), voice by voice of frame by frame."""
        asked = torch.from_numpy(told)
        pattern = torch.zeros(len(told), FRAMES, VOICE_COUNT, dtype=torch.int64)
        for frame in range(FRAMES):
            state = self._model.heard(pattern[:, : frame + 1], asked)[:, -1:]
            for voice in range(VOICE_COUNT):
                logits = self._model.spoken(state, pattern[:, frame : frame + 1])[:, 0, voice]
                reached = torch.softmax(logits.double(), dim=-1).cumsum(dim=-1)
                thrown = torch.from_numpy(chance.random((len(told), 1))) >= reached
                pattern[:, frame, voice] = thrown.sum(dim=-1).clamp(max=PATTERNS - 1)
        return self._played.frames(pattern.numpy().astype(np.uint8), chance)


def taught(plan: Baseline, rows: Rows, ranks: Mapping[str, list[float]]) -> Autoregressive:
    """Return a baseline that has learnt rows, told what is told of those it is measured on."""
    pattern = torch.from_numpy(framed(rows["velocity"], rows["offset"]).pattern.astype(np.int64))
    told = torch.from_numpy(tasks.plain(rows, ranks))
    chance = np.random.default_rng(plan.seed)
    with torch.random.fork_rng(), _one_thread():
        torch.manual_seed(plan.seed)
        model = Autoregressive(plan).train()
        optimiser = torch.optim.AdamW(model.parameters(), lr=plan.rate, weight_decay=0.01)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, plan.steps)
        for _ in range(plan.steps):
            numbers = torch.from_numpy(chance.integers(len(pattern), size=plan.batch))
            logits = model(pattern[numbers], told[numbers])
            optimiser.zero_grad(set_to_none=True)
            F.cross_entropy(logits.flatten(0, 2), pattern[numbers].flatten()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            falling.step()
    return model


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: on more, sums come out otherwise by as many as there are."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def learnt(rows: Rows, ranks: Mapping[str, list[float]], beside: Path | None = None) -> dict[str, Learnt]:
    """Return all baselines that are learnt, by name; those that `beside` has learnt already are read from there."""
    played = Played(framed(rows["velocity"], rows["offset"]))
    return {plan.name: Learnt(_known(plan, rows, ranks, beside), played) for plan in baselines()}


def _known(plan: Baseline, rows: Rows, ranks: Mapping[str, list[float]], beside: Path | None) -> Autoregressive:
    if beside is None:
        return taught(plan, rows, ranks)
    place = beside / f"{plan.name}-{_digest(plan, rows)}{checkpoints.SUFFIX}"
    if checkpoints.is_whole(place):
        model = Autoregressive(plan)
        model.load_state_dict(checkpoints.read(place)[0])
        return model
    model = taught(plan, rows, ranks)
    beside.mkdir(parents=True, exist_ok=True)
    checkpoints.write_weights(place, model.state_dict(), {"baseline": asdict(plan)})
    return model


def _digest(plan: Baseline, rows: Rows) -> str:
    """Return the hash of all that decides what is learnt."""
    whole = hashlib.sha256(json.dumps(asdict(plan), sort_keys=True).encode())
    for name in ("velocity", "offset", "style", "tempo", "fill"):
        whole.update(np.ascontiguousarray(rows[name]).tobytes())
    return whole.hexdigest()[:16]
