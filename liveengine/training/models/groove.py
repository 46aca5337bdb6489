"""The groove model: two bars of drums in one pass.

An *encoder* reads a whole groove into a latent of a few numbers. A *decoder* reads the latent, what is asked, and
whatever of the groove it may know, and says of each cell which pattern it is and how each step would be played. What
it may know decides what it does: nothing (a new groove), a stretch (fill in), one voice (answer it), every hit but
not how it is played (humanise). It may do without the latent, too; then cells can be drawn a few at a time.

The latent may have levels (`models/levels.py`); it is one row of numbers all the same.

Sources: Gillick et al., "Learning to Groove with Inverse Sequence Transformations", ICML 2019 (the tasks); Hoogeboom
et al., "Autoregressive Diffusion Models", ICLR 2022 (cells in any order).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, PATTERNS, SUBSTEPS, VIEW, VOICE_COUNT
from liveengine.training.config import Size
from liveengine.training.models.levels import Ascent, Descent

#: Numbers said of a frame: the patterns of each voice, then velocity and offset of each step.
SAID = VOICE_COUNT * (PATTERNS + 2 * SUBSTEPS)


class Said(NamedTuple):
    """What the decoder says: `logits` (n, 32, 9, 8), `velocity` 0-1 and `offset` ±0.5 steps (n, 32, 9, 3)."""

    logits: Tensor
    velocity: Tensor
    offset: Tensor


class Layer(nn.Module):
    """Attention over all frames, then each frame by itself; normalised before, added after."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.before_attention, self.before_each = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.each = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 32, width) to the same."""
        asked = self.query_key_value(self.before_attention(x))
        query, key, value = asked.reshape(-1, FRAMES, 3, self.heads, self.size).permute(2, 0, 3, 1, 4).unbind(0)
        weight = torch.softmax(query @ key.transpose(-1, -2) * self.size**-0.5, dim=-1)  # (n, heads, 32, 32)
        heard = (weight @ value).transpose(1, 2).reshape(-1, FRAMES, self.heads * self.size)
        x = x + self.drop(self.out(heard))
        together: Tensor = x + self.drop(self.each(self.before_each(x)))
        return together


class Decoder(nn.Module):
    """From view, conditions and latent to what is said; what is exported."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        #: False for a model that has learnt without latents: whatever it is told of one, it hears of none.
        self.heeds_latent = True
        self.see, self.place = nn.Linear(VIEW, size.width), nn.Parameter(torch.randn(FRAMES, size.width) * 0.02)
        self.ask = nn.Sequential(
            nn.Linear(len(CONDITIONS) + size.latent, size.width), nn.GELU(), nn.Linear(size.width, size.width)
        )
        self.layers = nn.ModuleList(Layer(size.width, size.heads, size.dropout) for _ in range(size.decoder_layers))
        self.last, self.say = nn.LayerNorm(size.width), nn.Linear(size.width, SAID)
        self.piece = size.latent
        self.descent = Descent(size) if len(size.levels) > 1 else None

    def forward(self, view: Tensor, condition: Tensor, latent: Tensor) -> Said:
        """(n, 32, VIEW), (n, 26), (n, latents) to Said."""
        if not self.heeds_latent:
            place = CONDITIONS.index("latent told")
            none = 0.0 * condition[:, place : place + 1]
            condition = torch.cat([condition[:, :place], none, condition[:, place + 1 :]], dim=-1)
            latent = 0.0 * latent
        asked = torch.cat([condition, latent[:, : self.piece]], dim=-1)
        x = self.see(view) + self.place + self.ask(asked)[:, None]
        if self.descent is not None:
            x = x + self.descent(latent)
        for layer in self.layers:
            x = layer(x)
        said = self.say(self.last(x)).reshape(-1, FRAMES, VOICE_COUNT, PATTERNS + 2 * SUBSTEPS)
        logits, velocity, offset = said.split([PATTERNS, SUBSTEPS, SUBSTEPS], dim=-1)
        return Said(logits, torch.sigmoid(velocity), 0.5 * torch.tanh(offset))


class Encoder(nn.Module):
    """From a whole groove's view to mean and log-variance of its latent."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.see, self.place = nn.Linear(VIEW, size.width), nn.Parameter(torch.randn(FRAMES, size.width) * 0.02)
        self.layers = nn.ModuleList(Layer(size.width, size.heads, size.dropout) for _ in range(size.encoder_layers))
        self.last, self.say = nn.LayerNorm(size.width), nn.Linear(size.width, 2 * size.latent)
        self.ascent = Ascent(size) if len(size.levels) > 1 else None

    def forward(self, view: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 32, VIEW) to twice (n, latents)."""
        x = self.see(view) + self.place
        for layer in self.layers:
            x = layer(x)
        x = self.last(x)
        mean, spread = self.say(x.mean(dim=1)).chunk(2, dim=-1)
        if self.ascent is not None:
            below = self.ascent(x)
            mean, spread = torch.cat([mean, below[0]], dim=-1), torch.cat([spread, below[1]], dim=-1)
        return mean, spread.clamp(-8.0, 4.0)


class GrooveModel(nn.Module):
    """Encoder and decoder of one size."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        if size.width % size.heads:
            raise ValueError(f"width {size.width} is no multiple of {size.heads} heads")
        self.encoder, self.decoder = Encoder(size), Decoder(size)
        #: How many numbers its latent has, on all levels.
        self.latent = size.latents

    @property
    def parameters_count(self) -> int:
        """How many numbers are learnt."""
        return sum(weight.numel() for weight in self.parameters())
