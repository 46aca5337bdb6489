"""Sound files: round trips, other people's readers, files cut short."""

import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from liveengine.formats.wavfile import SoundFormat, WavWriter, read_wav


def noise(frames: int, channels: int, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype(np.float32)


def steps(bits: int) -> float:
    return {16: 2.0**15, 24: 2.0**23, 32: 2.0**40}[bits]


@given(st.integers(0, 300), st.integers(1, 6), st.sampled_from([16, 24, 32]), st.integers(0, 300))
def test_what_is_written_is_read_back_to_half_a_step(
    tmp_path_factory: pytest.TempPathFactory, frames: int, channels: int, bits: int, cut: int
) -> None:
    place = tmp_path_factory.mktemp("wav") / "a.wav"
    sound = noise(frames, channels)
    with WavWriter(place, 48_000, channels, bits) as writer:
        writer.write(sound[:cut])
        writer.write(sound[cut:])
    back, rate = read_wav(place)
    assert (back.shape, rate) == (sound.shape, 48_000)
    # The topmost half step is clipped: whole numbers reach one step less far up than down.
    assert np.max(np.abs(back - sound), initial=0) <= (1.01 if bits < 32 else 0.0) / steps(bits)


@pytest.mark.parametrize("bits", [16, 24])
def test_pythons_own_reader_agrees(tmp_path: Path, bits: int) -> None:
    sound = noise(1000, 2)
    with WavWriter(tmp_path / "a.wav", 44_100, 2, bits) as writer:
        writer.write(sound)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (44_100, 2, bits // 8)
        body = file.readframes(2000)
    width = bits // 8
    values = [
        int.from_bytes(body[place : place + width], "little", signed=True) for place in range(0, len(body), width)
    ]
    expected = np.clip(np.rint(sound.astype(np.float64).ravel() * steps(bits)), -steps(bits), steps(bits) - 1)
    assert values == expected.astype(int).tolist()


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_libsndfile_agrees(tmp_path: Path, bits: int) -> None:
    soundfile = pytest.importorskip("soundfile")
    with WavWriter(tmp_path / "a.wav", 48_000, 2, bits) as writer:
        writer.write(noise(5000, 2))
    theirs, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    ours, _ = read_wav(tmp_path / "a.wav")
    assert rate == 48_000
    np.testing.assert_array_equal(theirs, ours)


def test_a_take_past_4_gib_opens_at_its_full_length(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    shape = SoundFormat(48_000, 2, 24)
    frames = 8 * 3600 * 48_000  # a night
    header = shape.header(frames)
    assert len(header) == len(shape.header(0))
    place = tmp_path / "night.wav"
    place.write_bytes(header)
    with place.open("r+b") as file:
        file.truncate(len(header) + frames * shape.frame_bytes)  # a hole: it takes no room on the disk
    assert soundfile.info(place).frames == frames


def test_a_take_that_is_never_closed_opens_at_its_last_second_R2(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 1000, 2, 24)
    for _ in range(25):
        writer.write(noise(100, 2))
    left_behind = (tmp_path / "a.wav").read_bytes()  # what kill -9 would leave
    (tmp_path / "b.wav").write_bytes(left_behind)
    with wave.open(str(tmp_path / "b.wav")) as file:
        assert file.getnframes() == 2000
    writer.close()
    assert len(read_wav(tmp_path / "a.wav")[0]) == 2500


_FILL_THE_DISK = """
import resource, signal, sys
import numpy as np
from liveengine.formats.wavfile import WavWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_001, 10_001))
writer = WavWriter(sys.argv[1], 48_000, 2, 16)
try:
    for _ in range(100):
        writer.write(np.full((100, 2), 0.5, np.float32))
except OSError as error:
    print(error)
writer.close()
"""


def test_when_the_disk_takes_no_more_what_fitted_is_a_valid_file_F6(tmp_path: Path) -> None:
    place = tmp_path / "a.wav"
    told = subprocess.run(
        [sys.executable, "-c", _FILL_THE_DISK, str(place)], check=True, capture_output=True, text=True
    ).stdout
    assert told.startswith(f"cannot write {place}: ")
    sound, _ = read_wav(place)
    assert len(sound) == 2400
    assert (sound == 0.5).all()
    with wave.open(str(place)) as file:
        assert file.getnframes() == 2400


def test_beyond_the_range_is_clipped_and_not_a_number_is_silence(tmp_path: Path) -> None:
    wild = np.array([[2.0, -2.0], [np.nan, np.inf], [-np.inf, 0.0]], np.float32)
    with WavWriter(tmp_path / "a.wav", 48_000, 2, 24) as writer:
        writer.write(wild)
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav")[0], [[1, -1], [0, 1], [-1, 0]], atol=2e-7)


def test_dither_keeps_what_lies_below_one_step(tmp_path: Path) -> None:
    quiet = np.full((48_000, 1), 0.3 / 2**15, np.float32)
    kept = {}
    for dither in (False, True):
        place = tmp_path / f"{dither}.wav"
        with WavWriter(place, 48_000, 1, 16, dither=dither) as writer:
            writer.write(quiet)
        kept[dither] = read_wav(place)[0] * 2**15
    assert not kept[False].any()
    assert kept[True].mean() == pytest.approx(0.3, abs=0.02)
    # Triangular noise of ±1 step and the rounding together: a variance of 1/6 + 1/12, whatever the signal.
    assert kept[True].var() == pytest.approx(0.25, abs=0.01)


def test_the_same_seed_dithers_the_same(tmp_path: Path) -> None:
    files = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        with WavWriter(tmp_path / name, 48_000, 2, 16, dither=True, seed=seed) as writer:
            writer.write(noise(100, 2))
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


@given(st.binary(max_size=200))
def test_garbage_is_refused_in_words_F5(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    place = tmp_path_factory.mktemp("wav") / "x.wav"
    for data in (garbage, SoundFormat(48_000).header(3)[:60] + garbage):
        place.write_bytes(data)
        try:
            read_wav(place)
        except ValueError as error:
            assert "x.wav: not a sound file" in str(error)


def test_unknown_formats_and_blocks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="20 bits"):
        SoundFormat(48_000, 2, 20)
    with WavWriter(tmp_path / "a.wav", 48_000, 2) as writer, pytest.raises(ValueError, match="2 channels"):
        writer.write(np.zeros((10, 3), np.float32))
    with pytest.raises(OSError, match=r"cannot write .*: there is no such file or folder"):
        WavWriter(tmp_path / "gone" / "a.wav", 48_000)


def test_an_odd_number_of_bytes_is_padded(tmp_path: Path) -> None:
    with WavWriter(tmp_path / "a.wav", 48_000, 1, 24) as writer:
        writer.write(noise(3, 1))
    data = (tmp_path / "a.wav").read_bytes()
    assert len(data) % 2 == 0
    assert struct.unpack_from("<I", data, 4)[0] + 8 == len(data)
