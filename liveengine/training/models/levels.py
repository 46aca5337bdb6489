"""A latent of several levels: one for both bars, one for each bar given that, one for each beat given its bar.

Each level's own numbers are what chance decides once the level above is known: the prior of a bar's latent is a
Gaussian whose mean and spread follow from the piece's, and what is handed to the decoder are distances from that mean
in spreads. So all of them together are expected to be N(0, 1), whoever draws them, and a level's nats are those of its
distances: KL(N(m + s a, s b) || N(m, s)) is KL(N(a, b) || N(0, 1)).

Sources: Roberts et al., "A Hierarchical Latent Vector Model", ICML 2018 (levels of music); Sønderby et al., "Ladder
Variational Autoencoders", NeurIPS 2016 (priors from above); Vahdat & Kautz, "NVAE", NeurIPS 2020 (distances from them).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from liveengine.generators.codecs.frames import FRAMES
from liveengine.training.config import Level, Size

#: Log-spreads of priors stay within this, so that no level goes silent.
SPREAD = 2.0


class Above(nn.Module):
    """The prior of a level's latents, given the level above: standard at the beginning."""

    def __init__(self, above: Level, level: Level, width: int) -> None:
        super().__init__()
        self.repeats = level.parts // above.parts
        last = nn.Linear(width, 2 * level.size)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.expect = nn.Sequential(nn.Linear(above.size, width), nn.GELU(), last)

    def forward(self, above: Tensor, distance: Tensor) -> Tensor:
        """(n, parts above, size) and distances (n, parts, size) to latents (n, parts, size)."""
        mean, spread = self.expect(above).repeat_interleave(self.repeats, dim=1).chunk(2, dim=-1)
        latent: Tensor = mean + distance * (SPREAD * torch.tanh(spread / SPREAD)).exp()
        return latent


class Descent(nn.Module):
    """What the levels below the piece tell the frames that they are of."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.levels = size.levels
        self.above = nn.ModuleList(Above(*both, size.width) for both in pairwise(self.levels))
        self.tell = nn.ModuleList(nn.Linear(level.size, size.width) for level in self.levels[1:])

    def latents(self, distances: Tensor) -> list[Tensor]:
        """Return each level's latents, (n, parts, size), the piece's first, of all distances, (n, size.latents)."""
        parts = distances.split([level.parts * level.size for level in self.levels], dim=-1)
        held = [parts[0][:, None]]
        for level, part, above in zip(self.levels[1:], parts[1:], self.above, strict=True):
            held.append(above(held[-1], part.reshape(-1, level.parts, level.size)))
        return held

    def forward(self, distances: Tensor) -> Tensor:
        """(n, size.latents) to what is added to each frame, (n, 32, width)."""
        told = [tell(latent).repeat_interleave(FRAMES // latent.shape[1], dim=1)
                for tell, latent in zip(self.tell, self.latents(distances)[1:], strict=True)]  # fmt: skip
        return torch.stack(told).sum(dim=0)


class Ascent(nn.Module):
    """Mean and log-variance of the distances of each level below the piece, of the frames that they are of."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.levels = size.levels[1:]
        self.say = nn.ModuleList(nn.Linear(size.width, 2 * level.size) for level in self.levels)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 32, width) to twice (n, size.latents less the piece's)."""
        said = [say(frames.unflatten(1, (level.parts, -1)).mean(dim=2)).chunk(2, dim=-1)
                for say, level in zip(self.say, self.levels, strict=True)]  # fmt: skip
        mean, spread = (torch.cat([each.flatten(1) for each in both], dim=-1) for both in zip(*said, strict=True))
        return mean, spread
