"""The groove model: two bars of drums, read in one pass and written frame after frame.

An *encoder* reads a whole groove into a latent of a few numbers. A *decoder* has a *reader*, which reads the latent,
what is asked and whatever of the groove it may know, and says how each step would be played; and a *writer*
(`models/writer.py`), which says which pattern each cell is. What it may know decides what it does: nothing (a new
groove), a stretch (fill in), one voice (answer it), every hit but not how it is played (humanise). It may do without
the latent, too.

The latent may have levels (`models/levels.py`); it is one row of numbers all the same.

Sources: Gillick et al., "Learning to Groove with Inverse Sequence Transformations", ICML 2019 (the tasks); Roberts et
al., "A Hierarchical Latent Vector Model", ICML 2018 (a latent, and a decoder that goes frame by frame).
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from liveengine.generators.codecs.frames import CONDITIONS, FEELS, FRAMES, SUBSTEPS, VIEW, VOICE_COUNT
from liveengine.training.config import Size
from liveengine.training.models.layer import Layer
from liveengine.training.models.levels import Ascent, Descent
from liveengine.training.models.writer import Writer

#: What is felt of a frame: of each voice's velocity and offset, of each step, the quantiles.
FELT = (VOICE_COUNT, 2, SUBSTEPS, len(FEELS))


class Said(NamedTuple):
    """What the decoder says: `logits` (n, 32, 9, 8), `velocity` 0-1 and `offset` ±0.5 steps (n, 32, 9, 3, 5).

    The last two are said by the quantiles FEELS.
    """

    logits: Tensor
    velocity: Tensor
    offset: Tensor


class Reader(nn.Module):
    """From view, conditions and latent to what stands for each frame, and how each step would be played."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        #: False for a model that has learnt without latents: whatever it is told of one, it hears of none.
        self.heeds_latent = True
        self.see, self.place = nn.Linear(VIEW, size.width), nn.Parameter(torch.randn(FRAMES, size.width) * 0.02)
        self.ask = nn.Sequential(
            nn.Linear(len(CONDITIONS) + size.latent, size.width), nn.GELU(), nn.Linear(size.width, size.width)
        )
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.reader_layers))
        self.last, self.feel = nn.LayerNorm(size.width), nn.Linear(size.width, prod(FELT))
        self.piece = size.latent
        self.descent = Descent(size) if len(size.levels) > 1 else None

    def forward(self, view: Tensor, condition: Tensor, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, 32, VIEW), (n, 26), (n, latents) to (n, 32, width), velocity and offset (n, 32, 9, 3, 5)."""
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
        heard = self.last(x)
        velocity, offset = self.feel(heard).unflatten(-1, FELT).unbind(dim=3)
        return heard, torch.sigmoid(velocity), 0.5 * torch.tanh(offset)


class Decoder(nn.Module):
    """From view, conditions and latent to what is said of grooves, frame by frame of those before."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.reader, self.writer = Reader(size), Writer(size)

    def forward(self, view: Tensor, condition: Tensor, latent: Tensor, pattern: Tensor) -> Said:
        """(n, 32, VIEW), (n, 26), (n, latents) and patterns (n, 32, 9) to Said."""
        heard, velocity, offset = self.reader(view, condition, latent)
        return Said(self.writer(heard, pattern), velocity, offset)


class Reading(nn.Module):
    """A decoder's reader, and all that voices are said by: what is exported, beside the writer's `Step`."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, view: Tensor, condition: Tensor, latent: Tensor) -> tuple[Tensor, ...]:
        """(n, 32, VIEW), (n, 26), (n, latents) to the parts of `generators.drawing.Read`, then those of `Voices`."""
        return *self.decoder.reader(view, condition, latent), *self.decoder.writer.voices


class Encoder(nn.Module):
    """From a whole groove's view to mean and log-variance of its latent."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.see, self.place = nn.Linear(VIEW, size.width), nn.Parameter(torch.randn(FRAMES, size.width) * 0.02)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.encoder_layers))
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
        #: How many numbers its latent has, on all levels; what stands for a frame; its writer's keys and values.
        self.latent, self.width, self.cache = size.latents, size.width, size.cache

    @property
    def parameters_count(self) -> int:
        """How many numbers are learnt."""
        return sum(weight.numel() for weight in self.parameters())
