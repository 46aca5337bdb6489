"""Rows of LFOs and arpeggios."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.music.arpeggio import GATE_SHARE_MIN, MODES, OCTAVES_MAX, STEP_MAX, STEP_MIN
from liveengine.music.modulation import LFOS, RATE_MAX_HZ, RATE_MIN_HZ
from liveengine.music.time import TICKS_PER_BEAT

#: The longest period of an LFO, or lane: 256 bars of 4/4.
PERIOD_MAX_BEATS = 1024.0


def arp(arp: str) -> Iterator[Parameter]:
    """Yield what can be turned on a track's arpeggio."""
    yield Parameter(arp + "on", "toggle", 0, 1, 0, "", "now", "1 plays the track's chords, and held keys, one by one")
    yield Parameter(arp + "mode", "word", 1, len(MODES), MODES[0], "", "now", "Order of an arpeggio", words=MODES)
    yield Parameter(arp + "octaves", "int", 1, OCTAVES_MAX, 1, "", "now", "Octaves that an arpeggio goes over")
    low, high = STEP_MIN / TICKS_PER_BEAT, STEP_MAX / TICKS_PER_BEAT
    yield Parameter(arp + "step", "float", low, high, 0.25, "beats", "now", "From one note of an arpeggio to the next")
    yield Parameter(arp + "gate", "float", GATE_SHARE_MIN, 1.0, 0.8, "", "now", "Share of its step that a note sounds")
    yield Parameter(arp + "hold", "toggle", 0, 1, 0, "", "now", "1 plays a chord on until the next one is struck")


def lfos(root: str) -> Iterator[Parameter]:
    """What can be turned on the LFOs of a track, or of the set. A patch has those of them that it writes."""
    for number in range(1, LFOS + 1):
        lfo = f"{root}lfo/{number}/"
        yield Parameter(lfo + "on", "toggle", 0, 1, 1, "", "now", "1 lets it swing; 0, and what it turned returns")
        yield Parameter(lfo + "depth", "float", 0.0, 1.0, 0.5, "", "now", "Share of the range that it covers")
        yield Parameter(
            lfo + "beats",
            "float",
            1 / 16,
            PERIOD_MAX_BEATS,
            4.0,
            "beats",
            "now",
            "Locked to the song, with this period",
        )
        yield Parameter(
            lfo + "hz", "float", RATE_MIN_HZ, RATE_MAX_HZ, 1.0, "Hz", "now", "Free of the song, at this rate"
        )
        yield Parameter(lfo + "phase", "float", 0.0, 1.0, 0.0, "", "now", "Where in its period it begins")
