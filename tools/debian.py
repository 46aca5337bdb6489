"""Debian packages that the engine's libraries stand on: look, install where allowed, else say how.

Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence

from progress import Failed, Step, run

#: A package, under any of the names that systems give it; the first one the system knows is installed.
Package = tuple[str, ...]

PLAYING: tuple[Package, ...] = (
    ("libportaudio2",),
    ("libasound2", "libasound2t64"),
    ("libjack-jackd2-0", "libjack0", "pipewire-jack"),
)
TESTING: tuple[Package, ...] = (*PLAYING, ("jackd2",), ("jack-midi-clock",), ("liblo-tools",))

# jackd2 asks whether it may run in real time, and would wait for an answer for ever.
_UNASKED = ("DEBIAN_FRONTEND=noninteractive",)


def here() -> bool:
    """Say whether this system is of Debian's family."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-query"))


def _installed(names: Iterable[str]) -> set[str]:
    """Return those of `names` that are installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    lines = (line.split() for line in answer.stdout.splitlines())
    return {words[1] for words in lines if len(words) == 2 and words[0] == "installed"}


def missing(wanted: Sequence[Package]) -> list[Package]:
    """Return the packages of which no name is installed."""
    found = _installed(name for package in wanted for name in package)
    return [package for package in wanted if not found.intersection(package)]


def _prefix() -> list[str] | None:
    """Return what to put before apt-get to be allowed to install; None where one would be asked."""
    if os.geteuid() == 0:
        return ["env", *_UNASKED]
    if not shutil.which("sudo"):
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return ["sudo", "-n", "env", *_UNASKED] if allowed.returncode == 0 else None


def _known_name(package: Package) -> str:
    """Return the first of a package's names that this system can install."""
    if not shutil.which("apt-cache"):
        return package[0]
    for name in package:
        answer = subprocess.run(["apt-cache", "show", name], check=False, capture_output=True)
        if answer.returncode == 0 and answer.stdout.strip():
            return name
    return package[0]


def install_line(packages: Sequence[Package]) -> str:
    """Return the exact line a person would type."""
    return "sudo apt-get update && sudo apt-get install -y " + " ".join(map(_known_name, packages))


def provide(wanted: Sequence[Package]) -> list[Package]:
    """Install what is missing, where that is allowed; return what is missing still."""
    lacking = missing(wanted)
    if not lacking:
        return []
    prefix = _prefix()
    if prefix is None:
        return lacking
    apt = [*prefix, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    try:
        with Step("asking Debian for its packages") as step:
            run(step, [*apt, "update"])
    except Failed as error:
        print(error)  # the lists that are there may still do
    names = [_known_name(package) for package in lacking]
    try:
        with Step(f"installing {' '.join(names)}") as step:
            run(step, [*apt, "install", "-y", "--no-install-recommends", *names])
    except Failed as error:
        print(error)
    return missing(lacking)
