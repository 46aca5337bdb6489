"""What the tests of the instruments play on: events by name, a rack, and ears made of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.instruments.play import play
from liveengine.instruments.rack import Rack, look_ahead_frames, make_rack
from liveengine.music.event import CONTROL_CHANGE, EVENT, NOTE_OFF, NOTE_ON, TUNE
from liveengine.music.sound import CHOOSE_SOUND, MASTER_CONTROL, SOUND_NUMBER, STRIP_CONTROL

RATE = 48_000
Score = list[tuple[Any, ...]]
Sound = NDArray[np.float64]


def event(when: int, track: int, *data: int, value: float = 0.0, port: int = 0) -> tuple[Any, ...]:
    """Return one EVENT's fields; no MIDI bytes but one makes a control."""
    size = 0 if len(data) == 1 else len(data)
    b0, b1, b2 = (0, data[0], 0) if size == 0 else (*data, 0)[:3]
    return (when, 0, value, port, track, size, b0, b1, b2)


def choose(track: int, sound: str, when: int = 0) -> tuple[Any, ...]:
    return event(when, track, CHOOSE_SOUND, value=SOUND_NUMBER[sound])


def turn(track: int, name: str, value: float, when: int = 0) -> tuple[Any, ...]:
    table = MASTER_CONTROL if track < 0 else STRIP_CONTROL
    return event(when, track, table[name].number, value=value)


def tune(key: int, semitones: float, when: int = 0) -> tuple[Any, ...]:
    """Tune a key, or, where it is ALL_KEYS, move them all."""
    return (when, 0, semitones, 0, -1, 0, TUNE, key, 0)


def strike(when: int, track: int, pitch: int, velocity: int = 100) -> tuple[Any, ...]:
    return event(when, track, NOTE_ON, pitch, velocity)


def let_go(when: int, track: int, pitch: int) -> tuple[Any, ...]:
    return event(when, track, NOTE_OFF, pitch, 0)


def controller(when: int, track: int, number: int, value: int) -> tuple[Any, ...]:
    return event(when, track, CONTROL_CHANGE, number, value)


def score_of(events: Iterable[tuple[Any, ...]]) -> NDArray[np.void]:
    return np.array(sorted(events, key=lambda one: one[0]), EVENT)


def render_on(rack: Rack, events: Iterable[tuple[Any, ...]], cuts: Sequence[int]) -> NDArray[np.float32]:
    """Render in blocks that end at `cuts`; return float32 (2, frames), late by the look-ahead."""
    score = score_of(events)
    out = np.full((2, cuts[-1]), np.nan, np.float32)
    start = 0
    for end in cuts:
        due = score[(score["when"] >= start) & (score["when"] < end)]
        play(rack, due, len(due), start, out[0, start:end], out[1, start:end], end - start)
        start = end
    return out


def render(events: Iterable[tuple[Any, ...]], seconds: float, rate: float = RATE) -> Sound:
    """Render on a new rack; return (2, frames) with the look-ahead taken off."""
    late = look_ahead_frames(rate)
    frames = round(seconds * rate) + late
    return render_on(make_rack(rate), events, [frames])[:, late:].astype(np.float64)


def solo(sound: str, *events: tuple[Any, ...]) -> Score:
    """Return a score on strip 0, dry."""
    return [choose(0, sound), turn(0, "reverb", 0.0), *events]


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def decibels(ratio: float) -> float:
    return float(20 * np.log10(max(ratio, 1e-15)))


def spectrum(sound: Sound, rate: float = RATE) -> tuple[Sound, Sound]:
    """Return frequencies in Hz and magnitudes of a mono sound under a Blackman window, padded fourfold."""
    frames = len(sound)
    return np.fft.rfftfreq(4 * frames, 1 / rate), np.abs(np.fft.rfft(sound * np.blackman(frames), 4 * frames))


def power_of(sound: Sound) -> tuple[Sound, Sound]:
    """Return frequencies and power of a struck sound, its onset whole and only its end faded."""
    mono = sound.mean(axis=0)
    tail = len(mono) // 4
    mono[-tail:] *= np.cos(np.linspace(0, np.pi / 2, tail)) ** 2
    return np.fft.rfftfreq(len(mono), 1 / RATE), np.abs(np.fft.rfft(mono)) ** 2


def centroid(sound: Sound) -> float:
    """Return where the power of a sound lies on average, in Hz."""
    hertz, power = power_of(sound)
    return float(np.sum(hertz * power) / np.sum(power))


def share_between(sound: Sound, low_hz: float, high_hz: float) -> float:
    """Return what part of a sound's power lies in a band."""
    hertz, power = power_of(sound)
    return float(np.sum(power[(hertz >= low_hz) & (hertz < high_hz)]) / np.sum(power))


def roughness(sound: Sound) -> Sound:
    """Return the size of the fourth difference: next to nothing for a low smooth sound, large at a click."""
    return np.max(np.abs(np.diff(sound, 4, axis=1)), axis=0)
