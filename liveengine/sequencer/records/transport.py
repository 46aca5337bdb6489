"""The transport, the cycle of bars that it counts, and the agenda of what comes next.

Run ticks count up for ever; song ticks are run ticks counted from the song's beginning while the transport runs.
"""

from __future__ import annotations

import numpy as np

#: A tick that never comes, and an instant before all others.
NEVER = 1 << 62

AGENDA_SIZE = 16_384
BARS_IN_METRE = 64

TRANSPORT = np.dtype(
    [
        ("rate", "f8"),            # units of the driver's clock in a second
        ("tempo_bpm", "f8"),
        ("unit_ticks", "f8"),      # units in a tick
        ("when_origin", "f8"),     # the timeline: this instant …
        ("tick_origin", "i8"),     # … is this run tick
        ("until", "i8"),           # everything before this instant has been rendered; -1: not begun
        ("tick", "i8"),            # the first run tick not rendered yet
        ("floor", "i8"),           # no event is stamped before this instant
        ("playing", "i8"),
        ("song_origin", "i8"),     # the run tick of song tick 0, while playing
        ("position", "i8"),        # the song tick at which it stopped, while stopped
        ("metre_tick", "i8"),      # the song tick at which the present cycle of metres begins …
        ("metre_bar", "i8"),       # … the number of the bar there …
        ("metre_bars", "i8"),      # … and how many bars a cycle has
        ("metre_ticks", "i8"),     # how long a cycle is
        ("fill", "i8"),            # 1 while a fill is asked for
        ("clock_stamp", "i8"),     # of the one valid clock entry on the agenda
        ("clock_tick", "i8"),      # run tick of the next pulse, NEVER when no clock runs
        ("pulsed", "f8"),          # the instant of the last pulse
        ("bar_stamp", "i8"),       # of the one valid bar-line entry
        ("seed", "i8"),
        ("stamp", "i8"),           # the last stamp given out
        ("sequence", "i8"),        # commands taken so far
        ("agenda_count", "i8"),
        ("voice_count", "i8"),
        ("free_chain", "i8"),      # the first chain in no use
        ("chain", "i8"),           # the chain that was begun last
        ("out_count", "i8"),
        ("realigned", "i8"),       # times that a stall was collapsed
        ("refused", "i8"),         # commands that could not be taken
        ("log_lost", "i8"),        # log records that found the ring full
        ("stolen", "i8"),          # notes ended early because too many sounded
        ("inbox_lost", "i8"),      # messages that came in while Python's inbox was full
        ("lead", "i8"),            # units by which everything is rendered early, since every lane delays it
        ("ramp_stamp", "i8"),      # of the one valid entry of a tempo ramp
        ("ramp_begin", "i8"),      # run tick at which it began …
        ("ramp_end", "i8"),        # … and will end
        ("ramp_from_bpm", "f8"),
        ("ramp_to_bpm", "f8"),
        ("long_due", "i8"),        # 1 while a long message stands on the agenda
        ("long_free", "i8"),       # run tick from which the last long message is through
        ("own_tempo_bpm", "f8"),   # what the player set; the tempo in force while no clock is followed
        ("seconds", "f8"),         # seconds of music that have gone by …
        ("seconds_tick", "i8"),    # … up to this run tick
        ("beat_ticks", "i8"),      # of the beat that the metre counts
        ("leader", "i8"),          # the source that leads the beat: OWN, PULSES, LINK or TRANSPORT …
        ("joined", "i8"),          # … and whether the beat keeps its time already: 1 from its first word on
    ]
)  # fmt: skip

AGENDA = np.dtype([("tick", "i8"), ("rank", "i8"), ("stamp", "i8"), ("mark", "i8")])
