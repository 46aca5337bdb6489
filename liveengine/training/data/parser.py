"""Any MIDI file to a Piece: read as far as it goes, repaired, and honest about it.

Raises ValueError, and nothing else, for what cannot be used; that is what `quarantine` writes down. No file takes
longer than in proportion to its bytes, and no piece is longer than BEATS_MAX, whatever a damaged number says.

Pure, but for `parse_file`, which waits for the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from liveengine.formats import disk
from liveengine.formats.midi_events import FAULTS, SIZE_LIMIT_BYTES, Events, Message, Meta, read_events
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT, Metre
from liveengine.training.data.piece import DEFAULT_BPM, Notes, Piece, Signature, Tempo, Text, notes_of
from liveengine.training.data.repair import REPAIRS, Sounding, Strike, paired

#: A piece ends here, whatever the file says: two hours and three quarters at 120 BPM.
BEATS_MAX = 20_000

#: What the parser itself may find, besides FAULTS and REPAIRS.
FINDINGS: dict[str, str] = {
    "too long": f"notes beyond {BEATS_MAX} beats: left out",
    "odd tempo": f"a tempo outside {TEMPO_MIN_BPM:g}-{TEMPO_MAX_BPM:g} BPM: brought to the nearest",
    "odd metre": "a metre that is none: left out",
}

#: Every name a piece's `faults` may hold, with its meaning.
KNOWN = {**FAULTS, **REPAIRS, **FINDINGS}

_MICROSECONDS_PER_MINUTE = 60_000_000
_TEXT, _TRACK_NAME, _INSTRUMENT, _LYRIC, _MARKER, _CUE = 0x01, 0x03, 0x04, 0x05, 0x06, 0x07
_TEMPO, _METRE, _KEY = 0x51, 0x58, 0x59

#: Major keys from seven flats to seven sharps, as a file numbers them.
_MAJORS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINORS = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")


def parse_file(path: Path, name: str = "") -> Piece:
    """Read one file. Raises OSError for the disk, ValueError for what is no music; both name it."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise disk.explained(error, path, "read") from error
    return parse(data, name or str(path))


def parse(data: bytes, name: str = "the file") -> Piece:
    """Return what a file's bytes hold. Raises ValueError, naming it, for what is no MIDI file or has no notes."""
    events = read_events(data, name)
    faults = Counter(events.faults)
    limit = BEATS_MAX * events.ticks_per_beat
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    for number, track in enumerate(events.tracks):
        strikes = _strikes(track.messages, number, limit, faults, events.ticks_per_beat)
        end = _tick(min(track.length, limit), events.ticks_per_beat)
        notes, repairs = paired(strikes, end)
        faults.update(repairs)
        rows += [_row(note) for note in notes]
    if not rows:
        raise ValueError(f"{name}: no notes")
    return _piece(name, notes_of(rows), events, faults, limit)


def _strikes(
    messages: Iterable[Message], number: int, limit: int, faults: Counter[str], ticks_per_beat: int
) -> Iterator[Strike]:
    """Yield a track's note-ons and note-offs, each with the program that its channel has by then."""
    programs = [0] * 16
    for tick, status, first, second in messages:
        if tick > limit:
            faults["too long"] += 1
            return
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0xC0:
            programs[channel] = first
        elif kind in (0x80, 0x90):
            velocity = second if kind == 0x90 else 0
            yield Strike(_tick(tick, ticks_per_beat), (number, channel), first, velocity, programs[channel])


def _tick(file_tick: int, ticks_per_beat: int) -> int:
    """Return an engine tick, to the nearest."""
    return (file_tick * TICKS_PER_BEAT + ticks_per_beat // 2) // ticks_per_beat


def _row(note: Sounding) -> tuple[int, int, int, int, int, int, int]:
    strike = note.strike
    track, channel = strike.line
    return strike.tick, note.gate, strike.pitch, strike.velocity, channel, strike.program, min(track, 0xFFFF)


def _piece(name: str, notes: Notes, events: Events, faults: Counter[str], limit: int) -> Piece:
    last = int((notes["tick"] + notes["gate"]).max())
    metas = sorted(
        (
            meta._replace(tick=_tick(meta.tick, events.ticks_per_beat))
            for track in events.tracks
            for meta in track.metas
            if meta.tick <= limit
        ),
        key=lambda meta: meta.tick,
    )
    return Piece(
        name,
        notes,
        last,
        _tempos(metas, faults),
        _signatures(metas, last, faults),
        tuple(Text(meta.tick, key) for meta in metas if (key := _key(meta))),
        sections=tuple(Text(meta.tick, meta.text) for meta in metas if meta.kind in (_MARKER, _CUE)),
        track_names=tuple(_name(track.metas) for track in events.tracks),
        faults=dict(+faults),
    )


def _tempos(metas: list[Meta], faults: Counter[str]) -> tuple[Tempo, ...]:
    found = {0: DEFAULT_BPM}
    for meta in metas:
        microseconds = int.from_bytes(meta.content, "big") if meta.kind == _TEMPO and len(meta.content) == 3 else 0
        if microseconds:
            bpm = _MICROSECONDS_PER_MINUTE / microseconds
            found[meta.tick] = min(max(bpm, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
            faults["odd tempo"] += found[meta.tick] != bpm
    return tuple(Tempo(tick, found[tick]) for tick in sorted(found))


def _signatures(metas: list[Meta], end: int, faults: Counter[str]) -> tuple[Signature, ...]:
    found = {0: Metre()}
    for meta in metas:
        if meta.kind != _METRE or meta.tick >= end:
            continue
        try:
            beats, power = meta.content[:2]
            found[meta.tick] = Metre(beats, 1 << min(power, 15))
        except ValueError:
            faults["odd metre"] += 1
    ticks = sorted(found)
    return tuple(Signature(tick, found[tick]) for tick in ticks)


def _key(meta: Meta) -> str:
    if meta.kind != _KEY or len(meta.content) < 2:
        return ""
    sharps = meta.content[0] - 256 if meta.content[0] > 127 else meta.content[0]
    if not -7 <= sharps <= 7:
        return ""
    return f"{_MINORS[sharps + 7]} minor" if meta.content[1] else f"{_MAJORS[sharps + 7]} major"


def _name(metas: list[Meta]) -> str:
    return next((meta.text.strip() for kind in (_TRACK_NAME, _INSTRUMENT) for meta in metas if meta.kind == kind), "")
