"""Readings in a player's words: the knobs of `music.reading`, and what a patch writes of them.

Note values are fractions of a whole note, a rate is a fraction, a length is
counted in steps, a scale has a name.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from liveengine.engine.orders import ToSequencer
from liveengine.engine.parameter import Setting
from liveengine.engine.schema import Section
from liveengine.engine.values import whole_in
from liveengine.engine.wording import shown
from liveengine.music.pitch import OCTAVE, SCALES, Key
from liveengine.music.reading import CHROMATIC, DIRECTIONS, RATE_MAX, STRAIGHT, SWING_MAX, Reading
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.commands import DO_READING
from liveengine.sequencer.reading import RATE_BASE, READING_FIELDS

#: What of a reading has a knob, by the names that both a Reading and the parameter table know.
KNOBS = (
    "direction", "rate", "rotation", "length", "swing", "swing_unit", "humanise", "groove_timing", "groove_velocity",
    "quantise", "transpose", "scale", "velocity_low", "velocity_high", "velocity_curve",
)  # fmt: skip
assert set(KNOBS) <= set(READING_FIELDS)

#: The rates that a knob finds; a patch may write any other.
RATES = ("1/16", "1/8", "1/6", "1/4", "1/3", "1/2", "2/3", "3/4", "1", "4/3", "3/2", "2", "3", "4", "6", "8", "16")

#: Which notes may swing against each other.
SWING_UNITS = ("1/4", "1/8", "1/16", "1/32")

#: The furthest that a knob turns a pattern, in steps, and its pitches, in semitones.
ROTATION_MAX = 64
TRANSPOSE_MAX = 48
LENGTH_MAX = 1024
CURVE_MIN, CURVE_MAX = 0.1, 10.0

_WHOLE_NOTE = 4 * TICKS_PER_BEAT
_SHORTEST = _WHOLE_NOTE // 64


def note_ticks(text: str) -> int:
    """Return the ticks of a note value.

    >>> note_ticks("1/16") == 4 * note_ticks("1/64")
    True
    """
    match = re.fullmatch(r"\s*(\d{1,3})/(\d{1,3})\s*", text)
    if not match or not int(match[2]):
        raise ValueError(f'not a note value: {shown(text)} (write it like "1/16", or "1/12" for a triplet)')
    ticks = Fraction(int(match[1]) * _WHOLE_NOTE, int(match[2]))
    if ticks.denominator > 1 or not _SHORTEST <= ticks <= 4 * _WHOLE_NOTE:
        raise ValueError(f"{shown(text)} is no note value from 1/64 to 4/1 that a beat can be cut into")
    return int(ticks)


def note_value(ticks: int) -> str:
    """Return ticks as a note value, as `note_ticks` reads it."""
    value = Fraction(ticks, _WHOLE_NOTE)
    return f"{value.numerator}/{value.denominator}"


def rate_of(text: str) -> Fraction:
    """Return a rate: '2' is twice as fast as written, '1/2' half, '3/2' three in the time of two."""
    match = re.fullmatch(r"\s*(\d{1,2})(?:/(\d{1,2}))?\s*", text)
    rate = Fraction(int(match[1]), int(match[2] or 1)) if match and int(match[2] or 1) else Fraction(0)
    if not 1 <= rate.numerator <= RATE_MAX or rate.denominator > RATE_MAX:
        raise ValueError(f'not a rate: {shown(text)} (write it like "2", "1/2" or "3/2"; no number above {RATE_MAX})')
    return rate


def scale_mask(text: str) -> int:
    """Return a scale as a bit for each pitch class above its tonic, from its name or its semitones ('0 3 7')."""
    if re.fullmatch(r"\d{1,2}(\s+\d{1,2})*", text.strip()):
        return _mask([int(semitone) for semitone in text.split()])
    try:
        return _mask(SCALES[Key.parse(f"C {text}").scale])
    except ValueError:
        raise ValueError(f"no scale called {shown(text)}{did_you_mean(text, SCALES)}") from None


def scale_word(mask: int) -> str:
    """Return a scale's name, or where it has none its semitones, as `scale_mask` reads them."""
    named = [name for name, semitones in SCALES.items() if _mask(semitones) == mask]
    return named[0] if named else " ".join(str(k) for k in range(OCTAVE) if mask >> k & 1)


def _mask(semitones: list[int] | tuple[int, ...]) -> int:
    if wrong := [semitone for semitone in semitones if not 0 <= semitone < OCTAVE]:
        raise ValueError(f"{wrong[0]} is no semitone above the tonic (0–{OCTAVE - 1})")
    return sum(1 << semitone for semitone in set(semitones))


# -- knobs -------------------------------------------------------------------------------------


def setting_of(reading: Reading, knob: str) -> Setting:
    """Return where a knob stands."""
    match knob:
        case "rate":
            return str(reading.rate)
        case "length":
            return reading.length // reading.step
        case "swing_unit":
            return note_value(reading.swing_unit)
        case "scale":
            return scale_word(reading.scale)
    value: Setting = getattr(reading, knob)
    return value


def turned(reading: Reading, knob: str, setting: Setting) -> Reading:
    """Return a reading with one knob turned."""
    value: Any = setting
    match knob:
        case "rate":
            value = rate_of(str(setting))
        case "length":
            value = int(setting) * reading.step
        case "swing_unit":
            value = note_ticks(str(setting))
        case "scale":
            value = scale_mask(str(setting))
    return replace(reading, **{knob: value})


def ordered(reading: Reading, knob: str, track: int) -> ToSequencer:
    """Return the command that turns a track's knob to where it stands in `reading`."""
    match getattr(reading, knob):
        case str(direction):
            whole, share = DIRECTIONS.index(direction), 0.0
        case Fraction(numerator=up, denominator=down):
            whole, share = up * RATE_BASE + down, 0.0
        case float(value):
            whole, share = 0, value
        case value:
            whole, share = value, 0.0
    return ToSequencer(DO_READING, track, a=READING_FIELDS.index(knob), b=whole, x=share)


def of_a_fill(reading: Reading) -> Reading:
    """Return a reading for a fill: it is made for its bar, and played in it from beginning to end."""
    return replace(reading, direction="forward", rate=Fraction(1), rotation=0, length=0)


# -- patches -----------------------------------------------------------------------------------


def read_reading(section: Section, otherwise: Reading) -> Reading:
    """Read what a table says of how patterns are read; the rest is as in `otherwise`."""
    step = section.parsed("step", note_ticks, otherwise.step)
    steps = section.whole("length", 0, LENGTH_MAX, otherwise.length // otherwise.step)
    low, high = _velocities(section, otherwise)
    return replace(
        otherwise,
        direction=section.choice("direction", DIRECTIONS, otherwise.direction),
        rate=_rate(section, otherwise.rate),
        rotation=section.whole("rotation", -ROTATION_MAX, ROTATION_MAX, otherwise.rotation),
        step=step,
        length=steps * step,
        swing=section.number("swing", STRAIGHT, SWING_MAX, otherwise.swing),
        swing_unit=note_ticks(section.choice("swing_unit", SWING_UNITS, note_value(otherwise.swing_unit))),
        humanise=section.number("humanise", 0.0, 1.0, otherwise.humanise),
        quantise=section.number("quantise", 0.0, 1.0, otherwise.quantise),
        transpose=section.whole("transpose", -TRANSPOSE_MAX, TRANSPOSE_MAX, otherwise.transpose),
        scale=_scale(section, otherwise.scale),
        velocity_low=low,
        velocity_high=high,
        velocity_curve=section.number("velocity_curve", CURVE_MIN, CURVE_MAX, otherwise.velocity_curve),
    )


def _rate(section: Section, default: Fraction) -> Fraction:
    if "rate" in section and not section.is_text("rate"):
        return Fraction(section.whole("rate", 1, RATE_MAX, 1))
    return section.parsed("rate", rate_of, default)


def _scale(section: Section, default: int) -> int:
    """Read a scale by its name, or as a list of semitones above the tonic."""
    if section.is_text("scale"):
        return section.parsed("scale", scale_mask, default)
    semitones = section.each("scale", whole_in(0, OCTAVE - 1), (), OCTAVE)
    return _mask(semitones) if semitones else default


def _velocities(section: Section, otherwise: Reading) -> tuple[int, int]:
    default = otherwise.velocity_low, otherwise.velocity_high
    given = section.each("velocity_range", whole_in(0, 127), default, 2)
    if len(given) != 2:
        section.problem("velocity_range", "holds one number; write the softest and the loudest: [20, 110]")
        return default
    return given[0], given[1]


assert scale_word(CHROMATIC) == "chromatic"
