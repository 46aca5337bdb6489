"""Which room may import which: the table of docs/architecture.md, kept true."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "liveengine"

#: Rooms by the rooms they may import.
ROOMS: dict[str, set[str]] = {
    "music": set(),
    "rhythms": {"music"},
    "sequencer": {"music", "compiled", "memory"},
    "generators": {"music", "rhythms", "compiled"},
    "engine": {"music", "rhythms", "generators", "sequencer", "formats"},
    "drivers": {"sequencer", "music", "instruments", "compiled", "memory", "priority"},
    "ports": {"music", "engine", "priority"},
    "instruments": {"music", "compiled", "memory"},
    "formats": {"music"},
    "studio": {"music", "rhythms", "generators", "sequencer", "drivers", "instruments", "formats"},
    "training": {"music", "rhythms", "formats", "generators"},
    "dashboard": {"engine", "ports"},
    "runtime": {
        *("music", "rhythms", "sequencer", "generators", "engine", "drivers", "ports", "instruments", "formats"),
        *("compiled", "kernel_cache", "priority"),
    },
    # Files beside the rooms.
    "compiled": {"kernel_cache"},
    "memory": {"compiled"},
    "kernel_cache": set(),
    "priority": set(),
    "cli": {"runtime", "dashboard", "engine", "ports", "formats", "music", "training"},
    "__main__": {"cli"},
    "__init__": set(),
}

#: Libraries by the rooms they live in; the standard library is free everywhere.
LIBRARIES: dict[str, set[str]] = {
    "music": {"numpy"},
    "rhythms": {"numpy"},
    "sequencer": {"numpy", "numba", "llvmlite"},
    "generators": {"numpy", "ribs"},
    "engine": {"numpy"},
    "drivers": {"numpy", "numba", "llvmlite", "sounddevice", "jack"},
    "ports": {"numpy", "rtmidi", "mido", "pythonosc", "sounddevice", "jack", "zeroconf", "aalink"},
    "instruments": {"numpy", "numba", "llvmlite"},
    "formats": {"numpy", "mido"},
    "studio": {"numpy", "soundfile", "pyloudnorm"},
    "training": {"numpy", "torch", "onnx", "onnxruntime", "rich", "safetensors", "wandb"},
    "dashboard": {"textual", "rich", "pythonosc"},
    "runtime": {"numpy", "rich", "onnxruntime", "apscheduler", "rtmidi", "jack", "sounddevice"},
    "compiled": {"numba", "llvmlite"},
    "memory": {"numpy", "numba", "llvmlite"},
}

#: What the live process never loads.
NEVER_LIVE = ("torch", "textual", "liveengine.training", "liveengine.studio", "liveengine.dashboard")


def room_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every module a file names in an import, wherever in the file it stands, with its line."""
    parts = ("liveengine", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*parts[: len(parts) - node.level], *([node.module] if node.module else [])]
            origin = ".".join(base) if node.level else node.module or ""
            if origin == "liveengine":
                yield from ((node.lineno, f"liveengine.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, origin


def complaints(path: Path) -> Iterator[str]:
    room = room_of(path)
    for line, module in imported(path):
        first, *rest = module.split(".")
        place = f"{path.relative_to(PACKAGE.parent)}:{line}"
        if first == "liveengine":
            target = rest[0] if rest else "__init__"
            if target not in {room, "__init__", "__version__"} | ROOMS[room]:
                yield f"{place}: {room} may not import {target}"
        elif first not in sys.stdlib_module_names and first not in LIBRARIES.get(room, set()):
            yield f"{place}: the library {first} does not live in {room}"


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_stands_in_the_table() -> None:
    assert {room_of(path) for path in FILES} <= set(ROOMS)


def test_no_room_imports_what_the_table_does_not_give_it() -> None:
    assert [complaint for path in FILES for complaint in complaints(path)] == []


def test_nothing_but_the_command_line_imports_the_stage() -> None:
    assert [room for room, targets in ROOMS.items() if "runtime" in targets] == ["cli"]


def test_the_rooms_do_not_go_in_a_circle() -> None:
    done: set[str] = set()
    while ready := [room for room in ROOMS if room not in done and ROOMS[room] <= done]:
        done.update(ready)
    assert done == set(ROOMS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from liveengine.runtime import doctor\n", "music may not import runtime"),
        ("def f():\n    import torch\n", "the library torch does not live in music"),
        ("from ..engine import patch\n", "music may not import engine"),
        ("from liveengine import engine\n", "music may not import engine"),
    ],
)
def test_a_forbidden_import_would_be_found(tmp_path: Path, monkeypatch, text: str, said: str) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "liveengine")
    place = tmp_path / "liveengine" / "music" / "new.py"
    place.parent.mkdir(parents=True)
    place.write_text(text)
    assert [complaint.split(": ", 1)[1] for complaint in complaints(place)] == [said]


def test_the_live_process_loads_no_school_and_no_window() -> None:
    live = [path for path in FILES if room_of(path) in ("runtime", "cli")]
    names = [
        ".".join(("liveengine", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in live
    ]
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {NEVER_LIVE!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
