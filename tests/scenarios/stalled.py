"""A set whose Python stands still for a second: a native call that keeps the GIL, in the midst of the music.

    python stalled.py PATCH DRIVER [CLOCK]

Says `ready` once it is, and `stands` when Python is about to stand still, a second after the music began. At the
end it prints, in JSON: on the driver's clock, between which instants Python stood still; for how long the busiest
other thread got no turn; and how often the data plane found that it had been held up.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading
import time

from liveengine.drivers.jack import JackDriver
from liveengine.engine.clock import Sources
from liveengine.engine.patch import load_patch
from liveengine.runtime.options import Options
from liveengine.runtime.stage import Stage

STALL_US = 1_000_000
BEFORE_S, AFTER_S = 1.0, 1.0


class Watch:
    """A thread that only looks at the clock, and so knows how long it had to wait for the GIL."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        before = time.monotonic()
        while True:
            time.sleep(0.001)
            now = time.monotonic()
            self.longest_s, before = max(self.longest_s, now - before), now


def main() -> None:
    patch, driver_name, *clock = sys.argv[1:]
    options = Options(driver=driver_name, audio=False, sources=Sources.parse(*clock) if clock else Sources())
    stage = Stage(load_patch(patch), options, lambda text: None)
    driver = stage.driver
    stage.start()
    print("ready", flush=True)

    def now() -> int:
        return int(driver.client.frame_time) if isinstance(driver, JackDriver) else driver.now()

    while not driver.state.transport[0]["playing"]:
        time.sleep(0.01)
    time.sleep(BEFORE_S)
    watch = Watch()
    print("stands", flush=True)
    begin = now()
    ctypes.PyDLL(None).usleep(STALL_US)  # PyDLL, unlike CDLL, keeps the GIL.
    end = now()
    time.sleep(AFTER_S)
    stage.stop()
    realigned = int(driver.state.transport[0]["realigned"])
    print(json.dumps({"begin": begin, "end": end, "longest_s": watch.longest_s, "realigned": realigned}))


if __name__ == "__main__":
    main()
