"""What the stories are told with: sets, the engine as a player starts it, a listener, and a server of their own."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from pythonosc.udp_client import SimpleUDPClient

HERE = Path(__file__).parent
RATE = 48_000
PATIENCE_S = 100.0

Event = tuple[int, str, tuple[int, ...]]  # frame, the listener's port, bytes


# -- sets ---------------------------------------------------------------------


def lane(pattern: str, drum: str = "kick", name: str = "a") -> str:
    """Return a [[track.pattern]] of one drum that plays exactly what is written."""
    return f'[[track.pattern]]\nname = "{name}"\ngenerator = "euclid"\nlanes = {{ {drum} = "{pattern}" }}\n'


def track(name: str, *patterns: str, role: str = "drums", **entries: str | int) -> str:
    """Return a [[track]] with its patterns."""
    written = "".join(f"{key} = {json.dumps(value)}\n" for key, value in entries.items())
    return f'[[track]]\nname = "{name}"\nrole = "{role}"\n{written}{"".join(patterns)}'


def write_set(path: Path, *parts: str) -> Path:
    """Write a patch: what stands before the first table goes first."""
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


# -- the engine ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """Everything that it said."""
        return self.out + self.err


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "liveengine", *map(str, words)]


def run(*words: str | Path, env: Mapping[str, str] | None = None, timeout: float = PATIENCE_S) -> Outcome:
    """Run a command of the engine to its end."""
    done = subprocess.run(
        command(*words),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


class Engine:
    """`liveengine play --headless …` in a process of its own, with an OSC port of its own."""

    def __init__(self, *words: str | Path, env: Mapping[str, str] | None = None) -> None:
        self.osc_port = free_udp_port()
        self._osc = SimpleUDPClient("127.0.0.1", self.osc_port)
        self.process = subprocess.Popen(
            command("play", "--headless", "--osc", f"127.0.0.1:{self.osc_port}", *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )

    def turn(self, address: str, value: float | int | None = None) -> None:
        """Send it an OSC message."""
        self._osc.send_message(address, [] if value is None else value)

    def load(self, name: str) -> None:
        """Let another patch take over."""
        self._osc.send_message("/patch/load", name)

    def ask(self, address: str, answer: str) -> None:
        """Send an OSC message until a message `answer` comes back: whatever was sent before it is done."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(0.25)
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                line.sendto(
                    address.encode() + b"\0" * (4 - len(address) % 4) + b",\0\0\0", ("127.0.0.1", self.osc_port)
                )
                with contextlib.suppress(OSError):
                    if line.recv(4096).startswith(answer.encode() + b"\0"):
                        return
        raise TimeoutError(f"no {answer}")

    def end(self, how: int | None = signal.SIGINT, timeout: float = PATIENCE_S) -> Outcome:
        """End it by a signal (None: it ends by itself) and return how it ended."""
        if how is not None and self.process.poll() is None:
            self.process.send_signal(how)
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"it did not end within {timeout:g} s\n{out}{err}") from None
        return Outcome(self.process.returncode, out, err)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


# -- the listener -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capture:
    """What the listener heard: MIDI events, (first frame, peak) of every block of sound, and what disturbed it.

    `sounds` are the frames at which its left input begins to sound after a silence.
    """

    events: Sequence[Event]
    blocks: Sequence[tuple[int, float]]
    disturbed: Sequence[int]
    sounds: Sequence[int]

    @property
    def was_disturbed(self) -> bool:
        """Whether the server missed a period between the first event and the last."""
        return any(self.events[0][0] < frame < self.events[-1][0] for frame in self.disturbed) if self.events else True

    def bytes_on(self, port: str) -> list[tuple[int, tuple[int, ...]]]:
        """Return (frame, bytes) of what came to one of its ports."""
        return [(frame, data) for frame, where, data in self.events if where == port]

    def onsets(self, pitch: int | None = None, port: str | None = None) -> list[int]:
        """Return the frames of the note-ons, of one pitch or port where it is given."""
        return [
            frame
            for frame, where, data in self.events
            if data[0] & 0xF0 == 0x90 and pitch in (None, data[1]) and port in (None, where)
        ]


@dataclass(frozen=True, slots=True)
class Told:
    """A story that has happened: what was heard of it, how the engine ended, and the frames that it marked."""

    capture: Capture
    outcome: Outcome
    marks: Mapping[str, int]


class Companion:
    """A program of this folder in a process of its own, which answers every line that it is told by one."""

    program = ""

    def __init__(self, name: str, env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / self.program), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        assert self._read() == name

    def _read(self) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        assert ready, f"{self.program} does not answer"
        return self._process.stdout.readline().strip()

    def ask(self, *words: object) -> str:
        """Let it do something; return its answer."""
        assert self._process.stdin is not None
        print(*words, file=self._process.stdin, flush=True)
        answer = self._read()
        assert not answer.startswith("!"), answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Listener(Companion):
    """Hears everything, to the frame: tests/scenarios/listener.py."""

    program = "listener.py"

    @property
    def frame(self) -> int:
        """The frame that it is now."""
        return int(self.ask("frame"))

    def capture(self) -> Capture:
        """End it and return what it heard."""
        heard = json.loads(self.ask("end"))
        events = [(frame, port, tuple(data)) for frame, port, data in heard["events"]]
        return Capture(events, [tuple(block) for block in heard["blocks"]], heard["disturbed"], heard["sounds"])


class Conductor(Companion):
    """Leads JACK's transport: tests/scenarios/conductor.py."""

    program = "conductor.py"


class Shaker(Companion):
    """Lets each clock pulse come early or late: tests/scenarios/shaker.py."""

    program = "shaker.py"


class LinkPeers(Companion):
    """Two others in an Ableton Link session: tests/scenarios/link_peers.py."""

    program = "link_peers.py"


@contextlib.contextmanager
def peer(*words: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program that others made, from a Debian package, as long as the story lasts."""
    if not shutil.which(words[0]):
        pytest.skip(f"missing: {words[0]} (Debian package jack-midi-clock)")
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **env},
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def undisturbed(story: Callable[[], Told]) -> Told:
    """Let a story happen, and again where the machine stood still so long that the server missed a period.

    A period of 21 ms is longer than most stalls of a busy or virtual machine; what the stories ask, that every
    event is on its own sample of a period, is only harder in a longer one.
    """
    for _ in range(2):
        told = story()
        if not told.capture.was_disturbed:
            return told
    return story()


@dataclass(frozen=True, slots=True)
class Server:
    """A JACK server of a story's own, which it may kill; `env` is where clients find it."""

    process: subprocess.Popen[bytes]
    env: Mapping[str, str]


@contextlib.contextmanager
def jack() -> Iterator[Server]:
    """Run a JACK server with a dummy sound card and periods of 1024 frames."""
    if not (shutil.which("jackd") and shutil.which("jack_lsp")):
        pytest.skip("missing: jackd (Debian package jackd2)")
    name = f"liveengine-story-{os.getpid()}"
    env = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    for realtime in ("-R", "-r"):  # a small container may refuse real-time scheduling
        process = _start_jack(name, realtime, env)
        try:
            if _answers(process, env):
                yield Server(process, env)
                return
        finally:
            _stop(process)
            if process.returncode == -signal.SIGKILL:
                # JACK knows eight servers a machine. A killed one keeps its place until one of its name ends well.
                again = _start_jack(name, realtime, env)
                _answers(again, env)
                _stop(again)
    pytest.fail("jackd does not start (do eight servers run, or have ended badly? see /dev/shm/jack-shm-registry)")


def _start_jack(name: str, realtime: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    words = ["jackd", "-n", name, realtime, "-d", "dummy", "-r", str(RATE), "-p", "1024"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, env={**os.environ, **env})


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(process: subprocess.Popen[bytes], env: Mapping[str, str]) -> bool:
    deadline = time.monotonic() + 8.0
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(["jack_lsp"], env={**os.environ, **env}, capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False
