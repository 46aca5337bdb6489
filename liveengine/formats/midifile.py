"""Standard MIDI files: scores to bytes and back.

A file holds 5,040 ticks to the quarter, an exact 143rd of the engine's: triplets,
quintuplets, septuplets and every other subdivision up to the sixteenth, but the
11th and 13th, are exact in it. Files are written as type 1: a conductor first
(title, tempo, metre, markers), then a track for each name. The same score
always gives the same bytes. Waits for the disk: background only.

Source: Standard MIDI Files 1.0 (MIDI Association RP-001).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import mido

from liveengine.formats import disk
from liveengine.formats.score import SYSEX, Marker, MetreChange, Recorded, Score, TempoChange
from liveengine.music.time import TICKS_PER_BEAT, Metre

FILE_TICKS_PER_BEAT = 5040
TICKS_PER_FILE_TICK = TICKS_PER_BEAT // FILE_TICKS_PER_BEAT
assert TICKS_PER_FILE_TICK * FILE_TICKS_PER_BEAT == TICKS_PER_BEAT

#: A longer file is refused when read: a whole night's set takes about one megabyte.
SIZE_LIMIT_BYTES = 8 << 20

#: The first track of a type 1 file: it holds tempo, metre and markers, and no notes.
CONDUCTOR = "conductor"

MICROSECONDS_PER_MINUTE = 60_000_000
MICROSECONDS_MAX = (1 << 24) - 1

# Bytes above 127 stand in a row only as text; a longer run is garbage whose "length" takes minutes to add up.
_GARBAGE = re.compile(rb"[\x80-\xff]{4096}")


#: A mido message and the engine tick it stands at.
Placed = tuple[int, Any]
Change = TypeVar("Change", TempoChange, MetreChange)


def write(path: str | Path, score: Score) -> None:
    """Write a score, atomically; notes still sounding are ended.

    Raises OSError naming the path and what is wrong (disk full, read-only …), ValueError for a message that
    is not MIDI.
    """
    disk.write_whole(path, encode(score))


def read(path: str | Path) -> Score:
    """Read a MIDI file of type 0 or 1. Raises OSError or ValueError naming the path and what is wrong."""
    place = Path(path)
    try:
        with place.open("rb") as file:
            data = file.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise disk.explained(error, place, "read") from error
    return decode(data, name=str(path))


def encode(score: Score) -> bytes:
    """Return the file's bytes; what a file cannot hold (clock, start, stop, song position) is left out."""
    whole = score.closed()
    file = mido.MidiFile(type=1, ticks_per_beat=FILE_TICKS_PER_BEAT)
    file.tracks.append(_track(_conducting(whole), whole.length))
    tracks: dict[str, list[Placed]] = {
        name: [(0, mido.MetaMessage("track_name", name=_inside(name)))] for name in whole.track_names()
    }
    for message in whole.messages:
        if message.data[0] <= SYSEX:
            tracks[message.track].append((message.tick, mido.Message.from_bytes(message.data)))
    file.tracks.extend(_track(placed, whole.length) for placed in tracks.values())
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _conducting(score: Score) -> list[Placed]:
    """List the conductor's messages, each with its tick."""
    title = [(0, mido.MetaMessage("track_name", name=_inside(score.title)))] if score.title else []
    metres = [
        (
            change.tick,
            mido.MetaMessage("time_signature", numerator=change.metre.beats, denominator=change.metre.unit),
        )
        for change in score.metres
    ]
    tempos = [
        (change.tick, mido.MetaMessage("set_tempo", tempo=_microseconds(change.tempo_bpm))) for change in score.tempos
    ]
    markers = [(marker.tick, mido.MetaMessage("marker", text=_inside(marker.text))) for marker in score.markers]
    return [*title, *metres, *tempos, *markers]


def _track(messages: Iterable[Placed], length: int) -> Any:
    """Turn messages at ticks into a track of deltas that ends at `length`."""
    track = mido.MidiTrack()
    now = 0
    end = (length, mido.MetaMessage("end_of_track"))
    for tick, message in [*sorted(messages, key=lambda placed: placed[0]), end]:
        # What is played before the first bar line (a hit pushed early) can only stand on it.
        at = (max(tick, 0) + TICKS_PER_FILE_TICK // 2) // TICKS_PER_FILE_TICK
        track.append(message.copy(time=at - now))
        now = at
    return track


def _microseconds(tempo_bpm: float) -> int:
    return min(max(round(MICROSECONDS_PER_MINUTE / tempo_bpm), 1), MICROSECONDS_MAX)


# mido speaks Latin-1 unless a global is changed; files are UTF-8, so the bytes pass through as they are.
def _inside(text: str) -> str:
    return text.encode().decode("latin-1")


def _outside(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return text


def decode(data: bytes, name: str = "the file") -> Score:
    """Read a MIDI file's bytes; errors call it `name`. Raises ValueError for anything else."""
    if len(data) > SIZE_LIMIT_BYTES:
        raise ValueError(f"{name}: longer than {SIZE_LIMIT_BYTES >> 20} MiB; no music takes that much MIDI")
    if _GARBAGE.search(data):
        raise ValueError(f"{name}: not a MIDI file (damaged, or something else under its name)")
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except Exception as error:
        # Garbage makes mido raise whatever it trips over; to the reader it is all one thing.
        detail = str(error) or "it ends too early"
        raise ValueError(f"{name}: not a MIDI file, or a damaged one: {detail}") from error
    if file.type == 2:
        raise ValueError(f"{name}: a type 2 file (loose patterns); save it as type 1 or 0")
    if file.ticks_per_beat <= 0:
        raise ValueError(f"{name}: counts film frames, not beats; save it with ticks per quarter note")
    try:
        return _score(file)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _score(file: Any) -> Score:
    """Gather what the tracks hold."""
    reading = _Reading(file.ticks_per_beat)
    conducted = file.type == 1 and bool(file.tracks) and not _plays(file.tracks[0])
    names = _names(file.tracks[conducted:])
    for track, name in zip(file.tracks, [CONDUCTOR] * conducted + names, strict=True):
        reading.take(track, name)
    return Score(
        messages=tuple(sorted(reading.messages, key=lambda message: message.tick)),
        tempos=_from_start(reading.tempos, TempoChange(0, 120.0)),
        metres=_from_start(reading.metres, MetreChange(0, Metre())),
        markers=tuple(sorted(reading.markers, key=lambda marker: marker.tick)),
        title=_outside(file.tracks[0].name) if file.tracks else "",
        length=reading.length,
        tracks=tuple(names),
    )


class _Reading:
    """What has been read so far, in engine ticks."""

    def __init__(self, file_ticks_per_beat: int) -> None:
        self.file_ticks_per_beat = file_ticks_per_beat
        self.messages: list[Recorded] = []
        self.tempos: list[TempoChange] = []
        self.metres: list[MetreChange] = []
        self.markers: list[Marker] = []
        self.length = 0

    def take(self, track: Any, name: str) -> None:
        """Add one track."""
        file_tick = 0
        for message in track:
            file_tick += message.time
            tick = (file_tick * TICKS_PER_BEAT + self.file_ticks_per_beat // 2) // self.file_ticks_per_beat
            if message.is_meta:
                self._take_meta(tick, message)
            elif message.bytes()[0] <= SYSEX:
                self.messages.append(Recorded(tick, name, bytes(message.bytes())))
            self.length = max(self.length, tick)

    def _take_meta(self, tick: int, message: Any) -> None:
        match message.type:
            case "set_tempo" if message.tempo > 0:
                self.tempos.append(TempoChange(tick, MICROSECONDS_PER_MINUTE / message.tempo))
            case "time_signature":
                self.metres.append(MetreChange(tick, Metre(message.numerator, message.denominator)))
            case "marker":
                self.markers.append(Marker(tick, _outside(message.text)))


def _plays(track: Any) -> bool:
    return any(not message.is_meta for message in track)


def _names(tracks: Iterable[Any]) -> list[str]:
    """Give every track a name, and no two the same."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for number, track in enumerate(tracks, start=1):
        wanted = _outside(track.name) or f"track {number}"
        seen[wanted] = seen.get(wanted, 0) + 1
        name = wanted if seen[wanted] == 1 else f"{wanted} ({seen[wanted]})"
        seen.setdefault(name, 1)
        names.append(name)
    return names


def _from_start(changes: list[Change], otherwise: Change) -> tuple[Change, ...]:
    """Sort changes; the last of one tick holds, and `otherwise` holds from tick 0 to the first."""
    by_tick = {otherwise.tick: otherwise}
    by_tick.update((change.tick, change) for change in changes)
    return tuple(by_tick[tick] for tick in sorted(by_tick))
