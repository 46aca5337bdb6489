"""Takes and grooves out of MIDI files, as patches and commands ask for them.

Whatever wrote the file will do: another program, or `liveengine play --record`. Waits for the disk: before the show.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from liveengine.engine.borrowing import BARS_MAX
from liveengine.engine.takespec import TakeSpec
from liveengine.formats import midifile, take
from liveengine.formats.score import Score
from liveengine.music.groove import STEPS_MAX, Groove, extracted
from liveengine.music.note import Bar
from liveengine.music.quantise import excerpt, quantised
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.music.velocity import normalised
from liveengine.sequencer.slots import check_fits


@dataclass(frozen=True, slots=True)
class TakeFile:
    """A MIDI file that was read: its score, and what plays in it."""

    path: Path
    score: Score
    parts: tuple[take.Part, ...]

    @property
    def bar_ticks(self) -> int:
        """Length of its first bar."""
        return self.score.metres[0].metre.bar_ticks

    @property
    def tempo_bpm(self) -> float:
        """Its first tempo."""
        return self.score.tempos[0].tempo_bpm


def open_take(path: Path) -> TakeFile:
    """Read a MIDI file. Raises OSError or ValueError naming it and what is wrong."""
    score = midifile.read(path)
    return TakeFile(path, score, take.parts(score))


def bar_of(file: TakeFile, asked: TakeSpec, drums: bool = False) -> Bar:
    """Return the bars that are asked for, in the file's own metre, quantised; `drums` prefers General MIDI's.

    Raises ValueError with what is missing, unclear, or more than a pattern holds.
    """
    among = take.chosen(file.parts, asked.track, asked.channel, drums)
    first = asked.first - 1
    lines = take.bar_lines(file.score, take.last_onset(among) + 1)
    if first >= len(lines) - 1:
        raise ValueError(f"has {len(lines) - 1} bars; bar {asked.first} is not among them")
    count = asked.bars or min(len(lines) - 1 - first, BARS_MAX)
    while len(lines) <= first + count:  # What is asked for beyond the last note is silence.
        lines = take.bar_lines(file.score, lines[-1] + 1)
    whole = quantised(take.played(among, lines), asked.quantise, lines[first + 1] - lines[first])
    bar = excerpt(whole, lines[first], lines[first + count])
    check_fits(bar)
    return normalised(bar, asked.loudest) if asked.loudest else bar


def groove_of(
    file: TakeFile,
    track: str | int = "",
    channel: int = 0,
    pitches: Container[int] = range(128),
    bars: int = 1,
    grid: int = TICKS_PER_SIXTEENTH,
) -> Groove:
    """Return the groove of a file, over rounds of `bars` of its first metre.

    Of its parts the ones asked for; where none is, General MIDI's drums, and where those are not there, all.
    Raises ValueError with what is missing, or more than a groove holds.
    """
    length = bars * file.bar_ticks
    if length % grid or length // grid > STEPS_MAX:
        raise ValueError(f"a groove has 1-{STEPS_MAX} steps, and its grid divides the bar: not {length / grid:g} steps")
    among = file.parts
    if track or channel:
        among = take.chosen(file.parts, track, channel)
    elif drums := tuple(part for part in file.parts if part.channel == take.DRUM_CHANNEL):
        among = drums
    notes = [note for part in among for note in part.notes if note.pitch in pitches]
    if not notes:
        raise ValueError("has no such notes to take a groove from")
    return extracted(notes, length, length // grid, file.path.stem)


class MidiLibrary:
    """Reads the MIDI files that a patch names, each once."""

    def __init__(self) -> None:
        self._read: dict[Path, TakeFile] = {}

    def take(self, path: Path, asked: TakeSpec, drums: bool) -> Bar:
        """Return the bars that are asked for. Raises ValueError or OSError naming the file."""
        file = self._open(path)
        try:
            return bar_of(file, asked, drums)
        except ValueError as wrong:
            raise ValueError(f"{path}: {wrong}") from wrong

    def groove(self, path: Path) -> Groove:
        """Return the groove of a file's first metre, in sixteenths. Raises ValueError or OSError naming the file."""
        file = self._open(path)
        try:
            return groove_of(file)
        except ValueError as wrong:
            raise ValueError(f"{path}: {wrong}") from wrong

    def _open(self, path: Path) -> TakeFile:
        if path not in self._read:
            self._read[path] = open_take(path)
        return self._read[path]
