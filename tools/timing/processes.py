"""The processes of a benchmark, each ended with its `with`: children of ours, the witness, a JACK server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

SERVER = f"liveengine-timing-{os.getpid()}"
RATE, PERIOD = 48_000, 128
#: -P: not the folder that it happens to be called from; PYTHONPATH says which engine is measured.
PYTHON = (sys.executable, "-P", "-m")
PATIENCE_S = 60.0

#: From when to when the machine stood still, in µs.
Stood = list[tuple[float, float]]


class Missing(Exception):
    """Something that a case needs is not here; says what."""


class Child:
    """A process of this benchmark: it prints a line when it is ready, ends when its input closes, and tells in JSON."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen([*PYTHON, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.first = self._process.stdout.readline().strip()
        if not self.first:
            raise Missing(f"{words[0]} did not start")

    def end(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Close its input, and return what it tells."""
        out, _ = self._process.communicate(timeout=patience_s)
        if self._process.returncode:
            raise Missing("a process of this benchmark failed; what it said stands above")
        return dict(json.loads(out)) if out.strip() else {}

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def witnessed() -> Iterator[Stood]:
    """Watch whether the machine runs; yields a list that is filled when it is over."""
    stood: Stood = []
    with contextlib.ExitStack() as stack:
        watching = [stack.enter_context(Child("timing.witness", str(cpu))) for cpu in sorted(os.sched_getaffinity(0))]
        yield stood
        for child in watching:
            stood += [(begins, ends) for begins, ends in child.end()["stood"]]


@contextlib.contextmanager
def jack_server(period: int = PERIOD) -> Iterator[None]:
    """Run a JACK server of our own, on a dummy sound card. Raises Missing where none starts."""
    if shutil.which("jackd") is None:
        raise Missing("jackd is not installed (Debian: apt install jackd2)")
    command = ["jackd", "-n", SERVER, "-R", "-d", "dummy", "-r", str(RATE), "-p", str(period)]
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            if not _answers(server):
                said.seek(0)
                raise Missing("jackd did not start: " + " / ".join(said.read().strip().splitlines()[-3:]))
            yield
        finally:
            server.terminate()
            server.wait()


def _answers(server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes clients; False where it has ended, or takes none in time."""
    import jack

    jack.set_error_function(lambda _text: None)  # what libjack says while there is no server yet
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(jack.JackError):
            jack.Client("probe", no_start_server=True).close()
            return True
        time.sleep(0.1)
    return False
