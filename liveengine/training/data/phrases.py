"""Parts of pieces as rows to train on: up to eight bars of tokens, four of them known from the row before.

Each row is one part (bass, chords, lead or pad) over so many bars, as the event codec writes it, with what a model
is told beside it: chords, features of its own bars and of everything else that plays there, section, key, tempo. A
row never ends within a bar, and a note that sounds on over its end is written to its end.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs import events
from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.vocabulary import METRES, STYLES
from liveengine.music.time import Metre
from liveengine.training.data import origin
from liveengine.training.data.harmony_rows import CHORDS_A_BAR, chords_of, key_at, sections_of, stretches
from liveengine.training.data.piece import BarLine, Notes, Piece
from liveengine.training.data.roles import ROLES, Part, parts
from liveengine.training.data.shards import VARIES, Field
from liveengine.training.data.source import Entry

WINDOW_BARS, STRIDE_BARS = 8, 4

#: The roles that phrases are made of, by their places in ROLES.
PITCHED = tuple(role for role in ROLES if role != "drums")

#: A row of a shard; `bars` of its eight are real, the others are 0.
FIELDS = (
    Field("tokens", "uint16", (VARIES,)),
    Field("bars", "uint8", ()),
    Field("chords", "int8", (WINDOW_BARS, CHORDS_A_BAR, 3)),
    Field("features", "float32", (WINDOW_BARS, features.COUNT)),
    Field("others", "float32", (WINDOW_BARS, features.COUNT)),
    Field("section", "int8", (WINDOW_BARS,)),
    Field("role", "int8", ()),
    *origin.FIELDS,
)


def rows(piece: Piece, entry: Entry, number: int, performer: int) -> Iterator[dict[str, object]]:
    """Yield the rows of one piece, as FIELDS says. Raises ValueError for one without pitched parts."""
    playing = parts(piece) if len(piece.notes) else []
    if not any(part.role in PITCHED for part in playing):
        raise ValueError(f"{piece.name}: no part with pitches")
    bars = list(piece.bars())
    for first, metre, run in stretches(bars):
        chords, sections = chords_of(piece, run), sections_of(piece, run)
        key = key_at(piece, run[0].tick)
        by_bar = [_by_bar(part.notes, run) for part in playing]
        each = [features.of_notes(own, metre, part.role == "drums") for own, part in zip(by_bar, playing, strict=True)]
        for place, part in enumerate(playing):
            if part.role not in PITCHED:
                continue
            others = _others(each, place)
            for start in range(0, max(1, len(run) - STRIDE_BARS), STRIDE_BARS):
                span = slice(start, start + WINDOW_BARS)
                window = run[span]
                own = each[place][span]
                if not any(len(notes) for notes in by_bar[place][span]):
                    continue
                tempo = entry.bpm or piece.bpm_at(window[0].tick)
                yield {
                    "tokens": events.encode(phrase_of(part, window, metre, tempo, own, entry.style, sections[span])),
                    "bars": len(window),
                    "chords": _padded(chords[span]),
                    "features": _padded(own),
                    "others": _padded(others[span]),
                    "section": _padded(sections[span]),
                    "role": ROLES.index(part.role),
                    **origin.told(key, metre, entry, performer, number, first + start, tempo),
                }


def phrase_of(
    part: Part,
    bars: list[BarLine],
    metre: Metre,
    bpm: float,
    own: NDArray[np.float32],
    style: str,
    sections: NDArray[np.int8],
) -> events.Phrase:
    """Return a part's bars as a phrase, each told how dense and how syncopated it is."""
    density, syncopation = (own[:, features.NAMES.index(name)] for name in ("density", "syncopation"))
    measures = [
        events.Measure(
            METRES.index(metre),
            words.tempo_level(bpm),
            words.share_level(float(density[bar])),
            words.share_level(float(syncopation[bar])),
            STYLES.index(style) if style else None,
            int(sections[bar]),
        )
        for bar in range(len(bars))
    ]
    begin, end = bars[0].tick, bars[-1].end
    notes = part.notes[(part.notes["tick"] >= begin) & (part.notes["tick"] < end)]
    step = (notes["tick"] - begin + events.STEP_TICKS // 2) // events.STEP_TICKS
    gate = np.maximum(1, (notes["gate"] + events.STEP_TICKS // 2) // events.STEP_TICKS)
    tones = (
        events.Tone(
            int(at),
            words.family_of(int(note["program"])),
            int(note["pitch"]),
            int(long),
            words.velocity_level(int(note["velocity"])),
        )
        for at, long, note in zip(step, gate, notes, strict=True)
    )
    return events.Phrase.of(measures, tones)


def _by_bar(notes: Notes, bars: list[BarLine]) -> list[NDArray[np.int64]]:
    """Return each bar's notes as features read them: (notes, 4) of tick in the bar, gate, pitch, velocity."""
    edges = np.searchsorted(notes["tick"], [*(bar.tick for bar in bars), bars[-1].end])
    found = []
    for bar, first, last in zip(bars, edges, edges[1:], strict=False):
        own = notes[first:last]
        columns = (own["tick"] - bar.tick, own["gate"], own["pitch"], own["velocity"])
        found.append(np.stack([column.astype(np.int64) for column in columns], axis=1))
    return found


def _others(each: list[NDArray[np.float32]], place: int) -> NDArray[np.float32]:
    """Return the mean of the other parts' features by bar; all 0 for a part alone."""
    rest = [own for other, own in enumerate(each) if other != place]
    mean: NDArray[np.float32] = np.mean(rest, axis=0, dtype=np.float32) if rest else np.zeros_like(each[place])
    return mean


def _padded(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Fill up to eight bars with 0."""
    missing = WINDOW_BARS - len(array)
    return np.concatenate([array, np.zeros((missing, *array.shape[1:]), array.dtype)]) if missing else array
