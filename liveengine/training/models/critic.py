"""The critic: is this groove a drummer's, or the model's? It hears at three scales of the drum grid.

The *step*: a few sixteenths, all voices. The *bar*: what a bar makes of them. The *phrase*: both bars together. Each
scale says scores of its own, so that a flam out of place and a form that goes nowhere are told apart. Weights are
normalised by their largest singular value.

Sources: Miyato et al., "Spectral Normalization", ICLR 2018; Wang et al., pix2pixHD, CVPR 2018 (scales, and matching
of features); Mescheder et al., "Which Training Methods for GANs do actually Converge?", ICML 2018 (R1); Larsen et
al., "Autoencoding beyond pixels", ICML 2016 (a critic beside a VAE).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from liveengine.generators.codecs.frames import BARS, FRAMES, SUBSTEPS, VOICE_COUNT

#: What the critic hears of a frame: hits, velocities and offsets of each voice's steps.
HEARD = 3 * VOICE_COUNT * SUBSTEPS


class Heard(NamedTuple):
    """What the critic makes of n grooves: `scores` of each scale, (n, places), and `features`, (n, width, places)."""

    scores: tuple[Tensor, ...]
    features: tuple[Tensor, ...]


def sheet(hits: Tensor, velocity: Tensor, offset: Tensor) -> Tensor:
    """Return what the critic hears, (n, HEARD, 32), of hits, velocity and offset (n, 32, 9, 3)."""
    return torch.cat([hits, velocity * hits, offset * hits], dim=2).flatten(2).transpose(1, 2)


class Critic(nn.Module):
    """Scores of a groove by step, by bar and as a whole."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hear = spectral_norm(nn.Conv1d(HEARD, width, 3))
        self.step = spectral_norm(nn.Conv1d(width, width, 5))
        self.bar = spectral_norm(nn.Conv1d(width, width, FRAMES // BARS // 4, stride=FRAMES // BARS // 4))
        self.phrase = spectral_norm(nn.Linear(width * BARS * 4, width))
        self.say_step, self.say_phrase = spectral_norm(nn.Conv1d(width, 1, 1)), spectral_norm(nn.Linear(width, 1))
        self.say_bar = spectral_norm(nn.Conv1d(width, 1, 4, stride=4))

    def forward(self, sheet: Tensor) -> Heard:
        """(n, HEARD, 32) to scores (n, 32), (n, 2), (n, 1) and the features that they are said of."""
        # Grooves loop: what comes before the first frame is the last.
        near = F.leaky_relu(self.hear(F.pad(sheet, (1, 1), mode="circular")), 0.2)
        step = F.leaky_relu(self.step(F.pad(near, (2, 2), mode="circular")), 0.2)  # (n, width, 32)
        bar = F.leaky_relu(self.bar(step), 0.2)  # (n, width, 8): a beat each
        phrase = F.leaky_relu(self.phrase(bar.flatten(1)), 0.2)  # (n, width)
        scores = self.say_step(step)[:, 0], self.say_bar(bar)[:, 0], self.say_phrase(phrase)
        return Heard(scores, (step, bar, phrase[..., None]))


def real_is_known(real: Heard, made: Heard) -> Tensor:
    """Return the critic's hinge loss of each row, (n,), the mean over scales."""
    parts = [F.relu(1.0 - r).mean(dim=1) + F.relu(1.0 + m).mean(dim=1)
             for r, m in zip(real.scores, made.scores, strict=True)]  # fmt: skip
    return torch.stack(parts).mean(dim=0)


def fooled(real: Heard, made: Heard) -> Tensor:
    """Return how surely the critic knows a groove for the model's.

    (n,), the mean over scales. Source: Lim & Ye, "Geometric GAN", 2017 (the hinge's other side).
    """
    return -torch.stack([score.mean(dim=1) for score in made.scores]).mean(dim=0)


def matched(real: Heard, made: Heard) -> Tensor:
    """Return how far the critic's features of a groove lie from those of the real one that it stands for.

    (n,), the mean over scales. Source: Wang et al., pix2pixHD, CVPR 2018.
    """
    parts = [(r.detach() - m).abs().mean(dim=(1, 2)) for r, m in zip(real.features, made.features, strict=True)]
    return torch.stack(parts).mean(dim=0)


def steepness(scores: tuple[Tensor, ...], sheet: Tensor) -> Tensor:
    """Return the squared slope of the scores at real grooves, (n,), summed over scales (R1)."""
    total = torch.zeros(len(sheet))
    for score in scores:
        (slope,) = torch.autograd.grad(score.mean(dim=1).sum(), sheet, create_graph=True)
        total = total + slope.square().sum(dim=(1, 2))
    return total
