"""`liveengine generate`: bars of one generator or model into a MIDI file, through the door that `play` goes through.

More than PHRASE_BARS bars come in phrases, as a set rolls a pattern anew: each has the next seed.
Reads models from the disk, and writes the file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from liveengine.engine.events import BarFailed
from liveengine.engine.orders import RequestBar
from liveengine.engine.patch import ROLE_DEFAULTS, SEED_MAX
from liveengine.engine.spec import Patch, PatternSpec, TrackSpec
from liveengine.formats import midifile
from liveengine.formats.parts import score_of
from liveengine.generators.catalogue import find
from liveengine.generators.contract import ROLES, Controls
from liveengine.music.chord import Chord
from liveengine.music.note import Note
from liveengine.music.pitch import SCALES, Key
from liveengine.music.sound import DRUM_NOTES, NOTE_DRUM
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.runtime.generation import answer
from liveengine.runtime.inference import load_models

#: A slot of the sequencer holds so many bars of the fullest drums.
PHRASE_BARS = 4

#: Letters of the text grid: softer than the first velocity, softer than the second, and louder.
SOFT, LOUD = 50, 100
LETTERS = ("o", "x", "X")


def main(arguments: argparse.Namespace) -> int:
    """Write the bars, and print drums as text. Return 0, or 1 where a rule made what the model could not.

    Raises ValueError with the nearest valid word, and OSError naming a file that cannot be written.
    """
    if arguments.output.suffix.lower() != ".mid":
        raise ValueError(f"{arguments.output}: the name must end in .mid")
    find(arguments.generator)
    controls, told = _controls(arguments), list[str]()
    notes = made(arguments.generator, controls, arguments.bars, arguments.seed, arguments.fill, told)
    length = arguments.bars * controls.metre.bar_ticks
    parts = {controls.role: notes}
    midifile.write(arguments.output, score_of(arguments.generator, parts, controls.metre, length, arguments.tempo))
    if controls.role == "drums":
        print(grid(notes, controls.metre, arguments.bars))
    print(
        f"{arguments.output}: {arguments.bars} bars, {len(notes)} notes, {arguments.generator}, seed {arguments.seed}"
    )
    for text in dict.fromkeys(told):
        print(text, file=sys.stderr)
    return 1 if told else 0


def made(name: str, controls: Controls, bars: int, seed: int, fill: bool, told: list[str]) -> list[Note]:
    """Return notes of `bars` bars; a fill ends the last of them. What a rule had to make is added to `told`.

    Raises ValueError in words where not even a rule can.
    """
    pattern = PatternSpec("pattern", name)
    patch = Patch(Path(), tracks=(TrackSpec("track", controls.role, "", patterns=(pattern,)),))
    models = load_models(patch, told.append)
    notes: list[Note] = []
    for phrase, begins in enumerate(range(0, bars, PHRASE_BARS)):
        count = min(PHRASE_BARS, bars - begins)
        asked = replace(controls, bars=count, fill=fill and begins + count == bars, chords=_from(controls, begins))
        request = RequestBar(0, 0, name, None, frozenset(), asked, min(seed + phrase, SEED_MAX))
        answered = answer(request, models)
        if isinstance(answered, BarFailed):
            raise ValueError(answered.reason)
        if answered.gave_way:
            told.append(answered.gave_way)
        notes += (replace(note, tick=note.tick + begins * controls.metre.bar_ticks) for note in answered.bar.notes)
    return notes


def grid(notes: Sequence[Note], metre: Metre, bars: int) -> str:
    """Return drums as text: a line a drum, a letter a sixteenth (o soft, x, X loud), a space between bars.

    A note between two sixteenths stands at the nearest.
    """
    steps = metre.bar_ticks // TICKS_PER_SIXTEENTH
    rows: dict[str, list[int]] = {}
    for note in notes:
        row = rows.setdefault(NOTE_DRUM.get(note.pitch, f"note {note.pitch}"), [0] * (steps * bars))
        place = (note.tick + TICKS_PER_SIXTEENTH // 2) // TICKS_PER_SIXTEENTH % len(row)
        row[place] = max(row[place], note.velocity)
    names = (*(name for name in DRUM_NOTES if name in rows), *sorted(rows.keys() - DRUM_NOTES.keys()))
    wide = max(map(len, names), default=0)
    lines = []
    for name in names:
        letters = "".join(_letter(velocity) for velocity in rows[name])
        lines.append(f"{name:>{wide}}  " + " ".join(letters[at : at + steps] for at in range(0, len(letters), steps)))
    return "\n".join(lines)


def _letter(velocity: int) -> str:
    return LETTERS[(velocity >= SOFT) + (velocity >= LOUD)] if velocity else "."


def _controls(arguments: argparse.Namespace) -> Controls:
    if arguments.role not in ROLES:
        raise ValueError(f'no role "{arguments.role}"{did_you_mean(arguments.role, ROLES)}')
    key = Key.parse(arguments.key)
    chords = tuple(Chord.parse(text) for text in arguments.chords) or (_tonic(key),)
    _, low, high = ROLE_DEFAULTS[arguments.role]
    return Controls(
        role=arguments.role, metre=Metre.parse(arguments.metre), key=key, chords=chords, low=low, high=high,
        density=arguments.density, accent=arguments.accent, rhythm=arguments.rhythm, style=arguments.style,
        tempo_bpm=arguments.tempo,
    )  # fmt: skip


def _tonic(key: Key) -> Chord:
    intervals = SCALES[key.scale]
    return Chord(key.tonic, "m" if 3 in intervals and 4 not in intervals else "")


def _from(controls: Controls, bar: int) -> tuple[Chord, ...]:
    """Return the chords as they go on from a bar."""
    return tuple(controls.chord_at(bar + place) for place in range(len(controls.chords)))
