"""Everything the data plane knows, in arrays that were allocated before the show.

A State is one-dimensional arrays and nothing else, which compiled code, and
a C callback, find by one address. What each holds, `records` says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.memory import Memory
from liveengine.music.event import EVENT
from liveengine.music.modulation import POINTS_MAX
from liveengine.music.note import LOCKS_MAX
from liveengine.music.target import TARGETS
from liveengine.music.time import NS_PER_SECOND, TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre, units_per_tick
from liveengine.music.tuning import KEYS
from liveengine.sequencer.records import modulation, patterns, ports, rings, sources, tracks, transport, voices
from liveengine.sequencer.records.sources import JACK, LINK, OWN, PULSES, UNLISTED
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.records.voices import VOICES

INT = np.dtype(np.int64)
FLOAT = np.dtype(np.float64)

LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("transport", 1, transport.TRANSPORT),
    ("agenda", transport.AGENDA_SIZE, transport.AGENDA),
    ("tracks", tracks.TRACKS, tracks.TRACK),
    ("players", 2 * tracks.TRACKS, tracks.PLAYER),
    ("slots", patterns.SLOTS, patterns.SLOT),
    ("steps", patterns.SLOTS * patterns.SLOT_STEPS, patterns.STEP),
    ("notes", patterns.SLOTS * patterns.SLOT_NOTES, patterns.NOTE),
    ("locks", patterns.SLOTS * patterns.SLOT_LOCKS, patterns.LOCK),
    ("held", tracks.TRACKS * LOCKS_MAX, patterns.LOCK),  # what each track's last step locked
    ("bases", tracks.TRACKS * TARGETS, FLOAT),  # what targets return to; NaN where nobody has said
    ("standing", tracks.TRACKS * TARGETS, FLOAT),  # where they stand: at a step's lock, or at their base
    ("lfos", modulation.LFO_ROWS, modulation.LFO),
    ("points", modulation.LFO_ROWS * POINTS_MAX, modulation.POINT),
    ("arps", tracks.TRACKS, modulation.ARP),
    # Those that an arpeggio plays, in the order in which they were struck.
    ("keys", tracks.TRACKS * modulation.ARP_KEYS, modulation.KEY),
    ("grooves", patterns.GROOVES, patterns.GROOVE),
    ("groove_steps", patterns.GROOVES * patterns.GROOVE_STEPS, patterns.GROOVE_STEP),
    ("metres", transport.BARS_IN_METRE, INT),  # ticks in each bar of the cycle
    ("ports", ports.PORTS, ports.PORT),
    ("channels", ports.PORTS * 16, ports.CHANNEL),
    ("tuning", KEYS + 1, FLOAT),  # where each key sounds, semitones; at ALL_KEYS a move of them all
    ("ledger", voices.LEDGER_SIZE, voices.LEDGER),
    ("chains", voices.VOICES, voices.CHAIN),
    ("voices", voices.VOICES, INT),
    ("pending", rings.COMMANDS_SIZE, rings.COMMAND),
    ("commands", rings.COMMANDS_SIZE, rings.COMMAND),
    ("command_ends", rings.ENDS_SIZE, INT),
    ("longs", rings.LONGS, rings.LONG_MESSAGE),
    ("long_ends", rings.ENDS_SIZE, INT),
    ("log", rings.LOG_SIZE, rings.LOG),
    ("log_ends", rings.ENDS_SIZE, INT),
    ("out", ports.OUT_SIZE, EVENT),
    ("due", ports.OUT_SIZE, EVENT),
    ("lanes", ports.LANES, ports.LANE),
    ("lane_events", ports.LANES * ports.LANE_SIZE, EVENT),
    ("wires", ports.PORTS, ports.WIRE),
    ("follower", 1, sources.FOLLOWER),
    ("sources", sources.SOURCES, sources.SOURCE),
    ("steering", sources.SOURCES, sources.STEERING),  # of LINK and JACK
    ("history", 2 * sources.HISTORY, FLOAT),  # when pulses came, and their numbers
    ("inbox", rings.INBOX_SIZE, EVENT),
    ("inbox_ends", rings.ENDS_SIZE, INT),
    ("thru", ports.IN_PORTS, INT),  # track that an input port plays, -1 for none
    ("traffic", 2 * ports.PORTS, INT),  # messages: out by port, then in by port
    ("lateness", ports.LATENESS_BINS, INT),
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
