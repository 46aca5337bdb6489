"""What is carried over from one patch to another: whatever the file has not changed stays as the players have it.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from liveengine.engine.parameter import Setting
from liveengine.engine.spec import Patch, PatternSpec, TrackSpec
from liveengine.engine.track import SLIDERS, Track
from liveengine.music.groove import Groove
from liveengine.music.reading import Reading
from liveengine.sequencer.records.patterns import GROOVES

#: Addresses that are the evening's, not a patch's.
EVENING = ("/transport/", "/clock/", "/engine/", "/port/", "/fill")


def pattern_after(before: Track | None, spec: TrackSpec, chosen: Mapping[str, str]) -> int | None:
    """Return which pattern a track is to play: the one it plays, where there still is one of that name.

    Otherwise what its scene has `chosen`; None for silence.
    """
    names = [pattern.name for pattern in spec.patterns]
    if before is not None and before.playing is None:
        return None
    if before is not None and before.playing is not None and before.playing.name in names:
        return names.index(before.playing.name)
    name = chosen.get(spec.name, "")
    return names.index(name) if name in names else None


def track_after(before: Track | None, number: int, spec: TrackSpec, pattern: int | None) -> Track:
    """Return a track of a new patch. One that plays the same pattern goes on in its place, with its sliders."""
    old = None if before is None else before.playing
    if before is None or old is None or pattern is None or old.name != spec.patterns[pattern].name:
        track = Track(number, spec, rolls=0 if before is None else before.rolls)
        track.choose(pattern)
        return track
    new = spec.patterns[pattern]
    return replace(
        before,
        number=number,
        spec=spec,
        pattern=pattern,
        sliders=_sliders_after(before.sliders, old, new),
        reading=_reading_after(before.reading, old.reading, new.reading),
        stay=before.stay,
        before=None,
        fill_slot=-1,
        fill_bar=-1,
    )


def _sliders_after(turned: Mapping[str, float], old: PatternSpec, new: PatternSpec) -> dict[str, float]:
    same = {name for name in SLIDERS if getattr(old, name) == getattr(new, name)}
    return {name: turned[name] if name in same else getattr(new, name) for name in SLIDERS}


def _reading_after(turned: Reading, old: Reading, new: Reading) -> Reading:
    same = [field.name for field in fields(Reading) if getattr(old, field.name) == getattr(new, field.name)]
    return replace(new, **{name: getattr(turned, name) for name in same})


def values_after(
    turned: Mapping[str, Setting],
    old: Mapping[str, Setting],
    new: Mapping[str, Setting],
    moved: Mapping[int, int],
) -> dict[str, Setting]:
    """Return where every parameter of a new patch stands.

    `turned` is where they stand now, `old` and `new` what the two patches say; `moved` gives the number (from 1)
    that a track has now, by the one that it gets.
    """
    values = dict(new)
    for address in new:
        if address.startswith(EVENING):
            values[address] = turned.get(address, new[address])
            continue
        before = _address_before(address, moved)
        if before in turned and before in old and old[before] == new[address]:
            values[address] = turned[before]
    return values


def _address_before(address: str, moved: Mapping[int, int]) -> str:
    if not address.startswith("/track/"):
        return address if moved else ""
    number, _, rest = address.removeprefix("/track/").partition("/")
    before = moved.get(int(number))
    return "" if before is None else f"/track/{before}/{rest}"


def with_rows(patch: Patch, rows: Sequence[Groove | None], used: set[int]) -> tuple[Patch, dict[int, Groove]]:
    """Return a patch whose readings name grooves by rows of the data plane, and what is to be written into which.

    `rows` says what stands there, `used` which of them the patch that plays still reads. Raises ValueError where
    they do not all find room.
    """
    places: list[int] = []
    written: dict[int, Groove] = {}
    for groove in patch.grooves:
        place = next((row for row, known in enumerate(rows) if known == groove), -1)
        if place < 0:
            free = (row for row in range(GROOVES) if row not in used and row not in places)
            place = next(free, -1)
            if place < 0:
                raise ValueError(f"{patch.path}: its grooves and those that play are more than {GROOVES}")
            written[place] = groove
        places.append(place)
    tracks = tuple(
        replace(track, patterns=tuple(_placed(pattern, places) for pattern in track.patterns)) for track in patch.tracks
    )
    return replace(patch, tracks=tracks), written


def _placed(pattern: PatternSpec, places: Sequence[int]) -> PatternSpec:
    reading = pattern.reading
    return pattern if reading.groove < 0 else replace(pattern, reading=replace(reading, groove=places[reading.groove]))
