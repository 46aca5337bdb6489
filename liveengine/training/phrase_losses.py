"""What a phrase model's losses cost: each a number a row, of logits (n, t, 774) and the truth (a Batch by name).

Chord fit and voice leading hear only the places where a note is struck, and of what is said there only the notes;
`tonal` says what they measure and whose idea it was.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from liveengine.generators.codecs import lines
from liveengine.generators.codecs import vocabulary as words
from liveengine.music.pitch import OCTAVE
from liveengine.training import tonal
from liveengine.training.data.phrase_rows import GIVEN

_NOTES = slice(words.FIRST["note_on"], words.FIRST["note_on"] + words.COUNT["note_on"])
_CHORD = int(lines.part(np.arange(lines.TOLD, dtype=np.float32), "chord")[0])
_CLASS = F.one_hot(torch.arange(words.COUNT["note_on"]) % OCTAVE, OCTAVE).float()


def each(said: Tensor, truth: Mapping[str, Tensor]) -> Tensor:
    """Return the nats of each target, (n, t), 0 where it was given."""
    target = truth["target"]
    flat = F.cross_entropy(said.float().flatten(0, 1), target.flatten(), ignore_index=GIVEN, reduction="none")
    return flat.view_as(target)


def surprise(said: Tensor, truth: Mapping[str, Tensor]) -> Tensor:
    """Return nats of a row's tokens: how surprising the line is."""
    return each(said, truth).sum(dim=1)


def chord_fit(said: Tensor, truth: Mapping[str, Tensor]) -> Tensor:
    """Return how many of the notes struck are expected outside their chord."""
    chord = truth["told"][..., _CHORD : _CHORD + OCTAVE]  # (n, t, 12), from the root on
    turn = (torch.arange(OCTAVE) - truth["root"][..., None]) % OCTAVE
    chord = chord.gather(-1, turn) * _struck(truth)[..., None]
    return tonal.chord_fit(classes(said), chord) * chord.any(dim=-1).sum(dim=-1)


def voice_leading(said: Tensor, truth: Mapping[str, Tensor]) -> Tensor:
    """Return how far what is expected to be struck moves from note to note, in semitones, summed."""
    notes = [row[struck] for row, struck in zip(classes(said), _struck(truth), strict=True)]
    moves = [tonal.voice_leading(row[None]) * (len(row) - 1) if len(row) > 1 else torch.zeros(1) for row in notes]
    return torch.cat(moves)


def classes(said: Tensor) -> Tensor:
    """Return how likely each pitch class is where a note is struck, (n, t, 12)."""
    return torch.softmax(said[..., _NOTES].float(), dim=-1) @ _CLASS


def _struck(truth: Mapping[str, Tensor]) -> Tensor:
    target = truth["target"]
    return (target >= _NOTES.start) & (target < _NOTES.stop)
