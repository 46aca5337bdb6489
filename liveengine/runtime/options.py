"""How a set is to be played: what the command line, or a program, asks of the stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from liveengine.engine.clock import Sources
from liveengine.engine.mapping import Mapping
from liveengine.runtime.inputs import Input, open_inputs
from liveengine.runtime.outputs import Output, open_outputs
from liveengine.runtime.precision import AUTO

#: What `Options.lead` may say: JACK's transport is led where nobody else does, or is taken over.
LEAD = "jack"
TAKE = "jack:take"


@dataclass(frozen=True, slots=True)
class Options:
    """How a set is to be played."""

    driver: str = "auto"
    audio: bool = True
    osc: tuple[str, int] | None = None  # None: no OSC
    osc_needed: bool = False  # a taken port is an error, not a remark
    record: Path | None = None
    telemetry: Path | None = None  # where to write down how time was kept
    mappings: Sequence[Mapping] = field(default_factory=tuple)
    sources: Sources = field(default_factory=Sources)  # whose time is kept, the best first
    lead: str = ""  # LEAD or TAKE: JACK's transport does as we do
    watch: bool = True  # read the patch again whenever its file is saved
    seed: int | None = None  # another than any patch's
    precision: str = AUTO  # of models: FP32, INT8, or whichever answers sooner
    measured: dict[str, float] = field(default_factory=dict)  # how late this machine's outputs sound, ms by name
    # The doors: python-rtmidi's, unless a program opens its own (`ports.virtual`).
    open_outputs: Callable[[list[str], Callable[[str], None]], dict[int, Output]] = open_outputs
    open_inputs: Callable[[Callable[[str], bool], Callable[[str], None]], list[Input]] = open_inputs
