"""The record that flows from the sequencer to every output: a time-stamped MIDI message.

One fixed-size record serves MIDI ports, the built-in instruments, the
recorder and the screen, so that they cannot disagree on what was played.
"""

from __future__ import annotations

import numpy as np

EVENT = np.dtype(
    [
        ("when", "i8"),   # the driver's clock: ns or frames
        ("tick", "i8"),   # song tick
        ("value", "f4"),  # an instrument control's value, where size is 0; 1: it must not wait in a lane
        ("port", "i2"),   # output port; INSTRUMENTS is the built-in rack
        ("track", "i2"),  # the patch's track, -1 for none
        ("size", "u1"),   # MIDI bytes in use, 1-3; LONG: see there; 0: instrument control b1 takes `value`, …
        ("b0", "u1"),     # … or where this is TUNE, key b1 sounds at `value` semitones
        ("b1", "u1"),
        ("b2", "u1"),
    ],
    align=True,
)  # fmt: skip

#: The port number of the built-in instruments; MIDI ports count from 1.
INSTRUMENTS = 0

#: An event of this size is a message of more than three bytes, and b1 and b2 (times 256) say where those are kept.
LONG = 255
LONG_BYTES_MAX = 416

#: What an event of size 0 does, where it is no control of a sound: it tunes key b1, or all where that is ALL_KEYS.
TUNE = 1

#: How a message that came in crosses from a receiver process to the data plane.
RECEIVED = np.dtype(
    [
        ("when", "i8"),  # ns of the monotonic clock
        ("size", "u1"),  # MIDI bytes in use, 1-3
        ("b0", "u1"),
        ("b1", "u1"),
        ("b2", "u1"),
        ("port", "u4"),  # input port, which its reader fills in
    ]
)  # fmt: skip

# Status bytes (MIDI 1.0); the low nibble of a channel message is the channel.
NOTE_OFF = 0x80
NOTE_ON = 0x90
KEY_PRESSURE = 0xA0
CONTROL_CHANGE = 0xB0
PROGRAM_CHANGE = 0xC0
CHANNEL_PRESSURE = 0xD0
PITCH_BEND = 0xE0
SONG_POSITION = 0xF2
CLOCK = 0xF8
START = 0xFA
CONTINUE = 0xFB
STOP = 0xFC

# Controllers of the MIDI 1.0 table that the engine itself sends.
DATA_ENTRY = 6
DATA_ENTRY_FINE = 38
SUSTAIN = 64
PARAMETER_FINE = 100
PARAMETER = 101
ALL_SOUND_OFF = 120
ALL_NOTES_OFF = 123

# Registered parameters; the last is none at all.
BEND_RANGE = 0
MPE_ZONE = 6
NO_PARAMETER = (127 << 7) | 127

#: The middle of pitch bend, which goes from 0 to twice that, less one.
BEND_MIDDLE = 8192
