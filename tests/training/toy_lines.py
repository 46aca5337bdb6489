"""Lines to learn from, made by rules of thumb: a bass on the root, chords in half notes, a lead up and down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from liveengine.generators import features
from liveengine.generators.codecs import events
from liveengine.generators.codecs import vocabulary as words
from liveengine.training.config import Config, PhraseSize, Schedule, Watch
from liveengine.training.data.phrase_rows import PhraseRows
from liveengine.training.data.phrases import FIELDS, WINDOW_BARS
from liveengine.training.data.roles import ROLES
from liveengine.training.data.shards import ShardWriter

BAR = 4 * words.STEPS_PER_BEAT
BARS = 4

#: For each role, its family, and (step, semitones above the root, gate) of a bar.
PATTERNS = {
    "bass": ("bass", [(step, 0, 20) for step in range(0, BAR, 24)]),
    "chords": ("guitar", [(step, tone, 90) for step in (0, 96) for tone in (12, 16, 19)]),
    "lead": ("synth lead", [(48 * beat, 24 + tone, 40) for beat, tone in enumerate((0, 4, 7, 4))]),
}


def row(role: str, number: int) -> dict[str, Any]:
    """Return a row of `phrases`: four bars over two chords in turn."""
    family, pattern = PATTERNS[role]
    roots = [(number * 5 + 7 * (bar % 2)) % 12 for bar in range(BARS)]
    tones = [
        events.Tone(bar * BAR + step, words.FAMILIES.index(family), 36 + root + up, gate, 20)
        for bar, root in enumerate(roots)
        for step, up, gate in pattern
    ]
    density = len({step for step, _, _ in pattern}) / 16
    chords = np.zeros((WINDOW_BARS, 4, 3), np.int8)
    chords[:BARS, :, 0] = chords[:BARS, :, 2] = np.array(roots)[:, None]
    measured = np.zeros((WINDOW_BARS, features.COUNT), np.float32)
    measured[:BARS, features.NAMES.index("density")] = density
    return {
        "tokens": events.encode(events.Phrase.of([events.Measure()] * BARS, tones)),
        "bars": BARS,
        "chords": chords,
        "features": measured,
        "others": measured * 0.5,
        "section": np.zeros(WINDOW_BARS, np.int8),
        "role": ROLES.index(role),
        "tonic": roots[0],
        "minor": False,
        "metre": 0,
        "style": words.STYLES.index("rock"),
        "performer": 0,
        "piece": number,
        "bar": 0,
        "tempo": 120.0,
    }


def prepared(folder: Path, count: int = 12, **about: Any) -> Path:
    """Write a prepared collection of lines, all splits alike, and return where collections are."""
    told = {"source": "made", "licence": "none", "attribution": "Nobody", "vocabulary": words.HASH, **about}
    for split in ("train", "validation", "test"):
        with ShardWriter(folder / "made" / split, FIELDS, told) as shards:
            for number in range(count):
                shards.add(row(list(PATTERNS)[number % 3], number))
    return folder


def rows(folder: Path) -> PhraseRows:
    """Return the rows of `prepared`."""
    return PhraseRows([folder / "made" / "train"], toy().phrase.context)


def toy_with(**changes: Any) -> Config:
    """Return the config of a run of seconds with other keys of its own."""
    return replace(toy(), **changes)


def toy(**changes: Any) -> Config:
    """Return the config of a run of seconds; `changes` are of its size."""
    return Config(
        "toy",
        family="phrase",
        data="made",
        phrase=PhraseSize(**{"width": 16, "heads": 2, "layers": 1, "context": 64, "dropout": 0.0, **changes}),
        schedule=Schedule(steps=60, batch=4, rate=2e-2, warm_up=5),
        watch=Watch(every=30, patience=100, measures=("bits_per_note",)),
        losses={"surprise": 1.0},
    )
