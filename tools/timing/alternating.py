"""The engine by the timer driver, in segments: one with something beside it, one without, and so on, in one run.

    python -m timing.alternating '{"what": "inference", "port": "/tmp/fifo", "segments": 4, "seconds": 10}'

Beside it is the dashboard, drawing, or a model that proposes every bar of a track, where a rule does so in the
other segments. Prints a line when it plays, and in the end JSON: the segments, and what the engine knows.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liveengine.engine.events import Asked as Turned
from liveengine.engine.mapping import Action
from liveengine.engine.patch import load_patch
from liveengine.runtime.options import Options
from liveengine.runtime.play import SWITCH_S
from liveengine.runtime.stage import Stage
from timing.playing import LOOK_S, SETTLE_S, note_stalls, origin_of, since_then, track_text

#: The tempo of each: inference is asked for at the pace of drum'n'bass.
TEMPO_BPM = {"dashboard": 120, "inference": 174}
TRACKS = 4
#: What passes at the beginning of a segment before it counts: a scene comes in, a window opens.
BETWEEN_S = 2.0
SIZE = (40, 120)

MODEL = """
[[track]]
name = "model"
role = "drums"
sound = "none"
channel = 16
[[track.pattern]]
name = "model"
generator = "groove-nano"
every = 1
[[track.pattern]]
name = "rule"
generator = "euclid"
every = 1
[[scene]]
name = "without"
patterns = { model = "rule"%s }
[[scene]]
name = "with"
patterns = { model = "model" }
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared, through which pipe, in how many segments of how many seconds."""

    what: str
    port: str
    segments: int
    seconds: float


def patch_text(asked: Asked) -> str:
    """Return a patch: sixteenths exactly on the grid and MIDI clock, and where it is asked for a track of a model."""
    tracks = "".join(track_text(number, asked.port, 16 * "x") for number in range(1, TRACKS + 1))
    more = "".join(f', t{number} = "a"' for number in range(1, TRACKS + 1))
    model = MODEL % more if asked.what == "inference" else ""
    return f'tempo = {TEMPO_BPM[asked.what]}\nclock = ["{asked.port}"]\n' + tracks + model


class Window:
    """A dashboard that draws into a terminal nobody looks at; counts the bytes that it draws."""

    def __init__(self, port: int) -> None:
        self.drawn = 0
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        command = [sys.executable, "-m", "liveengine", "dashboard", f"127.0.0.1:{port}"]
        environment = {**os.environ, "TERM": "xterm-256color"}
        self._process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._ours, 65536):
                self.drawn += len(data)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._thread.join(2.0)
        os.close(self._ours)


@contextlib.contextmanager
def _beside(asked: Asked, stage: Stage, told: dict[str, Any]) -> Iterator[None]:
    """Let what is asked for run beside the engine."""
    if asked.what == "inference":
        stage.inbox.put(Turned(Action("/scene/launch", 2), "bench"))
        yield
        stage.inbox.put(Turned(Action("/scene/launch", 1), "bench"))
        return
    assert stage.osc is not None
    window = Window(stage.osc.address[1])
    try:
        yield
    finally:
        told["drawn"] = told.get("drawn", 0) + window.drawn
        window.close()


def _segments(asked: Asked, stage: Stage, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(asked.segments):
        is_with = number % 2 == 1
        with _beside(asked, stage, told) if is_with else contextlib.nullcontext():
            time.sleep(BETWEEN_S)
            begins_us = time.monotonic_ns() / 1e3
            time.sleep(asked.seconds)
            yield {"with": is_with, "begins": begins_us, "ends": time.monotonic_ns() / 1e3}


def play(asked: Asked) -> dict[str, Any]:
    """Play all segments; return them, and what the engine knows."""
    sys.setswitchinterval(SWITCH_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timing.toml"
        path.write_text(patch_text(asked), encoding="utf-8")
        patch = load_patch(path)
    said: list[str] = []
    stage = Stage(patch, Options(driver="timer", audio=False, osc=("127.0.0.1", 0), watch=False), said.append)
    stalls = note_stalls(stage)
    stage.start()
    gc.collect()
    gc.freeze()
    while stage.driver.now() <= 0 or not stage.driver.state.transport[0]["playing"]:
        time.sleep(LOOK_S)
    origin, since = origin_of(stage)
    print("plays", flush=True)
    time.sleep(SETTLE_S)
    told: dict[str, Any] = {}
    segments = list(_segments(asked, stage, told))
    engine = stage.engine
    told |= {
        "origin": origin,
        "by_model": engine.modelled - engine.gave_way.total(),
        "by_rule": engine.gave_way.total(),
        "said": said,
    }
    stage.stop()
    return {"segments": segments, **told, **since_then(stalls, since)}


if __name__ == "__main__":
    print(json.dumps(play(Asked(**json.loads(sys.argv[1])))), flush=True)
