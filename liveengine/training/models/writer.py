"""The half of a groove model that writes: frame after frame, from what was read, and from all frames before.

It is told what was struck in the beat before, two and three beats, a bar and more ago, so that repeating is easily
learnt, and hears of every frame before in what stood for it. Within a frame each voice is said by those before it, too.

`Step` is the same for the stage: one frame, against a cache of keys and values. Sources: Vaswani et al. 2017; Germain
et al., "MADE", ICML 2015 (voices in their order).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liveengine.generators.codecs.frames import CELLS, FRAMES, LAGS, PAST, PATTERNS, VOICE_COUNT
from liveengine.training.config import Size
from liveengine.training.models.layer import NEVER, Layer


class Writer(nn.Module):
    """Says patterns of grooves whose frames stand, each frame's by those before it alone."""

    earlier: Tensor
    later: Tensor

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        self.recall, self.forget = nn.Linear(PAST, width, bias=False), nn.Dropout(size.forget)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.writer_layers))
        self.among = nn.Linear(CELLS, VOICE_COUNT * width)
        self.say = nn.Parameter(torch.randn(VOICE_COUNT, width, PATTERNS) * width**-0.5)
        self.usual = nn.Parameter(torch.zeros(VOICE_COUNT, PATTERNS))
        before = torch.ones(VOICE_COUNT, VOICE_COUNT).tril(-1)  # of voice (row) the voices (columns) it may know
        self.register_buffer("earlier", before.repeat_interleave(width, 0).repeat_interleave(PATTERNS, 1), False)
        self.register_buffer("later", torch.ones(FRAMES, FRAMES, dtype=torch.bool).triu(1), False)

    @property
    def voices(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What the stage says voices by: the parts of `generators.voices.Voices`."""
        told = (self.among.weight * self.earlier).T.unflatten(0, (VOICE_COUNT, PATTERNS))
        told = told.unflatten(-1, (VOICE_COUNT, -1))  # of each voice and pattern to each voice, (9, 8, 9, width)
        silent = told[:, :1]
        each = self.among.bias.unflatten(0, (VOICE_COUNT, -1)) + silent[:, 0].sum(dim=0)
        return told - silent, each, self.say, self.usual

    def forward(self, heard: Tensor, pattern: Tensor) -> Tensor:
        """(n, 32, width) and patterns (n, 32, 9) to logits (n, 32, 9, 8)."""
        cells = F.one_hot(pattern, PATTERNS).flatten(2).float()
        x = heard + self.recall(self.forget(_past(cells)))
        for layer in self.layers:
            x = layer(x, self.later)
        beside = F.linear(cells, self.among.weight * self.earlier, self.among.bias)
        each = F.silu(x[:, :, None] + beside.unflatten(-1, (VOICE_COUNT, -1)))
        return torch.einsum("nfvw,vwp->nfvp", each, self.say) + self.usual


class Step(nn.Module):
    """One frame of a writer: what is exported."""

    unheard: Tensor

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.writer = writer
        later = torch.full((FRAMES, FRAMES), NEVER).triu()  # a frame's own slot of the cache is still empty
        self.register_buffer("unheard", torch.cat([later, torch.zeros(FRAMES, 1)], dim=1), False)

    def forward(self, heard: Tensor, past: Tensor, place: Tensor, cache: Tensor) -> tuple[Tensor, Tensor]:
        """(n, width), (n, PAST), place (1,) and cache (n, layers, 2, heads, size, 32) to what stands for the
        frame, (n, width), and its own keys and values, (n, layers, 2, heads, size, 1).
        """
        x = torch.addmm(heard, past, self.writer.recall.weight.T)
        unheard, kept = self.unheard[place], []
        for number, layer in enumerate(self.writer.layers):
            assert isinstance(layer, Layer)
            x, own = layer.step(x, cache[:, number], unheard)
            kept.append(own)
        return x, torch.stack(kept, dim=1)


def _past(cells: Tensor) -> Tensor:
    """Return what is told of the frames before each, (n, 32, PAST), of patterns as one of eight each, (n, 32, 72)."""
    ago = (torch.cat([torch.zeros_like(cells[:, :lag]), cells[:, :-lag]], dim=1) for lag in LAGS)
    return torch.cat(list(ago), dim=-1)
