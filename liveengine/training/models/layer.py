"""One layer of a groove model: frames hear each other, then each thinks by itself; normalised before, added after."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from liveengine.training.config import Size

#: The score of what is not heard.
NEVER = -1e9


class Layer(nn.Module):
    """Attention over frames, (n, 32, width) to the same; or of one frame, with a cache of keys and values."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        self.heads, self.size = size.heads, width // size.heads
        self.before_attention, self.before_each = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.each = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(size.dropout)

    def forward(self, x: Tensor, unheard: Tensor | None = None) -> Tensor:
        """Let all frames hear each other, or all but those `unheard` (32, 32) by each."""
        query, key, value = self._three(x).permute(2, 0, 3, 1, 4).unbind(0)
        score = query @ key.transpose(-1, -2) * self.size**-0.5  # (n, heads, 32, 32)
        if unheard is not None:
            score = score.masked_fill(unheard, NEVER)
        return self._told(x, (torch.softmax(score, dim=-1) @ value).transpose(1, 2).flatten(2))

    def step(self, x: Tensor, cache: Tensor, here: Tensor, later: Tensor) -> tuple[Tensor, Tensor]:
        """Return one frame (n, width) that has heard those before, and its keys and values, (n, 2, heads, size).

        `cache` (n, 2, heads, 32, size) has those of frames before; where the frame is, `here`, and which are `later`,
        are told by (32, 1) and (32,). As few operations as can be: on stage each costs a microsecond.
        """
        three = self._three(x)
        query, kept = three[:, 0, :, None], three[:, 1:]
        held = torch.where(here, kept[..., None, :], cache)
        score = (query @ held[:, 0].transpose(-1, -2)) * self.size**-0.5 + later
        return self._told(x, (torch.softmax(score, dim=-1) @ held[:, 1]).flatten(1)), kept

    def _three(self, x: Tensor) -> Tensor:
        """Return queries, keys and values, (…, 3, heads, size)."""
        three: Tensor = self.query_key_value(self.before_attention(x)).unflatten(-1, (3, self.heads, self.size))
        return three

    def _told(self, x: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard, and what follows from it."""
        x = x + self.drop(self.out(heard))
        together: Tensor = x + self.drop(self.each(self.before_each(x)))
        return together
