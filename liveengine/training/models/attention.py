"""Which tokens before it a token may hear, by name: the registry that a phrase model's config chooses from.

On stage what is heard lies in a cache of fixed size, so that all kinds cost the same a token for each slot that it
has: `generators.hearing` has the same names.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def full(bar: Tensor, head: Tensor, window: int) -> Tensor:
    """Return which may be heard, (1, length, length): all that came before, and the token itself.

    `bar` (n, length) is each token's bar, `head` whether it begins one.
    """
    length = bar.shape[1]
    return torch.ones(1, length, length, dtype=torch.bool).tril()


def sliding(bar: Tensor, head: Tensor, window: int) -> Tensor:
    """Return the same for the last `window` only. Source: Beltagy et al., "Longformer", 2020."""
    return full(bar, head, window).triu(1 - window)


def hierarchical(bar: Tensor, head: Tensor, window: int) -> Tensor:
    """Return the same, (n, length, length), for a token's own bar and the one before; of earlier ones only their heads.

    A head hears all of the bar before it, and so may tell of that what is worth being remembered. After Yu et al.,
    "Museformer", NeurIPS 2022, which hears some bars in full and the others as summaries.
    """
    near = bar[:, :, None] - bar[:, None, :] <= 1
    return full(bar, head, window) & (near | head[:, None, :])


ATTENTION: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "full": full,
    "sliding": sliding,
    "hierarchical": hierarchical,
}
