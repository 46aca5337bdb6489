"""Debian packages: found, installed where allowed, else the exact line; with a system made of shell scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

# dpkg's book is a file with a name a line; apt knows the names in another, and writes what it did into a third.
SYSTEM = {
    "dpkg-query": 'for name; do if grep -qx -- "$name" $BOOK/installed; then echo "installed $name"; fi; done',
    "apt-cache": 'if grep -qx -- "$2" $BOOK/known; then echo "Package: $2"; else exit 100; fi',
    "apt-get": 'echo "$DEBIAN_FRONTEND apt-get $@" >> $BOOK/log; case "$*" in *update*) exit 0;; esac\n'
    'test -e $BOOK/broken && { echo "E: dpkg was interrupted"; exit 100; }\n'
    'for word; do grep -qx -- "$word" $BOOK/known && echo "$word" >> $BOOK/installed; done; exit 0',
    "sudo": 'test -e $BOOK/sudo || exit 1; shift; exec "$@"',
}

ASK = """
import sys; sys.path.insert(0, 'tools')
import os, debian
os.geteuid = lambda: {euid}
lacking = debian.provide((("libportaudio2",), ("libasound2", "libasound2t64")))
print("lacking", lacking)
print("line", debian.install_line(lacking))
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    (tmp_path / "bin").mkdir()
    folder.mkdir()
    for name, text in SYSTEM.items():
        script = tmp_path / "bin" / name
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    (folder / "known").write_text("libportaudio2\nlibasound2t64\n")
    (folder / "installed").write_text("")
    return folder


def ask(clone: Any, book: Path, euid: int) -> list[str]:
    path = f"{book.parent / 'bin'}:{os.environ['PATH']}"
    run = clone.run("-c", ASK.format(euid=euid), PATH=path, BOOK=str(book))
    assert run.returncode == 0, run.stderr
    return list(run.stdout.splitlines())


def installs(book: Path) -> list[str]:
    log = book / "log"
    return [line for line in log.read_text().splitlines() if "install" in line] if log.exists() else []


def test_root_installs_what_is_missing_under_the_name_this_system_has(clone: Any, book: Path) -> None:
    assert "lacking []" in ask(clone, book, euid=0)
    (line,) = installs(book)
    assert line.endswith("install -y --no-install-recommends libportaudio2 libasound2t64")
    assert line.startswith("noninteractive ")


def test_what_is_there_under_any_name_is_not_installed_again(clone: Any, book: Path) -> None:
    (book / "installed").write_text("libportaudio2\nlibasound2\n")
    assert "lacking []" in ask(clone, book, euid=0)
    assert installs(book) == []


def test_a_player_who_may_use_sudo_unasked_gets_them_too(clone: Any, book: Path) -> None:
    (book / "sudo").touch()
    assert "lacking []" in ask(clone, book, euid=1000)
    assert installs(book)[0].startswith("noninteractive ")


def test_a_player_who_may_not_is_told_the_exact_line(clone: Any, book: Path) -> None:
    told = ask(clone, book, euid=1000)
    assert "line sudo apt-get update && sudo apt-get install -y libportaudio2 libasound2t64" in told
    assert installs(book) == []


def test_an_installation_that_fails_is_shown_and_gone_on_from(clone: Any, book: Path) -> None:
    (book / "broken").touch()
    told = ask(clone, book, euid=0)
    assert "E: dpkg was interrupted" in told
    assert any(line.startswith("lacking [('libportaudio2',)") for line in told)
