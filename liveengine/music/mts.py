"""MIDI Tuning Standard: a tuning as system exclusive messages.

A frequency is three bytes: the semitone of equal temperament at 440 Hz below it, and 14 bits of the way to the
next, steps of 0.0061 cents. 7F 7F 7F means "no change", and so is never sent.

Source: MIDI 1.0 Detailed Specification 4.2, "MIDI Tuning"; MMA CA-020 and CA-021 ("MIDI Tuning Updated").

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from liveengine.music.pitch import OCTAVE, pitch_name
from liveengine.music.tuning import KEYS

_BEGIN, _END = 0xF0, 0xF7
_NON_REAL_TIME, _REAL_TIME = 0x7E, 0x7F
_TUNING = 0x08
_BULK_DUMP, _NOTE_CHANGE, _OCTAVE_ONE_BYTE, _OCTAVE_TWO_BYTES = 0x01, 0x02, 0x08, 0x09

#: Every device listens to this number.
ALL_DEVICES = 0x7F

#: Every channel, in the three bytes of a scale/octave message.
ALL_CHANNELS = bytes((0x03, 0x7F, 0x7F))

_PARTS = 1 << 14
_NAME_SIZE = 16

#: What a scale/octave message can move a key by, in cents, with one byte and with two.
OCTAVE_RANGE_CENTS = (-64.0, 63.0)
OCTAVE_RANGE_CENTS_FINE = (-100.0, 100.0 * (1 - 1 / 8192))

#: So far apart the octaves of one note may lie and still be called the same.
OCTAVE_SPREAD_CENTS = 0.01


def frequency_bytes(semitones: float) -> bytes:
    """Return the three bytes of a pitch in semitones (69 is 440 Hz), brought into what they can say.

    >>> frequency_bytes(69.0).hex(" "), frequency_bytes(60.5).hex(" ")
    ('45 00 00', '3c 40 00')
    """
    parts = min(max(math.floor(semitones * _PARTS + 0.5), 0), KEYS * _PARTS - 2)
    key, part = divmod(parts, _PARTS)
    return bytes((key, part >> 7, part & 0x7F))


def bulk_dump(semitones: Sequence[float], name: str = "", program: int = 0, device: int = ALL_DEVICES) -> bytes:
    """Return a whole tuning as 08 01, not in real time: 408 bytes, the last but one a checksum.

    `semitones` are those of all 128 keys. The checksum is the exclusive or of all bytes after F0, the top bit clear.
    """
    if len(semitones) != KEYS:
        raise ValueError(f"a bulk dump tells of {KEYS} keys, not {len(semitones)}")
    title = name.encode("ascii", "replace")[:_NAME_SIZE].ljust(_NAME_SIZE)
    body = bytes((_NON_REAL_TIME, device, _TUNING, _BULK_DUMP, program)) + title
    body += b"".join(map(frequency_bytes, semitones))
    checksum = 0
    for byte in body:
        checksum ^= byte
    return bytes((_BEGIN, *body, checksum & 0x7F, _END))


def note_change(keys: Mapping[int, float], program: int = 0, device: int = ALL_DEVICES) -> bytes:
    """Return 08 02, in real time: these keys, 1-127 of them, sound at so many semitones from now on; 8 + 4n bytes."""
    if not 1 <= len(keys) < KEYS:
        raise ValueError(f"a note change tells of 1-{KEYS - 1} keys, not {len(keys)}")
    changes = b"".join(bytes((key,)) + frequency_bytes(semitones) for key, semitones in keys.items())
    return bytes((_BEGIN, _REAL_TIME, device, _TUNING, _NOTE_CHANGE, program, len(keys), *changes, _END))


def octave_cents(semitones: Sequence[float], fine: bool = False) -> list[float]:
    """Return how far each of C, C# … B lies from equal temperament, in cents, for keys at so many `semitones`.

    Raises ValueError where a scale/octave message cannot say it: too far, or not the same in every octave.
    """
    low, high = OCTAVE_RANGE_CENTS_FINE if fine else OCTAVE_RANGE_CENTS
    cents = [100.0 * (pitch - key) for key, pitch in enumerate(semitones)]
    for key, away in enumerate(cents):
        if abs(away - cents[key % OCTAVE]) > OCTAVE_SPREAD_CENTS:
            raise ValueError(f"{pitch_name(key)} is not an octave, or several, above {pitch_name(key % OCTAVE)}")
    for key, away in enumerate(cents[:OCTAVE]):
        if not low - OCTAVE_SPREAD_CENTS <= away <= high + OCTAVE_SPREAD_CENTS:
            there = f"{pitch_name(key)} lies {away:+.1f} cents from equal temperament"
            raise ValueError(f"{there}; the message holds {low:g} to {high:g}")
    return [min(max(away, low), high) for away in cents[:OCTAVE]]


def octave_change(cents: Iterable[float], fine: bool = False, device: int = ALL_DEVICES) -> bytes:
    """Return 08 08, or 08 09 where `fine`, in real time, for all channels: 21 or 33 bytes.

    `cents` say how far each of C, C# … B lies from equal temperament, in every octave. Raises ValueError where
    that is more than the message can say.
    """
    wanted = list(cents)
    low, high = OCTAVE_RANGE_CENTS_FINE if fine else OCTAVE_RANGE_CENTS
    if len(wanted) != OCTAVE or not all(low <= one <= high for one in wanted):
        raise ValueError(f"twelve distances of {low:g} to {high:g} cents, not {wanted}")
    if fine:
        parts = [min(math.floor(one * 81.92 + 0.5) + 8192, _PARTS - 1) for one in wanted]
        data = bytes(byte for part in parts for byte in (part >> 7, part & 0x7F))
    else:
        data = bytes(math.floor(one + 0.5) + 64 for one in wanted)
    kind = _OCTAVE_TWO_BYTES if fine else _OCTAVE_ONE_BYTE
    return bytes((_BEGIN, _REAL_TIME, device, _TUNING, kind)) + ALL_CHANNELS + data + bytes((_END,))
