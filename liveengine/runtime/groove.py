"""`liveengine groove`: see the groove of a MIDI file, a groove file or a formula, and keep it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from liveengine.engine.groovefile import groove_text, read_groove
from liveengine.formats import disk
from liveengine.music.groove import Groove, swing_of
from liveengine.music.groove_formulas import FORMULAS, named
from liveengine.music.quantise import GRIDS
from liveengine.music.sound import DRUM_NOTES, NOTE_DRUM
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.takes import groove_of, open_take

MIDI_SUFFIXES = (".mid", ".midi")

#: The drawing reaches this far to both sides, in letters, and this far up.
REACH = 12
BLOCKS = "▁▂▃▄▅▆▇█"


def found(arguments: argparse.Namespace) -> tuple[Groove, float]:
    """Return the groove that the command line names, and the tempo at which it is told."""
    path = Path(arguments.source)
    if path.suffix.lower() in MIDI_SUFFIXES:
        file = open_take(path)
        track = int(arguments.track) if arguments.track.isdecimal() else arguments.track
        try:
            groove = groove_of(
                file, track, arguments.channel, _pitches(arguments.drum), arguments.bars, _grid(arguments.grid)
            )
        except ValueError as wrong:
            raise ValueError(f"{path}: {wrong}") from wrong
        return groove, arguments.tempo or file.tempo_bpm
    groove = read_groove(path) if path.suffix.lower() == ".toml" else named(arguments.source)
    return groove, arguments.tempo or 120.0


def _grid(text: str) -> int:
    if text not in GRIDS:
        raise ValueError(f"--grid {text}: one of {', '.join(GRIDS)}")
    return GRIDS[text]


def _pitches(drum: str) -> list[int] | range:
    if not drum:
        return range(128)
    if drum not in DRUM_NOTES:
        raise ValueError(f'no drum called "{drum}"{did_you_mean(drum, DRUM_NOTES)}')
    return [pitch for pitch, name in NOTE_DRUM.items() if name == drum]


def drawn(groove: Groove, tempo_bpm: float) -> str:
    """Return a groove as text: a line a step, early to the left of the middle, late to the right."""
    beats = groove.length / TICKS_PER_BEAT
    long = f"{beats:g} beat" if beats == 1 else f"{beats:g} beats"
    lines = [f"{groove.name}: {len(groove.steps)} steps over {long}, at {tempo_bpm:g} BPM", ""]
    lines.append(f"  step  beat       ms  {'early':<{REACH}} {'late':>{REACH}}   level  notes")
    loudest = max(step.level for step in groove.steps) or 1.0
    widest = max(*(abs(step.offset) for step in groove.steps), groove.step_ticks / 8)
    taken = any(step.evidence for step in groove.steps)
    for number, step in enumerate(groove.steps):
        place = groove.place(number)
        beat = f"{place // TICKS_PER_BEAT + 1}" if place % TICKS_PER_BEAT == 0 else ""
        row = [" "] * (2 * REACH + 1)
        row[REACH] = "|"
        row[REACH + round(REACH * step.offset / widest)] = "●" if step.evidence or not taken else "○"
        block = BLOCKS[min(int(step.level / loudest * len(BLOCKS)), len(BLOCKS) - 1)]
        shown = f"{_ms(step.offset, tempo_bpm):+8.1f}  {''.join(row)}  {block} {step.level:4.2f}"
        lines.append(f"  {number + 1:>4}  {beat:>4} {shown}  {step.evidence if taken else '':>5}".rstrip())
    if (swing := swing_of(groove)) is not None:
        lines += ["", f"the second of every two steps falls at {100 * swing:.1f} % of them"]
    if taken and any(not step.evidence for step in groove.steps):
        lines += ["", "○ no notes there: it goes as its like do"]
    return "\n".join(lines)


def _ms(ticks: int, tempo_bpm: float) -> float:
    return ticks * 60_000.0 / (tempo_bpm * TICKS_PER_BEAT)


def as_json(groove: Groove, tempo_bpm: float) -> str:
    """Return a groove for programs; `late` in steps, `late_ms` at its tempo."""
    steps: list[dict[str, Any]] = [
        {
            "beat": round(groove.place(number) / TICKS_PER_BEAT + 1, 6),
            "late": round(step.offset / groove.step_ticks, 6),
            "late_ms": round(_ms(step.offset, tempo_bpm), 3),
            "level": step.level,
            "evidence": step.evidence,
        }
        for number, step in enumerate(groove.steps)
    ]
    swing = swing_of(groove)
    told = {
        "name": groove.name,
        "beats": groove.length / TICKS_PER_BEAT,
        "tempo_bpm": round(tempo_bpm, 4),
        "swing": None if swing is None else round(swing, 4),
        "steps": steps,
    }
    return json.dumps(told, ensure_ascii=False)


def formulas_told() -> str:
    """Return every formula on a line."""
    return "\n".join(f"{name:<10}{(make.__doc__ or '').strip()}" for name, make in FORMULAS.items())


def main(arguments: argparse.Namespace) -> int:
    """Run `liveengine groove`; return its exit code. Raises ValueError and OSError with what is wrong."""
    if not arguments.source:
        print(formulas_told())
        return 0
    groove, tempo_bpm = found(arguments)
    print(as_json(groove, tempo_bpm) if arguments.json else drawn(groove, tempo_bpm))
    if arguments.save:
        disk.write_whole(arguments.save, groove_text(groove).encode())
    return 0
