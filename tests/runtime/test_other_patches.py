"""Patches that take over while another plays, on a virtual clock: O3, N1, N2, whatever is loaded and whenever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nights import BASS, DRUMS, PAD, SCENES, Watched, asked, deeds, moody, night

from liveengine.engine.events import PatchLoaded
from liveengine.engine.spec import LfoSpec, Patch, PatternSpec, SceneSpec
from liveengine.generators.catalogue import BUILT_IN
from liveengine.music.chord import Chord
from liveengine.music.modulation import Lfo
from liveengine.music.target import Target
from liveengine.music.time import Metre
from liveengine.sequencer.commands import DO_CLOCK, push

FRAMES_A_BAR = 96_000
CLOCK = 0xF8
CLOCK_PORT = 2


@pytest.fixture(autouse=True, scope="module")
def _moods() -> Iterator[None]:
    before = dict(BUILT_IN)
    BUILT_IN["moody"] = moody
    yield
    BUILT_IN.clear()
    BUILT_IN.update(before)


LONG = replace(PAD, patterns=(PatternSpec("long", "phi", bars=1),), lfos=(LfoSpec(Lfo(Target.parse("tone"))),))
ALONE = (SceneSpec("all", {"pad": "long"}),)
OTHER = Path("other.toml")

#: Whatever a player may write anew: notes, chances, chords, metres, sounds, more tracks, fewer, and another file.
WRITTEN: tuple[Patch, ...] = (
    night(),
    night(seed=99),
    night(chords=(Chord.parse("Em7"),), tempo_bpm=174.0),
    night(tracks=(DRUMS, replace(BASS, sound="keys", channel=5, program=2), PAD)),
    night(tracks=(DRUMS, BASS, LONG)),
    night(metres=(Metre(7, 8),)),
    night(metres=(Metre(5, 8), Metre(3, 4))),
    night(tracks=(LONG,), scenes=ALONE),
    night(tracks=(PAD, DRUMS, replace(BASS, name="bas"), replace(BASS, name="low")), scenes=SCENES[2:]),
    replace(night(tempo_bpm=61.0), path=OTHER),
    replace(night("none", tracks=(LONG, DRUMS), scenes=ALONE), path=OTHER),
)
loads = st.tuples(st.integers(1, 3 * FRAMES_A_BAR), st.sampled_from(WRITTEN), st.integers(1, 3))


class Clocked(Watched):
    """A watched night that sends clock, and keeps the instant of every pulse."""

    def __init__(self, patch: Patch) -> None:
        super().__init__(patch)
        self.pulses: list[int] = []
        self.news: list[tuple[int, int]] = []
        push(self.rendering.session.state, DO_CLOCK, CLOCK_PORT, a=1)

    def turn(self, frames: int) -> Any:
        events = super().turn(frames)
        self.pulses += [int(e["when"]) for e in events if e["port"] == CLOCK_PORT and e["b0"] == CLOCK]
        self.news += [(int(e["when"]), int(e["b0"])) for e in events if e["b0"] in (0xFA, 0xFB, 0xFC)]
        return events

    def wait(self, frames: int) -> None:
        """Let time pass, and the engine hear what happens, as often as it does on stage and more seldom."""
        while frames > 0:
            self.turn(min(frames, 12_000))
            frames -= 12_000

    def load(self, patch: Patch, port: int) -> None:
        """Let a patch take over, its tracks on `port`."""
        self.do(PatchLoaded(patch, (port,) * len(patch.tracks)))


def _quiet(frames: int) -> Clocked:
    undisturbed = Clocked(night())
    undisturbed.wait(frames)
    return undisturbed


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(loads, min_size=1, max_size=6))
def test_o3_n1_whatever_is_loaded_moves_not_one_pulse_and_leaves_no_note(loads: list[tuple[int, Patch, int]]) -> None:
    """The clock of an evening of patches is that of an evening without, to the frame."""
    watched = Clocked(night())
    for frames, patch, port in loads:
        watched.wait(frames)
        watched.load(patch, port)
    watched.wait(3 * FRAMES_A_BAR)
    quiet = _quiet(sum(frames for frames, _, _ in loads) + 3 * FRAMES_A_BAR)
    assert watched.pulses == quiet.pulses
    assert watched.news == quiet.news
    assert watched.rendering.session.engine.line is None
    assert watched.rendering.session.engine.patch.path == loads[-1][1].path
    watched.end()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(deeds, loads), min_size=4, max_size=40))
def test_n1_patches_among_whatever_players_do_leak_no_slot_and_leave_no_note(happens: list[Any]) -> None:
    watched = Watched(night("beat"))
    for event in happens:
        if isinstance(event, tuple):
            frames, patch, port = event
            watched.turn(frames)
            watched.do(PatchLoaded(patch, (port,) * len(patch.tracks)))
        else:
            watched.do(event)
            watched.turn(9_000)
    watched.turn(FRAMES_A_BAR)
    watched.end()


def test_n2_a_held_note_ends_on_the_port_that_it_began_on() -> None:
    """A pad of two bars sounds across the line at which its track goes to another port."""
    held = night(tracks=(replace(PAD, channel=3),), scenes=ALONE)
    watched = Clocked(held)
    watched.load(held, 2)
    watched.turn(2 * FRAMES_A_BAR + 9_000)
    before = {key for key in watched.sounding if key[0] == 2}
    assert before, "nothing is held"
    watched.load(held, 3)
    watched.turn(2 * FRAMES_A_BAR)
    assert not {key for key in watched.sounding if key[0] == 2}  # `Watched` holds that each ended where it began
    assert {key for key in watched.sounding if key[0] == 3}
    watched.end()


def test_a_patch_takes_over_on_the_bar_line_and_not_before() -> None:
    watched = Watched(night(tracks=(DRUMS,), scenes=(SceneSpec("all", {"drums": "one"}),)))
    watched.turn(FRAMES_A_BAR // 3)
    watched.do(PatchLoaded(watched.rendering.patch, (4,)))
    ports = set()
    for turn in range(8):
        events = watched.turn(FRAMES_A_BAR // 6)
        struck = {int(e["port"]) for e in events if e["b0"] & 0xF0 == 0x90}
        ports |= {(turn >= 4, port) for port in struck}
    assert (False, 4) not in ports and (True, 4) in ports
    watched.end()


def test_the_recording_of_an_evening_of_patches_has_one_end_for_each_note() -> None:
    watched = Watched(night())
    for patch in WRITTEN:
        watched.turn(2 * FRAMES_A_BAR + 777)
        watched.do(PatchLoaded(patch, (-1,) * len(patch.tracks)))
    watched.turn(2 * FRAMES_A_BAR)
    watched.end()
    sounding: set[tuple[str, int, int]] = set()
    for message in watched.rendering.recorder.score().messages:
        key = message.track, message.data[0] & 15, message.data[1]
        if message.data[0] & 0xF0 == 0x90:
            assert key not in sounding
            sounding.add(key)
        elif message.data[0] & 0xF0 == 0x80:
            sounding.remove(key)
    assert not sounding


def test_stopping_before_the_line_lets_the_patch_take_over_and_the_set_start_again() -> None:
    watched = Watched(night())
    watched.turn(30_000)
    watched.do(PatchLoaded(WRITTEN[7], (1,)))
    watched.do(asked("/transport/stop"))
    watched.turn(2 * FRAMES_A_BAR)
    watched.do(asked("/transport/start"))
    before = len(watched.struck)
    watched.turn(2 * FRAMES_A_BAR)
    assert len(watched.struck) > before
    assert watched.rendering.session.engine.line is None
    watched.end()
