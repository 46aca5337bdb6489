"""The phrase model: a decoder that says the next token of a line, given those before and what is told beside each.

It hears, beside the token, what followed the same place in bars before (so that repeating is easily learnt), and it
says notes twice: by pitch, and by their distance from the chord's root (so that one key teaches all). In training an
encoder may read each bar, and what it makes of it is told beside the bar's tokens: its latent. That, and what else
plays, enters with weights of 0, so that a model begins as one that is told neither.

`Step` is the same model for the stage: one token at a time, against a cache of keys and values of fixed shape that
whoever asks keeps. Sources: Vaswani et al. 2017; Su et al., "RoFormer", 2021 (places as rotations); Press & Wolf 2017
(one table for reading and saying); Zaheer et al., "Deep Sets", 2017 (a bar as the sum of its tokens).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liveengine.generators.codecs import lines
from liveengine.generators.codecs import vocabulary as words
from liveengine.music.pitch import OCTAVE
from liveengine.training.config import PhraseSize
from liveengine.training.models.attention import ATTENTION
from liveengine.training.models.layer import Block

#: Classes above the root that notes-on, and notes-off, are said by.
CLASSES = 2 * OCTAVE


def _turned(x: Tensor, angle: Tensor) -> Tensor:
    """Rotate pairs of (…, length, size) by their place's angles (length, size / 2)."""
    one, other = x.chunk(2, dim=-1)
    cos, sin = angle.cos(), angle.sin()
    return torch.cat([one * cos - other * sin, one * sin + other * cos], dim=-1)


class Layer(Block):
    """Attention over the tokens before, whose places are rotations."""

    def __init__(self, size: PhraseSize) -> None:
        super().__init__(size.width, size.heads, size.dropout)

    def asked(self, x: Tensor, angle: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values, (n, heads, length, size) each."""
        query, key, value = self.three(x)
        return _turned(query, angle), _turned(key, angle), value

    def told(self, x: Tensor, heard: Tensor) -> Tensor:
        """Add what was heard, (n, heads, length, size), and think it over."""
        return self.thought(x, heard.transpose(1, 2).flatten(2))


class BarEncoder(nn.Module):
    """Reads bars: what each token stands for, thought over by itself and added up, to a Gaussian of its latent."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.each = nn.Sequential(nn.Linear(width, width), nn.GELU())
        self.say = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * lines.LATENT))

    def forward(self, x: Tensor, of: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (n, length, width), and which is of which bar (n, length, bars), to mean and log-variance.

        These are (n, bars, LATENT).
        """
        mean, log_variance = self.say(of.mT @ self.each(x).float()).float().chunk(2, dim=-1)
        return mean, log_variance


class PhraseModel(nn.Module):
    """Says tokens, (n, length, 774), of lines of one size or shorter."""

    on_class: Tensor
    relation: Tensor
    pace: Tensor

    def __init__(self, size: PhraseSize) -> None:
        super().__init__()
        if size.width % (2 * size.heads):
            raise ValueError(f"width {size.width} is no multiple of {2 * size.heads}, twice the heads")
        if size.attention not in ATTENTION:
            raise ValueError(f'no attention "{size.attention}" ({", ".join(ATTENTION)})')
        self.size = size
        width = size.width
        self.token = nn.Embedding(words.SIZE, width)
        self.relative = nn.Embedding(CLASSES + 1, width)
        self.told = nn.Linear(lines.TOLD - lines.OPTIONAL, width)
        self.told_beside = nn.Linear(lines.OPTIONAL, width, bias=False)
        self.encoder = BarEncoder(width) if size.latent else None
        self.hints = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in lines.LAGS)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.last, self.by_class = nn.LayerNorm(width), nn.Linear(width, CLASSES)
        self.bias = nn.Parameter(torch.zeros(words.SIZE))
        self.register_buffer("on_class", _classes(), persistent=False)
        self.register_buffer("relation", _relations(), persistent=False)
        half = width // size.heads // 2
        self.register_buffer("pace", 1000.0 ** (-torch.arange(half) / half), persistent=False)
        nn.init.normal_(self.token.weight, std=width**-0.5)
        nn.init.normal_(self.relative.weight, std=width**-0.5)
        nn.init.zeros_(self.told_beside.weight)
        for hint in self.hints:
            nn.init.eye_(hint.weight)

    def read(self, token: Tensor, hints: Tensor, root: Tensor, told: Tensor) -> Tensor:
        """Return what a token and all beside it stand for, (n, length, width)."""
        x = self.token(token) + self.told(told[..., lines.OPTIONAL :]) + self.told_beside(told[..., : lines.OPTIONAL])
        x = x + self.relative(self.relation[root * words.SIZE + token])
        for lag, hint in enumerate(self.hints):
            x = x + hint(self.token(hints[..., lag]))
        return x

    def say(self, x: Tensor, root: Tensor) -> Tensor:
        """Return logits, (n, length, 774)."""
        x = self.last(x)
        classes = self.by_class(x).unflatten(-1, (2, OCTAVE))
        turn = (torch.arange(OCTAVE) + OCTAVE - root[..., None]) % OCTAVE  # a pitch class's distance from the root
        turned = classes.gather(-1, turn[..., None, :].expand_as(classes)).flatten(-2)
        return F.linear(x, self.token.weight, self.bias) + turned @ self.on_class

    def forward(self, token: Tensor, hints: Tensor, root: Tensor, told: Tensor, bar: Tensor) -> Tensor:
        """(n, length), (n, length, lags), (n, length), (n, length, TOLD), (n, length) to logits (n, length, 774)."""
        length = token.shape[1]
        x = self.read(token, hints, root, told)
        angle = torch.arange(length)[:, None] * self.pace
        if self.size.attention == "full":
            mask, causal = None, True
        else:
            head = (token == words.BAR) | (token == words.BEGIN)
            mask, causal = ATTENTION[self.size.attention](bar, head, self.size.window)[:, None], False
        for layer in self.layers:
            query, key, value = layer.asked(x, angle)
            heard = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
            x = layer.told(x, heard)
        return self.say(x, root)

    @property
    def parameters_count(self) -> int:
        """How many numbers are learnt."""
        return sum(weight.numel() for weight in self.parameters())


class Step(nn.Module):
    """One token: what is exported."""

    def __init__(self, model: PhraseModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, token: Tensor, hints: Tensor, root: Tensor, told: Tensor, place: Tensor, heard: Tensor, cache: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(1, 1), (1, 1, lags), (1, 1), (1, 1, TOLD), place (1,), heard (slots,), cache (layers, 2, heads, slots, size)
        to logits (774,) and the token's own keys and values, (layers, 2, heads, size).
        """
        model = self.model
        x = model.read(token, hints, root, told)
        angle = place[:, None].float() * model.pace
        heeded = torch.cat([heard, torch.zeros(1)])
        kept = []
        for number, layer in enumerate(model.layers):
            query, key, value = layer.asked(x, angle)
            keys = torch.cat([cache[number, 0][None], key], dim=2)
            values = torch.cat([cache[number, 1][None], value], dim=2)
            score = query @ keys.transpose(-1, -2) * query.shape[-1] ** -0.5
            x = layer.told(x, torch.softmax(score + heeded, dim=-1) @ values)
            kept.append(torch.stack([key[0, :, 0], value[0, :, 0]]))
        return model.say(x, root)[0, 0], torch.stack(kept)


def _classes() -> Tensor:
    """Return which tokens each class of on and of off speaks for, (24, 774)."""
    table = torch.zeros(CLASSES, words.SIZE)
    for kind, first in (("note_on", 0), ("note_off", OCTAVE)):
        for pitch in range(words.COUNT[kind]):
            table[first + pitch % OCTAVE, words.FIRST[kind] + pitch] = 1.0
    return table


def _relations() -> Tensor:
    """Return how each token stands to each root, flat (12 * 774,): its class above the root, or 24 for no note."""
    table = torch.full((OCTAVE, words.SIZE), CLASSES)
    for root in range(OCTAVE):
        for kind, first in (("note_on", 0), ("note_off", OCTAVE)):
            for pitch in range(words.COUNT[kind]):
                table[root, words.FIRST[kind] + pitch] = first + (pitch - root) % OCTAVE
    return table.flatten()
