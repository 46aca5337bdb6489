"""Reading scenes, what follows them, the metres they stand in, and the song that orders them.

The format is told in `docs/patches.md`.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liveengine.engine.follow import FOLLOW_WORDS, Follow
from liveengine.engine.rows.scenes import SCENES_MAX
from liveengine.engine.schema import Section
from liveengine.engine.spec import SONG_ENDS, PatternSpec, SceneSpec, SongSpec, TrackSpec
from liveengine.engine.wording import near, shown
from liveengine.music.time import Metre

#: The longest cycle of metres, in bars, and the longest time before something follows.
CYCLE_MAX = 16
AFTER_MAX = 1024

#: The most entries of a song's order, and repeats of one of them.
ORDER_MAX = 256
TIMES_MAX = 64


def read_metres(section: Section) -> tuple[Metre, ...]:
    """Read a metre, or a list of metres that go round bar by bar; empty where none is given."""
    return section.list_of("metre", Metre.parse, (), CYCLE_MAX)


def read_name(section: Section) -> str:
    """Read the name of a pattern or scene: words on one line."""
    name = section.text("name", limit=40)
    if "name" in section and not (name.strip() and name.isprintable()):
        section.problem("name", "a name is 1–40 letters on one line")
    section.called(name)
    return name


def unique(sections: Sequence[Section], names: Sequence[str]) -> None:
    """Note every name that an earlier table of the same kind has already."""
    for index, name in enumerate(names):
        if name and name in names[:index]:
            sections[index].problem("name", f'"{name}" is the name of an earlier one')


def read_follow(section: Section) -> Follow | None:
    """Read what comes by itself after so many bars; `check_follows` looks whether its name is there."""
    if "follow" not in section:
        return None
    table = section.table("follow")
    return Follow(
        after=table.whole("after", 1, AFTER_MAX),
        then=table.text("then", "next", limit=40),
        probability=table.number("probability", 0.0, 1.0, 1.0),
    )


def check_follows(sections: Sequence[Section], specs: Sequence[PatternSpec | SceneSpec]) -> None:
    """Note every follow action that names what is not there."""
    words = [*FOLLOW_WORDS, *(spec.name for spec in specs)]
    for section, spec in zip(sections, specs, strict=True):
        if spec.follow is not None and spec.follow.then not in words:
            section.problem(
                "follow", f"nothing called {shown(spec.follow.then)} can follow{near(spec.follow.then, words)}"
            )


@dataclass(frozen=True, slots=True)
class Head:
    """What of a scene must be known before the tracks are read."""

    section: Section
    name: str
    metres: tuple[Metre, ...]


def read_heads(top: Section) -> list[Head]:
    """Read the names and metres of all scenes."""
    return [Head(section, read_name(section), read_metres(section)) for section in top.tables("scene", SCENES_MAX)]


def read_scenes(heads: Sequence[Head], tracks: tuple[TrackSpec, ...]) -> tuple[SceneSpec, ...]:
    """Read the rest of the scenes; a patch without any gets one of every track's first pattern."""
    if not heads:
        return (SceneSpec("all", {track.name: track.patterns[0].name for track in tracks if track.patterns}),)
    scenes = tuple(_scene(head, tracks) for head in heads)
    sections = [head.section for head in heads]
    unique(sections, [scene.name for scene in scenes])
    check_follows(sections, scenes)
    return scenes


def _scene(head: Head, tracks: tuple[TrackSpec, ...]) -> SceneSpec:
    launched = head.section.table("patterns", "track")
    there = {track.name: [pattern.name for pattern in track.patterns] for track in tracks}
    patterns = {}
    for track in launched.names(there):
        pattern = launched.text(track)
        if pattern and pattern not in there[track]:
            launched.problem(track, f'no pattern named "{pattern}"{near(pattern, there[track])}')
        patterns[track] = pattern
    return SceneSpec(head.name, patterns, head.metres, read_follow(head.section))


def read_song(top: Section, scenes: Sequence[SceneSpec]) -> SongSpec | None:
    """Read the order of scenes: `["name", bars]` each, or `["name", bars, times]`."""
    if "song" not in top:
        return None
    section = top.table("song")
    names = [scene.name for scene in scenes]

    def entry(value: object) -> tuple[int, int, int]:
        match value:
            case [str(name), int(bars)]:
                times = 1
            case [str(name), int(bars), int(times)]:
                pass
            case _:
                raise ValueError(f'{shown(value)} is no part of a song (write it ["verse", 8], or ["verse", 8, 2])')
        if name not in names:
            raise ValueError(f"no scene named {shown(name)}{near(name, names)}")
        if not 1 <= bars <= AFTER_MAX or not 1 <= times <= TIMES_MAX:
            raise ValueError(f"{name}: 1–{AFTER_MAX} bars, 1–{TIMES_MAX} times are wanted")
        return names.index(name), bars, times

    entries = section.each("order", entry, (), ORDER_MAX)
    if "order" not in section:
        section.problem("order", 'is missing (write it order = [["intro", 4], ["verse", 8]])')
    order = tuple((scene, bars) for scene, bars, times in entries for _ in range(times))
    end = section.choice("end", SONG_ENDS, "stop")
    return SongSpec(order, end) if order else None
