"""Clicks out of one audio port and back by a cable: through JACK, or a sound card that PortAudio opens both ways.

The click is played and heard in the same count of frames, so that the round trip is exact, whatever wakes us when.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from liveengine.drivers.jack_latency import capture_frames, playback_frames
from liveengine.drivers.jack_memory import JackMissing
from liveengine.music.spelling import did_you_mean
from liveengine.ports.names import first_match, matches
from liveengine.runtime.litmus.click import Sound, find_click, make_click
from liveengine.runtime.litmus.notes import CLIENT, Progress
from liveengine.runtime.litmus.verdict import Round, Verdict, judge

#: From click to click: no round trip may be longer.
EVERY_S = 0.5

#: Each click begins elsewhere in the device's period.
SHIFT_FRAMES = 37
SHIFT_MAX = 1024

SECONDS_MAX = 300.0

#: A server or a card that takes this much longer than the time to be measured stands still.
PATIENCE_S = 5.0


class Tape:
    """What is to be played, and what was heard, frame by frame from the first on."""

    def __init__(self, rate_hz: float, seconds: float) -> None:
        if seconds > SECONDS_MAX:
            raise ValueError(f"--seconds {seconds:g}: clicks are listened to for {SECONDS_MAX:g} s at most")
        self.rate_hz = rate_hz
        self._click = make_click(rate_hz)
        self._window = round(EVERY_S * rate_hz)
        count = max(1, int(seconds / EVERY_S))
        # The first is not at once: whoever connects ports by hand has some time for it.
        self.begins = [(1 + k) * self._window + k * SHIFT_FRAMES % SHIFT_MAX for k in range(count)]
        self.played: Sound = np.zeros((count + 2) * self._window, np.float32)
        self.heard: Sound = np.zeros_like(self.played)
        for begin in self.begins:
            self.played[begin : begin + self._click.size] = self._click
        self.place = 0  # the first frame that has not passed yet
        self.skipped = 0  # how often the device left buffers out

    @property
    def share(self) -> float:
        """How much of it has passed, from 0 to 1."""
        return min(1.0, self.place / self.played.size)

    def turn(self, start: int, out: Sound, heard: Sound) -> None:
        """Let one buffer pass, which begins with frame `start`: fill `out`, and keep what was `heard`."""
        if self.place and start > self.place:
            self.skipped += 1
        part = slice(min(start, self.played.size), min(start + out.size, self.played.size))
        size = part.stop - part.start
        self.heard[part] = heard[:size]
        out[:size] = self.played[part]
        out[size:] = 0.0
        self.place = start + out.size

    def round(self) -> Round:
        """Return which clicks came back, and after how many frames."""
        # Each is looked for until the next is played.
        windows = [self.heard[begin : begin + self._window - SHIFT_MAX] for begin in self.begins]
        found = [find_click(window, self._click) for window in windows]
        delays = tuple(place for place in found if place is not None)
        return Round(len(found), self.rate_hz, delays, stalls=self.skipped)


def _wait(tape: Tape, progress: Progress, lost: Callable[[], str]) -> None:
    """Wait until the tape has passed. Raises OSError where it stands still."""
    deadline = time.monotonic() + tape.played.size / tape.rate_hz + PATIENCE_S
    while tape.share < 1.0:
        if lost() or time.monotonic() > deadline:
            raise OSError(lost() or "the audio device stands still")
        time.sleep(0.02)
        progress(tape.share)


# -- JACK ------------------------------------------------------------------


def measure_on_jack(out: str, back: str, seconds: float, progress: Progress) -> Verdict:
    """Measure from one JACK port to another; empty names are the first of the sound card.

    Raises OSError where there is no JACK, or no such port.
    """
    import jack

    jack.set_error_function(lambda _message: None)
    jack.set_info_function(lambda _message: None)
    try:
        client = jack.Client(CLIENT, no_start_server=True)
    except jack.JackOpenError:
        raise JackMissing("no JACK server is running") from None
    try:
        tape = Tape(float(client.samplerate), seconds)
        click, ear = client.outports.register("click"), client.inports.register("ear")
        hears = _port(client, out, "to play to", is_input=True)
        plays = _port(client, back, "to hear", is_output=True)
        lost = _let_turn(client, tape, click, ear)
        for source, destination in ((click, hears), (plays, ear)):
            if destination.name not in [port.name for port in client.get_all_connections(source)]:
                client.connect(source, destination)
        _wait(tape, progress, lost)
        frame_us = 1e6 / tape.rate_hz
        reported_us = frame_us * playback_frames(jack, hears), frame_us * capture_frames(jack, plays)
        return judge("clicks", hears.name, plays.name, tape.round(), reported_us)
    except jack.JackError as error:
        raise OSError(f"JACK refuses: {error}") from None
    finally:
        client.close()


def _let_turn(client: Any, tape: Tape, click: Any, ear: Any) -> Callable[[], str]:
    """Let the tape turn with JACK's periods; return who says why it does so no more."""
    gone = threading.Event()
    first: list[int] = []

    def on_period(_frames: int) -> None:
        now = client.last_frame_time
        if not first:
            first.append(now)
        heard = ear.get_array().copy()  # Before we play: what is connected to ourselves shares its buffer with us.
        tape.turn((now - first[0]) % (1 << 32), click.get_array(), heard)  # JACK counts in 32 bits.

    client.set_process_callback(on_period)
    client.set_shutdown_callback(lambda _status, _reason: gone.set())
    client.activate()
    return lambda: "the JACK server is gone" if gone.is_set() else ""


def _port(client: Any, pattern: str, purpose: str, **flow: bool) -> Any:
    """Return the first audio port that a pattern means, or the first of the sound card. Raises OSError for none."""
    if not pattern:
        ports = client.get_ports(is_audio=True, is_physical=True, **flow)
        if not ports:
            raise OSError(f"this JACK server has no sound card {purpose}: name a port")
        return ports[0]
    ports = client.get_ports(is_audio=True, **flow)
    for port in ports:
        if matches(pattern, port.name):
            return port
    raise OSError(f'no JACK port called "{pattern}" {purpose}{did_you_mean(pattern, [port.name for port in ports])}')


# -- PortAudio -------------------------------------------------------------


def measure_without_jack(out: str, back: str, seconds: float, progress: Progress) -> Verdict:
    """Measure through PortAudio; empty names are its default devices. Raises OSError where there are none."""
    import sounddevice

    outputs, inputs = _device(sounddevice, out, "output"), _device(sounddevice, back, "input")
    rate_hz = float(outputs["default_samplerate"])
    tape = Tape(rate_hz, seconds)

    def on_buffer(heard: Any, played: Any, _frames: int, _time: Any, flags: Any) -> None:
        if flags:
            tape.skipped += 1
        tape.turn(tape.place, played[:, 0], heard[:, 0])

    try:
        stream = sounddevice.Stream(
            rate_hz, device=(inputs["index"], outputs["index"]), channels=1, latency="low", callback=on_buffer
        )
        with stream:
            _wait(tape, progress, lambda: "")
            back_s, out_s = stream.latency
    except sounddevice.PortAudioError as error:
        raise OSError(f"cannot play and hear on {outputs['name']} and {inputs['name']}: {error}") from None
    return judge("clicks", outputs["name"], inputs["name"], tape.round(), (1e6 * out_s, 1e6 * back_s))


def _device(sounddevice: Any, pattern: str, kind: str) -> Any:
    """Return the first device that a pattern means, or the default one. Raises OSError where there is none."""
    try:
        if not pattern:
            return sounddevice.query_devices(kind=kind)
        devices = [device for device in sounddevice.query_devices() if device[f"max_{kind}_channels"] > 0]
    except (sounddevice.PortAudioError, ValueError):
        raise OSError(f"there is no audio {kind} device") from None
    names = [device["name"] for device in devices]
    found = first_match(pattern, names)
    if found is None:
        raise OSError(f'no audio {kind} device called "{pattern}"{did_you_mean(pattern, names)}')
    return devices[names.index(found)]
