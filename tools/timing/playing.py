"""The engine as it plays a set of sixteenths at 120 BPM, in a process of its own, with or without load beside it.

    python -m timing.playing '{"driver": "timer", "port": "/tmp/fifo", "load": true}'

Prints a line when it plays. When standard input closes it ends, and prints what it knows of itself in JSON.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from liveengine.drivers.jack import JackDriver
from liveengine.drivers.jack_memory import MISSED, OUT_FULL
from liveengine.drivers.lateness import percentile_us
from liveengine.drivers.timer import TimerDriver
from liveengine.engine.patch import load_patch
from liveengine.runtime.options import Options
from liveengine.runtime.play import SWITCH_S
from liveengine.runtime.stage import Stage
from liveengine.sequencer.outlet import REALIGNED, SKIPPED
from liveengine.sequencer.state import State
from timing.ending import input_closed
from timing.load import Load

TRACKS = 4
#: What the timer driver asks for: cyclictest gets the same, the ear one that is above it.
TIMER_PRIORITY = 40
LOOK_S = 0.05
#: What passes before it counts: the load has begun, the caches are warm.
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be played: by which driver, to which MIDI output, beside load or not, through or not."""

    driver: str
    port: str
    load: bool = False
    listen: str = ""


def patch_text(asked: Asked) -> str:
    """Return a patch: sixteenths on every track, exactly on the grid, and MIDI clock, all to one output."""
    if asked.listen:
        # A track that strikes once in sixteen bars, and is played by hand for the rest.
        through = f'listen = "{asked.listen}"\n'
        tracks = [track_text(1, asked.port, "x" + 15 * ".", through)]
        return "tempo = 20\n" + "".join(tracks)
    tracks = [track_text(number, asked.port, 16 * "x") for number in range(1, TRACKS + 1)]
    return f'tempo = 120\nclock = ["{asked.port}"]\n' + "".join(tracks)


def track_text(number: int, port: str, steps: str, more: str = "") -> str:
    """Return a [[track]] of hats, to an output, on the channel of its number."""
    return (
        f'[[track]]\nname = "t{number}"\nrole = "drums"\nsound = "none"\nport = "{port}"\nchannel = {number}\n{more}'
        f'[[track.pattern]]\nname = "a"\ngenerator = "euclid"\nhumanise = 0\nlanes = {{ hat = "{steps}" }}\n'
    )


def origin_of(stage: Stage) -> tuple[int, int]:
    """Return the instant of song tick 0, and the instant at which that was so, in units of the driver's clock.

    Each stall that is collapsed from then on makes it later.
    """
    transport = stage.driver.state.transport[0]
    while True:
        collapsed, since = int(transport["realigned"]), int(stage.driver.now())
        ticks = int(transport["song_origin"]) - int(transport["tick_origin"])
        # To the nearest unit, as every event is: on JACK the ideal instant is a sample.
        origin = math.floor(float(transport["when_origin"]) + ticks * float(transport["unit_ticks"]) + 0.5)
        if int(transport["realigned"]) == collapsed:
            return origin, since


def since_then(stalls: dict[str, list[tuple[int, int]]], since: int) -> dict[str, list[tuple[int, int]]]:
    """Return what came to pass after an instant."""
    return {name: [(when, long) for when, long in noted if when > since] for name, noted in stalls.items()}


def note_stalls(stage: Stage) -> dict[str, list[tuple[int, int]]]:
    """Return lists that get every stall from now on: from when the engine goes on, and how long it was.

    `collapses` are those by which the grid slid; `skips` all that JACK skipped.
    """
    stalls: dict[str, list[tuple[int, int]]] = {"collapses": [], "skips": []}
    read_log = stage.session.read_log

    def read_and_note() -> NDArray[Any]:
        records = read_log()
        for kind, noted in ((REALIGNED, stalls["collapses"]), (SKIPPED, stalls["skips"])):
            noted += [(int(record["when"]), int(record["a"])) for record in records[records["kind"] == kind]]
        return records

    stage.session.read_log = read_and_note  # type: ignore[method-assign]
    return stalls


def _facts(stage: Stage, before: State) -> dict[str, Any]:
    """Return what the engine knows of its own timing since its state was `before`, and before it stops."""
    driver = stage.driver
    bins = driver.state.lateness - before.lateness
    facts: dict[str, Any] = {
        "rate": driver.rate,
        "errors": stage.errors,
        "unknown": stage.engine.unknown,
    }
    if isinstance(driver, TimerDriver):
        own = {name: percentile_us(bins, share) for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))}
        facts["own"] = {"count": int(bins.sum()), **own, "max": percentile_us(bins, 1.0)}
        facts["priority"] = driver.has_priority
    if isinstance(driver, JackDriver):
        facts["missed_frames"] = int(driver.memory.counts[MISSED])
        facts["out_full"] = int(driver.memory.counts[OUT_FULL])
    return facts


def play(asked: Asked) -> dict[str, Any]:
    """Play until standard input closes; return the facts, and where the grid began, in units of the driver's clock."""
    sys.setswitchinterval(SWITCH_S)
    ended = input_closed()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timing.toml"
        path.write_text(patch_text(asked), encoding="utf-8")
        patch = load_patch(path)
    said: list[str] = []
    stage = Stage(patch, Options(driver=asked.driver, audio=False, osc=("127.0.0.1", 0)), said.append)
    stalls = note_stalls(stage)
    stage.start()
    assert stage.osc is not None
    gc.collect()
    gc.freeze()
    with Load(stage.osc.address[1]) if asked.load else contextlib.nullcontext() as load:
        while stage.driver.now() <= 0 or not stage.driver.state.transport[0]["playing"]:
            time.sleep(LOOK_S)
        origin, since = origin_of(stage)
        print("plays", flush=True)
        time.sleep(SETTLE_S)
        before = State(*(array.copy() for array in stage.driver.state))
        ended.wait()
        facts = _facts(stage, before)
        facts["inferences"] = load.inferences if load else 0
    stage.stop()
    return {**facts, "origin": origin, **since_then(stalls, since), "said": said}


def main() -> int:
    """Run the process."""
    try:
        told = play(Asked(**json.loads(sys.argv[1])))
    except (OSError, ValueError) as problem:
        print(f"refused: {problem}", flush=True)
        return 1
    print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
