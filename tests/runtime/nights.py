"""Whole nights on a virtual clock: a small set, anything a player may do, and what must hold whatever they do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from liveengine.engine.events import Asked, Event, KeyPressed, MidiCame
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Report, Say
from liveengine.engine.spec import QUANTA, Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.music.chord import Chord
from liveengine.music.note import Bar, Note
from liveengine.music.reading import Reading
from liveengine.runtime.offline import Rendering
from liveengine.sequencer.commands import DO_LAUNCH
from liveengine.sequencer.records.patterns import SLOTS
from liveengine.sequencer.records.rings import COMMANDS_SIZE, READ, WRITTEN

DRUMS = TrackSpec(
    "drums",
    "drums",
    "drums",
    channel=10,
    patterns=(
        PatternSpec("one", "euclid", every=1, reading=Reading(humanise=0.7)),
        PatternSpec("two", "fibonacci", bars=2, density=0.9, every=2),
        PatternSpec("hazard", "moody", bars=3, every=1),
    ),
)
BASS = TrackSpec(
    "bass", "bass", "bass", program=34, patterns=(PatternSpec("low", "phi", bars=4), PatternSpec("lower", "euclid"))
)
PAD = TrackSpec(
    "pad", "chords", "pad", channel=3, patterns=(PatternSpec("long", "phi", bars=2, reading=Reading(humanise=1.0)),)
)
SCENES = (
    SceneSpec("all", {"drums": "one", "bass": "low", "pad": "long"}),
    SceneSpec("other", {"drums": "two", "bass": "lower"}),
    SceneSpec("hazard", {"drums": "hazard", "bass": ""}),
    SceneSpec("rest", {"drums": "", "bass": "", "pad": ""}),
)


def night(quantum: str = "bar", seed: int = 7, **more: Any) -> Patch:
    """Return a set of three tracks and four scenes."""
    chords = tuple(Chord.parse(name) for name in ("Dm7", "G7", "C6", "A7"))
    given: dict[str, Any] = {"chords": chords, "tracks": (DRUMS, BASS, PAD), "scenes": SCENES, **more}
    return Patch(Path("night.toml"), seed=seed, quantum=quantum, **given)


def moody(source: Bar | None, locks: frozenset[int], controls: Any, seed: int, model: str) -> Any:
    """Propose a bar, or whatever a bad day brings: errors, nothing, nonsense, too much."""
    whole = controls.length
    return (
        lambda: Bar((Note(0, 60, gate=3 * whole),), whole),
        lambda: Bar((), whole),
        lambda: Bar((), whole + 1),
        lambda: None,
        lambda: 1 // 0,
        lambda: Bar.of((Note(tick, 60) for tick in range(600)), whole),
        lambda: Bar(("boo",), whole),  # type: ignore[arg-type]
    )[seed % 7]()


def asked(address: str, value: Any = None, add: float | None = None) -> Asked:
    """Return the event that somebody turns a parameter."""
    return Asked(Action(address, value, add), "osc 127.0.0.1:5000")


tracks = st.sampled_from(["drums", "bass", "pad", "1", "2", "3", "bas", "16"])
sliders = st.sampled_from(["density", "swing", "humanise", "accent", "level", "sound/tone"])
deeds: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda t, n: asked(f"/track/{t}/{n}"), tracks, st.sampled_from(["reroll", "fill", "mute"])),
    st.builds(lambda t, n, v: asked(f"/track/{t}/{n}", v), tracks, sliders, st.floats(-1, 2)),
    st.builds(lambda t, v: asked(f"/track/{t}/pattern", v), tracks, st.integers(0, 4)),
    st.builds(lambda v: asked("/scene/launch", v), st.integers(0, 5)),
    st.builds(lambda t: asked(f"/track/{t}/cancel"), tracks),
    st.builds(lambda t, v: asked(f"/track/{t}/legato", v), tracks, st.booleans()),
    st.builds(lambda v: asked("/launch/quantum", v), st.sampled_from(QUANTA)),
    st.builds(
        asked,
        st.sampled_from(
            [
                *("/scene/next", "/scene/previous", "/launch/cancel", "/panic", "/refresh", "/ping", "/transport/temp"),
                *(f"/transport/{word}" for word in ("start", "stop", "continue", "play")),
            ]
        ),
    ),
    st.builds(lambda v: asked("/transport/tempo", v), st.floats(10, 500)),
    st.builds(lambda v: asked("/transport/nudge", v), st.floats(-1, 1)),
    st.builds(MidiCame, st.just("pads"), st.binary(max_size=4)),
    st.builds(KeyPressed, st.text(max_size=2)),
)


class Watched:
    """A rendering that is held to the laws at every turn."""

    def __init__(self, patch: Patch) -> None:
        self.said: list[str] = []
        self.sounding: dict[tuple[int, int, int], int] = {}
        self.struck: list[tuple[int, int, int, int]] = []  # song tick, track, pitch, velocity
        self.rendering = Rendering(patch, False, self._tell)

    def _tell(self, told: Report | Say) -> None:
        if isinstance(told, Say):
            self.said.append(told.text)

    def do(self, event: Event) -> None:
        """Let something happen."""
        self.rendering.feed(event)

    def turn(self, frames: int) -> NDArray[Any]:
        """Let time pass, and look whether all is well."""
        events, _ = self.rendering.turn(frames)
        self._hear(events)
        self.check()
        return events

    def _hear(self, events: Iterable[Any]) -> None:
        """N1, N3: a note-on only where nothing sounds, a note-off only where something does."""
        for event in events:
            key = int(event["port"]), int(event["b0"]) & 15, int(event["b1"])
            status = int(event["b0"]) & 0xF0 if event["size"] else 0
            if status == 0x90 and event["b2"]:
                assert key not in self.sounding, f"{key} struck while it sounds"
                self.sounding[key] = int(event["when"])
                self.struck.append((int(event["tick"]), int(event["track"]), key[2], int(event["b2"])))
            elif status in (0x80, 0x90):
                assert self.sounding.pop(key, None) is not None, f"{key} ended without having begun"

    def check(self) -> None:
        """Every slot is either free or used, and nothing was refused or lost."""
        session = self.rendering.session
        free = session.engine.slots._free
        used = {int(slot) for slot in session.state.players["slot"] if slot >= 0} | self._on_the_way()
        assert len(set(free)) == len(free)
        assert set(free) | used == set(range(SLOTS))
        assert not set(free) & used
        transport = session.state.transport[0]
        assert (session.lost, int(transport["refused"]), int(transport["log_lost"])) == (0, 0, 0)
        for track in session.engine.tracks:
            if track.fill_slot >= 0 and session.engine.playing:
                assert track.fill_bar > session.engine.bar, "a fill that nothing follows"
        assert not [text for text in self.said if re.search("no room|could not take|takes no more", text)]

    def _on_the_way(self) -> set[int]:
        """Return the slots of launches that the data plane has not taken yet."""
        state = self.rendering.session.state
        places = range(int(state.command_ends[READ]), int(state.command_ends[WRITTEN]))
        waiting = [state.commands[place % COMMANDS_SIZE] for place in places]
        return {int(command["a"]) for command in waiting if command["kind"] == DO_LAUNCH and command["a"] >= 0}

    def end(self) -> None:
        """Stop, and hear silence (N1)."""
        self.do(asked("/transport/stop"))
        self.turn(1)
        assert self.sounding == {}
