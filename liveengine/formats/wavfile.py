"""Sound files: float blocks to WAV and back.

The header is brought up to date about once a second, so that a take cut off by
a crash, a pulled plug or a full disk is a valid file of all but its last
moments. Past 4 GiB (about four hours of 24-bit stereo) the same header becomes
RF64. Waits for the disk: background only.

Source: Microsoft/IBM Multimedia Programming Interface (RIFF); EBU Tech 3306 (RF64).
"""

from __future__ import annotations

import contextlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from liveengine.formats import disk

#: Sample formats by bits: two of whole numbers, and 32 for IEEE float.
BITS = (16, 24, 32)
PCM, IEEE_FLOAT, EXTENSIBLE = 1, 3, 0xFFFE

RIFF_LIMIT_BYTES = (1 << 32) - 1
_UNKNOWN = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """How sound is written down: frames a second, channels, bits a sample."""

    rate_hz: int
    channels: int = 2
    bits: int = 24

    def __post_init__(self) -> None:
        if self.bits not in BITS:
            raise ValueError(f"no WAV of {self.bits} bits here (16, 24, or 32 for float)")
        if not 1 <= self.channels <= 64 or not 1 <= self.rate_hz <= 768_000:
            raise ValueError(f"no such sound: {self.channels} channels at {self.rate_hz} Hz")

    @property
    def frame_bytes(self) -> int:
        """Bytes a frame takes."""
        return self.channels * self.bits // 8

    def header(self, frames: int) -> bytes:
        """Return the whole header of a file of `frames` frames; its length never changes."""
        data_bytes = frames * self.frame_bytes
        tag = IEEE_FLOAT if self.bits == 32 else PCM
        per_second = self.rate_hz * self.frame_bytes
        described = struct.pack(
            "<4sIHHIIHH4sII",
            *(b"fmt ", 16, tag, self.channels, self.rate_hz, per_second, self.frame_bytes, self.bits),
            *(b"fact", 4, min(frames, _UNKNOWN)),
        )
        # 4 "WAVE", 36 the chunk kept free for RF64's sizes, 8 the data chunk's head, and its padding byte.
        riff_bytes = 4 + 36 + len(described) + 8 + data_bytes + data_bytes % 2
        if riff_bytes <= RIFF_LIMIT_BYTES:
            opening = struct.pack("<4sI4s4sI28x", b"RIFF", riff_bytes, b"WAVE", b"JUNK", 28)
            return opening + described + struct.pack("<4sI", b"data", data_bytes)
        opening = struct.pack(
            "<4sI4s4sIQQQI",
            *(b"RF64", _UNKNOWN, b"WAVE", b"ds64", 28, riff_bytes, data_bytes, frames, 0),
        )
        return opening + described + struct.pack("<4sI", b"data", _UNKNOWN)


class WavWriter:
    """Writes blocks of float32 sound, (frames, channels) in [-1, 1], to a file as they come.

    Beyond the range is clipped, not-a-number is silence. `dither` adds triangular noise of one step before
    rounding to 16 bits (Lipshitz, Wannamaker & Vanderkooy 1992), the same for the same `seed`. Raises OSError
    naming the path and what is wrong; everything flushed before stays a valid file. One thread at a time.
    """

    def __init__(
        self,
        path: str | Path,
        rate_hz: int,
        channels: int = 2,
        bits: int = 24,
        dither: bool = False,
        seed: int = 0,
    ) -> None:
        self.path = Path(path)
        self.format = SoundFormat(rate_hz, channels, bits)
        self.frames = 0
        self._dither = np.random.default_rng(seed) if dither and bits == 16 else None
        self._flushed_frames = 0
        try:
            self._file: BinaryIO = self.path.open("wb", buffering=0)
            _write_all(self._file, self.format.header(0))
        except OSError as error:
            raise disk.explained(error, self.path) from error

    def write(self, block: NDArray[np.float32]) -> None:
        """Add sound: (frames, channels), or (frames,) where there is one channel."""
        frames = np.asarray(block, dtype=np.float32)
        if frames.ndim == 1 and self.format.channels == 1:
            frames = frames[:, None]
        if frames.ndim != 2 or frames.shape[1] != self.format.channels:
            raise ValueError(f"{self.path}: a block of shape {frames.shape} for {self.format.channels} channels")
        try:
            _write_all(self._file, self._stored(frames))
        except OSError as error:
            raise self._failed(error) from error
        self.frames += len(frames)
        if self.frames - self._flushed_frames >= self.format.rate_hz:
            self.flush()

    def flush(self) -> None:
        """Bring the header up to date: what was written so far can be opened from here on."""
        try:
            self._file.seek(0)
            _write_all(self._file, self.format.header(self.frames))
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            raise self._failed(error) from error
        self._flushed_frames = self.frames

    def close(self) -> None:
        """End the file, through to the disk. Closing twice does no harm."""
        if self._file.closed:
            return
        try:
            if self.frames * self.format.frame_bytes % 2:
                _write_all(self._file, b"\0")
            self.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._failed(error) from error
        self._file.close()

    def _failed(self, error: OSError) -> OSError:
        """Give up on the rest: leave a valid file of the whole frames that fitted, and say what is wrong."""
        if isinstance(error, disk.ExplainedError):
            return error
        with contextlib.suppress(OSError):
            header = self.format.header(self.frames)
            self._file.truncate(len(header) + self.frames * self.format.frame_bytes)
            self._file.seek(0)
            _write_all(self._file, header)
        with contextlib.suppress(OSError):
            self._file.close()
        return disk.explained(error, self.path)

    def _stored(self, frames: NDArray[np.float32]) -> bytes:
        """Turn float32 frames into the bytes the file keeps."""
        finite = np.nan_to_num(frames, nan=0.0, posinf=1.0, neginf=-1.0)
        if self.format.bits == 32:
            return finite.astype("<f4").tobytes()
        steps = 1 << (self.format.bits - 1)
        scaled = finite.astype(np.float64) * steps
        if self._dither is not None:
            scaled += self._dither.random(scaled.shape) - self._dither.random(scaled.shape)
        whole = np.clip(np.rint(scaled), -steps, steps - 1).astype("<i4")
        if self.format.bits == 16:
            return whole.astype("<i2").tobytes()
        return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Write all of `data`: an unbuffered file may take it in pieces."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def read_wav(path: str | Path) -> tuple[NDArray[np.float32], int]:
    """Return the sound of a WAV or RF64 file, float32 (frames, channels) in [-1, 1], and its rate in Hz.

    It may hold 16 or 24 bits, or 32-bit float. Raises OSError or ValueError naming the path and the fault.
    """
    place = Path(path)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise disk.explained(error, place, "read") from error
    try:
        return _decoded(data)
    except (ValueError, struct.error) as error:
        raise ValueError(f"{place}: not a sound file this can read: {error}") from error


def _decoded(data: bytes) -> tuple[NDArray[np.float32], int]:
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise ValueError("it does not begin like a WAV")
    chunks = _chunks(data)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise ValueError("its format or its sound is missing")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if tag == EXTENSIBLE:
        (tag,) = struct.unpack_from("<H", chunks[b"fmt "], 24)
    if (tag, bits) not in ((PCM, 16), (PCM, 24), (IEEE_FLOAT, 32)):
        raise ValueError(f"format {tag} with {bits} bits")
    shape = SoundFormat(rate, channels, bits)
    body = chunks[b"data"][: len(chunks[b"data"]) // shape.frame_bytes * shape.frame_bytes]
    return _samples(body, bits).reshape(-1, channels), rate


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Cut a file into its chunks; the first of a name holds. RF64 keeps the sound's true length apart."""
    chunks: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        if name == b"data" and size == _UNKNOWN and b"ds64" in chunks:
            _, size = struct.unpack_from("<QQ", chunks[b"ds64"])
        chunks.setdefault(name, data[place + 8 : place + 8 + size])
        place += 8 + size + size % 2
    return chunks


def _samples(body: bytes, bits: int) -> NDArray[np.float32]:
    if bits == 32:
        return np.frombuffer(body, "<f4").astype(np.float32)
    if bits == 16:
        return (np.frombuffer(body, "<i2") / np.float32(1 << 15)).astype(np.float32)
    padded = np.zeros((len(body) // 3, 4), np.uint8)
    padded[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
    return (padded.view("<i4")[:, 0] / np.float64(1 << 31)).astype(np.float32)
