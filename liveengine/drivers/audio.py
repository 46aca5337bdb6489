"""The audio driver: a compiled PortAudio callback that plays the built-in instruments.

Events come from the timer driver through a ring, stamped in nanoseconds.
Each sounds one buffer after its stamp, at its exact place in the buffer: a
constant latency, not a wavering one. The stream is opened through
sounddevice's own handle of the library, because sounddevice's streams call
back into Python and this one must not.
"""

from __future__ import annotations

import atexit
import functools
import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from liveengine.compiled import callback, compiled
from liveengine.drivers import system
from liveengine.drivers.pointers import address_of, array_at
from liveengine.drivers.timer import AUDIO_EVENTS
from liveengine.instruments.play import play
from liveengine.instruments.rack import Rack, look_ahead_frames
from liveengine.memory import Memory, memory_at
from liveengine.music.event import EVENT
from liveengine.music.time import NS_PER_SECOND
from liveengine.sequencer.records.rings import ENDS_SIZE, READ
from liveengine.sequencer.ring import release, waiting

FRAMES_MAX = 8192

#: A device that asks for no sound for so long is lost.
LOST_S = 1.0

#: Bandwidth of the loop that tells the sound card's clock from the jitter of its callbacks.
_BANDWIDTH_HZ = 0.5

#: A device that has not asked for sound by then will be listened to when it does.
FIRST_BUFFER_S = 0.5

CLOCK = np.dtype(
    [
        ("rate", "f8"),
        ("begun", "i8"),
        ("frames", "i8"),     # rendered so far
        ("start_ns", "f8"),   # filtered instant of this buffer's beginning
        ("frame_ns", "f8"),   # filtered length of a frame
        ("underflows", "i8"),
        ("buffer", "i8"),        # frames of the longest buffer so far
        ("peak", "f8"),       # highest sample since Python last looked
    ]
)  # fmt: skip


LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("clock", 1, CLOCK),
    ("time", 2, np.dtype(np.int64)),
    ("due", AUDIO_EVENTS, EVENT),
    ("left", FRAMES_MAX, np.dtype(np.float32)),
    ("right", FRAMES_MAX, np.dtype(np.float32)),
    ("events", AUDIO_EVENTS, EVENT),
    ("ends", ENDS_SIZE, np.dtype(np.int64)),
)


class Audio(Memory, layout=LAYOUT):
    """What the callback works with, besides the rack."""

    clock: NDArray[Any]
    time: NDArray[np.int64]
    due: NDArray[Any]
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    events: NDArray[Any]
    ends: NDArray[np.int64]


_audio_at = memory_at(Audio)
_rack_at = memory_at(Rack)
_addresses_at = array_at(np.int64)
_samples_at = array_at(np.float32)
_OUTPUT_UNDERFLOW = 4


@compiled
def follow(clock: Any, now: int, frames: int) -> None:
    """Tell where this buffer begins, from when its callback came.

    Source: Adriaensen, "Using a DLL to filter time".
    """
    if clock.begun == 0:
        clock.begun = 1
        clock.start_ns = now
        clock.frame_ns = NS_PER_SECOND / clock.rate
        return
    expected = clock.start_ns + clock.frame_ns * frames
    omega = 2.0 * math.pi * _BANDWIDTH_HZ * frames / clock.rate
    error = now - expected
    if abs(error) > 0.1 * NS_PER_SECOND:
        clock.start_ns = now
        return
    clock.start_ns = expected + math.sqrt(2.0) * omega * error
    clock.frame_ns += omega * omega * error / frames


@compiled
def take_due(a: Audio, frames: int) -> int:
    """Move the events of this buffer from the ring to `due`, stamped in frames; return how many."""
    clock = a.clock[0]
    count = 0
    while count < AUDIO_EVENTS and waiting(a.ends) > 0:
        event = a.events[a.ends[READ] % AUDIO_EVENTS]
        # Stamped during the last buffer, it sounds at the same place of this one.
        offset = int((event.when - clock.start_ns) / clock.frame_ns) + frames
        if offset >= frames:
            break
        a.due[count] = event
        a.due[count].when = clock.frames + max(offset, 0)
        count += 1
        release(a.ends, 1)
    return count


@compiled
def _fill(a: Audio, rack: Rack, samples: NDArray[np.float32], frames: int, flags: int) -> None:
    clock = a.clock[0]
    if flags & _OUTPUT_UNDERFLOW:
        clock.underflows += 1
    clock.buffer = max(clock.buffer, frames)
    follow(clock, system.now_ns(a.time), frames)
    done = 0
    while done < frames:
        part = min(frames - done, FRAMES_MAX)
        count = take_due(a, frames) if done == 0 else 0
        play(rack, a.due, count, clock.frames, a.left, a.right, part)
        for i in range(part):
            samples[2 * (done + i)] = a.left[i]
            samples[2 * (done + i) + 1] = a.right[i]
            clock.peak = max(clock.peak, abs(a.left[i]), abs(a.right[i]))
        clock.frames += part
        done += part


def _on_buffer(_in: Any, out: Any, frames: int, _time: Any, flags: int, pointer: Any) -> int:
    handed = _addresses_at(address_of(pointer), 2)
    a, rack = _audio_at(handed[0]), _rack_at(handed[1])
    samples = _samples_at(address_of(out), 2 * int(frames))
    _fill(a, rack, samples, int(frames), int(flags))
    return 0


@functools.cache
def stream_callback() -> Any:
    """Compile the PaStreamCallback."""
    pointer, whole = types.voidptr, types.uint64
    return callback(types.int32(pointer, pointer, whole, pointer, whole, pointer))(_on_buffer)


def make_audio(rate: float, events: NDArray[Any], ends: NDArray[np.int64]) -> Audio:
    """Allocate what the callback works with, at the end of the ring `events`."""
    own = [np.zeros(size, dtype) for _, size, dtype in LAYOUT[:-2]]
    audio = Audio(*own, events, ends)
    audio.clock["rate"] = rate
    return audio


class AudioDriver:
    """Plays a rack on an audio device, fed by the timer driver's ring.

    Raises OSError, in words a player understands, when there is no PortAudio or no device.
    """

    def __init__(
        self,
        rack: Rack,
        rate: float,
        events: NDArray[Any],
        ends: NDArray[np.int64],
        device: int | None = None,
    ) -> None:
        self.audio = make_audio(rate, events, ends)
        self.rack = rack
        self._handed = np.array([self.audio.address, rack.address], np.int64)  # what the callback gets
        self._stream: Any = None
        self._played = (0, math.inf)  # frames by then, and when they were last seen to grow
        self._library, self._ffi, self.device = open_library(device)
        self._rate = rate

    def start(self) -> None:
        """Open the stream and let it run; return when its first buffer was played, and so its length is known."""
        ffi, library = self._ffi, self._library
        info = library.Pa_GetDeviceInfo(self.device)
        parameters = ffi.new(
            "PaStreamParameters*",
            {
                "device": self.device,
                "channelCount": 2,
                "sampleFormat": 0x1,  # paFloat32
                "suggestedLatency": info.defaultLowOutputLatency,
                "hostApiSpecificStreamInfo": ffi.NULL,
            },
        )
        stream = ffi.new("PaStream**")
        error = library.Pa_OpenStream(
            stream,
            ffi.NULL,
            parameters,
            self._rate,
            0,
            0,
            ffi.cast("PaStreamCallback*", stream_callback().address),
            ffi.cast("void*", self._handed.ctypes.data),
        )
        if error == 0:
            self._stream = stream[0]
            error = library.Pa_StartStream(self._stream)
        if error != 0:
            raise OSError(f"cannot play sound: {ffi.string(library.Pa_GetErrorText(error)).decode()}")
        deadline_s = time.monotonic() + FIRST_BUFFER_S
        while self.audio.clock[0]["buffer"] == 0 and time.monotonic() < deadline_s:
            time.sleep(0.001)

    def counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong since the start: its name in FAULTS, the port (-1: none's), how often."""
        yield "underflows", -1, int(self.audio.clock[0]["underflows"])

    @property
    def name(self) -> str:
        """The device's name."""
        return str(self._ffi.string(self._library.Pa_GetDeviceInfo(self.device).name).decode(errors="replace"))

    @property
    def rack_ms(self) -> float:
        """How much later than its stamp an event leaves the callback: by a buffer, and the limiter's look-ahead."""
        frames = int(self.audio.clock[0]["buffer"]) + look_ahead_frames(self._rate)
        return 1000.0 * frames / self._rate

    @property
    def device_ms(self) -> float:
        """What PortAudio says of the way from callback to loudspeaker."""
        info = self._library.Pa_GetStreamInfo(self._stream) if self._stream else None
        return 1000.0 * float(info.outputLatency) if info else 0.0

    def is_lost(self, now_s: float) -> bool:
        """Say whether the device, or the server behind it, has stopped asking for sound. Ask now and then."""
        frames = int(self.audio.clock[0]["frames"])
        if frames != self._played[0] or self._stream is None:
            self._played = frames, now_s
        return now_s - self._played[1] > LOST_S

    def stop(self) -> None:
        """Close the stream."""
        if self.is_lost(time.monotonic()):
            # PortAudio would wait ten minutes for a JACK server that has died, and abort the process at its exit.
            atexit.unregister(_exit_handler())
            self._stream = None
        if self._stream:
            self._library.Pa_StopStream(self._stream)
            self._library.Pa_CloseStream(self._stream)
            self._stream = None


def _exit_handler() -> Any:
    """Return what sounddevice does when the process ends."""
    import sounddevice

    return sounddevice._exit_handler


def open_library(device: int | None = None) -> tuple[Any, Any, int]:
    """Return PortAudio, its foreign-function interface and the number of an output device.

    Raises OSError where the library or a device is missing.
    """
    import sounddevice

    library, ffi = sounddevice._lib, sounddevice._ffi
    number = library.Pa_GetDefaultOutputDevice() if device is None else device
    if number < 0 or library.Pa_GetDeviceInfo(number) == ffi.NULL:
        raise OSError("there is no audio output device")
    return library, ffi, number


def device_rate(device: int | None = None) -> float:
    """Return the rate in Hz that an output device prefers. Raises OSError as `open_library` does."""
    library, _, number = open_library(device)
    return float(library.Pa_GetDeviceInfo(number).defaultSampleRate)


def try_callback(rack: Rack, events: NDArray[Any], ends: NDArray[np.int64], frames: int = 64) -> NDArray[np.float32]:
    """Call the C callback once, as PortAudio would, and return what it played: float32 (frames, 2)."""
    audio = make_audio(float(rack.master[0]["rate"]), events, ends)
    handed = np.array([audio.address, rack.address], np.int64)
    sound = np.zeros(2 * frames, np.float32)
    stream_callback().ctypes(None, sound.ctypes.data, frames, None, 0, handed.ctypes.data)
    return sound.reshape(frames, 2)
