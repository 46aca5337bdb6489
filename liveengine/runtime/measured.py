"""What was measured of this machine's MIDI outputs, kept between sets as [[output]] tables."""

from __future__ import annotations

import json
import os
from pathlib import Path

_HOME = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")

#: The file; `play` reads it, and what a patch says of an output goes before it.
MEASURED = _HOME / "liveengine" / "outputs.toml"

_TITLE = "# Latencies measured on this machine, by MIDI output.\n"


def store(port: str, latency_ms: float, path: Path = MEASURED) -> None:
    """Keep a latency as that port's compensation, in place of an older one."""
    kept = path.read_text() if path.is_file() else _TITLE
    head, *tables = kept.split("\n[[output]]\n")
    line = f"port = {json.dumps(port)}\n"
    tables = [table for table in tables if not table.startswith(line)]
    tables.append(f"{line}latency = {latency_ms:.3f}\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n[[output]]\n".join([head, *tables]))
