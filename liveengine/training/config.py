"""What a training run is: one TOML file, every number of it read into a dataclass that refuses what it does not know.

Pure but for `load`, which reads a file.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from liveengine.generators.codecs.frames import BARS, FRAMES
from liveengine.generators.hearing import Memory
from liveengine.music.spelling import did_you_mean
from liveengine.training import objectives

CONFIGS = Path(__file__).parent / "configs"

#: How a groove model learns: without a latent, with one, or with one and a critic.
FAMILIES = ("groove", "phrase")
MODES = ("transformer", "vae", "vae_gan")

#: A shorter context than this has hardly a bar in it.
CONTEXT_LEAST = 16


class Level(NamedTuple):
    """A level of a groove's latent: of how many parts, and how many numbers each has."""

    name: str
    parts: int
    size: int


@dataclass(frozen=True, slots=True)
class Size:
    """A groove model's size. `width` is what stands for a frame, a multiple of `heads`; `latent` of two bars.

    `bar_latent` numbers of each bar, and `beat_latent` of each beat, make the latent one of levels; 0: there is none.
    """

    width: int = 80
    heads: int = 4
    encoder_layers: int = 2
    reader_layers: int = 3
    writer_layers: int = 2
    latent: int = 32
    dropout: float = 0.1
    forget: float = 0.1  # the share of what was struck before that the writer is not told while it learns
    bar_latent: int = 0
    beat_latent: int = 0

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the latent that there are, each below the one before."""
        lower = Level("bar", BARS, self.bar_latent), Level("beat", 4 * BARS, self.beat_latent)
        return Level("piece", 1, self.latent), *(level for level in lower if level.size)

    @property
    def latents(self) -> int:
        """How many numbers the latent has on all levels: the piece's, then each bar's, then each beat's."""
        return sum(level.parts * level.size for level in self.levels)

    @property
    def cache(self) -> tuple[int, int, int, int, int]:
        """The shape of the writer's keys and values on stage: layers, 2, heads, numbers of each, frames."""
        return self.writer_layers, 2, self.heads, self.width // self.heads, FRAMES


@dataclass(frozen=True, slots=True)
class PhraseSize:
    """A phrase model's size. `width` is a multiple of twice `heads`; `context` the longest line in tokens.

    `attention` is a name in `training.models.attention`; `window` is how far `sliding` hears, and how many tokens
    `hierarchical` keeps on stage. `latent` says whether each bar has one.
    """

    width: int = 128
    heads: int = 4
    layers: int = 4
    dropout: float = 0.1
    context: int = 256
    attention: str = "full"
    window: int = 128
    latent: bool = False

    @property
    def memory(self) -> Memory:
        """What is kept of a line on stage: keys and values, and who is heard."""
        slots = {"full": self.context, "sliding": self.window - 1}.get(self.attention, self.window)
        return Memory((self.layers, 2, self.heads, slots, self.width // self.heads), self.attention)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. Steps are updates of the weights, of `batch` x `accumulate` rows each."""

    steps: int = 4000
    batch: int = 64
    accumulate: int = 1
    rate: float = 1e-3  # of learning, at its highest; for Adam and models this small
    warm_up: int = 200
    weight_decay: float = 0.01
    clip: float = 1.0  # the most that the gradient's norm may be
    precision: str = "bfloat16"  # of products, or "float32"; weights and losses are always float32
    average: float = 0.998  # how much of the running mean of the weights stays at each step
    minutes: float = 0.0  # end in good order after so long; 0: never
    context_from: int = 0  # tokens of a phrase model's context at step 0; 0: the whole context from the first
    context_steps: int = 1000  # until the context is whole, growing evenly


@dataclass(frozen=True, slots=True)
class Changes:
    """How often rows are made into others that could as well have been played (`training.data.augmentation`).

    `share` of each change's probability, from 0 at step 0, rising over `steps`; 0: rows stay as they are.
    """

    share: float = 0.0
    steps: int = 1000


@dataclass(frozen=True, slots=True)
class Divergence:
    """How far the latent may stray from its prior: the weight of the KL term, in `shape` from 0 to `most`."""

    shape: str = "linear"
    most: float = 0.5
    steps: int = 1000  # how long a rise, or a cycle, takes
    free_nats: float = 0.1  # so much of each dimension costs nothing, or none would be used
    bar_free_nats: float = 0.1  # the same of each bar's, where bars have a latent
    beat_free_nats: float = 0.1  # and of each beat's
    target_nats: float = 12.0  # of the whole latent, for `adaptive`
    components: int = 0  # of a learnt mixture that is the prior; 0: the prior is N(0, 1)
    draws: int = 8  # of each row, to estimate the divergence from a mixture

    def free(self, level: str) -> float:
        """Return how many nats of each dimension of a level are free."""
        return {"piece": self.free_nats, "bar": self.bar_free_nats, "beat": self.beat_free_nats}[level]


@dataclass(frozen=True, slots=True)
class Adversary:
    """The critic of mode "vae_gan": when it comes in, and how much it may say."""

    begins: int = 1500  # the step at which it begins to learn; before, the model can nothing that is worth judging
    alone: int = 200  # so many steps it learns unheard, or its first word would be noise
    ramp: int = 1000  # steps from there to `most`
    most: float = 0.05  # its weight beside losses that are counted a cell; careful, and not yet tried out
    r1: float = 1.0  # the weight of its slope at real grooves
    rate: float = 4e-4
    width: int = 48
    temperature: float = 1.0  # of the draw's gradient: lower is truer and noisier


@dataclass(frozen=True, slots=True)
class Watch:
    """When to look, to save and to end. `patience` counts looks without any measure of `measures` improving."""

    every: int = 250
    patience: int = 8
    keep: int = 2  # of the newest checkpoints
    keep_best: int = 3  # of the weights at the best looks, to be averaged
    measures: tuple[str, ...] = ("bits_per_hit", "velocity", "offset")


@dataclass(frozen=True, slots=True)
class Config:
    """A run. `data` names the prepared collection; `losses` are weights by name in `training.objectives`.

    `family` is `groove` (of `size`) or `phrase` (of the size in `phrase`); that may learn from several collections,
    their names joined by `+`. It may learn from `also` beside them, which it is not measured by: `also_share` of what
    is drawn.
    """

    name: str
    family: str = "groove"
    data: str = "gmd"
    also: str = ""
    also_share: float = 0.1
    seed: int = 20_240_511
    mode: str = "vae"  # one of MODES
    size: Size = field(default_factory=Size)
    phrase: PhraseSize = field(default_factory=PhraseSize)
    schedule: Schedule = field(default_factory=Schedule)
    changes: Changes = field(default_factory=Changes)
    divergence: Divergence = field(default_factory=Divergence)
    adversary: Adversary = field(default_factory=Adversary)
    watch: Watch = field(default_factory=Watch)
    losses: dict[str, float] = field(default_factory=dict)  # none: those that are usual for the family
    balance: str = "fixed"  # or "uncertainty": the losses' weights are learnt, and begin as given

    def __post_init__(self) -> None:
        if self.balance not in ("fixed", "uncertainty"):
            raise ValueError(f'{self.name}: no balance "{self.balance}" (there are "fixed" and "uncertainty")')
        if self.mode not in MODES:
            raise ValueError(f'{self.name}: no mode "{self.mode}"{did_you_mean(self.mode, MODES)}')
        if self.family not in FAMILIES:
            raise ValueError(f'{self.name}: no family "{self.family}"{did_you_mean(self.family, FAMILIES)}')
        if self.family == "phrase" and (self.mode != "vae" or self.balance != "fixed"):
            raise ValueError(f"{self.name}: mode and balance are of groove models; a phrase model has one way to learn")
        self._check_also()
        self._check_context()
        self._check_levels()
        self._check_changes()
        if not self.losses:
            object.__setattr__(self, "losses", dict(objectives.USUAL[self.family]))
        try:
            objectives.check(self.family, self.losses)
        except ValueError as error:
            raise ValueError(f"{self.name}, losses: {error}") from error

    def _check_also(self) -> None:
        if self.also and self.family != "phrase":
            raise ValueError(f"{self.name}: also is of phrase models; a groove model learns from one collection")
        if not 0.0 < self.also_share < 1.0:
            raise ValueError(f"{self.name}: also_share must lie between 0 and 1, not {self.also_share}")
        if twice := {*self.also.split("+")} & {*self.data.split("+")}:
            raise ValueError(f"{self.name}: {', '.join(sorted(twice))} stands in data and in also; leave one out")

    def _check_levels(self) -> None:
        for name in ("bar_latent", "beat_latent"):
            if (value := getattr(self.size, name)) < 0:
                raise ValueError(f"{self.name}, size: {name} must be 0, for none, or more, not {value}")
        if self.divergence.components and len(self.size.levels) > 1:
            raise ValueError(
                f"{self.name}: a mixture is a prior of one level; leave out components, or the lower levels"
            )

    def _check_changes(self) -> None:
        if not (0.0 <= self.changes.share <= 1.0 and self.changes.steps >= 1):
            raise ValueError(f"{self.name}, changes: share goes from 0 to 1, in 1 step or more, not {self.changes}")

    def _check_context(self) -> None:
        plan = self.schedule
        if plan.context_from and self.family != "phrase":
            raise ValueError(f"{self.name}: context_from is of phrase models; a groove is two bars from the first step")
        if plan.context_from and not CONTEXT_LEAST <= plan.context_from <= self.phrase.context:
            raise ValueError(
                f"{self.name}: context_from must be {CONTEXT_LEAST} tokens at least and {self.phrase.context}, "
                f"the whole context, at most, not {plan.context_from}"
            )
        if plan.context_steps < 1:
            raise ValueError(f"{self.name}: context_steps must be 1 or more, not {plan.context_steps}")

    def weighed(self, reads: str) -> dict[str, float]:
        """Return what each loss weighs that reads this: "said", "latent" or "critic"."""
        return objectives.weighed(self.family, self.losses, reads)

    def told(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return asdict(self)


_Part = TypeVar("_Part")
_PARTS: dict[str, type[Any]] = {
    "size": Size,
    "phrase": PhraseSize,
    "schedule": Schedule,
    "changes": Changes,
    "divergence": Divergence,
    "adversary": Adversary,
    "watch": Watch,
}


def find(name: str) -> Path:
    """Return a config's file: a path, or the name of one that comes along. Raises ValueError, naming the nearest."""
    if Path(name).is_file():
        return Path(name)
    known = {path.stem: path for path in sorted(CONFIGS.glob("*.toml"))}
    if name not in known:
        raise ValueError(f'no config "{name}"{did_you_mean(name, known)}')
    return known[name]


def load(path: Path) -> Config:
    """Read a config. Raises ValueError with file, key and nearest word; OSError."""
    return from_told(read(path), str(path))


def read(path: Path) -> dict[str, Any]:
    """Return what a file says, its name too. Raises ValueError with the file, OSError."""
    try:
        return {"name": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))}
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def from_told(told: dict[str, Any], where: str) -> Config:
    """Make a config of plain values, as `told` gives them."""
    told = _as_now(told)
    parts = {name: made(kind, told.get(name, {}), f"{where}, {name}") for name, kind in _PARTS.items()}
    return made(Config, {**told, **parts}, where)


def _as_now(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a config of before says in today's words: `matching` was the critic's, and is a loss by name.

    A groove model's `decoder_layers` stand in every config that was kept; in a phrase model's they mean nothing.
    """
    adversary, family = dict(told.get("adversary", {})), told.get("family", "groove")
    losses = dict(told.get("losses", {}))
    if (matching := adversary.pop("matching", 1.0)) != 1.0:
        losses = {**(losses or objectives.USUAL["groove"]), "matched": matching}
    if family == "phrase" and losses == objectives.USUAL["groove"]:
        losses = {}  # a phrase model heard none of them
    if family == "phrase":
        told = {**told, "size": {k: v for k, v in told.get("size", {}).items() if k != "decoder_layers"}}
    return {**told, "adversary": adversary, "losses": losses}


def made(kind: type[_Part], told: dict[str, Any], where: str) -> _Part:
    """Make a part of what is told. Raises ValueError for a key that it has not, with the nearest that it has."""
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    for name in told:
        if name not in known:
            raise ValueError(f'{where}: no key "{name}"{did_you_mean(name, known)}')
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})
