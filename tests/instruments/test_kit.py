"""The drums by numbers: where each one's power lies, how long it lasts, and who silences whom."""

from __future__ import annotations

import numpy as np
import pytest
from desk import RATE, centroid, let_go, render, rms, share_between, solo, strike, turn

from liveengine.music.sound import DRUM_NOTES

KICK, SNARE, CLAP, HAT, OPEN = (DRUM_NOTES[name] for name in ("kick", "snare", "clap", "hat", "open"))


def hit(drum, velocity=110, seconds=2.0, *before):
    return render(solo("drums", *before, strike(0, 0, DRUM_NOTES[drum], velocity)), seconds)


def lasting_s(sound):
    """Return how long a sound stays within 40 dB of its loudest 10 ms."""
    frames = sound.shape[1] // 480 * 480
    loudness = np.sqrt((sound[:, :frames] ** 2).mean(axis=0).reshape(-1, 480).mean(axis=1))
    return 0.01 * (1 + np.flatnonzero(loudness > 0.01 * loudness.max())[-1])


@pytest.mark.parametrize(
    ("drum", "low_hz", "high_hz", "least"),
    [
        ("kick", 30, 120, 0.65),
        ("lowtom", 60, 200, 0.85),
        ("midtom", 100, 300, 0.85),
        ("hightom", 150, 400, 0.85),
        ("rim", 500, 2_500, 0.8),
        ("clap", 500, 5_000, 0.7),
        ("hat", 5_000, 20_000, 0.75),
        ("open", 5_000, 20_000, 0.75),
        ("crash", 3_000, 20_000, 0.75),
        ("ride", 2_000, 20_000, 0.8),
    ],
)
def test_each_drum_has_its_power_where_its_name_says(drum, low_hz, high_hz, least):
    assert share_between(hit(drum), low_hz, high_hz) > least


def test_a_snare_is_both_skin_and_wires():
    snare = hit("snare")
    assert share_between(snare, 120, 500) > 0.3
    assert share_between(snare, 2_000, 16_000) > 0.2


def test_the_toms_stand_in_order():
    assert centroid(hit("lowtom")) < centroid(hit("midtom")) < centroid(hit("hightom"))


def test_cymbals_ring_and_closed_hats_do_not():
    lengths = {drum: lasting_s(hit(drum, 110, 4.0)) for drum in ("hat", "rim", "kick", "open", "crash", "ride")}
    assert lengths["hat"] < 0.2 and lengths["rim"] < 0.2
    assert 0.3 < lengths["kick"] < 1.0
    assert 0.4 < lengths["open"] < 1.2
    assert lengths["crash"] > 1.5 and lengths["ride"] > 1.2


def test_a_closed_hat_chokes_an_open_one_and_a_snare_does_not():
    def after(drum):
        heard = render(solo("drums", strike(0, 0, OPEN), strike(6_000, 0, drum, 1)), 1)
        return rms(heard[:, 9_000:14_000])

    ringing = rms(render(solo("drums", strike(0, 0, OPEN)), 1)[:, 9_000:14_000])
    assert after(HAT) < 0.05 * ringing
    assert after(SNARE) > 0.9 * ringing


def test_a_clap_is_several_hands():
    clap = np.abs(hit("clap")).max(axis=0)[: int(0.06 * RATE)]
    loudness = clap[: len(clap) // 48 * 48].reshape(-1, 48).max(axis=1)
    # Four rises: each of the three bursts, and the room after them.
    rises = np.flatnonzero(loudness[1:] > 2.0 * loudness[:-1]) + 1
    assert sum(1 for rise in rises if rise > 5) >= 3


def test_two_hits_of_a_drum_are_kin_and_not_the_same():
    heard = render(solo("drums", strike(0, 0, SNARE), strike(24_000, 0, SNARE)), 1)
    one, other = heard[:, :9_000], heard[:, 24_000:33_000]
    assert not np.allclose(one, other, atol=1e-3)
    assert 0.8 < rms(one) / rms(other) < 1.25


def test_letting_go_of_a_drum_changes_nothing():
    held = render(solo("drums", strike(0, 0, 49)), 1)
    assert np.array_equal(held, render(solo("drums", strike(0, 0, 49), let_go(100, 0, 49)), 1))


@pytest.mark.parametrize("drum", sorted(DRUM_NOTES))
def test_every_drum_is_heard_and_none_is_deafening(drum):
    heard = hit(drum, 127)
    assert 0.1 < np.abs(heard).max() < 0.85
    assert rms(heard[:, -RATE // 10 :]) < 0.02


def test_spread_sets_the_kit_wide_or_narrow():
    narrow, wide = hit("ride", 110, 1.0, turn(0, "spread", 0.0)), hit("ride", 110, 1.0, turn(0, "spread", 1.0))
    assert np.allclose(narrow[0], narrow[1])
    assert rms(wide[1]) > 3 * rms(wide[0])


def test_a_note_without_a_drum_is_silent():
    assert not render(solo("drums", strike(0, 0, 90)), 0.2).any()
