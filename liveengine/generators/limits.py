"""What a phrase model may say next, as numbers added to its logits: the codec's grammar, and what the stage asks.

Tokens that would make no sense are shut out, so that every prefix of what is said can be played. Pitches keep to the
track and to chord or key; a single voice ends a note before it strikes the next; a rhythm given is kept to the step.
How full a bar is wanted leans on how far it moves on.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.lines import Floats
from liveengine.generators.codecs.vocabulary import BAR, DRUMS, FIRST, MEANING
from liveengine.music.chord import Chord
from liveengine.music.pitch import Key, pitch_name

#: What is added to a token that may not be said.
NEVER = -1e9

#: How strongly a bar leans back to the fullness that is wanted, in nats for each onset by which it would be away from
#: it; and how many onsets away cost nothing: rhythms are not even.
LEAN, AWAY = 1.0, 0.5

#: How many notes a single voice, and chords, sound at once; and how much chords are kept to their own tones, in nats.
SINGLE, CHORD_NOTES = 1, 6
OFF_CHORD = 2.0

#: After so many tokens a bar is at its end, whatever is said: half again what the fullest bars learnt from have.
BAR_TOKENS = 160


def _all(kind: str) -> slice:
    return slice(FIRST[kind], FIRST[kind] + words.COUNT[kind])


ON, OFF, VELOCITY, SHIFTS, FAMILY = map(_all, ("note_on", "note_off", "velocity", "shift", "family"))
_STEPS = np.arange(1, words.SHIFT_MAX + 1)
_SIXTEENTH = words.STEPS_PER_BEAT // 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of a line: role, pitches, key, chord of each bar (repeating), steps of a bar.

    `onsets` are the steps of a bar that are struck, no others; None leaves them open. `wanted` is how many sixteenths
    of a bar are to be struck; None asks nothing.
    """

    role: str
    low: int
    high: int
    key: Key
    chords: tuple[Chord, ...]
    bar_steps: int
    onsets: frozenset[int] | None = None
    wanted: float | None = None

    def pitches(self, bar: int) -> Floats:
        """Return what is added to each pitch in a bar, (128,). Raises ValueError where none may be played."""
        chord = self.chords[bar % len(self.chords)]
        added = np.full(128, NEVER, np.float32)
        for pitch in range(self.low, self.high + 1):
            if pitch in chord:
                added[pitch] = 0.0
            elif pitch in self.key:
                added[pitch] = -OFF_CHORD if self.role == "chords" else 0.0
        if added.max() <= NEVER:
            low, high = pitch_name(self.low), pitch_name(self.high)
            raise ValueError(f"no note of {chord} or {self.key} lies between {low} and {high}")
        return added

    @property
    def voices(self) -> int:
        """How many notes may sound at once."""
        return CHORD_NOTES if self.role == "chords" else SINGLE


@dataclass(slots=True)
class Standing:
    """Where a line stands: what sounds, what holds, what has been struck; turned by `take`."""

    limits: Limits
    bar: int = -1
    step: int = 0
    sounding: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(128, np.bool_))
    family: int = -1
    _kind: str = "special"
    _has_family: bool = False
    _has_level: bool = False
    _fresh: set[int] = field(default_factory=set)  # pitches begun at this step
    _struck: set[int] = field(default_factory=set)  # sixteenths of this bar
    _said: int = 0
    _pitches: Floats = field(default_factory=lambda: np.zeros(128, np.float32))

    def fork(self) -> Standing:
        """Return another that stands at the same place and goes its own way."""
        return replace(self, sounding=self.sounding.copy(), _fresh=set(self._fresh), _struck=set(self._struck))

    def take(self, token: int) -> None:
        """Go on by one token."""
        kind, number = MEANING[token]
        self._said += 1
        self._kind = kind
        match kind:
            case "special" if token == BAR:
                self.bar, self.step, self._said = self.bar + 1, 0, 0
                self._has_family = self._has_level = False
                self._fresh, self._struck = set(), set()
                self._pitches = self.limits.pitches(self.bar)
            case "shift":
                self.step, self._fresh = self.step + number + 1, set()
            case "family":
                self.family, self._has_family = number, True
            case "velocity":
                self._has_level = True
            case "note_on":
                self.sounding[number] = True
                self._fresh.add(number)
                self._struck.add(self.step // _SIXTEENTH)
            case "note_off":
                self.sounding[number] = False

    def hear(self, token: int) -> None:
        """Take in a token from before what is asked for: it goes on sounding, and is held to nothing."""
        kind, number = MEANING[token]
        if kind == "family":
            self.family = number
        if kind in ("note_on", "note_off"):
            self.sounding[number] = kind == "note_on"

    def added(self) -> Floats:
        """Return what is added to the logits of the next token, (774,); there always is one that may be said."""
        added = np.full(words.SIZE, NEVER, np.float32)
        if self._said < BAR_TOKENS:
            self._open(added)
        if added.max() <= NEVER:
            added[BAR] = 0.0
        return added

    def _open(self, added: Floats) -> None:
        after_choice = self._kind in ("family", "velocity")
        if not after_choice and not self._owes():
            added[BAR] = self._lean(self.limits.bar_steps - self.step) if self._may_end() else NEVER
            if self._kind != "shift":
                reach = self._reach()
                added[SHIFTS][reach] = self._leans(_STEPS[reach])
        if self._has_family:
            self._open_notes(added)
        elif self.sounding.any() or (self._may_strike() and self._is_room_above()):
            added[FAMILY] = 0.0 if self.family < 0 else NEVER
            added[FIRST["family"] + DRUMS] = NEVER
            if self.family >= 0:
                added[FIRST["family"] + self.family] = 0.0

    def _open_notes(self, added: Floats) -> None:
        """Open notes-off before the first note-on of a step, and notes-on where one may be struck."""
        if self._kind != "velocity" and not self._fresh:
            added[OFF][self.sounding] = 0.0
        if not self._may_strike():
            return
        early = self._early()
        if self._has_level:
            above = max(self._fresh, default=-1) + 1
            added[ON][above:] = np.where(self.sounding[above:], NEVER, self._pitches[above:] - early)
        if self._kind != "velocity" and self._is_room_above():
            added[VELOCITY] = -early

    def _may_strike(self) -> bool:
        onsets = self.limits.onsets
        return self.sounding.sum() < self.limits.voices and (onsets is None or self.step in onsets)

    def _is_room_above(self) -> bool:
        above = max(self._fresh, default=-1) + 1
        return bool(((self._pitches > NEVER) & ~self.sounding)[above:].any())

    def _owes(self) -> bool:
        """Say whether a rhythm's step is not struck yet."""
        return self.limits.onsets is not None and self.step in self.limits.onsets and not self._fresh

    def _reach(self) -> slice:
        """Return which shifts there are: to the bar's last step, or a rhythm's next, short of it only for an off."""
        last = max(0, self.limits.bar_steps - 1 - self.step)
        if self.limits.onsets is None:
            return slice(0, last)
        following = min((step for step in self.limits.onsets if step > self.step), default=None)
        if self.sounding.any():
            return slice(0, last if following is None else following - self.step)
        return slice(0, 0) if following is None else slice(following - self.step - 1, following - self.step)

    def _may_end(self) -> bool:
        """Say whether a bar may end: not before a rhythm's last hit, nor the first bar in silence."""
        onsets = self.limits.onsets
        if onsets is not None:
            return all(step <= self.step for step in onsets)
        return bool(self._struck) or self.bar > 0

    def _ahead(self, steps: NDArray[np.integer]) -> NDArray[np.floating]:
        """Return how many onsets a bar is ahead of the fullness wanted, if the next is struck so many steps on."""
        wanted = self.limits.wanted
        if wanted is None or self.limits.onsets is not None:
            return np.zeros(np.shape(steps))
        return np.asarray(len(self._struck) - wanted * (self.step + steps) / self.limits.bar_steps)

    def _early(self) -> float:
        """Return what it costs to strike here: nothing where it is due, or this sixteenth has been struck already."""
        if self.step // _SIXTEENTH in self._struck:
            return 0.0
        return float(LEAN * np.maximum(self._ahead(np.array(0)) - AWAY, 0.0))

    def _leans(self, steps: NDArray[np.integer]) -> Floats:
        """Return what is added to moving on so far: less where an onset would be due before, or must be struck early.

        While something sounds, it may be moved on to its end.
        """
        ahead = self._ahead(steps)
        cost = np.maximum(-ahead - AWAY, 0.0)
        if not self.sounding.any():
            cost = cost + np.maximum(ahead - AWAY, 0.0)
        leans: Floats = np.asarray(-LEAN * cost, np.float32)
        return leans

    def _lean(self, steps: int) -> float:
        """Return the same for the bar's end, where nothing has to be struck."""
        return float(-LEAN * np.maximum(-self._ahead(np.array(steps)) - AWAY, 0.0))
