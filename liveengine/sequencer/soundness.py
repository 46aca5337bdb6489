"""Whether a command names things that exist: the data plane trusts nobody.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.target import TARGETS
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_SIXTEENTH
from liveengine.music.tuning import ALL_KEYS
from liveengine.sequencer.arpeggio import is_sound_arp
from liveengine.sequencer.commands import (
    BARS_QUANTUM_MAX,
    DO_ARP,
    DO_CANCEL,
    DO_CLOCK,
    DO_CONTROL,
    DO_DELAY,
    DO_FOLLOW,
    DO_LAUNCH,
    DO_LFO,
    DO_LOCATE,
    DO_METRE,
    DO_MUTE,
    DO_PREFER,
    DO_READING,
    DO_ROUTE,
    DO_SEND,
    DO_STEER,
    DO_TEMPO,
    DO_THRU,
    DO_TUNE,
    DO_TURN,
    DO_WIRE,
    DO_ZONE,
    KINDS,
)
from liveengine.sequencer.modulation import is_sound_lfo
from liveengine.sequencer.players import ANEW, IN_STEP
from liveengine.sequencer.reading import is_sound_reading
from liveengine.sequencer.records.patterns import SLOTS
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.records.sources import SOURCES
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.targets import is_sound_target
from liveengine.sequencer.wire import WIRE_MIN_BYTES_S
from liveengine.sequencer.zone import BEND_RANGE_MAX

#: How far from its place a key may be tuned, in semitones: beyond all hearing.
TUNED_MAX = 1000.0


@compiled
def is_sound(c: Any) -> bool:  # noqa: PLR0911, PLR0912 - one answer a kind
    """Say whether a command names things that exist: the data plane trusts nobody."""
    if not 0 <= c.kind < KINDS or c.quantum < -BARS_QUANTUM_MAX:
        return False
    if c.kind in (DO_LAUNCH, DO_CANCEL, DO_MUTE, DO_ROUTE, DO_READING, DO_TURN, DO_ARP):
        if not (-1 if c.kind == DO_CANCEL else 0) <= c.track < TRACKS:
            return False
        if c.kind == DO_LAUNCH:
            return -1 <= c.a < SLOTS and ANEW <= c.b <= IN_STEP
        if c.kind == DO_ROUTE:
            return -1 <= c.a < PORTS and 0 <= c.b < 16
        if c.kind == DO_READING:
            return is_sound_reading(c.a, c.b, c.x)
        if c.kind == DO_TURN:
            return is_sound_target(c.a, c.b) and math.isfinite(c.x)
        if c.kind == DO_ARP:
            return is_sound_arp(c.a, c.b, c.x)
    if c.kind == DO_LFO:
        return is_sound_lfo(c.track, c.a, c.b, c.x)
    if c.kind == DO_CONTROL:
        return -1 <= c.track < TRACKS and 0 <= c.a < TARGETS // 4
    if c.kind in (DO_CLOCK, DO_SEND, DO_DELAY, DO_WIRE) and not 0 <= c.track < PORTS:
        return False
    if c.kind == DO_FOLLOW:
        return -1 <= c.track < IN_PORTS and c.a >= 0
    if c.kind == DO_THRU:
        return 0 <= c.track < IN_PORTS and -1 <= c.a < TRACKS
    if c.kind == DO_DELAY:
        return c.a >= 0 and c.b >= 0
    if c.kind == DO_WIRE:
        return c.x == 0.0 or WIRE_MIN_BYTES_S <= c.x < math.inf
    if c.kind == DO_STEER:
        return c.x == 0.0 or TEMPO_MIN_BPM <= c.x <= TEMPO_MAX_BPM
    if c.kind == DO_PREFER:
        return _is_order(c.a, c.b)
    if c.kind == DO_TUNE:
        return 0 <= c.a <= ALL_KEYS and abs(c.x) <= TUNED_MAX
    if c.kind == DO_ZONE:
        return 0 < c.track < PORTS and 0 <= c.a <= c.b < 16 and 1.0 <= c.x <= BEND_RANGE_MAX
    if c.kind == DO_SEND:
        return 1 <= c.b <= 3 and (c.a & 0xFF) >= 0x80
    if c.kind == DO_TEMPO:
        return TEMPO_MIN_BPM <= c.x <= TEMPO_MAX_BPM
    if c.kind == DO_LOCATE:
        return c.a >= 0
    return c.kind != DO_METRE or (c.a >= TICKS_PER_SIXTEENTH and c.b >= 0)


@compiled
def _is_order(order: int, count: int) -> bool:
    """Say whether `count` bytes of `order` name sources, each once."""
    seen = 0
    for rank in range(count):
        source = (order >> (8 * rank)) & 0xFF
        if source >= SOURCES or seen & (1 << source):
            return False
        seen |= 1 << source
    return 0 <= count <= SOURCES
