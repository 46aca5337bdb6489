"""Tunings: how high each of the 128 keys sounds.

A scale says how far each of its degrees lies above its first, and after which
interval it comes again (its period, most often an octave). A tuning lays the
scale out on the keys from a root, and moves the whole until one key has
exactly the frequency that was asked for.

Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from liveengine.music.keyboard_map import KeyboardMap
from liveengine.music.pitch import OCTAVE, PITCH_MAX

KEYS = PITCH_MAX + 1

#: The place, beside those of the 128 keys, of what all keys are moved by.
ALL_KEYS = KEYS

A4 = 69
A4_HZ = 440.0

#: How far the whole may be moved: what A4 would have in equal temperament.
A4_MIN_HZ, A4_MAX_HZ = 400.0, 480.0

#: The most degrees that a scale may have: more than two a cent are no scale.
DEGREES_MAX = 2048

#: How degrees find their keys. "linear": one after the other, a key each. "nearest": each key takes the degree that
#: is nearest to where equal temperament has it, the lower of two.
MAPPINGS = ("linear", "nearest")

#: A degree above the first: a ratio of frequencies, or cents.
Degree = Fraction | float


def cents_of(degree: Degree) -> float:
    """Return a degree in cents; a ratio must be above 0.

    >>> round(cents_of(Fraction(3, 2)), 3)
    701.955
    """
    # As a difference of logarithms, for a ratio's numbers may be beyond what a float holds.
    if isinstance(degree, Fraction):
        return 1200.0 * (math.log2(degree.numerator) - math.log2(degree.denominator))
    return degree


def ratio_of(cents: float) -> float:
    """Return the ratio of frequencies that so many cents are."""
    return float(2.0 ** (cents / 1200.0))


def equal_hz(pitch: float, a4_hz: float = A4_HZ) -> float:
    """Return the frequency of a pitch, in semitones, in equal temperament."""
    return float(a4_hz * 2.0 ** ((pitch - A4) / OCTAVE))


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale by its degrees above the first, which is 1/1; the last of them is the period.

    Raises ValueError where there is none, or too many, or the period does not go up.
    """

    name: str
    degrees: tuple[Degree, ...]
    about: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.degrees) <= DEGREES_MAX:
            raise ValueError(f"a scale has 1-{DEGREES_MAX} notes, not {len(self.degrees)}")
        if any(isinstance(degree, Fraction) and degree <= 0 for degree in self.degrees):
            raise ValueError("a ratio of frequencies is above 0")
        if not all(math.isfinite(cents_of(degree)) for degree in self.degrees):
            raise ValueError("cents are finite numbers")
        if self.period_cents <= 0.0:
            raise ValueError(f"a scale comes again higher, not {self.period_cents:g} cents from its beginning")

    @property
    def period_cents(self) -> float:
        """After how many cents it comes again."""
        return cents_of(self.degrees[-1])

    @property
    def is_octave_of_twelve(self) -> bool:
        """Whether it has twelve notes, and comes again after an octave."""
        return len(self.degrees) == OCTAVE and math.isclose(self.period_cents, 1200.0, abs_tol=1e-6)

    def cents(self, step: int) -> float:
        """Return how far a step lies above step 0; steps go on for ever, up and down."""
        round_, place = divmod(step, len(self.degrees))
        above = cents_of(self.degrees[place - 1]) if place else 0.0
        return round_ * self.period_cents + above

    def nearest(self, cents: float) -> float:
        """Return the cents of the step that is nearest, the lower of two."""
        round_, rest = divmod(cents, self.period_cents)
        folded = (0.0, self.period_cents, *(cents_of(degree) % self.period_cents for degree in self.degrees[:-1]))
        place = min(folded, key=lambda there: (round(abs(there - rest), 9), there))
        return round_ * self.period_cents + place


#: Twelve equal steps.
EQUAL = Scale("equal", tuple(100.0 * step for step in range(1, OCTAVE + 1)), "twelve equal steps to the octave")


@dataclass(frozen=True)
class Tuning:
    """A scale from `root` (a pitch class) on, moved until key `reference` has `reference_hz`.

    `mapping` is one of MAPPINGS; a `keyboard` takes the place of mapping and root.
    Raises ValueError for a reference that no key has.
    """

    scale: Scale = EQUAL
    root: int = 0
    reference: int = A4
    reference_hz: float = A4_HZ
    mapping: str = "linear"
    keyboard: KeyboardMap | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.root < OCTAVE or not 0 <= self.reference < KEYS:
            raise ValueError(f"root {self.root} is a pitch class 0-11, reference {self.reference} a key 0-127")
        if not 0.0 < self.reference_hz < math.inf:
            raise ValueError(f"{self.reference_hz} Hz is no frequency")
        if self.mapping not in MAPPINGS:
            raise ValueError(f'no mapping is called "{self.mapping}" ({", ".join(MAPPINGS)})')

    def _cents(self, pitch: int) -> float:
        """Return how far a key lies above the root next to middle C, or the keyboard's middle."""
        if self.keyboard is not None:
            octave, degree = self.keyboard.step(pitch)
            return octave * self.scale.cents(self.keyboard.octave or len(self.scale.degrees)) + self.scale.cents(degree)
        step = pitch - (60 + self.root)
        return self.scale.cents(step) if self.mapping == "linear" else self.scale.nearest(100.0 * step)

    @cached_property
    def table(self) -> tuple[float, ...]:
        """Return where every key lies in semitones, and at ALL_KEYS by how many all are moved.

        Without that move the reference lies at its own number; in equal temperament at 440 Hz every key does.
        """
        base = self._cents(self.reference)
        moved = OCTAVE * math.log2(self.reference_hz / equal_hz(self.reference))
        keys = (
            self.reference + (self._cents(pitch) - base) / 100.0 if self._retunes(pitch) else pitch - moved
            for pitch in range(KEYS)
        )
        return (*keys, moved)

    def _retunes(self, pitch: int) -> bool:
        return self.keyboard is None or self.keyboard.retunes(pitch)

    def semitones(self, pitch: int) -> float:
        """Return how high a key sounds, as a place among equal-tempered keys at 440 Hz.

        >>> round(Tuning(reference_hz=432.0).semitones(69), 3)
        68.682
        """
        return self.table[pitch] + self.table[ALL_KEYS]

    def hz(self, pitch: int) -> float:
        """Return the frequency of a key.

        >>> Tuning(reference=72, reference_hz=528.0).hz(72)
        528.0
        """
        moved = self.table[pitch] - self.reference  # The reference itself is exact.
        return float(self.reference_hz * 2.0 ** (moved / OCTAVE))
