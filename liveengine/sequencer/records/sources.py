"""The sources of time: how each does, and what was heard of the clock that is followed."""

from __future__ import annotations

import numpy as np

# The sources of time: our own, a MIDI clock's pulses, Ableton Link's session, JACK's transport.
OWN = 0
PULSES = 1
LINK = 2
JACK = 3
SOURCES = 4

#: The rank of our own time where nobody wished for it: the last resort, which gives way to whoever comes.
UNLISTED = SOURCES

# How each source does.
SOURCE = np.dtype(
    [
        ("rank", "i8"),   # 0 is the best; UNLISTED or NEVER where it was not asked for
        ("lives", "i8"),  # 1 while it tells the time
        ("since", "i8"),  # run tick from which on it has been steady, NEVER while it is not
    ]
)  # fmt: skip

# An outside timeline: Ableton Link's, JACK transport's.
STEERING = np.dtype(
    [
        ("outside", "i8"),     # the last word from outside: this tick …
        ("when", "f8"),        # … was at this instant …
        ("unit_ticks", "f8"),  # … with so many units to a tick
        ("delta", "i8"),       # run tick minus outside tick
        ("offset", "f8"),      # units by which the beat is still away; slewed to nothing
    ]
)  # fmt: skip

# What a follower may say of the clock that comes in (C4).
OFF = 0
ACQUIRING = 1
LOCKED = 2
FREEWHEELING = 3
LOST = 4

# What the clock that comes in looks like, and the line drawn through it.
FOLLOWER = np.dtype(
    [
        ("port", "i8"),         # input port that is followed, -1 for none
        ("state", "i8"),        # OFF, ACQUIRING, LOCKED, FREEWHEELING or LOST
        ("fault", "i8"),        # 1: twice the pulses expected, -1: half of them, 0: as expected
        ("count", "i8"),        # pulses that belong to the present tempo
        ("settled", "i8"),      # 1 once the loop has taken over from the fit
        ("strays", "i8"),       # pulses in a row that lay far after the line, or (below 0) before it
        ("place", "i8"),        # of the last pulse in `history`
        ("index", "i8"),        # its number, lost ones counted
        ("tick", "i8"),         # its run tick
        ("came", "f8"),         # when it came …
        ("gap", "f8"),          # … how long after the one before …
        ("time", "f8"),         # … and when it was meant, by the line
        ("period", "f8"),       # units between pulses
        ("offset", "f8"),       # units by which the beat is still away from the line; slewed to nothing
        ("heard", "f8"),        # when the last pulse came, counted or not
        ("even", "i8"),         # pulses that have come evenly from the first too many, or too few, on …
        ("even_gap", "f8"),     # … so far apart on the mean …
        ("even_tick", "i8"),    # … after a pulse of this run tick …
        ("even_period", "f8"),  # … when the line had this period
        ("extra", "f8"),        # share of pulses that came too many, of late
        ("missing", "f8"),      # share of pulses before which one was missing, of late
        ("jitter", "f8"),       # mean distance of the pulses from the line, units
        ("high", "f8"),         # furthest pulse after the line, and
        ("low", "f8"),          # before it, in this beat
        ("spread", "f8"),       # peak to peak over the last beat but one
        ("armed", "i8"),        # 1: Start came, 2: Continue came; the next pulse begins
        ("stop_beats", "i8"),   # freewheel so many beats, then stop; 0: play on
    ]
)  # fmt: skip

#: Pulses that are remembered: two beats.
HISTORY = 48
