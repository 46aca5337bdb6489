"""A set on a JACK server: every note and every clock pulse on its exact sample, sound, and silence at the end."""

from __future__ import annotations

import signal
from pathlib import Path

import mido
import pytest
from arithmetic import grid, steps, unmatched
from playing import RATE, Engine, Listener, Told, jack, lane, track, undisturbed, write_set

from liveengine.music.time import TICKS_PER_BEAT

KICK, HAT = 36, 42
KICKS, HATS = "x..x..x...x.x...", "x.xxx.x.x.x.x.xx"
PULSE_FRAMES = 1000  # 24 a quarter, at 120 BPM and 48 kHz
SOUNDS_LATE_FRAMES = 2048  # a period, and a little more for the rack, which looks ahead


def _story(folder: Path) -> Told:
    patch = write_set(
        folder / "evening.toml",
        'tempo = 120\nclock = ["ear:three"]\n',
        track("kick", lane(KICKS)),
        track("hat", lane(HATS, "hat"), port="ear:two", channel=3),
    )
    words = (patch, "--driver", "jack", "--record", folder / "evening.mid")
    with jack() as server, Listener("ear", server.env) as ear, Engine(*words, env=server.env) as engine:
        for source, ours in (("midi_out", "one"), ("left", "left"), ("right", "right")):
            ear.ask("connect", f"liveengine:{source}", f"ear:{ours}")
        ear.ask("wait", "liveengine:midi_in")
        ear.ask("hear", 40)
        outcome = engine.end(signal.SIGINT)
        return Told(ear.capture(), outcome, {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evening")


@pytest.fixture(scope="module")
def evening(folder: Path) -> Told:
    return undisturbed(lambda: _story(folder))


def test_it_ends_well_at_ctrl_c(evening):
    assert evening.outcome.code == 0, evening.outcome.told
    assert "Traceback" not in evening.outcome.told
    assert "driver jack" in evening.outcome.out


def test_T7_every_note_is_on_its_exact_sample(evening):
    onsets = evening.capture.onsets(HAT, "two")
    assert len(onsets) >= 20
    assert grid(onsets, steps(HATS, len(onsets)), 120.0) is not None
    assert {frame - onsets[0] for frame in onsets} == {
        tick * RATE // (2 * TICKS_PER_BEAT) for tick in steps(HATS, len(onsets))
    }


def test_a_port_that_is_connected_later_hears_the_same_grid(evening):
    kicks, first_hat = evening.capture.onsets(KICK, "one"), evening.capture.onsets(HAT, "two")[0]
    beat = 24_000
    written = {tick * beat // TICKS_PER_BEAT for tick in steps(KICKS, KICKS.count("x"))}
    assert len(kicks) >= 10
    assert {(frame - first_hat) % (4 * beat) for frame in kicks} == written


def test_a_track_goes_to_its_own_port_on_its_own_channel(evening):
    statuses = {data[0] & 0x0F for _, data in evening.capture.bytes_on("two")}
    assert statuses == {3 - 1}
    assert {data[0] & 0x0F for _, data in evening.capture.bytes_on("one")} == {10 - 1}


def test_O2_the_first_pulse_after_start_is_beat_zero_and_none_is_off_its_sample(evening):
    clock = evening.capture.bytes_on("three")
    first_hat = evening.capture.onsets(HAT, "two")[0]
    assert clock[0] == (first_hat, (0xFA,))
    pulses = [frame for frame, data in clock if data == (0xF8,)]
    assert pulses == [first_hat + PULSE_FRAMES * k for k in range(len(pulses))]
    assert len(pulses) > 150
    assert clock[-1][1] == (0xFC,)


def test_N1_no_note_sounds_on_after_ctrl_c(evening):
    # `one` was connected while it played: the off of a note from before is not unmatched.
    assert unmatched(evening.capture.events, begun_early=("one",)) == []


def test_sound_is_heard_and_never_above_full_scale(evening):
    peaks = [peak for _, peak in evening.capture.blocks]
    assert 0.05 < max(peaks) <= 1.0


def test_sound_is_heard_where_the_notes_are(evening):
    for frame in evening.capture.onsets(HAT, "two")[8:16]:
        near = [peak for start, peak in evening.capture.blocks if frame - 1024 < start < frame + SOUNDS_LATE_FRAMES]
        assert max(near) > 0.005


def test_nothing_sounds_after_the_end(evening):
    assert [peak for _, peak in evening.capture.blocks[-2:]] == [0.0] * 2


def test_the_recording_has_every_note_that_went_out(evening, folder):
    file = mido.MidiFile(folder / "evening.mid")
    by_name = {found.name: found for found in file.tracks}
    ons = [message for message in by_name["hat"] if message.type == "note_on" and message.velocity > 0]
    assert len(ons) == len(evening.capture.onsets(HAT, "two"))
    assert {message.channel for message in ons} == {3 - 1}
    assert len([message for message in by_name["kick"] if message.type == "note_on" and message.velocity > 0]) >= len(
        evening.capture.onsets(KICK, "one")
    )
