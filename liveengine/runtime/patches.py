"""Reading patches while a set plays: one thread that waits for the disk, so that nobody else does.

It reads what it is asked for, and the patch that plays once more whenever its file has been saved. What is wrong
with a file is told, and the last good one plays on (F3).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from liveengine.engine.patch import load_patch, resolve_patch
from liveengine.engine.spec import Patch
from liveengine.generators.contract import Proposer
from liveengine.runtime.inference import PATIENCE_S, load_models
from liveengine.runtime.outputs import Output, port_patterns
from liveengine.runtime.precision import Precisions
from liveengine.runtime.takes import MidiLibrary

#: How often the file is looked at. Saved is what has stayed the same for two looks: an editor writes in pieces.
LOOK_S = 0.2

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PatchRead:
    """A patch was read, with what it needs besides: outputs that were opened for it, and models."""

    patch: Patch
    opened: dict[str, Output] = field(default_factory=dict)
    models: dict[str, Proposer] = field(default_factory=dict)


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes when a file is saved; None where there is none, as while an editor replaces it."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


class PatchReader:
    """Reads patches in a thread of its own.

    `hear` gets each that is good; `say` is told what is wrong with the others. `open_port` opens a MIDI output by
    its pattern, where that can be done while the set plays; `is_open` says which are. `seed` goes before a patch's.
    """

    def __init__(
        self,
        patch: Patch,
        hear: Callable[[PatchRead], None],
        say: Callable[[str], None],
        watch: bool = True,
        seed: int | None = None,
        open_port: Callable[[str], Output | None] = lambda pattern: None,
        is_open: Callable[[], Collection[str]] = tuple,
        known_models: Callable[[], Collection[str]] = tuple,
        precisions: Precisions | None = None,
    ) -> None:
        self._hear, self._say = hear, say
        self._watch, self._seed = watch, seed
        self._open_port, self._is_open, self._known_models = open_port, is_open, known_models
        self._precisions = precisions
        self._path = patch.path
        self._read_stamp = self._seen = stamp_of(patch.path)
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="patches", daemon=True)
        self._thread.start()

    def load(self, name: str = "") -> None:
        """Read a patch by path or name, or the one that plays once more; returns at once."""
        self._asked.put(name)

    def close(self) -> None:
        """Read no more."""
        self._asked.put(None)
        self._thread.join(2.0)

    def _run(self) -> None:
        while True:
            try:
                name = self._asked.get(timeout=LOOK_S if self._watch else None)
            except queue.Empty:
                if not self._was_saved():
                    continue
                name = ""
            if name is None:
                return
            try:
                self._read(name)
            except Exception as error:  # whatever is in a file, the set plays on
                self._say(f"{error}\nthe patch that plays goes on as it is")

    def _was_saved(self) -> bool:
        stamp = stamp_of(self._path)
        rests = stamp == self._seen
        self._seen = stamp
        return rests and stamp is not None and stamp != self._read_stamp

    def _read(self, name: str) -> None:
        path = resolve_patch(name) if name else self._path
        stamp = stamp_of(path)
        if path == self._path:
            self._read_stamp = stamp  # Before it is read: what is wrong with it is told once.
        patch = load_patch(path, MidiLibrary())
        if self._seed is not None:
            patch = replace(patch, seed=self._seed)
        models = load_models(patch, self._say, PATIENCE_S, known=self._known_models(), precisions=self._precisions)
        there = self._is_open()
        opened = {pattern: self._open_port(pattern) for pattern in port_patterns(patch) if pattern not in there}
        self._path, self._read_stamp, self._seen = path, stamp, stamp
        self._hear(PatchRead(patch, {pattern: port for pattern, port in opened.items() if port}, models))
