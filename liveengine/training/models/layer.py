"""Layers of attention: all hear each other, then each thinks by itself; normalised before, added after."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from liveengine.training.config import Size

#: The score of what is not heard.
NEVER = -1e9


class Block(nn.Module):
    """What a layer is made of; who hears whom is the layer's own."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.before_attention, self.before_each = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.each = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(dropout)

    def three(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of (n, length, width), (n, heads, length, size) each."""
        three = self.query_key_value(self.before_attention(x)).unflatten(-1, (3, self.heads, self.size))
        query, key, value = three.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def thought(self, x: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard, (…, width), and what follows from it."""
        x = x + self.drop(self.out(heard))
        together: Tensor = x + self.drop(self.each(self.before_each(x)))
        return together


class Layer(Block):
    """Attention over frames, (n, 32, width) to the same; or of one frame, with a cache of keys and values."""

    def __init__(self, size: Size) -> None:
        super().__init__(size.width, size.heads, size.dropout)

    def forward(self, x: Tensor, unheard: Tensor | None = None) -> Tensor:
        """Let all frames hear each other, or all but those `unheard` (32, 32) by each."""
        query, key, value = self.three(x)
        score = query @ key.transpose(-1, -2) * self.size**-0.5  # (n, heads, 32, 32)
        if unheard is not None:
            score = score.masked_fill(unheard, NEVER)
        return self.thought(x, (torch.softmax(score, dim=-1) @ value).transpose(1, 2).flatten(2))

    def step(self, x: Tensor, cache: Tensor, unheard: Tensor) -> tuple[Tensor, Tensor]:
        """Return one frame (n, width) that has heard those before, and its keys and values, (n, 2, heads, size, 1).

        `cache` (n, 2, heads, size, 32) has those of frames before. Of these and of the frame's own, which come last,
        `unheard` (1, 33) says by NEVER which do not stand yet. Frames are last so that nothing has to be turned round:
        on stage every operation costs a microsecond, whatever it does.
        """
        three = self.query_key_value(self.before_attention(x)).unflatten(-1, (3, self.heads, self.size, 1))
        query, own = three.split((1, 2), dim=1)
        keys, values = torch.cat([cache, own], dim=-1).split(1, dim=1)
        score = query.transpose(-1, -2) @ keys * self.size**-0.5 + unheard  # (n, 1, heads, 1, 33)
        return self.thought(x, (torch.softmax(score, dim=-1) @ values.transpose(-1, -2)).flatten(1)), own
