"""MusicXML: the notes and chord symbols of a score, as written.

Read for what a model can learn from: pitches, lengths, ties, chord symbols, metre, key and tempo. Lyrics, layout and
dynamics are passed by; repeats are not unfolded, grace notes are left out. A measure shorter or longer than its metre
becomes a bar of its own metre; a first one that is short stands at the end of a whole bar, as a pickup does.

A document that declares entities is refused, and one that unpacks to more than SIZE_LIMIT_BYTES: a score needs
neither. Pure. Source: MusicXML 4.0 (W3C Music Notation Community Group, 2021).
"""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from liveengine.music.chord import KINDS, Chord
from liveengine.music.time import TICKS_PER_BEAT, Metre

SIZE_LIMIT_BYTES = 32 << 20

#: MusicXML's chord kinds by ours.
CHORD_KINDS = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "dominant": "7", "major-seventh": "maj7",
    "minor-seventh": "m7", "diminished-seventh": "dim7", "augmented-seventh": "aug7", "half-diminished": "m7b5",
    "major-minor": "mmaj7", "minor-major": "mmaj7", "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9",
    "major-ninth": "maj9", "minor-ninth": "m9", "dominant-11th": "11", "minor-11th": "m11", "dominant-13th": "13",
    "major-13th": "maj13", "minor-13th": "m13", "suspended-second": "sus2", "suspended-fourth": "sus4", "power": "5",
}  # fmt: skip
assert set(CHORD_KINDS.values()) <= set(KINDS)

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MEASURES_MAX = 10_000


class Written(NamedTuple):
    """A note as written: tick, length in ticks, pitch, and the number of its part."""

    tick: int
    gate: int
    pitch: int
    part: int


class Symbol(NamedTuple):
    """A chord symbol at a tick; None where it says that there is no chord."""

    tick: int
    chord: Chord | None


class BarMetre(NamedTuple):
    """From `tick` on, bars of `metre`."""

    tick: int
    metre: Metre


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score: notes by tick, chord symbols, metres, tempos (tick, BPM), keys (tick, fifths) and its parts' names."""

    title: str
    notes: tuple[Written, ...]
    symbols: tuple[Symbol, ...]
    metres: tuple[BarMetre, ...]
    tempos: tuple[tuple[int, float], ...]
    fifths: tuple[tuple[int, int], ...]
    parts: tuple[str, ...]
    length: int


def read_musicxml(data: bytes, name: str = "the score") -> Sheet:
    """Read a score's bytes, packed (.mxl) or not. Raises ValueError, calling it `name`, for anything else."""
    try:
        return _sheet(_parsed(_unpacked(data)))
    except (ValueError, KeyError, ArithmeticError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{name}: no score that can be read: {error}") from error
    except (EOFError, NotImplementedError, RuntimeError, OSError) as error:  # what a damaged archive may raise
        raise ValueError(f"{name}: a damaged archive: {error}") from error


def _unpacked(data: bytes) -> bytes:
    if data[:2] != b"PK":
        if len(data) > SIZE_LIMIT_BYTES:
            raise ValueError(f"longer than {SIZE_LIMIT_BYTES >> 20} MiB")
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = _rootfile(archive)
        if archive.getinfo(root).file_size > SIZE_LIMIT_BYTES:
            raise ValueError(f"unpacks to more than {SIZE_LIMIT_BYTES >> 20} MiB")
        with archive.open(root) as file:
            unpacked = file.read(SIZE_LIMIT_BYTES + 1)  # the size that the archive tells may be a lie
    if len(unpacked) > SIZE_LIMIT_BYTES:
        raise ValueError(f"unpacks to more than {SIZE_LIMIT_BYTES >> 20} MiB")
    return unpacked


def _rootfile(archive: zipfile.ZipFile) -> str:
    """Return which file of an archive is the score: what the container says, else the first that can be one."""
    names = archive.namelist()
    container = "META-INF/container.xml"
    if container in names and archive.getinfo(container).file_size < 1 << 16:
        # Many programs forget to escape an apostrophe in the file's name; the archive still has but one score.
        with contextlib.suppress(ElementTree.ParseError):
            for place in _parsed(archive.read(container)).iter():
                if place.tag.endswith("rootfile") and place.get("full-path") in names:
                    return str(place.get("full-path"))
    scores = [each for each in names if not each.startswith("META-INF") and each.endswith((".xml", ".musicxml"))]
    if not scores:
        raise ValueError("an archive without a score")
    return scores[0]


def _parsed(text: bytes) -> Element:
    # Entities are how a small document becomes an endless one. UTF-16 could hide the word: expat reads that too.
    wide = text[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"<!ENTITY" in text or (wide and "<!ENTITY" in text.decode("utf-16", "ignore")):
        raise ValueError("it declares entities")
    return ElementTree.fromstring(text)


def _sheet(root: Element) -> Sheet:
    if root.tag != "score-partwise":
        raise ValueError(f"a <{root.tag}>, not a <score-partwise>")
    names = {part.get("id"): (part.findtext("part-name") or "").strip() for part in root.iter("score-part")}
    parts = root.findall("part")
    if not parts:
        raise ValueError("no part")
    readings = []
    for number, part in enumerate(parts):
        reading = _Reading(number)
        for measure in part.findall("measure")[:_MEASURES_MAX]:
            reading.take(measure)
        readings.append(reading)
    first = readings[0]  # every part has the same bars; the first one's are taken
    title = root.findtext("work/work-title") or root.findtext("movement-title") or ""
    return Sheet(
        title.strip(),
        tuple(sorted(note for reading in readings for note in reading.notes)),
        tuple(sorted((s for reading in readings for s in reading.symbols), key=lambda symbol: symbol.tick)),
        tuple(first.metres),
        tuple(sorted({tick: bpm for reading in readings for tick, bpm in reading.tempos}.items())),
        tuple(first.fifths),
        tuple(names.get(part.get("id"), "") for part in parts),
        max(reading.start for reading in readings),
    )


@dataclass(slots=True)
class _Reading:
    """What has been read of one part; ticks from the first bar line."""

    part: int
    notes: list[Written] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    metres: list[BarMetre] = field(default_factory=list)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    fifths: list[tuple[int, int]] = field(default_factory=list)
    tied: dict[tuple[str, int], int] = field(default_factory=dict)  # voice and pitch: place in `notes`
    divisions: int = 1
    metre: Metre = field(default_factory=Metre)
    start: int = 0
    at: Fraction = Fraction(0)  # divisions of a quarter from the measure's beginning, as quarters
    onset: Fraction = Fraction(0)  # of the last note: a chord's other notes begin there too

    def take(self, measure: Element) -> None:
        """Read one measure."""
        metre_at = len(self.metres)
        first, before = self.start == 0 and not self.metres, self._marks()
        length = self._elements(measure)
        actual = self._ticks(length)
        whole = self.metre.bar_ticks
        if first and 0 < actual < whole:
            self._move(before, whole - actual)
            actual = whole
        metre = self.metre if actual in (0, whole) else _metre_of(actual)
        if not self.metres or self.metres[-1].metre != metre:
            self.metres[metre_at:] = [BarMetre(self.start, metre)]
        self.start += actual or whole

    def _marks(self) -> tuple[int, int, int, int]:
        return len(self.notes), len(self.symbols), len(self.tempos), len(self.fifths)

    def _move(self, since: tuple[int, int, int, int], ticks: int) -> None:
        """Move a pickup's notes and symbols to the end of its bar; tempo and key hold from the beginning."""
        self.notes[since[0] :] = [note._replace(tick=note.tick + ticks) for note in self.notes[since[0] :]]
        self.symbols[since[1] :] = [each._replace(tick=each.tick + ticks) for each in self.symbols[since[1] :]]

    def _elements(self, measure: Element) -> Fraction:
        """Read what a measure holds; return its length in quarters."""
        self.at = self.onset = furthest = Fraction(0)
        for element in measure:
            match element.tag:
                case "attributes":
                    self._attributes(element)
                case "note":
                    self._note(element)
                case "backup":
                    self.at = max(Fraction(0), self.at - self._duration(element))
                case "forward":
                    self.at += self._duration(element)
                case "harmony":
                    self.symbols.append(Symbol(self._now(self.at + self._offset(element)), _chord(element)))
                case "sound" | "direction":
                    self._tempo(element)
            furthest = max(furthest, self.at)
        return furthest

    def _attributes(self, element: Element) -> None:
        if divisions := element.findtext("divisions"):
            self.divisions = int(divisions)
            if self.divisions < 1:
                raise ValueError("a quarter note of no divisions")
        if fifths := element.findtext("key/fifths"):
            self.fifths.append((self.start, int(fifths)))
        beats, unit = element.findtext("time/beats"), element.findtext("time/beat-type")
        if beats and unit:
            self.metre = Metre(sum(int(group) for group in beats.split("+")), int(unit))

    def _duration(self, element: Element) -> Fraction:
        length = Fraction(element.findtext("duration") or 0) / self.divisions
        if not 0 <= length <= 1000:
            raise ValueError(f"a length of {float(length):g} quarters")
        return length

    def _offset(self, element: Element) -> Fraction:
        return Fraction(element.findtext("offset") or 0) / self.divisions

    def _note(self, element: Element) -> None:
        if element.find("grace") is not None:
            return
        length = self._duration(element)
        if element.find("chord") is None:
            self.onset = self.at
            self.at += length
        pitch = _pitch(element.find("pitch"))
        if pitch is None or length == 0:
            return
        ties = {tie.get("type") for tie in element.findall("tie")}
        place = (element.findtext("voice") or "", pitch)
        tick, gate = self._now(self.onset), self._ticks(length)
        known = self.tied.pop(place, None) if "stop" in ties else None
        if known is not None and self.notes[known].tick + self.notes[known].gate == tick:
            self.notes[known] = self.notes[known]._replace(gate=self.notes[known].gate + gate)
        else:
            known = len(self.notes)
            self.notes.append(Written(tick, gate, pitch, self.part))
        if "start" in ties:
            self.tied[place] = known

    def _tempo(self, element: Element) -> None:
        sound = element if element.tag == "sound" else element.find("sound")
        tempo = float(sound.get("tempo") or 0) if sound is not None else 0.0
        if 0 < tempo < 1000:
            self.tempos.append((self._now(self.at), tempo))

    def _ticks(self, quarters: Fraction) -> int:
        return int(quarters * TICKS_PER_BEAT + Fraction(1, 2))

    def _now(self, quarters: Fraction) -> int:
        return self.start + self._ticks(max(quarters, Fraction(0)))


def _metre_of(ticks: int) -> Metre:
    """Return the metre of a bar of this length, in quarters where it has whole ones. Raises ValueError for none."""
    for unit in (4, 8, 16):
        beats, rest = divmod(ticks * unit, 4 * TICKS_PER_BEAT)
        if not rest and 1 <= beats <= 32:
            return Metre(beats, unit)
    raise ValueError(f"a measure of {ticks / TICKS_PER_BEAT:.3f} quarters")


def _pitch(element: Element | None) -> int | None:
    """Return a note's pitch; None for a rest, a note without pitch, or one beyond MIDI's."""
    if element is None:
        return None
    alter = round(float(element.findtext("alter") or 0))
    pitch = _STEPS[element.findtext("step") or ""] + alter + 12 * (int(element.findtext("octave") or 0) + 1)
    return pitch if 0 <= pitch <= 127 else None


def _class(element: Element, what: str) -> int | None:
    step = element.findtext(f"{what}/{what}-step")
    return (_STEPS[step] + round(float(element.findtext(f"{what}/{what}-alter") or 0))) % 12 if step else None


def _chord(element: Element) -> Chord | None:
    """Return the chord of a symbol: its kind, with one altered or added degree where we have a sign for both."""
    root = _class(element, "root")
    kind = CHORD_KINDS.get(element.findtext("kind") or "")
    if root is None or kind is None:
        return None
    for degree in _degrees(element):
        kind = next((sign for sign in (kind + "add" + degree, kind + degree) if sign in KINDS), kind)
    return Chord(root, kind, _class(element, "bass"))


def _degrees(element: Element) -> Iterator[str]:
    for degree in element.findall("degree"):
        alter = round(float(degree.findtext("degree-alter") or 0))
        yield {-1: "b", 0: "", 1: "#"}.get(alter, "?") + (degree.findtext("degree-value") or "?")
