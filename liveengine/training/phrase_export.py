"""From a phrase model's weights to a folder that plays: as `training.export` does it for grooves.

Nothing is written unless onnxruntime says what torch says: within 1e-4 for every number, and, over 64 bars of the
likeliest tokens, the same tokens. Weights of one byte (INT8) are measured, and come along where lines are the same.

Waits for the disk, and measures time: nothing else should run.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch

from liveengine.generators import models
from liveengine.generators.codecs import lines
from liveengine.generators.codecs.windows import NOTHING, Known
from liveengine.generators.hearing import Memory
from liveengine.generators.phrase import Phraser, limits_of, told_of
from liveengine.generators.speaking import Asked, Heard, Say, likeliest, nothing, spoken
from liveengine.training import checkpoints
from liveengine.training.asking import opened
from liveengine.training.benchmark import cost, timed
from liveengine.training.cards import Card
from liveengine.training.config import from_told
from liveengine.training.evaluation.phrase_battery import REGISTERS, controls
from liveengine.training.export import APART_MAX, names, shipped, size_of, write_folder, write_int8, write_vocabulary
from liveengine.training.models.phrase import PhraseModel, Step

#: A phrase model's networks, in the files that are written.
NETWORKS = (models.WEIGHTS,)

#: So many lines of two bars are said by both, and so many for a benchmark.
LINES = 32
BENCHMARK = 60


def load_model(place: Path) -> tuple[PhraseModel, dict[str, Any]]:
    """Return a trained model, ready to be asked, and what is told of it. Raises ValueError, OSError."""
    held, told = checkpoints.read(place)
    model = PhraseModel(from_told(told["config"], str(place)).phrase)
    model.load_state_dict(held)
    return model.eval(), told


def asked_of(model: PhraseModel) -> Say:
    """Return what asks a torch model as the stage asks an exported one."""
    step = Step(model).eval()

    def say(asked: Asked) -> Heard:
        with torch.no_grad():
            return Heard(*(array.numpy() for array in step(*map(torch.from_numpy, asked))))

    return say


def session(place: Path) -> Say:
    """Return what asks an ONNX file, on one thread as on stage."""
    run = opened(place).run

    def say(asked: Asked) -> Heard:
        return Heard(*run(Heard._fields, asked._asdict()))

    return say


def write_onnx(model: PhraseModel, place: Path) -> None:
    """Write one step as ONNX, of fixed shapes."""
    inputs = tuple(map(torch.from_numpy, nothing(model.size.memory)))
    made = torch.onnx.export(
        Step(model).eval(),
        inputs,
        input_names=list(Asked._fields),
        output_names=list(Heard._fields),
        dynamo=True,
        verbose=False,
    )
    assert made is not None
    made.save(str(place), external_data=False)


def player(say: Say, memory: Memory, ranks: Mapping[str, Sequence[float]], known: Known = NOTHING) -> Phraser:
    """Return a Proposer over what asks a model."""
    return Phraser("measured", lambda bars: say, memory, ranks, known)


def agreement(one: Say, other: Say, memory: Memory, ranks: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Let both say the likeliest: how far their numbers are apart at most, and how many lines differ."""
    apart, differ, said = 0.0, 0, 0
    for number in range(LINES):
        heard: list[list[np.ndarray[Any, Any]]] = [[], []]
        texts = [
            _likeliest(_overheard(say, kept), number, memory, ranks)
            for say, kept in zip((one, other), heard, strict=True)
        ]
        differ += texts[0] != texts[1]
        said += len(texts[0])
        apart = max(apart, *(float(np.abs(a - b).max()) for a, b in zip(*heard, strict=False)))
    return {"apart": apart, "lines_otherwise": differ, "lines": LINES, "bars": 2 * LINES, "tokens": said}


def _overheard(say: Say, kept: list[Any]) -> Say:
    def listening(asked: Asked) -> Heard:
        heard = say(asked)
        kept.append(heard.logits)
        return heard

    return listening


def _likeliest(say: Say, number: int, memory: Memory, ranks: Mapping[str, Sequence[float]]) -> list[int]:
    role = list(REGISTERS)[number % len(REGISTERS)]
    asked = controls(role, number, (number % 7) / 6)
    share = player(say, memory, ranks).share(asked)
    return spoken(say, memory, told_of(asked, 0, share), limits_of(asked, share), asked.bars, likeliest)


def speed(say: Say, memory: Memory, ranks: Mapping[str, Sequence[float]], known: Known) -> dict[str, float]:
    """Return tokens a second and milliseconds a bar, of the clock and of the core's own time (cpu)."""
    tokens = 0

    def counting(asked: Asked) -> Heard:
        nonlocal tokens
        tokens += 1
        return say(asked)

    play = player(counting, memory, ranks, known)
    asked = (controls(list(REGISTERS)[number % len(REGISTERS)], number) for number in range(BENCHMARK))
    took = timed(partial(play, None, frozenset(), each, number) for number, each in enumerate(asked))
    return {
        "tokens_a_second": round(tokens / sum(took.clock_s)),
        "cpu_tokens_a_second": round(tokens / sum(took.core_s)),
        **took.milliseconds(share=0.5, before="bar_"),
    }


def export(weights: Path, home: Path, about: Mapping[str, Any], known: Known) -> Path:
    """Write a model's folder below `home` and return it; `about` goes into its card as it is.

    `known` are the windows that it learnt from, which lie beside it.

    Raises ValueError where torch and ONNX do not agree: then nothing is written.
    """
    model, told = load_model(weights)
    memory, ranks = model.size.memory, told["ranks"]
    held = BytesIO()
    np.save(held, known, allow_pickle=False)
    words = lines.vocabulary(ranks, memory, hashlib.sha256(held.getvalue()).hexdigest())
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(beside)
        write_vocabulary(folder, words)
        (folder / models.KNOWN).write_bytes(held.getvalue())
        write_onnx(model, folder / models.WEIGHTS)
        asked = asked_of(model)
        apart = agreement(asked, session(folder / models.WEIGHTS), memory, ranks)
        if apart["apart"] > APART_MAX or apart["lines_otherwise"]:
            raise ValueError(
                f"{weights}: ONNX is {apart['apart']:.1e} from torch and says {apart['lines_otherwise']} lines "
                "otherwise; not written"
            )
        write_int8(folder, NETWORKS)
        files: dict[str, dict[str, float]] = {}
        for name, network in (("fp32", models.WEIGHTS), ("int8", models.in_int8(models.WEIGHTS))):
            say = session(folder / network)
            files[name] = {"bytes": size_of(folder, [network]), **speed(say, memory, ranks, known)}
            files[name]["lines_otherwise"] = agreement(asked, say, memory, ranks)["lines_otherwise"]
        files["fp32"] |= cost(folder)
        weights_of = shipped(folder, NETWORKS, files["int8"]["lines_otherwise"] / LINES)
    card = Card(
        name=told["config"]["name"],
        config=told["config"],
        step=told["step"],
        parameters=model.parameters_count,
        about={**about, "shipped": names(weights_of), "known": len(known), "known_bytes": len(held.getvalue())},
        parity=apart,
        files=files,
    )
    return write_folder(home, card, {**weights_of, models.KNOWN: held.getvalue()}, words)
