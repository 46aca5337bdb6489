"""From weights to a folder that plays: ONNX of fixed shapes, the vocabulary, and a card that says what it is.

Nothing is written unless onnxruntime says what torch says: within 1e-4 for every number, and, over 64 grooves drawn
frame by frame, the same hit in every cell. Weights of one byte (INT8) are measured for the card, and come along where
they say nearly the same: the stage then takes whichever answers sooner (`runtime/precision.py`).

Waits for the disk, and measures time: nothing else should run.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.formats import disk
from liveengine.generators import models
from liveengine.generators.codecs.frames import (
    CONDITIONS,
    FRAMES,
    PAST,
    PATTERNS,
    VIEW,
    VOICE_COUNT,
    Floats,
    Past,
    vocabulary,
)
from liveengine.generators.drawing import Drummer, Read, Writing, Written, drawn
from liveengine.generators.voices import Patterns, Voices
from liveengine.training import checkpoints
from liveengine.training.asking import Torch, onnx
from liveengine.training.benchmark import cost, timed
from liveengine.training.cards import Card, as_markdown
from liveengine.training.config import from_told
from liveengine.training.models.groove import GrooveModel, Reading
from liveengine.training.models.writer import Step

#: A groove model's networks, in the files that are written.
NETWORKS = (models.WEIGHTS, models.WRITER)

#: The most that torch and onnxruntime may differ by, and over how many grooves no cell may differ.
APART_MAX = 1e-4
GROOVES = 64

#: INT8 comes along where no larger share of what is compared, cells or lines, is otherwise.
OTHERWISE_MAX = 0.001

#: How many bars a benchmark makes.
BARS = 300


def load_model(place: Path) -> tuple[GrooveModel, dict[str, Any]]:
    """Return a trained model, ready to be asked, and what is told of it. Raises ValueError, OSError."""
    held, told = checkpoints.read(place)
    config = from_told(told["config"], str(place))
    model = GrooveModel(config.size)
    model.decoder.reader.heeds_latent = config.mode != "transformer"
    model.load_state_dict(held)
    return model.eval(), told


def write_onnx(model: GrooveModel, folder: Path) -> None:
    """Write reader and writer as ONNX, for one groove at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    groove = torch.zeros(1, FRAMES, VIEW), torch.zeros(1, len(CONDITIONS)), torch.zeros(1, model.latent)
    frame = torch.zeros(1, model.width), torch.zeros(1, PAST), torch.zeros(1, dtype=torch.int64)
    halves = (
        (
            models.WEIGHTS,
            Reading(model.decoder),
            groove,
            ("view", "condition", "latent"),
            Read._fields + Voices._fields,
        ),
        (
            models.WRITER,
            Step(model.decoder.writer),
            (*frame, torch.zeros(1, *model.cache)),
            ("heard", "past", "place", "cache"),
            Written._fields,
        ),
    )
    for name, half, inputs, told, said in halves:
        made = torch.onnx.export(
            half.eval(), inputs, input_names=list(told), output_names=list(said), dynamo=True, verbose=False
        )
        assert made is not None
        made.save(str(folder / name), external_data=False)


def write_int8(folder: Path, networks: Sequence[str]) -> None:
    """Write a folder's networks with weights of one byte beside them, and whose weights they are."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    for name in networks:
        full, place = folder / name, folder / models.in_int8(name)
        model = onnx.load(full)
        # Shapes that the exporter noted of weights it turned round since; the quantiser finds the right ones itself.
        del model.graph.value_info[:]
        quantize_dynamic(model, place, weight_type=QuantType.QInt8)
        made = onnx.load(place)
        onnx.helper.set_model_props(made, {models.MADE_OF: hashlib.sha256(full.read_bytes()).hexdigest()})
        onnx.save(made, place)


def questions(latent: int, count: int = GROOVES, seed: int = 5) -> tuple[Floats, Floats]:
    """Return conditions (count, 26) and latents (count, latent) that between them ask for much."""
    from liveengine.generators.codecs.frames import condition
    from liveengine.generators.codecs.vocabulary import STYLES

    chance = np.random.default_rng(seed)
    rows = [
        condition({"density": chance.random(), "tempo": chance.random()}, STYLES[number % len(STYLES)], latent=True)
        for number in range(count)
    ]
    return np.stack(rows), chance.standard_normal((count, latent)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two ways of asking one model are apart: at most, and in how many cells of grooves drawn."""

    apart: float
    cells: int


def agreement(one: Drummer, other: Drummer, latent: int) -> Agreement:
    """Ask both the same, number by number and groove by groove."""
    conditions, latents = questions(latent)
    chance = np.random.default_rng(6)
    apart, cells = 0.0, 0
    for number in range(len(conditions)):
        asked = conditions[number : number + 1], latents[number : number + 1]
        view = (chance.random((1, FRAMES, VIEW)) < 0.2).astype(np.float32)
        pattern = chance.integers(PATTERNS, size=(1, FRAMES, VOICE_COUNT), dtype=np.uint8)
        said = [_numbers(model, view, *asked, pattern) for model in (one, other)]
        apart = max(apart, *(float(np.abs(a - b).max()) for a, b in zip(*said, strict=True)))
        grooves = [drawn(model, *asked, np.random.Generator(np.random.PCG64(number))) for model in (one, other)]
        cells += int((grooves[0].pattern != grooves[1].pattern).sum())
    return Agreement(apart, cells)


def _numbers(
    model: Drummer, view: Floats, condition: Floats, latent: Floats, pattern: Patterns
) -> Iterator[NDArray[np.floating]]:
    """Yield all that a model says of a view, and of these patterns frame by frame."""
    yield from (*model.voices, *model.read(view, condition, latent))
    writing = Writing(model, view, condition, latent)
    before = Past(len(pattern))
    for place in range(FRAMES):
        yield writing.frame(before.told(place), place)
        before.take(pattern[:, place], place)


def speed(model: Drummer, latent: int) -> dict[str, float]:
    """Return milliseconds to make one bar, half of what two take, of 300: of the clock, and of the core's own time."""
    conditions, latents = questions(latent)

    def draw(number: int) -> None:
        row = slice(number % GROOVES, number % GROOVES + 1)
        drawn(model, conditions[row], latents[row], np.random.Generator(np.random.PCG64(number)))

    return timed(partial(draw, number) for number in range(BARS)).milliseconds(share=0.5)


def export(weights: Path, home: Path, about: Mapping[str, Any]) -> Path:
    """Write a model's folder below `home` and return it; `about` goes into its card as it is.

    Raises ValueError where torch and ONNX do not agree, or the latent is not of N(0, 1): then nothing is written.
    """
    model, told = load_model(weights)
    if told.get("prior"):
        raise ValueError(f"{weights}: its latent is of a mixture, and the stage draws from N(0, 1); not written")
    latent, cache = model.latent, model.cache
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(beside)
        write_onnx(model, folder)
        asked, written = Torch(model), onnx(folder, cache, latent)
        apart = agreement(asked, written, latent)
        if apart.apart > APART_MAX or apart.cells:
            raise ValueError(
                f"{weights}: ONNX is {apart.apart:.1e} from torch and draws {apart.cells} cells otherwise; not written"
            )
        write_int8(folder, NETWORKS)
        small = onnx(folder, cache, latent, models.in_int8)
        otherwise = agreement(asked, small, latent).cells
        files = shipped(folder, NETWORKS, otherwise / (GROOVES * FRAMES * VOICE_COUNT))
        words = vocabulary(told["ranks"], latent, cache)
        write_vocabulary(folder, words)
        card = Card(
            name=told["config"]["name"],
            config=told["config"],
            step=told["step"],
            parameters=model.parameters_count,
            about={**about, "shipped": names(files)},
            parity={"apart": apart.apart, "cells": apart.cells, "grooves": GROOVES},
            files={
                "fp32": {"bytes": size_of(folder, NETWORKS), **speed(written, latent), **cost(folder)},
                "int8": {
                    "bytes": size_of(folder, map(models.in_int8, NETWORKS)),
                    **speed(small, latent),
                    "cells_otherwise": otherwise,
                },
            },
        )
    return write_folder(home, card, files, words)


def shipped(folder: Path, networks: Sequence[str], otherwise: float) -> dict[str, bytes]:
    """Return what comes along of FP32 and INT8, by name, where so large a share of what INT8 says is otherwise."""
    small = map(models.in_int8, networks) if otherwise <= OTHERWISE_MAX else ()
    return {name: (folder / name).read_bytes() for name in (*networks, *small)}


def size_of(folder: Path, names: Iterable[str]) -> int:
    """Return the bytes of files."""
    return sum((folder / name).stat().st_size for name in names)


def names(files: Mapping[str, bytes]) -> str:
    """Return which precisions files are of, for a card."""
    return "fp32 and int8" if models.in_int8(models.WEIGHTS) in files else "fp32"


def write_folder(home: Path, card: Card, files: Mapping[str, bytes], words: Mapping[str, Any]) -> Path:
    """Write a model's files, its card and its vocabulary below `home` and return the folder."""
    folder = home / card.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.onnx"):  # of an export before
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        disk.write_whole(folder / name, data)
    disk.write_whole(folder / "card.json", as_json(card.told()))
    disk.write_whole(folder / "card.md", as_markdown(card).encode())
    write_vocabulary(folder, words)  # Last: a folder with it is whole.
    return folder


def write_vocabulary(folder: Path, words: Mapping[str, Any]) -> None:
    """Write what a model's numbers mean."""
    disk.write_whole(folder / models.VOCABULARY, as_json(words))


def as_json(told: Mapping[str, Any]) -> bytes:
    """Return what is told as a file of JSON."""
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()
