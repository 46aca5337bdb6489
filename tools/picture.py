"""Draw the terminal of `liveengine play --plain` as it looks after a while, into docs/play.svg.

.venv/bin/python tools/picture.py [SECONDS] [FILE.svg]
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 132


def screen_after(seconds: float, keys: str) -> list[str]:
    """Play in a terminal of our own, strike `keys` evenly, and return the screen's lines with their colours."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "liveengine", "play", "--plain"]
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": "20", "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = ""
    began = time.monotonic()
    pressed = 0
    while (passed := time.monotonic() - began) < seconds:
        if select.select([ours], [], [], 0.1)[0]:
            shown += os.read(ours, 65536).decode(errors="replace")
        if pressed < len(keys) and passed > seconds * (pressed + 1) / (len(keys) + 1):
            os.write(ours, keys[pressed].encode())
            pressed += 1
    process.terminate()
    process.wait()
    return [line.split("\r\x1b[2K")[-1] for line in shown.replace("\r\n", "\n").split("\n")]


def main() -> None:
    """Draw the picture."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 12.0
    path = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/play.svg")
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text("$ liveengine play --plain", style="bold"))
        for line in screen_after(seconds, "n1"):
            console.print(Text.from_ansi(line))
        console.save_svg(str(path), title="liveengine")
    print(path)


if __name__ == "__main__":
    main()
