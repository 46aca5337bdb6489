"""MIDI files read as far as they go: what stands before a fault is kept, and the fault told.

`midifile` reads whole files and refuses others, as a stage must. A collection of files from anywhere is another
matter: many are cut off, wrapped, or wrong in one track. Here every fault has a name in FAULTS and is counted; a
track ends at what cannot be read, the others stand. Reading takes time in proportion to the bytes, whatever
they are. Only what is no MIDI file at all is refused.

Pure. Source: Standard MIDI Files 1.0 (MIDI Association RP-001).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

#: What can be wrong with a file and yet be read past.
FAULTS: dict[str, str] = {
    "wrapped": "bytes before the header (a RIFF wrapper, a mail's remains)",
    "odd type": "a header of a type that there is not: read as type 1",
    "cut off": "a track that ends within a message",
    "lost chunk": "bytes between tracks that belong to none",
    "no end of track": "a track that does not say that it ends",
    "lost bytes": "bytes that belong to no message",
    "cut message": "a message that another one interrupts",
    "given up": "a track with too many faults, read up to there",
    "missing tracks": "fewer tracks than the header says",
}

#: A longer file is refused.
SIZE_LIMIT_BYTES = 8 << 20

#: A track is read to its so-manieth fault: what follows a lost place in a stream of bytes is noise.
FAULTS_A_TRACK = 16

_HEADER, _TRACK = b"MThd", b"MTrk"
_WRAPPING_MAX_BYTES = 4096

#: How many data bytes follow each status, by its upper half.
_LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_META, _SYSEX, _SYSEX_MORE = 0xFF, 0xF0, 0xF7
_END_OF_TRACK = 0x2F


class Message(NamedTuple):
    """A channel message: file tick, status byte, and its data bytes (the second 0 where it has one)."""

    tick: int
    status: int
    first: int
    second: int


class Meta(NamedTuple):
    """A meta event: file tick, kind (0x51 tempo, 0x58 metre …) and content."""

    tick: int
    kind: int
    content: bytes

    @property
    def text(self) -> str:
        """Its content as text: UTF-8 where it is, else Latin-1."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


@dataclass(slots=True)
class Track:
    """One track: its messages and meta events, each in the order of time, and its length in file ticks."""

    messages: list[Message] = field(default_factory=list)
    metas: list[Meta] = field(default_factory=list)
    length: int = 0


@dataclass(slots=True)
class Events:
    """A file's tracks, its ticks a quarter note, and how often each of FAULTS was met."""

    ticks_per_beat: int
    tracks: list[Track]
    faults: Counter[str]


def read_events(data: bytes, name: str = "the file") -> Events:
    """Read a file's bytes as far as they go. Raises ValueError, calling it `name`, for what is no MIDI file."""
    if len(data) > SIZE_LIMIT_BYTES:
        raise ValueError(f"{name}: longer than {SIZE_LIMIT_BYTES >> 20} MiB; no music takes that much MIDI")
    faults: Counter[str] = Counter()
    at = data.find(_HEADER, 0, _WRAPPING_MAX_BYTES)
    if at < 0 or len(data) < at + 14:
        raise ValueError(f"{name}: not a MIDI file (no header)")
    faults["wrapped"] += at > 0
    size = int.from_bytes(data[at + 4 : at + 8], "big")
    kind, tracks_said, division = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (8, 10, 12))
    if kind == 2:
        raise ValueError(f"{name}: a type 2 file (loose patterns)")
    faults["odd type"] += kind > 2
    if division & 0x8000 or not division:
        raise ValueError(f"{name}: counts film frames, not beats")
    # A damaged header length must not carry us past the tracks.
    start = at + 8 + size if 6 <= size <= 256 else at + 14
    tracks = [_track(data, first, end, faults) for first, end in _chunks(data, start, faults)]
    if not tracks:
        raise ValueError(f"{name}: a header and no track")
    faults["missing tracks"] += len(tracks) < tracks_said
    return Events(division, tracks, +faults)


def _chunks(data: bytes, start: int, faults: Counter[str]) -> list[tuple[int, int]]:
    """Find where each track's bytes begin and end."""
    found: list[tuple[int, int]] = []
    at = start
    while at < len(data):
        if data[at : at + 4] != _TRACK:
            following = data.find(_TRACK, at)
            length = int.from_bytes(data[at + 4 : at + 8], "big")
            if following < 0 or not data[at : at + 4].isalnum() or at + 8 + length > following:
                faults["lost chunk"] += 1
                at = following if following >= 0 else len(data)
            else:
                at = at + 8 + length  # a chunk of another kind, as the standard allows
            continue
        first = at + 8
        end = first + int.from_bytes(data[at + 4 : at + 8], "big")
        if end > len(data):
            following = data.find(_TRACK, first)
            end = following if following >= 0 else len(data)
        found.append((min(first, end), end))
        at = end
    return found


class _CutOff(Exception):
    """The track ends within a message."""


def _track(data: bytes, at: int, end: int, faults: Counter[str]) -> Track:
    """Read one track's bytes."""
    track = Track()
    own: Counter[str] = Counter()
    try:
        _read(data, at, end, track, own)
    except _CutOff:
        own["cut off"] += 1
    faults.update(own)
    return track


def _read(data: bytes, at: int, end: int, track: Track, own: Counter[str]) -> None:
    """Read messages until the end of the track or of its bytes."""
    tick = running = 0
    messages, metas = track.messages, track.metas
    while at < end:
        delta, at = _number(data, at, end)
        tick += delta
        track.length = tick
        if at >= end:
            raise _CutOff
        status = data[at]
        if status < 0x80:
            if not running:
                own["lost bytes"] += 1
                at += 1
                if _too_many(own):
                    return
                continue
            status = running
        else:
            at += 1
        if status < 0xF0:
            running = status
            length = _LENGTHS[status & 0xF0]
            body = data[at : at + length]
            if at + length > end:
                raise _CutOff
            if max(body) < 0x80:
                messages.append(Message(tick, status, body[0], body[1] if length == 2 else 0))
                at += length
                continue
            own["cut message"] += 1
            at += next(place for place, byte in enumerate(body) if byte >= 0x80)
        elif status in (_META, _SYSEX, _SYSEX_MORE):
            kind = data[at] if status == _META and at < end else 0
            size, content = _number(data, at + (status == _META), end)
            if content + size > end:
                raise _CutOff
            running = 0 if status != _META else running  # lenient: many programs keep it across meta events
            at = content + size
            if status == _META:
                metas.append(Meta(tick, kind, data[content:at]))
                if kind == _END_OF_TRACK:
                    return
            continue
        else:
            own["lost bytes"] += 1  # clock, song position …: they have no place in a file
        if _too_many(own):
            return
    own["no end of track"] += 1


def _too_many(own: Counter[str]) -> bool:
    if own.total() < FAULTS_A_TRACK:
        return False
    own["given up"] += 1
    return True


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Read a number of one to four bytes, seven bits each; return it and where the next byte stands."""
    value = 0
    for place in range(at, min(at + 4, end)):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    if at + 4 > end:
        raise _CutOff
    return value, at + 4
