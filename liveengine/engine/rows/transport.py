"""Rows of the transport, and of the clocks that it may follow."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows.kinds import COUNT_MAX, told, trigger, words
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM
from liveengine.sequencer.records.sources import SOURCES

#: Quarter notes that a song can be long: eleven days at 60 BPM, and exact in a float of OSC to a sixteenth.
POSITION_MAX = 2**20


def transport() -> Iterator[Parameter]:
    """Yield where the song is, and what moves it."""
    yield trigger("/transport/start", "now", "Play from the beginning")
    yield trigger("/transport/stop", "now", "Stop; every note is let go")
    yield trigger("/transport/continue", "now", "Play on from where it stopped")
    yield Parameter(
        "/transport/locate",
        "float",
        0,
        POSITION_MAX,
        0,
        "",
        "now",
        "Jump to a place, in quarter notes from the song's beginning",
    )
    yield Parameter("/transport/play", "toggle", 0, 1, 0, "", "now", "1 starts, 0 stops")
    yield Parameter(
        "/transport/tempo", "float", TEMPO_MIN_BPM, TEMPO_MAX_BPM, 120.0, "BPM", "now", "Tempo; the beat stays put"
    )
    yield trigger("/transport/tap", "now", "Tap the tempo: it is taken from the second tap on")
    yield Parameter(
        "/transport/ramp", "int", 0, 64, 0, "bars", "now", "A tempo that is set is reached over so many bars"
    )
    yield told(
        "/transport/tempo_now",
        "float",
        0,
        TEMPO_MAX_BPM,
        "now",
        "Tempo that sounds: the one that was set, a ramp's, or that of the clock that is followed",
        "BPM",
    )
    yield Parameter(
        "/transport/nudge",
        "float",
        -1.0,
        1.0,
        0.0,
        "",
        "now",
        "While it is not 0 the beat runs up to 4 % slower (-1) or faster (1)",
        held=True,
    )
    yield told("/transport/playing", "toggle", 0, 1, "now", "1 while the transport runs")
    yield told("/transport/bar", "int", 0, COUNT_MAX, "next bar", "Bar that plays, counted from 1; 0 before the first")
    yield told("/transport/beat", "int", 0, 32, "beat", "Beat of the bar, counted from 1; 0 before the first")
    yield told(
        "/transport/position", "float", 0, COUNT_MAX, "beat", "Quarter notes from the song's beginning to the beat"
    )
    yield words("/transport/metre", "now", "Metre, like 4/4")


def clock() -> Iterator[Parameter]:
    """Yield whose time is kept."""
    yield words("/clock/source", "now", "Whose time is followed: internal, midi:PORT, jack or link")
    yield Parameter(
        "/clock/prefer",
        "int",
        1,
        SOURCES,
        1,
        "",
        "beat",
        "Which of the clocks that were named goes before the others: 1 the first, 2 the second",
    )
    yield trigger("/clock/next", "beat", "Let the next of them go before the others")
    yield words("/clock/sources", "now", "The clocks that were named, the first first, a line each: name=state")
    yield words(
        "/clock/state",
        "now",
        "How well it is followed: locked, acquiring, freewheeling, lost; internal where nobody is",
    )
    yield told(
        "/clock/jitter_us", "float", 0, COUNT_MAX, "beat", "Jitter of the clock that comes in, peak to peak", "µs"
    )
