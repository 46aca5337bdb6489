"""From weights to a folder that plays: ONNX of fixed shapes, the vocabulary, and a card that says what it is.

Nothing is written unless onnxruntime says what torch says: within 1e-4 for every number, and, over 64 grooves drawn
cell by cell, the same hit in every cell. Weights of one byte (INT8) are measured for the card, and come along where
they say nearly the same: the stage then takes whichever answers sooner (`runtime/precision.py`).

Waits for the disk, and measures time: nothing else should run.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from liveengine.formats import disk
from liveengine.generators import models
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VIEW, VOICE_COUNT, Floats, vocabulary
from liveengine.generators.drawing import Said, Say, drawn
from liveengine.training import checkpoints
from liveengine.training.benchmark import cost, timed
from liveengine.training.cards import Card, as_markdown
from liveengine.training.config import from_told
from liveengine.training.models.groove import GrooveModel

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
    model.decoder.heeds_latent = config.mode != "transformer"
    model.load_state_dict(held)
    return model.eval(), told


def asked_of(model: GrooveModel) -> Say:
    """Return what asks a torch model as the stage asks an exported one."""

    def say(*inputs: Floats) -> Said:
        with torch.no_grad():
            return Said(*(array.numpy() for array in model.decoder(*map(torch.from_numpy, inputs))))

    return say


def opened(place: Path) -> Any:
    """Open an ONNX file on one thread, as on stage."""
    import onnxruntime as runtime

    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(str(place), options, providers=["CPUExecutionProvider"])


def session(place: Path) -> Say:
    """Return what asks an ONNX file, on one thread as on stage."""
    run = opened(place).run

    def say(view: Floats, condition: Floats, latent: Floats) -> Said:
        return Said(*run(Said._fields, {"view": view, "condition": condition, "latent": latent}))

    return say


def write_onnx(model: GrooveModel, place: Path) -> None:
    """Write the decoder as ONNX, for one groove at a time."""
    inputs = (torch.zeros(1, FRAMES, VIEW), torch.zeros(1, len(CONDITIONS)), torch.zeros(1, model.latent))
    names = ["view", "condition", "latent"]
    made = torch.onnx.export(
        model.decoder, inputs, input_names=names, output_names=list(Said._fields), dynamo=True, verbose=False
    )
    assert made is not None
    made.save(str(place), external_data=False)


def write_int8(full: Path, place: Path) -> None:
    """Write the same with weights of one byte, and whose weights they are."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

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


def agreement(one: Say, other: Say, latent: int) -> Agreement:
    """Ask both the same, number by number and groove by groove."""
    conditions, latents = questions(latent)
    chance = np.random.default_rng(6)
    apart, cells = 0.0, 0
    for number in range(len(conditions)):
        asked = conditions[number : number + 1], latents[number : number + 1]
        view = (chance.random((1, FRAMES, VIEW)) < 0.2).astype(np.float32)
        said = zip(one(view, *asked), other(view, *asked), strict=True)
        apart = max(apart, *(float(np.abs(a - b).max()) for a, b in said))
        grooves = [drawn(say, *asked, np.random.Generator(np.random.PCG64(number))) for say in (one, other)]
        cells += int((grooves[0].pattern != grooves[1].pattern).sum())
    return Agreement(apart, cells)


def speed(say: Say, latent: int) -> dict[str, float]:
    """Return milliseconds to make one bar, half of what two take, of 300: of the clock, and of the core's own time."""
    conditions, latents = questions(latent)

    def draw(number: int) -> None:
        row = slice(number % GROOVES, number % GROOVES + 1)
        drawn(say, conditions[row], latents[row], np.random.Generator(np.random.PCG64(number)))

    return timed(partial(draw, number) for number in range(BARS)).milliseconds(share=0.5)


def export(weights: Path, home: Path, about: Mapping[str, Any]) -> Path:
    """Write a model's folder below `home` and return it; `about` goes into its card as it is.

    Raises ValueError where torch and ONNX do not agree, or the latent is not of N(0, 1): then nothing is written.
    """
    model, told = load_model(weights)
    if told.get("prior"):
        raise ValueError(f"{weights}: its latent is of a mixture, and the stage draws from N(0, 1); not written")
    latent = model.latent
    with tempfile.TemporaryDirectory() as beside:
        full, small = Path(beside) / models.WEIGHTS, Path(beside) / models.INT8_WEIGHTS
        write_onnx(model, full)
        asked = asked_of(model)
        apart = agreement(asked, session(full), latent)
        if apart.apart > APART_MAX or apart.cells:
            raise ValueError(
                f"{weights}: ONNX is {apart.apart:.1e} from torch and draws {apart.cells} cells otherwise; not written"
            )
        write_int8(full, small)
        otherwise = agreement(asked, session(small), latent).cells
        files = shipped(full, small, otherwise / (GROOVES * FRAMES * VOICE_COUNT))
        words = vocabulary(told["ranks"], latent)
        write_vocabulary(Path(beside), words)
        card = Card(
            name=told["config"]["name"],
            config=told["config"],
            step=told["step"],
            parameters=model.parameters_count,
            about={**about, "shipped": names(files)},
            parity={"apart": apart.apart, "cells": apart.cells, "grooves": GROOVES},
            files={
                "fp32": {"bytes": full.stat().st_size, **speed(session(full), latent), **cost(Path(beside))},
                "int8": {
                    "bytes": small.stat().st_size,
                    **speed(session(small), latent),
                    "cells_otherwise": otherwise,
                },
            },
        )
    return write_folder(home, card, files, words)


def shipped(full: Path, small: Path, otherwise: float) -> dict[str, bytes]:
    """Return what comes along of FP32 and INT8, by name, where so large a share of what INT8 says is otherwise."""
    files = {models.WEIGHTS: full.read_bytes()}
    if otherwise <= OTHERWISE_MAX:
        files[models.INT8_WEIGHTS] = small.read_bytes()
    return files


def names(files: Mapping[str, bytes]) -> str:
    """Return which precisions files are of, for a card."""
    return "fp32 and int8" if models.INT8_WEIGHTS in files else "fp32"


def write_folder(home: Path, card: Card, files: Mapping[str, bytes], words: Mapping[str, Any]) -> Path:
    """Write a model's files, its card and its vocabulary below `home` and return the folder."""
    folder = home / card.name
    folder.mkdir(parents=True, exist_ok=True)
    if models.INT8_WEIGHTS not in files:
        (folder / models.INT8_WEIGHTS).unlink(missing_ok=True)  # of an export before
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
