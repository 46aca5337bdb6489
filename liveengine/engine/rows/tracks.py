"""Rows of a track: what silences it, what it plays, how it sounds."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows.kinds import COUNT_MAX, of_sound, told, trigger, words
from liveengine.engine.rows.modulation import arp, lfos
from liveengine.engine.rows.readings import readings
from liveengine.music.sound import SOUND_CONTROLS

PATTERNS_MAX = 16

#: The strip's controls that have an address of their own; the rest stand under `/sound/`.
MIX_CONTROLS = ("level", "pan", "reverb", "delay")


def tracks() -> Iterator[Parameter]:
    """Yield what every track has."""
    track = "/track/{track}/"
    yield Parameter(track + "mute", "toggle", 0, 1, 0, "", "now", "1 silences the track; its playhead runs on")
    yield Parameter(
        track + "solo",
        "toggle",
        0,
        1,
        0,
        "",
        "now",
        "1 silences every track that is not soloed; mutes stay as they are",
    )
    yield trigger(track + "reroll", "next bar", "Play a fresh proposal of the pattern under a new seed")
    yield trigger(track + "fill", "next bar", "Play the next bar as a fill")
    for name, low, high, default, meaning in (
        ("density", 0.0, 1.0, 0.5, "How full the pattern is: 0 bare bones, 0.5 as written, 1 as full as it goes"),
        ("accent", 0.0, 1.0, 0.5, "How far velocities spread"),
    ):
        yield Parameter(track + name, "float", low, high, default, "", "next bar", meaning)
    yield from readings(track)
    yield Parameter(track + "pattern", "int", 1, PATTERNS_MAX, 1, "", "next bar", "Launch a pattern by its number")
    yield trigger(track + "cancel", "now", "Take back what was launched on the track and has not begun")
    yield Parameter(
        track + "legato", "toggle", 0, 1, 0, "", "now", "1: a pattern goes on where the one before it is, not anew"
    )
    for control in SOUND_CONTROLS:
        mixes = control.name in MIX_CONTROLS
        yield of_sound(control, track if mixes else track + "sound/")
    yield from arp(track + "arp/")
    yield from lfos(track)
    yield words(track + "name", "now", "Name of the track")
    yield told(
        track + "mute_group", "int", 0, COUNT_MAX, "now", "Of the tracks of a mute group one is heard; 0 for none"
    )
    yield words(track + "playing", "now", "Pattern that plays and the generator it came from")
    yield words(track + "steps", "beat", "What sounds, as it is read, one sign a sixteenth: . rest, x hit, X accent")
    yield told(
        track + "began",
        "float",
        0,
        COUNT_MAX,
        "beat",
        "Quarter notes from the song's beginning to the first of these steps",
    )
    yield told(
        track + "due",
        "int",
        0,
        COUNT_MAX,
        "now",
        "Song beat at which what was launched is heard; 0 where nothing waits",
    )
