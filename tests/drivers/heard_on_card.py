"""Play drums through the audio driver, on PortAudio's JACK, and tell how long after their stamps they are heard.

In a process of its own: PortAudio keeps its JACK server until the process ends, and a process can have but one.
Prints JSON: `rack_ms` as the driver says it, `heard_ms` of each stroke, and the device's `name`; or a `problem`.
"""

from __future__ import annotations

import json
import queue
import time

import jack
import numpy as np

from liveengine.drivers.audio import AudioDriver
from liveengine.drivers.timer import AUDIO_EVENTS, Timer, make_timer
from liveengine.instruments.rack import make_rack
from liveengine.music.event import EVENT, NOTE_ON
from liveengine.music.sound import SOUND_NUMBER
from liveengine.music.time import NS_PER_SECOND
from liveengine.sequencer.ring import publish

STROKES = 5
QUIET_S = 0.3


def strike(timer: Timer, onsets: queue.SimpleQueue[int]) -> float:
    """Strike a drum; return how many ms after its stamp its first sample is heard."""
    while True:
        try:
            onsets.get(timeout=QUIET_S)  # the one before dies away
        except queue.Empty:
            break
    event = np.zeros(1, EVENT)[0]
    event["when"], event["size"], event["b0"], event["b1"], event["b2"] = time.monotonic_ns(), 3, NOTE_ON, 36, 127
    timer.audio[timer.audio_ends[0] % AUDIO_EVENTS] = event
    publish(timer.audio_ends, 1)
    return (onsets.get(timeout=10.0) - int(event["when"])) / 1e6


def main() -> dict[str, object]:
    ear = jack.Client("ear", no_start_server=True)
    rate = float(ear.samplerate)
    timer, rack = make_timer({}), make_rack(rate)
    rack.strips["sound"] = SOUND_NUMBER["drums"]
    try:
        driver = AudioDriver(rack, rate, timer.audio, timer.audio_ends)
    except OSError as error:
        return {"problem": str(error)}
    inlet = ear.inports.register("sound")
    onsets: queue.SimpleQueue[int] = queue.SimpleQueue()

    def hear(_frames: int) -> None:
        began_ns = time.monotonic_ns() - round(ear.frames_since_cycle_start * NS_PER_SECOND / rate)
        loud = np.flatnonzero(np.abs(inlet.get_array()) > 1e-3)
        if loud.size:
            onsets.put(began_ns + round(int(loud[0]) * NS_PER_SECOND / rate))

    ear.set_process_callback(hear)
    publish(timer.audio_ends, 0)  # compiled now, and not between a stamp and its sound
    driver.start()
    try:
        with ear:
            ear.connect("PortAudio:out_0", inlet)
            heard = [strike(timer, onsets) for _ in range(STROKES)]
        return {"rack_ms": driver.rack_ms, "heard_ms": heard, "name": driver.name}
    finally:
        driver.stop()


if __name__ == "__main__":
    print(json.dumps(main()))
