"""What a groove model's losses cost: each a number a row, of what is said and the truth (a Batch's tensors by name).

Nats, or squares that count as such. `objectives` has all by name.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from liveengine.generators.codecs.frames import FEELS

if TYPE_CHECKING:  # a model's size stands in the config, which knows the losses by name
    from liveengine.training.models.groove import Said


def hits(said: Said, truth: Mapping[str, Tensor]) -> Tensor:
    """Return nats of the hidden cells' patterns: how surprising the groove is."""
    surprise = F.cross_entropy(said.logits.float().flatten(0, 2), truth["pattern"].flatten(), reduction="none")
    return (surprise.view_as(truth["hits_hidden"]) * truth["hits_hidden"]).sum(dim=(1, 2))


def velocity(said: Said, truth: Mapping[str, Tensor]) -> Tensor:
    """Return how far quantiles of velocity are off, summed over the hits whose feel is hidden; 1 is the whole range."""
    return _away(said.velocity, truth["velocity"], truth)


def offset(said: Said, truth: Mapping[str, Tensor]) -> Tensor:
    """Return how far quantiles of offset are off, in steps, summed over the hits whose feel is hidden."""
    return _away(said.offset, truth["offset"], truth)


def _away(said: Tensor, true: Tensor, truth: Mapping[str, Tensor]) -> Tensor:
    """Return twice the pinball loss in the mean over FEELS: of the median alone it is how far that is off.

    Source: Koenker & Bassett, "Regression quantiles", Econometrica 1978.
    """
    apart, below = true[..., None] - said.float(), said.new_tensor(FEELS, dtype=torch.float32)
    away = 2.0 * torch.maximum(below * apart, (below - 1.0) * apart).mean(dim=-1)
    return (away * truth["hits"] * truth["feel_hidden"][..., None]).sum(dim=(1, 2, 3))


def autocorrelation(density: Tensor) -> Tensor:
    """Return how alike a density around the loop, (n, frames), is to itself later, (n, frames // 2), from lag 1 on.

    1: the same; 0: chance, or a density that is everywhere the same.
    """
    away = density - density.mean(dim=1, keepdim=True)
    frames = density.shape[1]
    energy = away.square().sum(dim=1).clamp(min=1e-6)
    return torch.stack([(away * away.roll(-lag, 1)).sum(dim=1) / energy for lag in range(1, frames // 2 + 1)], dim=1)


def regularity(said: Said, truth: Mapping[str, Tensor]) -> Tensor:
    """Return how far the rhythm's pulse is off: squared differences of autocorrelations, summed over lags.

    A frame's density is how many voices are expected to strike in it; where cells are known, how many do.
    Source: Brown, "Determination of the meter of musical scores by autocorrelation", JASA 1993 (the measure).
    """
    struck = 1.0 - torch.softmax(said.logits.float(), dim=-1)[..., 0]  # pattern 0 strikes nothing
    real = (truth["pattern"] > 0).float()
    expected = torch.lerp(real, struck, truth["hits_hidden"])
    away = autocorrelation(expected.sum(dim=2)) - autocorrelation(real.sum(dim=2))
    return away.square().sum(dim=1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(N(mean, variance) || N(0, 1)) of each dimension in nats, (n, latent)."""
    return 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance)


def beyond_free(nats: Tensor, free: float) -> Tensor:
    """Return what of (n, latent) nats, in the mean over rows, lies beyond `free` a dimension; one number.

    Source: Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014; Kingma et al., "Improved Variational
    Inference with Inverse Autoregressive Flow", NeurIPS 2016 (free nats).
    """
    return torch.clamp(nats.mean(dim=0), min=free).sum()
