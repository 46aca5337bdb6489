"""Which tokens before it a token may hear, by name: the registry that a phrase model's config chooses from.

On stage what is heard lies in a cache of fixed size, written round and round, so that both kinds cost the same a token.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def full(length: int, window: int) -> Tensor:
    """Return which may be heard, (length, length): all that came before, and the token itself."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def sliding(length: int, window: int) -> Tensor:
    """Return the same for the last `window` only. Source: Beltagy et al., "Longformer", 2020."""
    return full(length, window).triu(1 - window)


ATTENTION: dict[str, Callable[[int, int], Tensor]] = {"full": full, "sliding": sliding}
