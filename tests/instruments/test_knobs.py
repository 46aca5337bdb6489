"""Every control does what its name says, in the direction it says."""

from __future__ import annotations

import numpy as np
import pytest
from desk import RATE, centroid, decibels, let_go, render, rms, solo, spectrum, strike, turn

from liveengine.music.sound import SOUND_CONTROLS

CHORD = {"drums": (38, 51), "bass": (40,), "keys": (60, 64), "pad": (60, 64)}


def heard(sound, name="tune", value=0.0, seconds=1.0, *more):
    notes = [strike(10, 0, pitch) for pitch in CHORD[sound]]
    return render(solo(sound, turn(0, name, value), *more, *notes), seconds)


@pytest.mark.parametrize(
    ("sound", "control"), [(sound, control) for control in SOUND_CONTROLS for sound in control.sounds]
)
def test_every_control_changes_every_sound_that_listens_to_it(sound, control):
    tie = [strike(9_000, 0, 47)] if control.name == "glide" else []
    up = [let_go(20_000, 0, pitch) for pitch in CHORD[sound]] if control.name == "release" else []
    one, other = (heard(sound, control.name, end, 1.0, *tie, *up) for end in (control.low, control.high))
    assert rms(one - other) > 0.05 * max(rms(one), rms(other))


@pytest.mark.parametrize("sound", ["drums", "bass", "keys", "pad"])
def test_tone_brightens_at_about_the_same_level(sound):
    dark, middle, bright = (heard(sound, "tone", value) for value in (0.0, 0.5, 1.0))
    assert centroid(dark) < centroid(middle) < centroid(bright)
    assert abs(decibels(rms(bright) / rms(dark))) < 9


@pytest.mark.parametrize("sound", ["drums", "bass", "keys", "pad"])
def test_drive_adds_harmonics_and_keeps_the_level_within_six_db(sound):
    clean, driven = heard(sound, "drive", 0.0), heard(sound, "drive", 1.0)
    assert abs(decibels(rms(driven) / rms(clean))) < 6
    # A saturated sound is denser: its peak stands less far above its mean.
    assert np.abs(driven).max() / rms(driven) < np.abs(clean).max() / rms(clean)


@pytest.mark.parametrize("sound", ["drums", "keys"])
def test_decay_rings_longer(sound):
    short, long = (rms(heard(sound, "decay", value, 2.0)[:, RATE:]) for value in (0.2, 0.8))
    assert long > 3 * short


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
def test_attack_comes_in_later(sound):
    quick, slow = (rms(heard(sound, "attack", value)[:, :960]) for value in (0.0, 1.0))
    assert quick > 2 * slow


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
def test_release_goes_away_later(sound):
    up = [let_go(12_000, 0, pitch) for pitch in CHORD[sound]]
    quick, slow = (rms(heard(sound, "release", value, 1.0, *up)[:, 16_000:24_000]) for value in (0.0, 1.0))
    assert slow > 3 * quick


def test_shape_turns_a_saw_into_a_square():
    square = heard("bass", "shape", 1.0)[0, 9_600:]
    hertz, magnitude = spectrum(square)
    first = 440 * 2 ** ((40 - 69) / 12)

    def at(harmonic):
        return magnitude[np.abs(hertz - harmonic * first) < 8].max()

    assert decibels(at(2) / at(3)) < -30
    assert decibels(at(2) / at(1)) < -40


def test_edge_lifts_what_lies_at_the_cutoff():
    flat, sharp = heard("bass", "edge", 0.0)[0, 9_600:], heard("bass", "edge", 1.0)[0, 9_600:]
    hertz, soft = spectrum(flat)
    _, loud = spectrum(sharp)
    around = (hertz > 300) & (hertz < 1_200)
    assert decibels(np.sqrt((loud[around] ** 2).sum() / (soft[around] ** 2).sum())) > 6


def test_glide_slides_only_between_tied_notes():
    def pitch_at(sound, frame):
        hertz, magnitude = spectrum(sound[0, frame : frame + 2_400])
        return hertz[np.argmax(magnitude)]

    tied = render(solo("bass", turn(0, "glide", 0.5), strike(0, 0, 36), strike(24_000, 0, 48)), 2)
    apart = [strike(0, 0, 36), let_go(23_000, 0, 36), strike(24_000, 0, 48)]
    struck = render(solo("bass", turn(0, "glide", 0.5), *apart), 2)
    assert pitch_at(tied, 25_000) < 110 < pitch_at(struck, 25_500)
    assert abs(pitch_at(tied, 80_000) - 130.8) < 3


def test_a_mono_bass_goes_back_to_the_key_still_down():
    score = [strike(0, 0, 36), strike(12_000, 0, 43), let_go(24_000, 0, 43)]
    hertz, magnitude = spectrum(render(solo("bass", *score), 1.5)[0, 40_000:])
    assert abs(hertz[np.argmax(magnitude)] - 65.4) < 2


@pytest.mark.parametrize(("level_db", "wanted_db"), [(-12.0, -12.0), (6.0, 6.0), (-30.0, -30.0)])
def test_level_is_in_decibels(level_db, wanted_db):
    change = decibels(rms(heard("keys", "level", level_db)) / rms(heard("keys")))
    assert abs(change - wanted_db) < 0.1


@pytest.mark.parametrize("level_db", [-60.0, -90.0])
def test_the_bottom_of_level_is_silence(level_db):
    assert not heard("keys", "level", level_db).any()


def test_pan_goes_from_side_to_side():
    left, right = heard("keys", "pan", -1.0), heard("keys", "pan", 1.0)
    assert rms(left[1]) < 1e-9 < rms(left[0])
    assert rms(right[0]) < 1e-9 < rms(right[1])
    assert abs(decibels(rms(left) / rms(heard("keys")))) < 0.2


def tail(*turns):
    """Return what is heard after a short drum has ended: only what the effects make of it."""
    return render(solo("drums", *turns, strike(0, 0, 37, 127)), 4)


def test_the_reverb_dies_later_in_a_greater_hall_and_duller_when_damped():
    dry = tail()
    small, great = (tail(turn(0, "reverb", 1.0), turn(-1, "reverb_size", size)) for size in (0.1, 0.9))
    assert rms(dry[:, RATE:]) < 1e-6
    assert rms(great[:, RATE:]) > 30 * rms(small[:, RATE:])
    bright, dull = (tail(turn(0, "reverb", 1.0), turn(-1, "reverb_damping", value)) for value in (0.0, 1.0))
    assert centroid(bright[:, 9_600:40_000]) > 1.5 * centroid(dull[:, 9_600:40_000])
    assert rms(great) < 0.3
    # Both sides of a hall differ.
    assert abs(np.corrcoef(great[:, RATE:])[0, 1]) < 0.5


def test_the_delay_repeats_at_its_time_from_side_to_side():
    echoed = tail(turn(0, "delay", 1.0), turn(-1, "delay_time", 0.5), turn(-1, "delay_feedback", 0.6))
    peaks = [int(np.argmax(np.abs(echoed[side, RATE * 2 // 5 : RATE * 7 // 10]))) for side in (0, 1)]
    assert abs(peaks[0] + RATE * 2 // 5 - RATE // 2) < 200
    first, second = echoed[:, RATE // 2 - 99 : RATE - 99], echoed[:, RATE - 99 : RATE * 3 // 2 - 99]
    assert rms(first[0]) > 20 * rms(first[1])
    assert rms(second[1]) > 20 * rms(second[0])
    assert 0.2 < rms(second[1]) / rms(first[0]) < 0.6
    once = tail(turn(0, "delay", 1.0), turn(-1, "delay_time", 0.5), turn(-1, "delay_feedback", 0.0))
    assert rms(once[:, RATE - 99 :]) < 1e-5


@pytest.mark.parametrize("rate", [44_100, 96_000, 192_000])
def test_a_sound_is_the_same_sound_at_every_rate(rate):
    score = solo("drums", strike(0, 0, 36), strike(0, 0, 38))
    assert abs(decibels(rms(render(score, 1, rate)) / rms(render(score, 1)))) < 0.7
