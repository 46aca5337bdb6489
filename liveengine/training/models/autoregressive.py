"""Small models of drums that read frames in their order and say the next one: what a groove model is measured beside.

A *reader* makes of all frames before, of their places and of what is told a state for each frame; a GRU remembers, a
transformer looks back. A *sayer* makes of the state each voice's pattern, given those of the voices before it in the
same frame, so that a kick knows of no hat but a hat of its kick. Nothing is said of how hits are played.

Sources: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", EMNLP 2014 (GRU); Germain et al.,
"MADE", ICML 2015 (one layer, masked, for all voices).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, PATTERNS, VOICE_COUNT
from liveengine.training.baseline import Baseline

#: What a frame is read as: one of eight for each voice.
CELLS = VOICE_COUNT * PATTERNS


class Remembering(nn.Module):
    """A GRU, (n, frames, width) to the same."""

    def __init__(self, plan: Baseline) -> None:
        super().__init__()
        self.memory = nn.GRU(plan.width, plan.width, plan.layers, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is remembered at each frame."""
        remembered: Tensor = self.memory(x)[0]
        return remembered


class LookingBack(nn.Module):
    """A transformer in which no frame sees a later one, (n, frames, width) to the same."""

    def __init__(self, plan: Baseline) -> None:
        super().__init__()
        if plan.width % plan.heads:
            raise ValueError(f"{plan.name}: width {plan.width} is no multiple of {plan.heads} heads")
        layer = nn.TransformerEncoderLayer(
            plan.width, plan.heads, 4 * plan.width, plan.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, plan.layers, enable_nested_tensor=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is heard at each frame."""
        later = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        heard: Tensor = self.layers(x, mask=later, is_causal=True)
        return heard


READERS: dict[str, Callable[[Baseline], nn.Module]] = {"gru": Remembering, "transformer": LookingBack}


class Autoregressive(nn.Module):
    """Says patterns, (n, frames, 9, 8), of grooves read from their first frame on."""

    earlier: Tensor

    def __init__(self, plan: Baseline) -> None:
        super().__init__()
        width = plan.width
        self.see, self.ask = nn.Linear(CELLS, width), nn.Linear(len(CONDITIONS), width)
        self.place = nn.Parameter(torch.randn(FRAMES, width) * 0.02)
        self.reader, self.drop = READERS[plan.reads](plan), nn.Dropout(plan.dropout)
        self.beside = nn.Linear(CELLS, VOICE_COUNT * width)
        self.say = nn.Parameter(torch.randn(VOICE_COUNT, width, PATTERNS) * width**-0.5)
        self.usual = nn.Parameter(torch.zeros(VOICE_COUNT, PATTERNS))
        before = torch.ones(VOICE_COUNT, VOICE_COUNT).tril(-1)  # of voice (row) the voices (columns) it may know
        masked = before.repeat_interleave(width, 0).repeat_interleave(PATTERNS, 1)
        self.register_buffer("earlier", masked, persistent=False)

    def forward(self, pattern: Tensor, condition: Tensor) -> Tensor:
        """Patterns (n, frames, 9) int64 and conditions (n, 26) to logits (n, frames, 9, 8), each from those before."""
        return self.spoken(self.heard(pattern, condition), pattern)

    def heard(self, pattern: Tensor, condition: Tensor) -> Tensor:
        """Return the state that each frame is said from, (n, frames, width); its own pattern has no part in it."""
        cells = _cells(pattern)
        past = torch.cat([torch.zeros_like(cells[:, :1]), cells[:, :-1]], dim=1)
        x = self.see(past) + self.place[: pattern.shape[1]] + self.ask(condition)[:, None]
        state: Tensor = self.drop(self.reader(x))
        return state

    def spoken(self, state: Tensor, pattern: Tensor) -> Tensor:
        """Return logits (n, frames, 9, 8) of frames, each voice's from the state and the voices before it."""
        beside = F.linear(_cells(pattern), self.beside.weight * self.earlier, self.beside.bias)
        each = F.gelu(state[:, :, None] + beside.unflatten(-1, (VOICE_COUNT, -1)))
        return torch.einsum("nfvw,vwp->nfvp", each, self.say) + self.usual


def _cells(pattern: Tensor) -> Tensor:
    """Return patterns (n, frames, 9) as one of eight each, flat, (n, frames, 72)."""
    return F.one_hot(pattern, PATTERNS).flatten(2).float()
