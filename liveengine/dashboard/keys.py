"""What each key does: the keys of mappings/keyboard.toml, and the arrows for a chosen track.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liveengine.dashboard.mirror import Mirror
from liveengine.engine.parameter import Setting
from liveengine.engine.parameters import find

Way = Literal["fire", "flip", "add"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a key turns. `{track}` in the address is the chosen track; `amount` is what `add` adds."""

    address: str
    way: Way = "fire"
    amount: float = 0.0


def _rows() -> dict[str, Stroke]:
    deeds: tuple[tuple[str, str, Way], ...] = (
        ("12345678", "reroll", "fire"),
        ("qwertyui", "mute", "flip"),
        ("asdfghjk", "fill", "fire"),
    )
    return {
        key: Stroke(f"/track/{number}/{deed}", way) for keys, deed, way in deeds for number, key in enumerate(keys, 1)
    }


#: By the names Textual has for keys.
STROKES: dict[str, Stroke] = {
    **_rows(),
    "space": Stroke("/transport/play", "flip"),
    "enter": Stroke("/transport/start"),
    "n": Stroke("/scene/next"),
    "p": Stroke("/scene/previous"),
    "plus": Stroke("/transport/tempo", "add", 1.0),
    "equals_sign": Stroke("/transport/tempo", "add", 1.0),
    "minus": Stroke("/transport/tempo", "add", -1.0),
    "c": Stroke("/clock/next"),
    "z": Stroke("/launch/cancel"),
    "l": Stroke("/patch/reload"),
    "x": Stroke("/panic"),
    "exclamation_mark": Stroke("/panic"),
    "m": Stroke("/track/{track}/mute", "flip"),
    "v": Stroke("/track/{track}/reroll"),
    "right": Stroke("/track/{track}/density", "add", 0.05),
    "left": Stroke("/track/{track}/density", "add", -0.05),
}

#: The page of help: keys, and what they do.
HELP: tuple[tuple[str, str], ...] = (
    ("space", "stop and start"),
    ("enter", "play from the beginning"),
    ("+  -", "tempo, by 1 BPM"),
    ("n  p", "next and previous scene"),
    ("1 … 8", "re-roll a track"),
    ("q … i", "mute it"),
    ("a … k", "play a fill in the next bar"),
    ("↑  ↓", "choose a track"),
    ("←  →", "its density"),
    ("v  m", "re-roll it, mute it"),
    ("c", "follow the next of the clocks"),
    ("z", "take back what was launched and has not begun"),
    ("l", "read the patch again"),
    ("x", "panic: silence everything"),
)


def meant(stroke: Stroke, chosen: int, mirror: Mirror) -> tuple[str, Setting | None] | None:
    """Return the address and value to send (None: no value) for a stroke; None where there is no such track."""
    address = stroke.address.replace("{track}", str(chosen))
    parameter, track = find(address)
    if track is not None and int(track) not in mirror.tracks:
        return None
    match stroke.way:
        case "fire":
            return address, None
        case "flip":
            told = "/transport/playing" if address == "/transport/play" else address
            return address, int(not mirror.number(told))
        case _:
            return address, parameter.accept(mirror.number(address) + stroke.amount)
