"""Swing: the second of every two steps comes later, by the golden section if nothing else is said.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.phi import SECTION


def swing(rhythm: Rhythm, place: float = SECTION) -> Rhythm:
    """Bend every two steps so that the second falls at `place` of them: 0.5 is straight, 0.667 triplets.

    What lies between bends along, so nothing changes its order; a last step without a partner stays.
    Raises ValueError outside 0.5 to 0.75.

    >>> [round(tick / 720_720, 3) for tick in swing(Rhythm.from_text("xx.x")).onsets]
    [0.0, 1.236, 3.236]
    """
    if not 0.5 <= place <= 0.75:
        raise ValueError(f"swing must lie in 0.5-0.75, not {place}")
    pair = 2 * rhythm.length / rhythm.steps
    paired = rhythm.steps // 2 * pair
    struck = [
        (min(round(_bent(tick, pair, place)), rhythm.length - 1) if tick < paired else tick, accent)
        for tick, accent in zip(rhythm.onsets, rhythm.accents, strict=True)
    ]
    return Rhythm.gathered(struck, rhythm.steps, rhythm.length)


def _bent(tick: int, pair: float, place: float) -> float:
    number, within = divmod(tick / pair, 1.0)
    bent = 2 * within * place if within < 0.5 else place + (2 * within - 1) * (1 - place)
    return (number + bent) * pair
