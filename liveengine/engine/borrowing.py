"""What patterns borrow: notes from MIDI files, grooves from files or formulas.

The keys are read with the rest of the patch; the files when all of it is known,
and what is wrong with them is told with what else is wrong.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from liveengine.engine.groovefile import read_groove
from liveengine.engine.problems import FileError, Report
from liveengine.engine.schema import Section
from liveengine.engine.spec import Patch, PatternSpec, TrackSpec
from liveengine.engine.takespec import Library, TakeSpec
from liveengine.engine.written import Taken
from liveengine.music.groove import Groove
from liveengine.music.groove_formulas import named
from liveengine.music.note import Bar
from liveengine.music.quantise import AS_PLAYED, GRIDS, MODES, Quantise
from liveengine.music.reading import STRAIGHT, SWING_MAX, Reading
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.sequencer.records.patterns import GROOVES

BARS_MAX = 16
MIDI_BARS_MAX = 9999
MIDI_TRACKS_MAX = 999

MIDI_SUFFIXES = (".mid", ".midi")

#: What is asked of a generator, or written by hand, and means nothing where the notes are taken from a file.
ASKED = ("generator", "density", "accent", "every", "rhythm", "lanes", "steps", "style")

_NOTHING = Bar((), TICKS_PER_SIXTEENTH)


# -- keys ------------------------------------------------------------------------------


def read_groove_keys(section: Section, groove: str, reading: Reading) -> tuple[str, Reading]:
    """Read which groove a track or a pattern follows, and by how much; what it does not say is as given."""
    word = section.parsed("groove", _groove_word, groove)
    for key in section.names(("groove_timing", "groove_velocity")):
        if not word and "groove" not in section:
            section.problem(key, "needs a groove to follow: groove = …")
    return word, replace(
        reading,
        groove_timing=section.number("groove_timing", 0.0, 1.0, reading.groove_timing),
        groove_velocity=section.number("groove_velocity", 0.0, 1.0, reading.groove_velocity),
    )


def read_taken(section: Section) -> Taken:
    """Read which notes of which MIDI file a pattern plays. The file is read by `borrowed`."""
    for asked in section.names(ASKED):
        section.problem(asked, "cannot stand beside midi, which brings its own notes")
    return Taken(_asked(section), _NOTHING)


def _groove_word(text: str) -> str:
    """Return the name of a file as it is, and of a formula once it is known to be one."""
    if Path(text).suffix.lower() not in (".toml", *MIDI_SUFFIXES):
        named(text)
    return text


def _asked(section: Section) -> TakeSpec:
    bars = section.whole("bars", 1, BARS_MAX, 1) if "bars" in section else 0
    if section.is_text("midi"):
        return TakeSpec(section.text("midi"), bars=bars)
    midi = section.table("midi", "word about a MIDI file")
    named_track = midi.text("track") if midi.is_text("track") else midi.whole("track", 1, MIDI_TRACKS_MAX, 0)
    return TakeSpec(
        file=midi.text("file"),
        track=named_track or "",
        channel=midi.whole("channel", 1, 16, 0),
        first=midi.whole("first", 1, MIDI_BARS_MAX, 1),
        bars=bars,
        quantise=_quantise(midi.table("quantise", "word about quantising")) if "quantise" in midi else AS_PLAYED,
        loudest=midi.whole("loudest", 1, 127, 0),
    )


def _quantise(section: Section) -> Quantise:
    grid = GRIDS[section.choice("grid", GRIDS, "1/16")]
    strength = section.number("strength", 0.0, 1.0, 1.0)
    mode = section.choice("mode", MODES, "strict")
    swing = section.number("swing", STRAIGHT, SWING_MAX, STRAIGHT)
    try:
        return Quantise(grid, strength, mode, swing)
    except ValueError as wrong:
        section.problem("", str(wrong))
        return AS_PLAYED


# -- files -----------------------------------------------------------------------------


def borrowed(patch: Patch, report: Report, library: Library) -> Patch:
    """Return a patch with every file read that its patterns name, by paths from where the patch stands.

    Each groove is read once; a Reading names it by its place in `Patch.grooves`. Problems go to `report`.
    """
    shelf = _Shelf(patch.path.parent, report, library)
    tracks = tuple(
        replace(track, patterns=tuple(shelf.filled(track, pattern) for pattern in track.patterns))
        for track in patch.tracks
    )
    if len(shelf.grooves) > GROOVES:
        report.add("", f"its patterns follow {len(shelf.grooves)} grooves; {GROOVES} at most")
    return replace(patch, tracks=tracks, grooves=tuple(shelf.grooves.values()))


class _Shelf:
    """The files that a patch names, each by the word that it is named with."""

    def __init__(self, home: Path, report: Report, library: Library) -> None:
        self._home = home
        self._report = report
        self._library = library
        self.grooves: dict[str, Groove] = {}

    def filled(self, track: TrackSpec, pattern: PatternSpec) -> PatternSpec:
        """Return a pattern with what it borrows."""
        place = f'track "{track.name}", pattern "{pattern.name}", key '
        if pattern.groove:
            if pattern.groove not in self.grooves:
                self.grooves[pattern.groove] = self._groove(place + '"groove"', pattern.groove)
            number = list(self.grooves).index(pattern.groove)
            pattern = replace(pattern, reading=replace(pattern.reading, groove=number))
        if isinstance(pattern.written, Taken):
            asked = pattern.written.asked
            notes = self._notes(place + '"midi"', asked, track.role == "drums")
            pattern = replace(pattern, written=Taken(asked, notes))
        return pattern

    def _groove(self, place: str, word: str) -> Groove:
        """Read a groove; an empty one stands for what cannot be read, so that it is told once."""
        path = self._home / word
        try:
            if path.suffix.lower() in MIDI_SUFFIXES:
                return self._library.groove(path)
            return read_groove(path) if path.suffix.lower() == ".toml" else named(word)
        except FileError as wrong:
            for problem in wrong.problems:
                self._report.add(place, problem)
        except (OSError, ValueError) as wrong:
            self._report.add(place, str(wrong))
        return named("layback(0)")

    def _notes(self, place: str, asked: TakeSpec, drums: bool) -> Bar:
        try:
            return self._library.take(self._home / asked.file, asked, drums)
        except (OSError, ValueError) as wrong:
            self._report.add(place, str(wrong))
            return _NOTHING
