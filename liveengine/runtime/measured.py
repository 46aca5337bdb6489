"""What was measured of this machine's outputs: how late each sounds, kept between sets under its own name.

The file is TOML: an [[output]] table for each, with `port` and `latency` in ms.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from liveengine.engine.patch import LATENCY_MAX_MS
from liveengine.engine.tomlfile import close_file, open_file
from liveengine.formats.disk import write_whole
from liveengine.music.spelling import did_you_mean

_HOME = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")

#: The file. `play` reads it; what a patch says of an output goes before it.
MEASURED = _HOME / "liveengine" / "outputs.toml"

_TITLE = "# How late outputs of this machine sound, in ms: `liveengine litmus` measures it, `play` reads it.\n"

#: Nobody has more; a longer file is a mistake.
_OUTPUTS_MAX = 256


def load(path: Path | None = None) -> dict[str, float]:
    """Return the latency in ms by the output's name; empty where nothing was measured yet.

    Raises FileError with everything that is wrong with the file.
    """
    path = path or MEASURED
    if not path.is_file():
        return {}
    top = open_file(path)
    kept = {}
    for section in top.tables("output", _OUTPUTS_MAX):
        name = section.text("port")
        section.called(name)
        if "latency" not in section:
            section.problem("latency", "is missing")
        kept[name] = section.number("latency", 0.0, LATENCY_MAX_MS, 0.0, "ms")
    close_file(top)
    return kept


def store(name: str, latency_ms: float, path: Path | None = None) -> None:
    """Keep an output's latency, in place of an older one.

    Raises ValueError for one that no output can have, and FileError where the file has been spoiled by hand.
    """
    if not 0.0 <= latency_ms <= LATENCY_MAX_MS:
        raise ValueError(f"{latency_ms:.2f} ms is no latency of an output (0–{LATENCY_MAX_MS:g} ms): not kept")
    _save({**load(path), name: latency_ms}, path)


def forget(name: str, path: Path | None = None) -> None:
    """Keep it no longer. Raises ValueError, with the nearest name, where there is none of this name."""
    kept = load(path)
    if name not in kept:
        raise ValueError(f'nothing is kept of an output "{name}"' + (did_you_mean(name, kept) if kept else ""))
    del kept[name]
    _save(kept, path)


def _save(kept: Mapping[str, float], path: Path | None) -> None:
    path = path or MEASURED
    # A TOML string is written like JSON's; it only wants DEL escaped, too.
    words = {name: json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f") for name in kept}
    tables = [f"\n[[output]]\nport = {words[name]}\nlatency = {latency_ms:.3f}\n" for name, latency_ms in kept.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (_TITLE + "".join(tables)).encode())
