"""The tuning of a set: read from its patch, turned live, and told to whatever plays.

The built-in instruments and the zones of bent notes take a new tuning at once. A device that speaks the MIDI
Tuning Standard is told all before the first note; later, what has changed, a little at a time, the middle of the
keyboard first.

Pure, but for `read_tuning` reading Scala's files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from liveengine.engine.orders import Order, Say, SendLong, ToSequencer
from liveengine.engine.schema import Section
from liveengine.engine.spec import OWN_SCALE, OutputSpec, Patch, TrackSpec, Zone
from liveengine.engine.wording import near, shown
from liveengine.formats.keyboard_map import SUFFIX as KEYBOARD_SUFFIX
from liveengine.formats.keyboard_map import read_keyboard
from liveengine.formats.scala import SUFFIX, read_scale
from liveengine.music.keyboard_map import KeyboardMap
from liveengine.music.mts import bulk_dump, note_change, octave_cents, octave_change
from liveengine.music.pitch import OCTAVE, class_of, pitch_name, pitch_of
from liveengine.music.temperament import SCALE_WORDS, find_scale
from liveengine.music.tuning import A4, A4_MAX_HZ, A4_MIN_HZ, ALL_KEYS, EQUAL, KEYS, MAPPINGS, Scale, Tuning, equal_hz
from liveengine.sequencer import commands as do

#: How an output is told of the tuning.
TUNINGS = ("none", "bend", "mts", "mts octave", "mts octave fine")

#: Those that tell twelve notes, alike in every octave, by whether they do so in two bytes a note.
BY_OCTAVES = {"mts octave": False, "mts octave fine": True}

#: Semitones of a whole bend: MPE's own for a zone, every synthesizer's for one channel.
ZONE_BEND, ONE_BEND = 48, 2
BEND_MAX = 96

#: How a zone of more than one channel lies, counted from 1 (MPE 1.0, section 2.1): the master beside it is 1 or 16.
LOWER_FIRST, UPPER_LAST = 2, 15

#: So many keys a message, which then keeps a DIN cable busy for 5 ms, and so many messages at a time.
KEYS_A_PIECE = 2
PIECES = 16

#: Every name of a key, as a patch writes it.
_KEY_NAMES = {
    f"{letter}{sign}{octave}": pitch_of(f"{letter.upper()}{sign}{octave}")
    for octave in range(9)
    for letter in "cdefgab"
    for sign in ("", "b", "#")
    if not (octave == 0 and f"{letter}{sign}" == "cb")
}


def read_tuning(top: Section, folder: Path, outputs: Sequence[OutputSpec] = ()) -> Tuning:
    """Read [tuning]; the files of a scale and of a keyboard mapping stand beside the patch, in `folder`."""
    tuning = _tuning(top.table("tuning"), folder)
    _check_octaves(top, tuning, outputs)
    return tuning


def _tuning(section: Section, folder: Path) -> Tuning:
    names = section.names([*_KEY_NAMES, "scale", "root", "mapping"])
    told = [name for name in names if name in _KEY_NAMES]
    for name in told[1:]:
        section.problem(name, f"cannot stand beside {told[0]}: one key's frequency fixes all others")
    reference, hz = A4, equal_hz(A4)
    if told:
        reference = _KEY_NAMES[told[0]]
        low, high = equal_hz(reference, A4_MIN_HZ), equal_hz(reference, A4_MAX_HZ)
        hz = section.number(told[0], round(low, 1), round(high, 1), equal_hz(reference), "Hz")
    scale = section.parsed("scale", lambda word: _scale(word, folder), EQUAL)
    root, natural = section.parsed("root", class_of, 0), _natural_mapping(scale)
    left_out: KeyboardMap | str = natural
    mapping = section.parsed("mapping", lambda word: _mapping(word, folder), left_out)
    if isinstance(mapping, str):
        return Tuning(scale, root, reference, hz, mapping)
    for name in (*told, *section.names(["root"])):
        section.problem(name, f"cannot stand beside {mapping.name}, which says where the scale lies and how high")
    return Tuning(scale, mapping.middle % OCTAVE, mapping.reference, mapping.reference_hz, natural, mapping)


def _mapping(word: str, folder: Path) -> KeyboardMap | str:
    """Return a mapping by its name, or out of a file."""
    if word.lower().endswith(KEYBOARD_SUFFIX):
        return read_keyboard(folder / word)
    if word not in MAPPINGS:
        raise ValueError(f'{shown(word)} is not among its words, nor a file, "mine.kbm"{near(word, MAPPINGS)}')
    return word


def _scale(word: str, folder: Path) -> Scale:
    return read_scale(folder / word) if word.lower().endswith(SUFFIX) else find_scale(word)


def _natural_mapping(scale: Scale) -> str:
    """Return how a scale lies on keys that music in twelve tones is played on."""
    return "linear" if len(scale.degrees) == OCTAVE else "nearest"


def read_output_tuning(section: Section) -> tuple[str, Zone | None]:
    """Read what an [[output]] says of tuning: its word, and with "bend" its zone."""
    word = section.choice("tuning", TUNINGS, "none")
    if word != "bend":
        for misplaced in section.names(["zone", "bend_range"]):
            section.problem(misplaced, 'belongs beside tuning = "bend"')
        return word, None
    first, last = section.span("zone", 1, 16, (LOWER_FIRST, 16))
    if first < last and first != LOWER_FIRST and last != UPPER_LAST:
        section.problem(
            "zone", f"[{first}, {last}]: a zone is one channel, or begins at 2, or ends at 15 (as MPE has it)"
        )
    usual = ZONE_BEND if first < last else ONE_BEND
    return word, Zone(first - 1, last - 1, section.whole("bend_range", 1, BEND_MAX, usual))


def check_zones(top: Section, tracks: Sequence[TrackSpec], outputs: Sequence[OutputSpec]) -> None:
    """Note every track of drums that plays on a channel of its output's zone: drums are not tuned."""
    zones = {output.port: output.zone for output in outputs}
    for track in tracks:
        zone = zones.get(track.port)
        if track.role == "drums" and zone and track.channel - 1 in zone.channels:
            first, last = zone.first + 1, zone.last + 1
            top.problem(
                "", f'track "{track.name}": drums on channel {track.channel}, in the zone {first}-{last} of its output'
            )


def _check_octaves(top: Section, tuning: Tuning, outputs: Sequence[OutputSpec]) -> None:
    """Note every output that is to be told a tuning by octaves which cannot be told so."""
    for output in outputs:
        if output.tuning in BY_OCTAVES:
            try:
                octave_cents(semitones_of(tuning), BY_OCTAVES[output.tuning])
            except ValueError as error:
                top.problem(
                    "", f'output "{output.port}": "{output.tuning}" cannot tell this tuning ("mts" can): {error}'
                )


def semitones_of(tuning: Tuning) -> list[float]:
    """Return how high every key sounds."""
    return [tuning.semitones(key) for key in range(KEYS)]


def zone_of(patch: Patch, track: TrackSpec) -> Zone | None:
    """Return the zone in which a track's notes are bent; None where they are not."""
    zones = {output.port: output.zone for output in patch.outputs}
    return None if track.role == "drums" else zones.get(track.port)


class Tuner:
    """The tuning that is in force, and what is still to be told of it. `ports` as in Engine."""

    def __init__(self, patch: Patch, ports: Sequence[int]) -> None:
        self.tuning = patch.tuning
        self._own = patch.tuning
        self._told: tuple[float, ...] = (*map(float, range(KEYS)), 0.0)
        numbers = dict(zip((track.port for track in patch.tracks), ports, strict=True))
        here = [output for output in patch.outputs if numbers.get(output.port, -1) > 0]
        self._names = {number: port for port, number in numbers.items()}
        self._zones = {numbers[output.port]: output.zone for output in here if output.zone}
        self._open: dict[int, Zone | None] = {}  # zones that the ports have already
        #: By port, the keys that a device has yet to hear of.
        self._untold: dict[int, set[int]] = {numbers[o.port]: set() for o in here if o.tuning == "mts"}
        #: By port, whether it is told twelve notes in two bytes each, and what was told last: a message, or why none.
        self._by_octaves = {numbers[o.port]: BY_OCTAVES[o.tuning] for o in here if o.tuning in BY_OCTAVES}
        self._told_octaves: dict[int, bytes | str] = {}

    def values(self) -> dict[str, float | str]:
        """Return what its parameters stand at. A4 is told within the range to which it can be turned."""
        a4_hz = min(max(self.tuning.hz(A4), A4_MIN_HZ), A4_MAX_HZ)
        name = self.tuning.scale.name
        return {"/tuning/a4": a4_hz, "/tuning/scale": name if name in SCALE_WORDS else OWN_SCALE}

    def set_up(self) -> Iterator[Order]:
        """Tell every zone, every key that is not in its place, and to each device the whole."""
        for port, zone in self._zones.items():
            yield ToSequencer(do.DO_ZONE, port, a=zone.first, b=zone.last, x=zone.bend_range)
        yield from self._retune()
        for port in self._untold:
            yield self._dump(port)
        self._told_octaves.clear()
        yield from self._tell_octaves()

    def succeed(self, before: Tuner, patch: Patch) -> None:
        """Take over from the tuner of another patch. A tuning that the file has not changed stays as it was turned."""
        if before._own == patch.tuning:
            self.tuning = before.tuning
        self._told = before._told
        self._open = dict(before._zones)
        for port, untold in self._untold.items():
            untold.update(before._untold.get(port, range(KEYS)))

    def go_on(self) -> Iterator[Order]:
        """Tell every zone that was not there, and every key that has moved; devices hear theirs little by little."""
        for port, zone in self._zones.items():
            if self._open.get(port) != zone:
                yield ToSequencer(do.DO_ZONE, port, a=zone.first, b=zone.last, x=zone.bend_range)
        yield from self._retune()

    def turn_a4(self, hz: float) -> Iterator[Order]:
        """Let A4 have a frequency; from now on it is A4 that does not move when the scale changes."""
        self.tuning = replace(self.tuning, reference=A4, reference_hz=hz)
        return self._retune()

    def choose_scale(self, name: str) -> Iterator[Order]:
        """Play another scale from the same root: one of SCALE_WORDS, or OWN_SCALE."""
        scale, mapping, keyboard = self._own.scale, self._own.mapping, self._own.keyboard
        if name not in (OWN_SCALE, scale.name):
            scale = find_scale(name)
            mapping, keyboard = _natural_mapping(scale), None
        self.tuning = replace(self.tuning, scale=scale, mapping=mapping, keyboard=keyboard)
        return self._retune()

    def _retune(self) -> Iterator[Order]:
        table = self.tuning.table
        changed = [key for key in range(KEYS + 1) if table[key] != self._told[key]]
        self._told = table
        for untold in self._untold.values():
            untold.update(range(KEYS) if ALL_KEYS in changed else changed)
        for key in changed:
            yield ToSequencer(do.DO_TUNE, a=key, x=table[key])

    def _dump(self, port: int) -> Order:
        self._untold[port].clear()
        name = f"{self.tuning.scale.name} {pitch_name(self.tuning.root)[:-2]}"
        return SendLong(port, bulk_dump(semitones_of(self.tuning), name))

    def _tell_octaves(self) -> Iterator[Order]:
        """Tell the devices that take twelve notes of them, where they have changed."""
        for port, fine in self._by_octaves.items():
            told: bytes | str
            try:
                told = octave_change(octave_cents(semitones_of(self.tuning), fine), fine)
            except ValueError as error:
                told = f"{self._names[port]} keeps the tuning that it has: {error}"
            if told != self._told_octaves.get(port):
                self._told_octaves[port] = told
                yield Say(told) if isinstance(told, str) else SendLong(port, told)

    def tell_devices(self, playing: bool) -> Iterator[Order]:
        """Tell the devices what they have yet to hear: all while the music stands, else a few keys a time."""
        yield from self._tell_octaves()
        for port, untold in self._untold.items():
            if untold and not playing:
                yield self._dump(port)
            keys = sorted(untold, key=lambda key: (abs(key - 60), key))[: PIECES * KEYS_A_PIECE]
            untold.difference_update(keys)
            for first in range(0, len(keys), KEYS_A_PIECE):
                piece = keys[first : first + KEYS_A_PIECE]
                yield SendLong(port, note_change({key: self.tuning.semitones(key) for key in piece}))
