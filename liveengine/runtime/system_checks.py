"""What the computer itself gives to tight time: priority, memory, processor, timers.

Each check looks and changes nothing that lasts. Paths of the kernel's files are arguments, so that a test can
show them another machine.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from liveengine.runtime.findings import Check

PROC = Path("/proc")
SYS = Path("/sys")

OLDEST_PYTHON = (3, 11)

_LIMITS = (
    "sudo usermod -aG audio $USER; printf '@audio - rtprio 95\\n@audio - memlock unlimited\\n' | "
    "sudo tee /etc/security/limits.d/audio.conf; then log out and in"
)


def _text(path: Path) -> str:
    """Read one of the kernel's small files; '' where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def python() -> Check:
    """Look at the interpreter."""
    found = f"Python {sys.version.split()[0]}"
    why = "everything but the beat is written in it"
    if sys.version_info < OLDEST_PYTHON:
        return Check("Python", "fail", found, why, "install Python 3.11 or newer")
    return Check("Python", "ok", found, why)


def processors() -> Check:
    """Count the processors this program may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    why = "the beat, the sound and the rest of the engine each want one of their own"
    if count < 2:
        return Check("processors", "warn", "1", why, "give this program two processors or more")
    return Check("processors", "ok", str(count), why)


def _may_run_first() -> bool:
    """Try SCHED_FIFO in a thread of its own, which ends at once: only that thread is touched."""
    granted = []

    def try_it() -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            granted.append(True)
        except OSError:
            pass  # refused: that is the answer

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return bool(granted)


def priority() -> Check:
    """Try whether the beat may run before everything else."""
    why = "without real-time priority another program can make the beat late by milliseconds"
    if not hasattr(os, "sched_setscheduler"):
        return Check("real-time priority", "ok", "left to this system", why)
    if not _may_run_first():
        return Check("real-time priority", "warn", "refused", why, _LIMITS)
    share = _text(PROC / "sys/kernel/sched_rt_runtime_us")
    return Check("real-time priority", "ok", "granted" + (f" ({share} of 1000000 us)" if share else ""), why)


def memory_lock() -> Check:
    """Read how much memory may be kept from being swapped out."""
    why = "memory that was swapped out takes milliseconds to come back"
    try:
        import resource
    except ImportError:
        return Check("memory lock", "ok", "left to this system", why)
    soft, _ = resource.getrlimit(getattr(resource, "RLIMIT_MEMLOCK", resource.RLIMIT_AS))
    # Root may lock what it likes, whatever the limit says.
    if soft == resource.RLIM_INFINITY or os.geteuid() == 0:
        return Check("memory lock", "ok", "unlimited", why)
    found = f"limited to {soft >> 20} MiB"
    enough = soft >= 512 << 20
    return Check("memory lock", "ok" if enough else "warn", found, why, "" if enough else _LIMITS)


def swap(proc: Path = PROC) -> Check:
    """Look whether memory is being swapped."""
    why = "memory that was swapped out takes milliseconds to come back"
    values = dict(line.split(":", 1) for line in _text(proc / "meminfo").splitlines() if ":" in line)
    kib = {name: int(value.split()[0]) for name, value in values.items() if value.split()}
    used = kib.get("SwapTotal", 0) - kib.get("SwapFree", 0)
    if used > 64 << 10 and kib.get("MemAvailable", 0) < 256 << 10:
        found = f"{used >> 10} MiB in use, and memory is short"
        return Check("swap", "warn", found, why, "close other programs, or `sudo swapoff -a` where memory allows")
    return Check("swap", "ok", f"{used >> 10} MiB in use" if used else "not in use", why)


def governor(sys_root: Path = SYS) -> Check:
    """Read how the processor's clock is governed."""
    why = "a processor that saves power wakes up late"
    files = sys_root.glob("devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    found = sorted({_text(path) for path in files} - {""})
    if not found:
        return Check("processor governor", "ok", "not governed by this system", why)
    state = "ok" if found == ["performance"] else "warn"
    fix = "" if state == "ok" else "sudo cpupower frequency-set -g performance (for the show)"
    return Check("processor governor", state, ", ".join(found), why, fix)  # type: ignore[arg-type]


def timers(sys_root: Path = SYS) -> Check:
    """Sleep thirty times for two milliseconds, and see how late it wakes."""
    why = "notes that go out by timer are as late as the timer"
    late_ns = []
    for _ in range(30):
        due = time.monotonic_ns() + 2_000_000
        time.sleep(0.002)
        late_ns.append(time.monotonic_ns() - due)
    late_ms = sorted(late_ns)[-2] / 1e6  # all but the worst: one hiccup is no habit
    source = _text(sys_root / "devices/system/clocksource/clocksource0/current_clocksource")
    found = f"wakes {late_ms:.2f} ms late at worst" + (f", clock source {source}" if source else "")
    if late_ms > 4.0:
        return Check("timers", "warn", found, why, "end what loads this computer, or use the jack driver")
    return Check("timers", "ok", found, why)


def audio_group() -> Check:
    """Look whether the player belongs to the group that may use sound hardware."""
    why = "on Linux, members of the group `audio` may use sound and MIDI hardware, and get priority"
    try:
        import grp
    except ImportError:
        return Check("group audio", "ok", "not needed on this system", why)
    if os.geteuid() == 0:
        return Check("group audio", "ok", "root needs no group", why)
    try:
        group = grp.getgrnam("audio")
    except KeyError:
        return Check("group audio", "ok", "there is no such group here", why)
    if group.gr_gid in {os.getgid(), *os.getgroups()}:
        return Check("group audio", "ok", "a member", why)
    return Check("group audio", "warn", "not a member", why, "sudo usermod -aG audio $USER; then log out and in")


#: In the order they are told.
CHECKS = (python, processors, priority, memory_lock, swap, governor, timers, audio_group)
