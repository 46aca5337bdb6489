"""Everything that can be turned, listed once: address, type, range, default, effect, meaning.

OSC namespace, MIDI mapping, dashboard, snapshots and the reference page in
`docs/parameters.md` all read this table, so none of them can disagree with it.
`{track}` in an address stands for a track's 1-based number or its name.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from liveengine.engine.parameter import Effect, Kind, Parameter, Setting
from liveengine.engine.readings import (
    CURVE_MAX,
    CURVE_MIN,
    LENGTH_MAX,
    RATES,
    ROTATION_MAX,
    SWING_UNITS,
    TRANSPOSE_MAX,
    setting_of,
)
from liveengine.engine.schema import near, shown
from liveengine.engine.spec import OWN_SCALE
from liveengine.music.arpeggio import GATE_SHARE_MIN, MODES, OCTAVES_MAX, STEP_MAX, STEP_MIN
from liveengine.music.modulation import LFOS, RATE_MAX_HZ, RATE_MIN_HZ
from liveengine.music.pitch import SCALES
from liveengine.music.reading import DIRECTIONS, PLAIN_READING, STRAIGHT, SWING_MAX
from liveengine.music.sound import MASTER_CONTROLS, SOUND_CONTROLS, SOUNDS, SoundControl
from liveengine.music.temperament import SCALE_WORDS
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT
from liveengine.music.tuning import A4_HZ, A4_MAX_HZ, A4_MIN_HZ, EQUAL
from liveengine.sequencer.records.sources import SOURCES

__all__ = ["TABLE", "Found", "Parameter", "Setting", "UnknownAddress", "find"]

TRACKS_MAX = 16
PATTERNS_MAX = 16
SCENES_MAX = 64

#: The strip's controls that have an address of their own; the rest stand under `/sound/`.
MIX_CONTROLS = ("level", "pan", "reverb", "delay")

#: A name that can stand in an OSC address and cannot be taken for a number.
TRACK_NAME = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9_-]{1,24}")

#: The largest whole number that OSC carries: the end of a count that has none.
COUNT_MAX = 2**31 - 1


#: The longest period of an LFO, or lane: 256 bars of 4/4.
PERIOD_MAX_BEATS = 1024.0

#: Quarter notes that a song can be long: eleven days at 60 BPM, and exact in a float of OSC to a sixteenth.
POSITION_MAX = 2**20


class UnknownAddress(LookupError):
    """An address that names no parameter. `str` says which one is nearest."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address

    def __str__(self) -> str:
        # Only looked for when someone reads it: a flood of unknown addresses must stay cheap.
        template, track = _template(self.address)
        if template in _BY_ADDRESS:
            return f"no track {shown(track)} (tracks are numbered 1–{TRACKS_MAX}, or called by their name)"
        return f"no address {shown(self.address)}{near(self.address, (known.at(track or 1) for known in TABLE))}"


class Found(NamedTuple):
    """What an address means: a parameter, and whose it is (a track's number or name; None for no track's)."""

    parameter: Parameter
    track: str | None


def _trigger(address: str, effect: Effect, meaning: str) -> Parameter:
    return Parameter(address, "trigger", 0, 1, 0, "", effect, meaning)


def _told(address: str, kind: Kind, low: float, high: float, effect: Effect, meaning: str, unit: str = "") -> Parameter:
    return Parameter(address, kind, low, high, low, unit, effect, meaning, read_only=True)


def _words(address: str, effect: Effect, meaning: str) -> Parameter:
    return Parameter(address, "text", 0, 0, "", "", effect, meaning, read_only=True)


def _of_sound(control: SoundControl, root: str) -> Parameter:
    """Return the parameter of an instrument's control; which sounds have it is part of its meaning."""
    whose = f" ({', '.join(control.sounds)})" if control.sounds not in ((), SOUNDS) else ""
    return Parameter(
        root + control.name,
        "float",
        control.low,
        control.high,
        control.default,
        control.unit,
        "now",
        control.meaning + whose,
    )


def _transport() -> Iterator[Parameter]:
    yield _trigger("/transport/start", "now", "Play from the beginning")
    yield _trigger("/transport/stop", "now", "Stop; every note is let go")
    yield _trigger("/transport/continue", "now", "Play on from where it stopped")
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
        "/transport/tempo",
        "float",
        TEMPO_MIN_BPM,
        TEMPO_MAX_BPM,
        120.0,
        "BPM",
        "now",
        "Tempo; the beat stays put",
    )
    yield _trigger("/transport/tap", "now", "Tap the tempo: it is taken from the second tap on")
    yield Parameter(
        "/transport/ramp",
        "int",
        0,
        64,
        0,
        "bars",
        "now",
        "A tempo that is set is reached over so many bars",
    )
    yield _told(
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
    yield _told("/transport/playing", "toggle", 0, 1, "now", "1 while the transport runs")
    yield _told(
        "/transport/bar",
        "int",
        0,
        COUNT_MAX,
        "next bar",
        "Bar that plays, counted from 1; 0 before the first",
    )
    yield _told("/transport/beat", "int", 0, 32, "beat", "Beat of the bar, counted from 1; 0 before the first")
    yield _told(
        "/transport/position", "float", 0, COUNT_MAX, "beat", "Quarter notes from the song's beginning to the beat"
    )
    yield _words("/transport/metre", "now", "Metre, like 4/4")


def _clock() -> Iterator[Parameter]:
    yield _words("/clock/source", "now", "Whose time is followed: internal, midi:PORT, jack or link")
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
    yield _trigger("/clock/next", "beat", "Let the next of them go before the others")
    yield _words("/clock/sources", "now", "The clocks that were named, the first first, a line each: name=state")
    yield _words(
        "/clock/state",
        "now",
        "How well it is followed: locked, acquiring, freewheeling, lost; internal where nobody is",
    )
    yield _told(
        "/clock/jitter_us", "float", 0, COUNT_MAX, "beat", "Jitter of the clock that comes in, peak to peak", "µs"
    )


def _scenes() -> Iterator[Parameter]:
    yield _trigger("/scene/next", "next bar", "Launch the scene after this one")
    yield _trigger("/scene/previous", "next bar", "Launch the scene before this one")
    yield Parameter("/scene/launch", "int", 1, SCENES_MAX, 1, "", "next bar", "Launch a scene by its number")
    yield _told("/scene/current", "int", 0, SCENES_MAX, "now", "Number of the scene that plays; 0 before the first")
    yield _words("/scene/name", "now", "Name of the scene that plays")
    yield Parameter(
        "/song/play", "toggle", 0, 1, 0, "", "next bar", "1 plays the patch's song from its first scene, 0 leaves it"
    )
    yield _told("/song/place", "int", 0, COUNT_MAX, "now", "Entry of the song that plays, from 1; 0 where none does")
    yield _told("/song/length", "int", 0, COUNT_MAX, "now", "Entries of the song, each repeat counted; 0 for no song")
    yield _told("/song/repeat", "int", 0, COUNT_MAX, "now", "Which time in a row that entry plays, from 1")
    yield _told("/song/repeats", "int", 0, COUNT_MAX, "now", "How many times in a row it is to play")


def _fills() -> Iterator[Parameter]:
    yield Parameter("/fill", "toggle", 0, 1, 0, "", "now", "While it is 1, steps that wait for a fill sound", held=True)
    yield _trigger("/fill/next", "next bar", "Let the steps that wait for a fill sound in the next bar")


def _tracks() -> Iterator[Parameter]:
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
    yield _trigger(track + "reroll", "next bar", "Play a fresh proposal of the pattern under a new seed")
    yield _trigger(track + "fill", "next bar", "Play the next bar as a fill")
    for name, low, high, default, meaning in (
        (
            "density",
            0.0,
            1.0,
            0.5,
            "How full the pattern is: 0 bare bones, 0.5 as written, 1 as full as it goes",
        ),
        ("accent", 0.0, 1.0, 0.5, "How far velocities spread"),
    ):
        yield Parameter(track + name, "float", low, high, default, "", "next bar", meaning)
    yield from _readings(track)
    yield Parameter(track + "pattern", "int", 1, PATTERNS_MAX, 1, "", "next bar", "Launch a pattern by its number")
    for control in SOUND_CONTROLS:
        mixes = control.name in MIX_CONTROLS
        yield _of_sound(control, track if mixes else track + "sound/")
    yield from _arp(track + "arp/")
    yield from _lfos(track)
    yield _words(track + "name", "now", "Name of the track")
    yield _told(
        track + "mute_group", "int", 0, COUNT_MAX, "now", "Of the tracks of a mute group one is heard; 0 for none"
    )
    yield _words(track + "playing", "now", "Pattern that plays and the generator it came from")
    yield _words(track + "steps", "beat", "What sounds, as it is read, one sign a sixteenth: . rest, x hit, X accent")
    yield _told(
        track + "began",
        "float",
        0,
        COUNT_MAX,
        "beat",
        "Quarter notes from the song's beginning to the first of these steps",
    )
    yield _told(
        track + "due",
        "int",
        0,
        COUNT_MAX,
        "now",
        "Song beat at which what was launched is heard; 0 where nothing waits",
    )


def _tuning() -> Iterator[Parameter]:
    yield Parameter(
        "/tuning/a4", "float", A4_MIN_HZ, A4_MAX_HZ, A4_HZ, "Hz", "now", "Pitch of A4, which the other keys keep to"
    )
    words = (*SCALE_WORDS, OWN_SCALE)
    meaning = f"Scale of the keys; {OWN_SCALE} is the one that the patch names"
    yield Parameter("/tuning/scale", "word", 1, len(words), EQUAL.name, "", "now", meaning, words=words)


def _readings(track: str) -> Iterator[Parameter]:
    """Yield what can be turned of how a track's pattern is read; the pattern stays as it was written."""
    plain = PLAIN_READING

    def words(name: str, known: tuple[str, ...], meaning: str) -> Parameter:
        default = str(setting_of(plain, name))
        return Parameter(track + name, "word", 1, len(known), default, "", "now", meaning, words=known)

    def number(name: str, kind: Kind, low: float, high: float, unit: str, meaning: str) -> Parameter:
        return Parameter(track + name, kind, low, high, float(getattr(plain, name)), unit, "now", meaning)

    yield words("direction", DIRECTIONS, "Order in which the steps are read")
    yield words("rate", RATES, "How much faster than written; a patch may write other fractions too")
    yield number("rotation", "int", -ROTATION_MAX, ROTATION_MAX, "steps", "So much later, round the end")
    yield number("length", "int", 0, LENGTH_MAX, "steps", "Only the first so many are played; 0 plays all")
    yield number("swing", "float", STRAIGHT, SWING_MAX, "", "Where the off-beat falls: 0.5 straight, 0.618 phi")
    yield words("swing_unit", SWING_UNITS, "Which notes swing in pairs")
    yield number("humanise", "float", 0.0, 1.0, "", "How far timing and velocity stray from what is written")
    yield number("groove_timing", "float", 0.0, 1.0, "", "How much of its groove's timing it follows")
    yield number("groove_velocity", "float", 0.0, 1.0, "", "How much of its groove's velocities it follows")
    yield number("quantise", "float", 0.0, 1.0, "", "How much of the written micro-timing is taken away")
    yield number("transpose", "int", -TRANSPOSE_MAX, TRANSPOSE_MAX, "semitones", "Pitches higher or lower than written")
    yield words("scale", tuple(SCALES), "Pitches go to the nearest of this scale on the key's tonic")
    yield number("velocity_low", "int", 0, 127, "", "What velocity 0 becomes")
    yield number("velocity_high", "int", 0, 127, "", "What velocity 127 becomes")
    yield number("velocity_curve", "float", CURVE_MIN, CURVE_MAX, "", "Above 1 soft notes are softer, below 1 louder")


def _arp(arp: str) -> Iterator[Parameter]:
    yield Parameter(arp + "on", "toggle", 0, 1, 0, "", "now", "1 plays the track's chords, and held keys, one by one")
    yield Parameter(arp + "mode", "word", 1, len(MODES), MODES[0], "", "now", "Order of an arpeggio", words=MODES)
    yield Parameter(arp + "octaves", "int", 1, OCTAVES_MAX, 1, "", "now", "Octaves that an arpeggio goes over")
    low, high = STEP_MIN / TICKS_PER_BEAT, STEP_MAX / TICKS_PER_BEAT
    yield Parameter(arp + "step", "float", low, high, 0.25, "beats", "now", "From one note of an arpeggio to the next")
    yield Parameter(arp + "gate", "float", GATE_SHARE_MIN, 1.0, 0.8, "", "now", "Share of its step that a note sounds")
    yield Parameter(arp + "hold", "toggle", 0, 1, 0, "", "now", "1 plays a chord on until the next one is struck")


def _lfos(root: str) -> Iterator[Parameter]:
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


def _rest() -> Iterator[Parameter]:
    yield from _lfos("/")
    for control in MASTER_CONTROLS:
        yield _of_sound(control, "/master/")
    yield Parameter("/patch/load", "text", 0, 0, "", "", "next bar", "Let a patch take over, by path or by name")
    yield _trigger("/patch/reload", "next bar", "Read the patch that plays once more, and take up what has changed")
    yield _trigger("/patch/tempo", "now", "Take up the tempo that the patch names: loading one leaves the tempo alone")
    yield _words("/patch/title", "now", "Title of the patch that plays")
    yield _trigger("/panic", "now", "Silence everything at once, on every port")
    yield _trigger("/refresh", "now", "Tell every value to whoever asks, in bundles")
    yield _trigger("/ping", "now", "Answered with /pong")
    yield _told("/pong", "trigger", 0, 1, "now", "The answer to /ping")
    yield _told("/engine/late", "int", 0, COUNT_MAX, "next bar", "Events that went out late since the start")
    yield _told(
        "/engine/lateness_us",
        "float",
        0,
        COUNT_MAX,
        "next bar",
        "Lateness that 99 of 100 events stay under",
        "µs",
    )
    yield _words(
        "/engine/histogram", "next bar", "Events by lateness: under 2 µs, 2–4 µs and so on by octaves, from 32.8 ms on"
    )
    yield _words("/engine/remark", "now", "What the engine last said to the player")
    yield _words("/engine/faults", "now", "What went wrong since the start, a line each: name=count")
    yield _words("/port/activity", "now", "Messages out and in since the start, a line a port: name=out/in")


#: Every parameter there is, in the order a reader looks for them.
TABLE: tuple[Parameter, ...] = (
    *_transport(), *_clock(), *_scenes(), *_fills(), *_tracks(), *_tuning(), *_rest(),
)  # fmt: skip

_BY_ADDRESS = {parameter.address: parameter for parameter in TABLE}
assert len(_BY_ADDRESS) == len(TABLE), "two parameters share an address"


def _template(address: str) -> tuple[str, str | None]:
    """Return an address with its track replaced by `{track}`, and that track."""
    head, slash, rest = address.removeprefix("/track/").partition("/")
    if not address.startswith("/track/") or not slash:
        return address, None
    return f"/track/{{track}}/{rest}", head


def find(address: str) -> Found:
    """Return the parameter that `address` names. Raises UnknownAddress; its words name the nearest one.

    >>> find("/track/bass/density").track
    'bass'
    """
    template, track = _template(address)
    parameter = _BY_ADDRESS.get(template)
    if parameter is None or (track is None and "{track}" in address):
        raise UnknownAddress(address)
    if track is not None and track.isdecimal() and track.isascii():
        track = str(int(track[:4]))
        if not 1 <= int(track) <= TRACKS_MAX:
            raise UnknownAddress(address)
    elif track is not None and not TRACK_NAME.fullmatch(track):
        raise UnknownAddress(address)
    return Found(parameter, track)
