"""A prior of several hills: what a latent is expected to be, as a mixture of Gaussians that is learnt with the model.

Its divergence has no closed form; it is estimated from draws, without bias.

Sources: Jiang et al., "Variational Deep Embedding", IJCAI 2017; Tomczak & Welling, "VAE with a VampPrior", AISTATS
2018.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

#: Log-variances of the hills stay within this, so that none becomes a point.
SPREAD = (-4.0, 4.0)

_LOG_TAU = math.log(2.0 * math.pi)


def log_normal(at: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the log-density of N(mean, variance) at a place, summed over the last axis."""
    return -0.5 * (_LOG_TAU + log_variance + (at - mean).square() / log_variance.exp()).sum(dim=-1)


class Mixture(nn.Module):
    """`components` Gaussians in `latent` dimensions, each of its own mean, spread and share."""

    def __init__(self, components: int, latent: int) -> None:
        super().__init__()
        # Apart from each other, or all would learn the same; one alone begins as the usual prior.
        apart = torch.randn(components, latent) if components > 1 else torch.zeros(1, latent)
        self.mean = nn.Parameter(0.5 * apart)
        self.log_variance = nn.Parameter(torch.zeros(components, latent))
        self.share = nn.Parameter(torch.zeros(components))

    def log_density(self, at: Tensor) -> Tensor:
        """Return the log-density at places (…, latent), (…)."""
        each = log_normal(at[..., None, :], self.mean, self.log_variance.clamp(*SPREAD))  # (…, components)
        return torch.logsumexp(each + torch.log_softmax(self.share, dim=0), dim=-1)

    def divergence(self, mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
        """Return KL(N(mean, variance) || this) of each row in nats, (n,), from standard noise (draws, n, latent)."""
        at = mean + noise * (0.5 * log_variance).exp()
        return (log_normal(at, mean, log_variance) - self.log_density(at)).mean(dim=0)

    def told(self) -> dict[str, list[float] | list[list[float]]]:
        """Return it as plain values: shares that add up to 1, means and variances (components, latent)."""
        variance = self.log_variance.detach().clamp(*SPREAD).exp()
        share = torch.softmax(self.share.detach(), dim=0)
        return {"share": share.tolist(), "mean": self.mean.detach().tolist(), "variance": variance.tolist()}
