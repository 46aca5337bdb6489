"""No clicks: whatever is done to a sounding strip, nothing jumps.

Measured as the fourth difference against the peak. A hard cut scores above 1; a saw's own edges reach 0.02
and more, so what happens at an event is also measured against the sound before and after it.
"""

from __future__ import annotations

import numpy as np
import pytest
from desk import choose, controller, event, let_go, render, roughness, solo, strike, tune, turn

from liveengine.music.event import ALL_SOUND_OFF, PITCH_BEND
from liveengine.music.tuning import ALL_KEYS

LOW, WHEN = 40, 24_000


def jump(heard, when=WHEN, frames=3_000):
    """Return the worst fourth difference after an event, against the peak, and how far above the usual it is."""
    rough, peak = roughness(heard), np.abs(heard).max()
    usual = max(rough[when - 8_000 : when - 10].max(), rough[when + frames : when + frames + 8_000].max())
    return rough[when - 10 : when + frames].max() / peak, rough[when - 10 : when + frames].max() / usual


def smooth(heard, most=0.03, when=WHEN):
    against_peak, against_usual = jump(heard, when)
    return against_peak < most or against_usual < 1.4


def test_a_hard_cut_would_be_found():
    heard = render(solo("keys", strike(0, 0, LOW)), 1)
    heard[:, WHEN + int(np.argmax(np.abs(heard[0, WHEN : WHEN + 1_000]))) :] = 0
    assert jump(heard)[0] > 0.5


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
@pytest.mark.parametrize(
    "what",
    [
        let_go(WHEN, 0, LOW),
        strike(WHEN, 0, LOW + 7, 127),
        controller(WHEN, 0, ALL_SOUND_OFF, 0),
        choose(0, "drums", WHEN),
        event(WHEN, 0, PITCH_BEND, 0, 127),
        *(turn(0, name, 1.0, WHEN) for name in ("pan", "tone", "shape", "drive", "edge", "reverb", "delay")),
        turn(0, "level", -60.0, WHEN),
        turn(-1, "level", -60.0, WHEN),
        tune(ALL_KEYS, 1.5, WHEN),
        tune(LOW, LOW + 7.0, WHEN),
        turn(-1, "reverb_size", 1.0, WHEN),
    ],
)
def test_nothing_that_is_done_to_a_sounding_note_clicks(sound, what):
    before = [turn(0, name, 0.0) for name in ("tone", "shape", "drive", "edge")] if what[5] == 0 else []
    assert smooth(render(solo(sound, *before, strike(0, 0, LOW), what), 1.5))


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
def test_a_note_begins_and_ends_without_a_click_even_in_its_attack(sound):
    assert jump(render(solo(sound, strike(WHEN, 0, LOW)), 1))[0] < 0.06
    heard = render(solo(sound, strike(0, 0, LOW), let_go(40, 0, LOW), strike(WHEN, 0, LOW)), 1)
    assert roughness(heard[:, :3_000]).max() / np.abs(heard).max() < 0.06


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
def test_a_key_struck_again_rises_from_where_it_is(sound):
    heard = render(solo(sound, strike(0, 0, LOW), let_go(WHEN - 9, 0, LOW), strike(WHEN, 0, LOW, 127)), 1)
    assert smooth(heard, 0.12)


def test_a_stolen_voice_fades():
    full = [strike(0, 0, 24 + key, 60) for key in range(64)]
    more = [strike(WHEN + 1_000 * key, 0, 100 + key, 1) for key in range(8)]
    # The chord is loud; the limiter moves slowly enough not to be heard as a jump.
    assert smooth(render(solo("keys", turn(0, "level", -24), *full, *more), 1.5), 0.03)


def test_a_new_delay_time_is_faded_over_to():
    score = solo("keys", turn(0, "delay", 1.0), strike(0, 0, LOW), turn(-1, "delay_time", 0.1, 36_000))
    assert smooth(render(score, 1.5), 0.005, when=36_000)


def test_the_voice_pool_never_overflows_and_never_goes_silent():
    storm = [strike(10 * number, number % 4, 30 + number % 70) for number in range(400)]
    heard = render([choose(1, "pad"), choose(2, "bass"), choose(3, "drums"), *storm], 0.5)
    assert np.isfinite(heard).all()
    assert np.abs(heard[:, 6_000:]).max() > 0.1
