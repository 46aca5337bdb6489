"""What every test may lean on: a real JACK server of its own, and no silent skips where all must be there.

A test skips for one of two reasons. Either something that can be installed is missing; under
LIVEENGINE_REQUIRE_ALL=1, which tools/test.py sets in continuous integration, that is a failure. Or the
machine itself cannot (no sound card, no kernel sequencer); such a reason begins with "this machine has no",
and stays a skip everywhere.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

REQUIRE_ALL = os.environ.get("LIVEENGINE_REQUIRE_ALL", "") not in ("", "0")
NOT_THIS_MACHINE = "this machine has no"

# How long an example takes says something of the machine, and of kernels that are compiled, but nothing of a law.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Set before torch is imported: tests run side by side, and threads that wait for each other would hold all of them up.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Set before anything opens JACK, so that no test ever joins, or starts, the server a musician is playing on.
os.environ["JACK_DEFAULT_SERVER"] = f"liveengine-tests-{os.getpid()}"
os.environ["JACK_NO_START_SERVER"] = "1"
os.environ["JACK_NO_AUDIO_RESERVATION"] = "1"

JACK_ANSWERS_WITHIN_S = 8.0

# CLONE_NEWNET of <sched.h>; SIOCSIFFLAGS and IFF_UP of <linux/sockios.h> and <net/if.h>.
_NEW_NETWORK, _SET_FLAGS, _UP = 0x40000000, 0x8914, 0x1


@dataclass(frozen=True, slots=True)
class JackServer:
    """A running JACK server with a dummy sound card; `process` may be killed by a test that is about that."""

    name: str
    rate: int
    period_frames: int
    realtime: bool
    process: subprocess.Popen[bytes]


def _answers(process: subprocess.Popen[bytes], jack: ModuleType) -> bool:
    """Wait until the server takes clients, or has ended, or the time is up."""
    deadline = time.monotonic() + JACK_ANSWERS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            jack.Client("probe", no_start_server=True).close()
            return True
        except jack.JackError:
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _let_go_of_sound() -> None:
    """End PortAudio while its JACK server is there: at exit, without it, its library would abort the tests."""
    sounddevice = sys.modules.get("sounddevice")
    while sounddevice is not None and sounddevice._initialized:
        sounddevice._terminate()


@pytest.fixture(scope="session")
def jack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JackServer]:
    """Run `jackd` on its dummy driver, 48 kHz and 128 frames, under a name of its own, for the session."""
    if not shutil.which("jackd"):
        pytest.skip("missing: jackd (Debian package jackd2)")
    jack = pytest.importorskip("jack", exc_type=(ImportError, OSError))
    jack.set_error_function(lambda _message: None)
    jack.set_info_function(lambda _message: None)
    name = os.environ["JACK_DEFAULT_SERVER"]
    log = tmp_path_factory.mktemp("jack") / "jackd.log"
    # A small container may refuse real-time scheduling; the server then keeps time well enough without.
    for realtime in (True, False):
        command = ["jackd", "-n", name, "-R" if realtime else "-r", "-d", "dummy", "-r", "48000", "-p", "128"]
        with log.open("ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if _answers(process, jack):
            yield JackServer(name, 48_000, 128, realtime, process)
            _let_go_of_sound()
            _stop(process)
            return
        _stop(process)
    pytest.fail(f"jackd does not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def own_network() -> Iterator[None]:
    """Let whatever is started have a network of its own, with nothing in it but the loopback.

    Ableton Link speaks to the whole network. So that no test joins the session a musician is playing in, it runs
    where the system gives us a network of our own, or in continuous integration, where nobody plays.
    """
    if sys.platform != "linux":
        pytest.skip("this machine has no networks of one's own")
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as before:
        if libc.unshare(_NEW_NETWORK) != 0:
            if not REQUIRE_ALL:
                pytest.skip(f"missing: leave to make a network of one's own ({os.strerror(ctypes.get_errno())})")
            yield
            return
        try:
            _raise_loopback()
            yield
        finally:
            assert libc.setns(before.fileno(), _NEW_NETWORK) == 0


def _raise_loopback() -> None:
    """Do as `ip link set lo up` does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        fcntl.ioctl(line, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder that holds pyproject.toml."""
    return Path(__file__).resolve().parent.parent


def _skip_reason(longrepr: object) -> str:
    reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(reason).removeprefix("Skipped: ")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure, where everything that can be installed must be."""
    if not REQUIRE_ALL or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = _skip_reason(report.longrepr)
    if not reason.startswith(NOT_THIS_MACHINE):
        report.outcome = "failed"
        report.longrepr = f"LIVEENGINE_REQUIRE_ALL: nothing may be skipped here, but: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _refuse_skip(report)
    return report
