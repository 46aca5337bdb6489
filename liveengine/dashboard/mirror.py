"""What the engine has told so far, and where its song is by our own clock.

Pure: the time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from liveengine.engine.parameter import Setting
from liveengine.engine.parameters import TRACKS_MAX, find

#: The engine tells every beat. A playhead that has heard nothing for longer waits where it is.
_PATIENCE_BEATS = 1.25

_SWING, _ = find("/track/1/swing")
STRAIGHT, SWING_MAX = _SWING.low, _SWING.high

#: A scope of its own: who is soloed.
SOLOS = "/solo"

METRE_UNITS = ("1", "2", "4", "8", "16")


def scope_of(address: str) -> str:
    """Return what an address belongs to: one track, or all that shares its first word.

    >>> scope_of("/track/2/mute"), scope_of("/clock/state")
    ('/track/2', '/clock')
    """
    _, first, *rest = address.split("/")
    return f"/{first}/{rest[0]}" if first == "track" and rest else f"/{first}"


#: What is this near to a step is on it: a tempo in decimals brings it there a hair too early.
_NEARLY = 1e-9


def straightened(place: float, swing: float) -> float:
    """Return where in a pair (0-1) stood what sounds at a place of it when its off-beat falls on `swing`.

    >>> straightened(0.6, 0.6), straightened(0.3, 0.6), straightened(0.8, 0.6)
    (0.5, 0.25, 0.75)
    """
    return place / (2 * swing) if place < swing else 1 - (1 - place) / (2 * (1 - swing))


class Mirror:
    """Every value the engine has told, by its address with the track's number."""

    def __init__(self) -> None:
        self.values: dict[str, Setting] = {}
        self._heard: Counter[str] = Counter()
        self._told_s = 0.0  # when the position was told

    def hear(self, address: str, value: Setting, now_s: float) -> None:
        """Take in a value."""
        self.values[address] = value
        self._heard[scope_of(address)] += 1
        if address.endswith("/solo"):
            self._heard[SOLOS] += 1  # It is seen on every track who is soloed.
        if address in ("/transport/position", "/transport/playing"):
            self._told_s = now_s

    def forget(self) -> None:
        """Know nothing: another engine may be there."""
        self.values.clear()
        self._heard[""] += 1

    def heard(self, scopes: Iterable[str]) -> int:
        """Return a number that is another whenever something of these scopes was heard, or forgotten."""
        return self._heard[""] + sum(self._heard[scope] for scope in scopes)

    def number(self, address: str) -> float:
        """Return a number that was told; 0 for none."""
        value = self.values.get(address, 0)
        return 0.0 if isinstance(value, str) else float(value)

    def text(self, address: str) -> str:
        """Return words that were told; empty for none."""
        value = self.values.get(address, "")
        return value if isinstance(value, str) else ""

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return bool(self.number("/transport/playing"))

    @property
    def tracks(self) -> list[int]:
        """The numbers of the tracks there are, from 1."""
        return [number for number in range(1, TRACKS_MAX + 1) if self.text(f"/track/{number}/name")]

    @property
    def bar_steps(self) -> int:
        """Sixteenths in a bar; 16 until the metre was told."""
        beats, _, unit = self.text("/transport/metre").partition("/")
        return max(1, int(beats) * 16 // int(unit)) if beats.isdecimal() and unit in METRE_UNITS else 16

    def position_beats(self, now_s: float) -> float:
        """Return where in the song it is now, in quarter notes: what was told, and what has passed since."""
        passed = max(0.0, now_s - self._told_s) * self.number("/transport/tempo") / 60.0 if self.playing else 0.0
        return self.number("/transport/position") + min(passed, _PATIENCE_BEATS)

    def step(self, track: int, now_s: float) -> int:
        """Return the step of the track's pattern that sounds now, from 0; -1 where none does."""
        steps = self.text(f"/track/{track}/steps")
        since = self._straight_beats(track, now_s) - self.number(f"/track/{track}/began")
        return int(since * 4 + _NEARLY) % len(steps) if steps and self.playing and since >= -_NEARLY else -1

    def _straight_beats(self, track: int, now_s: float) -> float:
        """Return where in the song what sounds now on a track stood before it was swung."""
        line = self.number("/transport/position") - max(0.0, self.number("/transport/beat") - 1)
        since = self.position_beats(now_s) - line
        pair = 2 * self.swing_beats(track)
        return line + since // pair * pair + straightened(since % pair / pair, self.swing(track)) * pair

    def swing(self, track: int) -> float:
        """Return where the off-beat of a track falls in its pair: 0.5 is straight."""
        return min(max(self.number(f"/track/{track}/swing"), STRAIGHT), SWING_MAX)

    def swing_beats(self, track: int) -> float:
        """Return half of what swings in a pair, in quarter notes; a sixteenth until it was told."""
        one, _, of = self.text(f"/track/{track}/swing_unit").partition("/")
        return 4 / int(of) if one == "1" and of in ("4", "8", "16", "32") else 0.25

    def late(self, track: int, step: int) -> float:
        """Return by how much of a step swing lets a step of a track come later."""
        unit = 4 * self.swing_beats(track)
        place = step % self.bar_steps % (2 * unit)
        return 2 * (self.swing(track) - STRAIGHT) * min(place, 2 * unit - place)

    def silent(self, track: int) -> bool:
        """Whether a track is not heard: it is muted, or others are soloed."""
        soloed = any(self.number(f"/track/{number}/solo") for number in self.tracks)
        return bool(self.number(f"/track/{track}/mute")) or (soloed and not self.number(f"/track/{track}/solo"))

    def beats_to_wait(self, track: int, now_s: float) -> int:
        """Return in how many beats what was launched on a track is heard; 0 where nothing waits."""
        left = self.number(f"/track/{track}/due") - self.position_beats(now_s)
        return max(1, int(left + 0.999)) if self.number(f"/track/{track}/due") and self.playing else 0
