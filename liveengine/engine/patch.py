"""A patch: a whole set, read from one TOML file and checked to the last word before anything sounds.

The format is told in `docs/patches.md`. What is read here is complete and
right: a Patch names only generators, rhythms, chords, sounds and patterns
that exist, and every number in it is within its range.

Pure, but for `load_patch` reading its files.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from pathlib import Path

from liveengine.engine.borrowing import borrowed, read_groove_keys, read_taken
from liveengine.engine.clock import KINDS, Source, Sources
from liveengine.engine.handwriting import is_written, read_written, rhythm_in
from liveengine.engine.parameters import TRACK_NAME, TRACKS_MAX
from liveengine.engine.phrasing import read_phrases
from liveengine.engine.readings import read_reading
from liveengine.engine.rows.tracks import PATTERNS_MAX
from liveengine.engine.scenery import (
    check_follows,
    read_follow,
    read_heads,
    read_metres,
    read_name,
    read_scenes,
    read_song,
    unique,
)
from liveengine.engine.schema import Section
from liveengine.engine.spec import NO_SOUND, QUANTA, WIRES, OutputSpec, Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.engine.swings import check_addresses, read_arp, read_lfos
from liveengine.engine.takespec import Library, NoLibrary
from liveengine.engine.tomlfile import close_file, open_file, resolve
from liveengine.engine.tuning import check_zones, read_output_tuning, read_tuning
from liveengine.engine.written import WrittenLanes
from liveengine.generators.catalogue import find as find_generator
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.generators.contract import ROLES
from liveengine.music.chord import Chord
from liveengine.music.pitch import OCTAVE, PITCH_MAX, PITCH_MIN, SCALES, Key, pitch_name, pitch_of
from liveengine.music.reading import Reading
from liveengine.music.sound import DRUM_NOTES, MASTER_CONTROLS, SOUND_CONTROLS, SOUNDS, SoundControl
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT, Metre

__all__ = [
    "QUANTA",
    "OutputSpec",
    "Patch",
    "PatternSpec",
    "SceneSpec",
    "TrackSpec",
    "load_patch",
    "resolve_patch",
]

BARS_MAX = 16
CHORDS_MAX = 64
EVERY_MAX = 128
SEED_MAX = 2**63 - 1
LATENCY_MAX_MS = 500.0
GM_DRUM_CHANNEL = 10

_NO_LIBRARY = NoLibrary()

#: For each role the sound and the register that a track has unless it says otherwise.
ROLE_DEFAULTS: dict[str, tuple[str, int, int]] = {
    "drums": ("drums", 35, 81),
    "bass": ("bass", 28, 52),
    "chords": ("pad", 50, 76),
    "lead": ("keys", 60, 84),
}
assert tuple(ROLE_DEFAULTS) == ROLES


def resolve_patch(name: str) -> Path:
    """Return the file of a patch given by path or, if it comes with the engine, by bare name.

    Raises FileError, telling which ones there are.
    """
    return resolve(name, "patches")


def load_patch(path: Path | str, library: Library = _NO_LIBRARY) -> Patch:
    """Read and check a patch, and the files that it names; MIDI files are read by `library`.

    Raises FileError with everything that is wrong with them.
    """
    top = open_file(Path(path))
    metres = read_metres(top) or (Metre(),)
    key = top.parsed("key", Key.parse, Key())
    heads = read_heads(top)
    tracks = _tracks(top, _Frame(key, (metres, *(head.metres for head in heads if head.metres))))
    scenes = read_scenes(heads, tracks)
    outputs = _outputs(top)
    check_zones(top, tracks, outputs)
    patch = Patch(
        path=Path(path),
        title=top.text("title", Path(path).stem),
        about=top.text("about", ""),
        tempo_bpm=top.number("tempo", TEMPO_MIN_BPM, TEMPO_MAX_BPM, 120.0, "BPM"),
        metres=metres,
        seed=top.whole("seed", 0, SEED_MAX, 1),
        key=key,
        chords=top.list_of("chords", Chord.parse, (_tonic(key),), CHORDS_MAX),
        quantum=top.choice("quantum", QUANTA, "bar"),
        tracks=tracks,
        scenes=scenes,
        song=read_song(top, scenes),
        phrases=read_phrases(top),
        outputs=outputs,
        tuning=read_tuning(top, Path(path).parent, outputs),
        master=_controls(top.table("master", "master control"), MASTER_CONTROLS),
        lfos=read_lfos(top, metres, on_track=False),
        follow=_follow(top),
    )
    check_addresses(top, (*patch.lfos, *(lfo for track in tracks for lfo in track.lfos)), tracks)
    if not patch.chords:
        top.problem("chords", "is an empty list (leave it out for the key's own chord)")
    patch = borrowed(patch, top.report, library)
    close_file(top)
    return patch


def _outputs(top: Section) -> tuple[OutputSpec, ...]:
    """Read the [[output]] tables, and `clock = [...]`, the short form of those that say no more than clock."""
    short_form = dict.fromkeys(top.list_of("clock", str, (), TRACKS_MAX))
    clocked = [OutputSpec(port, clock=True) for port in short_form]
    sections = top.tables("output", TRACKS_MAX)
    told = []
    for section in sections:
        port = section.text("port")
        section.called(port)
        tuning, zone = read_output_tuning(section)
        told.append(
            OutputSpec(
                port=port,
                latency_ms=section.number("latency", 0.0, LATENCY_MAX_MS, 0.0, "ms") if "latency" in section else None,
                clock=section.toggle("clock", any(port == short.port for short in clocked)),
                clock_offset_ms=section.number("clock_offset", -LATENCY_MAX_MS, LATENCY_MAX_MS, 0.0, "ms"),
                clock_when_stopped=section.toggle("clock_when_stopped", False),
                wire=section.choice("wire", WIRES, "usb"),
                tuning=tuning,
                zone=zone,
            )
        )
    unique(sections, [output.port for output in told])
    return (*told, *(short for short in clocked if all(short.port != output.port for output in told)))


def _follow(top: Section) -> Sources:
    """Read whose time is kept: a list of sources, the best first."""
    ranked = top.list_of("follow", Source.parse, Sources().ranked, len(KINDS))
    try:
        return Sources(ranked or Sources().ranked)
    except ValueError as error:
        top.problem("follow", str(error))
        return Sources()


def _tonic(key: Key) -> Chord:
    """Return the key's own triad: what sounds where a patch gives no chords."""
    intervals = SCALES[key.scale]
    return Chord(key.tonic, "m" if 3 in intervals and 4 not in intervals else "")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What patterns are written within: the key, and every cycle of metres that may be in force."""

    key: Key
    cycles: tuple[tuple[Metre, ...], ...]


def _tracks(top: Section, frame: _Frame) -> tuple[TrackSpec, ...]:
    faults = top.faults
    sections = top.tables("track", TRACKS_MAX)
    if not sections and top.faults == faults:
        top.problem("", "a patch needs at least one [[track]]")
    tracks = tuple(_track(section, number, frame) for number, section in enumerate(sections, 1))
    unique(sections, [track.name for track in tracks])
    return tracks


def _track(section: Section, number: int, frame: _Frame) -> TrackSpec:
    name = section.parsed("name", _track_name, "", needed=True)
    section.called(name)
    role = section.choice("role", ROLES)
    default_sound, low, high = ROLE_DEFAULTS[role]
    sound = section.choice("sound", (*SOUNDS, NO_SOUND), default_sound)
    heard = tuple(control for control in SOUND_CONTROLS if sound in control.sounds)
    for misplaced in section.names(control.name for control in SOUND_CONTROLS):
        section.problem(misplaced, f"belongs among the controls: controls = {{ {misplaced} = … }}")
    low, high = _register(section, low, high, role)
    return TrackSpec(
        name=name,
        role=role,
        sound=sound,
        controls=_controls(section.table("controls", f'control of sound "{sound}"'), heard),
        port=section.text("port", ""),
        channel=section.whole("channel", 1, 16, GM_DRUM_CHANNEL if role == "drums" else min(number, 16)),
        program=section.whole("program", 1, 128) if "program" in section else None,
        listen=section.text("listen", ""),
        low=low,
        high=high,
        patterns=_patterns(section, role, low, frame),
        mute_group=section.whole("mute_group", 0, TRACKS_MAX, 0),
        legato=section.toggle("legato", False),
        lfos=read_lfos(section, frame.cycles[0]),
        arp=read_arp(section, frame.cycles[0]),
    )


def _track_name(text: str) -> str:
    if not TRACK_NAME.fullmatch(text):
        raise ValueError("a track's name is 1–24 letters, digits, - or _, and not digits alone")
    return text


def _register(section: Section, low: int, high: int, role: str) -> tuple[int, int]:
    """Read the lowest and highest pitch, as names or MIDI numbers."""
    given_low, given_high = _pitch(section, "low", low), _pitch(section, "high", high)
    if role != "drums" and given_high < given_low + OCTAVE:
        section.problem("high", f"{pitch_name(given_high)} is not an octave above {pitch_name(given_low)}")
    return given_low, given_high


def _pitch(section: Section, key: str, default: int) -> int:
    if section.is_text(key):
        return section.parsed(key, pitch_of, default)
    return section.whole(key, PITCH_MIN, PITCH_MAX, default)


def _controls(section: Section, known: tuple[SoundControl, ...]) -> dict[str, float]:
    """Read whichever of the `known` controls are set."""
    by_name = {control.name: control for control in known}
    return {
        name: section.number(name, by_name[name].low, by_name[name].high, by_name[name].default, by_name[name].unit)
        for name in section.names(by_name)
    }


def _patterns(track: Section, role: str, low: int, frame: _Frame) -> tuple[PatternSpec, ...]:
    groove, reading = read_groove_keys(track, "", read_reading(track, Reading(tonic=frame.key.tonic)))
    faults = track.faults
    sections = track.tables("pattern", PATTERNS_MAX)
    if not sections and track.faults == faults:
        track.problem("", "a track needs at least one [[track.pattern]]")
    patterns = tuple(_pattern(section, role, low, groove, reading, frame) for section in sections)
    unique(sections, [pattern.name for pattern in patterns])
    check_follows(sections, patterns)
    return patterns


def _pattern(section: Section, role: str, low: int, groove: str, reading: Reading, frame: _Frame) -> PatternSpec:
    name = read_name(section)
    groove, read = read_groove_keys(section, groove, read_reading(section, reading))
    follow = read_follow(section)
    if "midi" in section:
        return PatternSpec(name, reading=read, written=read_taken(section), follow=follow, groove=groove)
    if is_written(section):
        written = read_written(section, role, frame.cycles, frame.key, low, read.step)
        bars = written.bars if isinstance(written, WrittenLanes) else 1
        return PatternSpec(name, bars=bars, reading=read, written=written, follow=follow, groove=groove)
    checked = rhythm_in(frame.cycles)
    lanes = section.table("lanes", "drum")
    if role != "drums" and "lanes" in section:
        section.problem("lanes", f"belongs to drums; {role} takes rhythm = …")
    if "lanes" in section and "rhythm" in section:
        section.problem("rhythm", "cannot stand beside lanes (for drums it is the kick's: kick = …)")
    return PatternSpec(
        name=name,
        generator=section.parsed("generator", _generator, "", needed=True),
        bars=_bars(section, frame.cycles),
        density=section.number("density", 0.0, 1.0, 0.5),
        accent=section.number("accent", 0.0, 1.0, 0.5),
        rhythm=section.parsed("rhythm", checked, ""),
        style=section.choice("style", STYLES, ""),
        lanes={drum: lanes.parsed(drum, checked, "") for drum in lanes.names(DRUM_NOTES)},
        every=section.whole("every", 0, EVERY_MAX, 0),
        reading=read,
        follow=follow,
        groove=groove,
    )


def _bars(section: Section, cycles: tuple[tuple[Metre, ...], ...]) -> int:
    """Read how many bars a pattern has; it must come round under every cycle of metres."""
    bars = section.whole("bars", 1, BARS_MAX, 1)
    for metres in cycles:
        if (round_ := lcm(bars, len(metres))) > BARS_MAX:
            section.problem(
                "bars", f"{bars} over a cycle of {len(metres)} metres come round after {round_}; {BARS_MAX} at most"
            )
        elif sum(metre.bar_ticks for metre in metres) * round_ // len(metres) < TICKS_PER_BEAT:
            section.problem("bars", f"{bars} of {metres[0]} is shorter than a quarter note")
    return bars


def _generator(name: str) -> str:
    find_generator(name)
    return name
