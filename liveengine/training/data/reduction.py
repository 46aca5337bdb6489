"""Fewer voices at once, and the same music: bass, melody and the tones that tell the chord stay.

Pure.
"""

from __future__ import annotations

import numpy as np

from liveengine.music.pitch import OCTAVE
from liveengine.training.data.harmony import chord_between
from liveengine.training.data.piece import Notes

#: Thirds and sevenths, in semitones above the root.
GUIDE_TONES = frozenset((3, 4, 10, 11))


def reduced(notes: Notes, voices: int) -> Notes:
    """Return notes of which at most `voices` sound at once, sorted.

    At every onset the lowest and the highest of what sounds stay, then the chord's third and seventh, then what is
    struck there before what is held, then the louder. A held note that gives way ends there. Raises ValueError for
    fewer voices than two.
    """
    if voices < 2:
        raise ValueError(f"bass and melody are two voices; {voices} are too few")
    result = notes.copy()
    kept = np.zeros(len(notes), np.bool_)
    sounding: list[int] = []
    for tick in np.unique(notes["tick"]):
        sounding = [each for each in sounding if result["tick"][each] + result["gate"][each] > tick]
        struck = np.flatnonzero(notes["tick"] == tick).tolist()
        together = sounding + struck
        if len(together) > voices:
            chosen = _chosen(result, together, set(struck), voices, int(tick))
            for held in set(sounding) - chosen:
                result["gate"][held] = tick - result["tick"][held]
            together = [each for each in together if each in chosen]
        kept[together] = True
        sounding = together
    return result[kept]


def _chosen(notes: Notes, together: list[int], struck: set[int], voices: int, tick: int) -> set[int]:
    """Choose which of the notes that sound at a tick may."""
    pitch = notes["pitch"].astype(np.int64)
    # Of two at the same pitch the one struck here is heard.
    lowest = min(together, key=lambda each: (pitch[each], each not in struck))
    highest = min(together, key=lambda each: (-pitch[each], each not in struck))
    ends = (lowest, highest)
    heard = chord_between(notes[together], tick, tick + 1)
    root = heard.chord.root if heard else pitch[lowest] % OCTAVE

    def worth(each: int) -> tuple[bool, bool, int, int]:
        guide = (pitch[each] - root) % OCTAVE in GUIDE_TONES
        return not guide, each not in struck, -int(notes["velocity"][each]), each

    inner = sorted((each for each in together if each not in ends), key=worth)
    return {*ends, *inner[: voices - 2]}
