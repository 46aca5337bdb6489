"""Everything the data plane knows, in arrays that were allocated before the show.

A State is one-dimensional arrays and nothing else, which compiled code, and
a C callback, find by one address. Run ticks count up for ever; song ticks are run ticks counted from
the song's beginning while the transport runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.memory import Memory
from liveengine.music.event import EVENT, LONG_BYTES_MAX
from liveengine.music.modulation import LFOS, POINTS_MAX
from liveengine.music.note import LOCKS_MAX
from liveengine.music.target import TARGETS
from liveengine.music.time import NS_PER_SECOND, TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre, units_per_tick
from liveengine.music.tuning import KEYS

TRACKS = 256
PORTS = 16
SLOTS = 512
SLOT_STEPS = 512
SLOT_NOTES = 1024
SLOT_LOCKS = 256
GROOVES = 32
GROOVE_STEPS = 64
BARS_IN_METRE = 64
AGENDA_SIZE = 16_384
COMMANDS_SIZE = 1024
LOG_SIZE = 32_768
OUT_SIZE = 16_384
VOICES = 4096
#: The most events that one entry of the agenda can cause: every sounding note ends, and every channel is reset.
BURST = VOICES + 1024
LEDGER_SIZE = PORTS * 16 * 128
#: LFOs stand in groups of LFOS: one group a track, and one more for the set.
LFO_ROWS = (TRACKS + 1) * LFOS
ARP_KEYS = 32

#: A tick that never comes, and an instant before all others.
NEVER = 1 << 62

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

TRACK = np.dtype(
    [
        ("port", "i8"),
        ("channel", "i8"),
        ("zone", "i8"),      # 1: each note has a channel of its own, in the port's zone
        ("muted", "i8"),
        ("locked", "i8"),    # parameters that its last step locked
        ("previous", "i8"),  # 1: its last step with a condition or a probability sounded
    ]
)  # fmt: skip

# Two players a track: the pattern that plays and the one that comes next (or the one that fades out).
PLAYER = np.dtype(
    [
        ("slot", "i8"),   # -1: nobody plays
        ("start", "i8"),  # song tick at which round 0 of the pattern begins
        ("head", "i8"),   # … and that of whoever comes after it and keeps the playhead
        ("begin", "i8"),  # song tick from which its notes belong to it …
        ("stop", "i8"),   # … and up to which
        ("cell", "i8"),   # the next cell to be opened, counted from the start
        ("stamp", "i8"),
    ]
)  # fmt: skip

# A pattern, and how it is read: the fields from `direction` on are those of `music.reading`.
SLOT = np.dtype(
    [
        ("written", "i8"),  # ticks that were written, of which …
        ("length", "i8"),   # … so many are played, …
        ("cells", "i8"),    # … in so many cells
        ("steps", "i8"),
        ("direction", "i8"),
        ("rate_up", "i8"),    # pattern ticks …
        ("rate_down", "i8"),  # … in so many song ticks
        ("rotation", "i8"),
        ("step", "i8"),
        ("swing", "f8"),
        ("swing_unit", "i8"),
        ("humanise", "f8"),
        ("groove", "i8"),
        ("groove_timing", "f8"),
        ("groove_velocity", "f8"),
        ("quantise", "f8"),
        ("transpose", "i8"),
        ("scale", "i8"),
        ("tonic", "i8"),
        ("velocity_low", "i8"),
        ("velocity_high", "i8"),
        ("velocity_curve", "f8"),
    ]
)  # fmt: skip

# Notes that are struck together, by one throw and under one condition.
STEP = np.dtype(
    [
        ("tick", "i8"),    # its place on the grid, which says who owns it
        ("offset", "i8"),  # how far from there it sounds
        ("span", "i8"),    # ticks that its ratchet takes up
        ("probability", "f8"),
        ("slope", "f4"),
        ("first", "i2"),   # of its notes
        ("notes", "i2"),
        ("first_lock", "i2"),
        ("locks", "i2"),
        ("die", "i2"),
        ("condition", "i1"),
        ("turn", "i1"),
        ("cycle", "i1"),
        ("negated", "i1"),
        ("strikes", "i1"),
    ],
    align=True,
)  # fmt: skip

NOTE = np.dtype([("gate", "i8"), ("pitch", "i2"), ("velocity", "i2")], align=True)

LOCK = np.dtype([("value", "f8"), ("kind", "i4"), ("number", "i4")])

GROOVE = np.dtype([("length", "i8"), ("steps", "i8")])
GROOVE_STEP = np.dtype([("offset", "f8"), ("level", "f8")])  # ticks later, and a factor of the velocity

# An LFO; the fields from `shape` on are those of `music.modulation`.
LFO = np.dtype(
    [
        ("on", "i8"),
        ("stamp", "i8"),
        ("sent", "i8"),    # what it sent last, in the steps of its target; -1: nothing
        ("since", "f8"),   # seconds of music at which …
        ("turns", "f8"),   # … a free one had turned so often
        ("origin", "i8"),  # song tick from which a locked one is counted
        ("kind", "i8"),    # of its target; TOLD: the control plane
        ("number", "i8"),
        ("low", "f8"),
        ("high", "f8"),
        ("shape", "i8"),
        ("period", "i8"),
        ("rate_hz", "f8"),
        ("depth", "f8"),
        ("centre", "f8"),  # below 0: where the target stands
        ("phase", "f8"),
        ("points", "i8"),
        ("stepped", "i8"),
        ("with_pattern", "i8"),
        ("once", "i8"),
    ]
)  # fmt: skip
POINT = np.dtype([("place", "f8"), ("height", "f8")])

# An arpeggio and the keys it is fed with; the fields from `mode` on are those of `music.arpeggio`.
ARP = np.dtype(
    [
        ("on", "i8"),
        ("stamp", "i8"),  # of its one valid entry on the agenda; 0: it stands still
        ("count", "i8"),  # steps since its first key
        ("keys", "i8"),
        ("mode", "i8"),
        ("octaves", "i8"),
        ("rate", "i8"),
        ("gate", "f8"),
        ("latch", "i8"),
    ]
)  # fmt: skip
KEY = np.dtype(
    [
        ("pitch", "i8"),
        ("velocity", "i8"),
        ("ends", "i8"),  # run tick at which it is let go; NEVER while a hand holds it down
        ("hand", "i8"),  # 1: played by hand, 0: by the pattern
    ]
)  # fmt: skip

PORT = np.dtype(
    [
        ("clock", "i8"),
        ("clock_when_stopped", "i8"),
        ("channels", "i8"),    # a bit for each that was used
        ("zone_first", "i8"),  # channels in which each note is bent by itself, from here …
        ("zone_last", "i8"),   # … to here
        ("bend_range", "f8"),  # semitones of a whole bend; 0: there is no zone
    ]
)  # fmt: skip

# A channel of a zone.
CHANNEL = np.dtype(
    [
        ("key", "i8"),    # of the ledger: the note that sounds there, -1 for none …
        ("pitch", "i8"),  # … and the key that was struck for it
        ("since", "i8"),  # run tick since which it has been so, taken or free
    ]
)  # fmt: skip

LEDGER = np.dtype(
    [
        ("chain", "i8"),    # the notes that end together, of which it is one; -1: silent
        ("next", "i8"),     # the key after it in the chain, -1 for none, …
        ("before", "i8"),   # … and before it
        ("voice", "i8"),    # its place in the list of sounding notes
        ("track", "i8"),
        ("express", "f8"),  # 1: it came in from a keyboard, and goes out without waiting in a lane
    ]
)  # fmt: skip

# Notes that end at one tick, by one entry of the agenda.
CHAIN = np.dtype([("stamp", "i8"), ("tick", "i8"), ("first", "i8"), ("free", "i8")])  # free: the next chain in no use

COMMAND = np.dtype(
    [
        ("kind", "i8"),
        ("track", "i8"),
        ("quantum", "i8"),  # ticks: the next multiple of this in the song; 0: at once
        ("at", "i8"),       # run tick, or -1 where `quantum` decides
        ("a", "i8"),
        ("b", "i8"),
        ("x", "f8"),
    ]
)  # fmt: skip

# A message of more than three bytes.
LONG_MESSAGE = np.dtype([("port", "i8"), ("size", "i8"), ("bytes", "u1", (LONG_BYTES_MAX,))])
LONGS = 256

LOG = np.dtype(
    [
        ("kind", "i8"),
        ("track", "i8"),
        ("when", "i8"),
        ("tick", "i8"),  # song tick
        ("run", "i8"),   # run tick
        ("a", "i8"),
        ("x", "f8"),
        ("port", "i2"),
        ("size", "u1"),
        ("b0", "u1"),
        ("b1", "u1"),
        ("b2", "u1"),
    ],
    align=True,
)  # fmt: skip

#: Lateness is counted in eighths of an octave of microseconds: bin k holds [2^(k/8), 2^((k+1)/8)) µs, bin 0 all below.
LATENESS_BINS = 192

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

#: Pulses that are remembered: two beats.
HISTORY = 48

# A lane delays what goes to one port: its notes, or its clock.
LANE = np.dtype(
    [
        ("delay", "i8"),    # units that it is to delay, and
        ("present", "i8"),  # those that it does: a shorter delay is slid to
        ("last", "i8"),     # instant of the last event that came into it
        ("first", "i8"),
        ("count", "i8"),
    ]
)  # fmt: skip
# A port's lanes: its notes' has its number, its clock's and that of what must not wait come PORTS and EXPRESS later.
EXPRESS = 2 * PORTS
LANES = 3 * PORTS
LANE_SIZE = 512

# The wire behind a port, which carries one byte after the other.
WIRE = np.dtype(
    [
        ("byte_units", "f8"),  # how long a byte takes; 0: no time at all
        ("free", "f8"),        # instant from which it can carry the next
        ("busy", "f8"),        # run tick until which it carries what has been rendered, if nothing waits in lanes
        ("lags", "i8"),        # 1 from when it fell too far behind until it has caught up
        ("overloads", "i8"),   # times that it fell too far behind
        ("thinned", "i8"),     # values of controllers that gave way to newer ones
    ]
)  # fmt: skip

IN_PORTS = 8
INBOX_SIZE = 1024

# Each ring's two ends live on cache lines of their own: [0] written so far, [8] read so far.
ENDS_SIZE = 16
WRITTEN = 0
READ = 8


INT = np.dtype(np.int64)

LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("transport", 1, TRANSPORT),
    ("agenda", AGENDA_SIZE, AGENDA),
    ("tracks", TRACKS, TRACK),
    ("players", 2 * TRACKS, PLAYER),
    ("slots", SLOTS, SLOT),
    ("steps", SLOTS * SLOT_STEPS, STEP),
    ("notes", SLOTS * SLOT_NOTES, NOTE),
    ("locks", SLOTS * SLOT_LOCKS, LOCK),
    ("held", TRACKS * LOCKS_MAX, LOCK),  # what each track's last step locked
    ("bases", TRACKS * TARGETS, np.dtype(np.float64)),  # what targets return to; NaN where nobody has said
    ("standing", TRACKS * TARGETS, np.dtype(np.float64)),  # where they stand: at a step's lock, or at their base
    ("lfos", LFO_ROWS, LFO),
    ("points", LFO_ROWS * POINTS_MAX, POINT),
    ("arps", TRACKS, ARP),
    ("keys", TRACKS * ARP_KEYS, KEY),  # that an arpeggio plays, in the order in which they were struck
    ("grooves", GROOVES, GROOVE),
    ("groove_steps", GROOVES * GROOVE_STEPS, GROOVE_STEP),
    ("metres", BARS_IN_METRE, INT),  # ticks in each bar of the cycle
    ("ports", PORTS, PORT),
    ("channels", PORTS * 16, CHANNEL),
    ("tuning", KEYS + 1, np.dtype(np.float64)),  # where each key sounds, semitones; at ALL_KEYS a move of them all
    ("ledger", LEDGER_SIZE, LEDGER),
    ("chains", VOICES, CHAIN),
    ("voices", VOICES, INT),
    ("pending", COMMANDS_SIZE, COMMAND),
    ("commands", COMMANDS_SIZE, COMMAND),
    ("command_ends", ENDS_SIZE, INT),
    ("longs", LONGS, LONG_MESSAGE),
    ("long_ends", ENDS_SIZE, INT),
    ("log", LOG_SIZE, LOG),
    ("log_ends", ENDS_SIZE, INT),
    ("out", OUT_SIZE, EVENT),
    ("due", OUT_SIZE, EVENT),
    ("lanes", LANES, LANE),
    ("lane_events", LANES * LANE_SIZE, EVENT),
    ("wires", PORTS, WIRE),
    ("follower", 1, FOLLOWER),
    ("sources", SOURCES, SOURCE),
    ("steering", SOURCES, STEERING),  # of LINK and JACK
    ("history", 2 * HISTORY, np.dtype(np.float64)),  # when pulses came, and their numbers
    ("inbox", INBOX_SIZE, EVENT),
    ("inbox_ends", ENDS_SIZE, INT),
    ("thru", IN_PORTS, INT),  # track that an input port plays, -1 for none
    ("traffic", 2 * PORTS, INT),  # messages: out by port, then in by port
    ("lateness", LATENESS_BINS, INT),
)


class State(Memory, layout=LAYOUT):
    """The data plane's memory. How many of what, LAYOUT says."""

    transport: NDArray[Any]
    agenda: NDArray[Any]
    tracks: NDArray[Any]
    players: NDArray[Any]
    slots: NDArray[Any]
    steps: NDArray[Any]
    notes: NDArray[Any]
    locks: NDArray[Any]
    held: NDArray[Any]
    bases: NDArray[np.float64]
    standing: NDArray[np.float64]
    lfos: NDArray[Any]
    points: NDArray[Any]
    arps: NDArray[Any]
    keys: NDArray[Any]
    grooves: NDArray[Any]
    groove_steps: NDArray[Any]
    metres: NDArray[np.int64]
    ports: NDArray[Any]
    channels: NDArray[Any]
    tuning: NDArray[np.float64]
    ledger: NDArray[Any]
    chains: NDArray[Any]
    voices: NDArray[np.int64]
    pending: NDArray[Any]
    commands: NDArray[Any]
    command_ends: NDArray[np.int64]
    longs: NDArray[Any]
    long_ends: NDArray[np.int64]
    log: NDArray[Any]
    log_ends: NDArray[np.int64]
    out: NDArray[Any]
    due: NDArray[Any]
    lanes: NDArray[Any]
    lane_events: NDArray[Any]
    wires: NDArray[Any]
    follower: NDArray[Any]
    sources: NDArray[Any]
    steering: NDArray[Any]
    history: NDArray[np.float64]
    inbox: NDArray[Any]
    inbox_ends: NDArray[np.int64]
    thru: NDArray[np.int64]
    traffic: NDArray[np.int64]
    lateness: NDArray[np.int64]


def make_state(
    rate: float = NS_PER_SECOND, tempo_bpm: float = 120.0, metre: Metre | None = None, seed: int = 0
) -> State:
    """Allocate a stopped data plane for a driver whose clock runs at `rate` units a second."""
    state = State.zeros()
    transport = state.transport[0]
    transport["rate"] = rate
    transport["tempo_bpm"] = tempo_bpm
    transport["own_tempo_bpm"] = tempo_bpm
    transport["unit_ticks"] = units_per_tick(tempo_bpm, rate)
    transport["until"] = -1
    state.metres[0] = transport["metre_ticks"] = (metre or Metre()).bar_ticks
    transport["metre_bars"] = 1
    transport["beat_ticks"] = TICKS_PER_BEAT
    transport["clock_tick"] = NEVER
    transport["seed"] = seed
    state.players["slot"] = -1
    state.tracks["port"] = -1
    state.slots["rate_up"] = state.slots["rate_down"] = 1
    state.bases[:] = state.standing[:] = np.nan
    state.arps["octaves"], state.arps["rate"], state.arps["gate"] = 1, TICKS_PER_SIXTEENTH, 0.8
    state.ledger["chain"] = -1
    state.channels["key"] = -1
    state.tuning[:KEYS] = np.arange(KEYS)
    state.chains["free"] = np.arange(1, VOICES + 1)
    state.pending["kind"] = -1
    state.follower["port"] = -1
    state.sources["since"] = NEVER
    state.sources[OWN] = (UNLISTED, 1, -NEVER)
    state.sources["rank"][[PULSES, JACK, LINK]] = range(3)
    state.thru[:] = -1
    return state
