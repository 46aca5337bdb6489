"""How losses are weighed against each other: as the config says, or by how unsure the model is of each.

Source: Kendall et al., "Multi-Task Learning Using Uncertainty to Weigh Losses", CVPR 2018.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Uncertainty(nn.Module):
    """A learnt log-variance s for each loss L, which then costs exp(-s) L + s/2 for each thing observed.

    It comes to rest where exp(s) is twice the loss of one thing observed. The weights begin as the config's.
    """

    def __init__(self, names: Iterable[str], observed: int) -> None:
        super().__init__()
        self.observed = observed
        self.log_variance = nn.ParameterDict({name: nn.Parameter(torch.zeros(())) for name in names})

    def forward(self, name: str, loss: Tensor) -> Tensor:
        """Return what a loss (summed over what is observed) costs."""
        spread = self.log_variance[name]
        cost: Tensor = torch.exp(-spread) * loss + 0.5 * self.observed * spread
        return cost
