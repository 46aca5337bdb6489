"""Small models that groove models are measured beside: what each is, one TOML file, as configs of runs are.

Pure but for `baselines`, which reads files.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.music.spelling import did_you_mean
from liveengine.training import config

#: How a baseline reads the frames before.
READS = ("gru", "transformer")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A small model that groove models are measured beside; `evaluate` trains it. `reads` is `gru` or `transformer`."""

    name: str
    reads: str = "gru"
    width: int = 64
    layers: int = 1
    heads: int = 4  # of a transformer
    dropout: float = 0.1
    steps: int = 1500
    batch: int = 64
    rate: float = 3e-3
    seed: int = 20240511

    def __post_init__(self) -> None:
        if self.reads not in READS:
            raise ValueError(f'{self.name}: nothing reads as "{self.reads}"{did_you_mean(self.reads, READS)}')


def baselines() -> list[Baseline]:
    """Read the baselines that come along. Raises ValueError with file, key and nearest word; OSError."""
    places = sorted((config.CONFIGS / "baselines").glob("*.toml"))
    return [config.made(Baseline, config.read(place), str(place)) for place in places]
