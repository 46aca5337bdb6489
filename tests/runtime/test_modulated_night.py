"""Whole nights with LFOs, lanes and arpeggiators: the same again (T4), every note ended (N1), parameters turned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nights import BASS, DRUMS, PAD, SCENES, Watched, asked, deeds, night

from liveengine.engine.orders import Report
from liveengine.engine.spec import ArpSpec, LfoSpec, Patch
from liveengine.music.arpeggio import Arpeggio
from liveengine.music.modulation import Lfo
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.offline import RATE_HZ, Rendering

BAR = 4 * TICKS_PER_BEAT
BAR_FRAMES = 2 * RATE_HZ  # at 120 BPM
TONE = LfoSpec(Lfo(Target.parse("tone"), "up", BAR))
SLOW = LfoSpec(Lfo(Target.parse("drive"), "smooth", rate_hz=7.83))
LANE = LfoSpec(Lfo(Target.parse("shape"), "drawn", 2 * BAR, centre=0.5, points=((0.0, 0.0), (0.5, 1.0))))
PAN = LfoSpec(Lfo(None, "square", BAR // 2, low=-1.0, high=1.0), address="/track/bass/pan")
FULL = LfoSpec(Lfo(None, "up", 4 * BAR), address="/track/drums/density")
HUE = LfoSpec(Lfo(None, "up", BAR, high=360.0), address="/visuals/hue", is_foreign=True)


def swinging(seed: int = 7) -> Patch:
    tracks = (
        replace(DRUMS, lfos=(TONE, SLOW)),
        replace(BASS, lfos=(LANE,)),
        replace(PAD, arp=ArpSpec(Arpeggio("golden", 2), on=True)),
    )
    return night("beat", seed, tracks=tracks, scenes=SCENES[:2], lfos=(PAN, FULL, HUE))


def controls(events: np.ndarray, track: int, number: int) -> list[tuple[int, float]]:
    chosen = events[(events["size"] == 0) & (events["track"] == track) & (events["b1"] == number)]
    return [(int(event["when"]), float(event["value"])) for event in chosen]


swung = st.one_of(
    st.builds(
        lambda track, name, value: asked(f"/track/{track}/arp/{name}", value),
        st.sampled_from(["pad", "bass", "1"]),
        st.sampled_from(["on", "mode", "octaves", "step", "gate", "hold"]),
        st.one_of(st.integers(0, 8), st.floats(-1, 5)),
    ),
    st.builds(
        lambda lfo, name, value: asked(f"{lfo}/{name}", value),
        st.sampled_from(
            ["/track/1/lfo/1", "/track/1/lfo/2", "/track/bass/lfo/1", "/lfo/1", "/lfo/2", "/lfo/3", "/lfo/4"]
        ),
        st.sampled_from(["on", "depth", "beats", "hz", "phase"]),
        st.one_of(st.integers(0, 1), st.floats(-1, 5)),
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    story=st.lists(st.tuples(st.one_of(swung, swung, deeds), st.integers(1, 60_000)), max_size=14),
    seed=st.integers(0, 9),
)
def test_t4_n1_whatever_is_turned_the_night_is_the_same_again_and_every_note_ends(story, seed):
    def told():
        watched = Watched(swinging(seed))
        parts = [watched.turn(5000)]
        for event, frames in story:
            watched.do(event)
            parts.append(watched.turn(frames))
        watched.end()
        return np.concatenate(parts).tolist(), watched.said

    assert told() == told()


def test_a_rendering_swings_its_sounds_and_parameters_and_tells_other_programs():
    told: list[tuple[str, object]] = []

    def hear(report: object) -> None:
        if isinstance(report, Report) and report.address == "/visuals/hue":
            told.append((report.address, report.value))

    rendering = Rendering(swinging(), with_sound=False, tell=hear)
    events = np.concatenate([rendering.turn(BAR_FRAMES // 8)[0] for _ in range(8 * 4)])
    tone = controls(events, 0, 5)
    quarters = [[value for when, value in tone if when <= BAR_FRAMES + beat * BAR_FRAMES // 4][-1] for beat in range(4)]
    assert quarters == pytest.approx([0.0, 0.25, 0.5, 0.75], abs=0.01)
    shape = controls(events, 1, 8)
    assert [value for when, value in shape if when <= BAR_FRAMES // 2][-1] == pytest.approx(0.5, abs=0.01)
    assert [value for when, value in shape if when <= 2 * BAR_FRAMES - 400][-1] == 1.0
    assert {value for _, value in controls(events, 1, 2)} >= {-1.0, 1.0}
    assert len(told) > 300
    assert all(0.0 <= value <= 360.0 for _, value in told)


def test_an_arpeggiator_plays_the_generator_s_chords_one_note_a_sixteenth():
    rendering = Rendering(swinging(), with_sound=False)
    events = np.concatenate([rendering.turn(BAR_FRAMES // 8)[0] for _ in range(8 * 4)])
    struck = events[(events["size"] == 3) & (events["b0"] & 0xF0 == 0x90) & (events["track"] == 2)]
    assert len(struck) > 16
    assert len(set(struck["when"])) == len(struck), "one note at a time"
    assert {int(when) % (RATE_HZ // 8) for when in struck["when"]} == {0}
