"""Who leads the beat, of all the clocks that are heard: one at a time, the best that lives (C10).

Every source is heard all the time; only the one that leads may bend the
timeline, start or stop it. What plays is left to nobody before it is steady,
nor taken from another before that has lasted some beats. Whoever takes the lead joins the
beat where it stands, and slews the rest off; until its next word comes, the
beat goes on as it was.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.outlet import LED, tell
from liveengine.sequencer.records.sources import OWN, SOURCES, UNLISTED
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State

#: So long must a better source have been steady before it takes the lead from one that lives.
STEADY_TICKS = 4 * TICKS_PER_BEAT


@compiled
def leads(s: State, source: int) -> bool:
    """Say whether a source leads, or will with its next word."""
    return s.transport[0].leader == source


@compiled
def is_led(s: State) -> bool:
    """Say whether the beat keeps another's time now."""
    return s.transport[0].leader != OWN and s.transport[0].joined != 0


@compiled
def is_led_by(s: State, source: int) -> bool:
    """Say whether the beat keeps the time of this source now."""
    return s.transport[0].leader == source and s.transport[0].joined != 0


@compiled
def nobody_leads(s: State) -> bool:
    """Say whether the beat goes on by itself for want of anybody, rather than by wish."""
    return s.transport[0].leader == OWN and s.sources[OWN].rank == UNLISTED


@compiled
def has_say(s: State, source: int) -> bool:
    """Say whether a source may start, stop or move the song: it leads, or would if it took it from nobody."""
    transport = s.transport[0]
    is_free = not transport.playing or nobody_leads(s)
    return transport.leader == source or (is_free and s.sources[source].rank < s.sources[transport.leader].rank)


@compiled
def heard(s: State, source: int, lives: bool, is_steady: bool) -> None:
    """Take note of how a source does, and choose again."""
    told = s.sources[source]
    told.lives = lives
    if not (lives and is_steady):
        told.since = NEVER
    elif told.since == NEVER:
        told.since = s.transport[0].tick
    choose(s)


@compiled
def prefer(s: State, order: int, count: int) -> None:
    """Take up an order of sources: the best in the lowest byte of `order`, `count` of them. The rest never lead."""
    for source in range(SOURCES):
        s.sources[source].rank = UNLISTED if source == OWN else NEVER
    for rank in range(count):
        s.sources[(order >> (8 * rank)) & 0xFF].rank = rank
    choose(s)


@compiled
def choose(s: State) -> None:
    """Give the lead to the best source that may have it."""
    transport = s.transport[0]
    best = OWN
    for source in range(SOURCES):
        if s.sources[source].rank < s.sources[best].rank and _may_lead(s, source):
            best = source
    if best != transport.leader:
        transport.leader = best
        transport.joined = 0
        tell(s, LED, -1, transport.tick, best, 0.0)


@compiled
def _may_lead(s: State, source: int) -> bool:
    transport = s.transport[0]
    told = s.sources[source]
    present = s.sources[transport.leader]
    if not told.lives:
        return False
    if not transport.playing or source == transport.leader:
        return True
    is_held = present.lives and present.rank < UNLISTED
    return transport.tick - told.since >= (STEADY_TICKS if is_held else 0)
