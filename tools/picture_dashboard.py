"""Draw the dashboard, attached to a set that really plays, into docs/dashboard.svg.

.venv/bin/python tools/picture_dashboard.py [COLUMNSxROWS] [FILE.svg]
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from liveengine.dashboard.app import Dashboard

PATIENCE_S = 60.0

#: Fewer beats than this are left of what was launched when the picture is taken.
ALMOST_BEATS = 2


async def _until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError("the set does not come to where the picture is taken")
        await asyncio.sleep(0.02)


async def picture(port: int, size: tuple[int, int]) -> str:
    """Play on the keys until there is something to see, and return the picture as SVG."""
    dashboard = Dashboard("127.0.0.1", port)
    mirror = dashboard.mirror
    async with dashboard.run_test(size=size) as pilot:
        await _until(lambda: dashboard.link.attached and mirror.number("/transport/bar") >= 2)
        await pilot.press("n")
        await _until(
            lambda: mirror.text("/track/1/playing").startswith("walk") and mirror.number("/transport/bar") >= 5
        )
        await pilot.press("n", "down", "down", "r")
        await _until(lambda: len(mirror.text("/track/4/steps")) > 64 and mirror.number("/transport/beat") == 2)
        await pilot.press("2", "3")
        await _until(lambda: 0 < mirror.beats_to_wait(2, time.monotonic()) <= ALMOST_BEATS)
        await asyncio.sleep(0.1)
        return dashboard.export_screenshot(title="liveengine")


def main() -> None:
    """Draw the picture."""
    columns, _, rows = (sys.argv[1] if len(sys.argv) > 1 else "110x32").partition("x")
    path = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/dashboard.svg")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        port = int(line.getsockname()[1])
    command = [sys.executable, "-m", "liveengine", "play", "--headless", "--driver", "timer"]
    engine = subprocess.Popen([*command, "--osc", f"127.0.0.1:{port}"])
    try:
        path.write_text(asyncio.run(picture(port, (int(columns), int(rows)))), encoding="utf-8")
    finally:
        engine.terminate()
        engine.wait()
    print(path)


if __name__ == "__main__":
    main()
