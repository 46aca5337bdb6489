"""Patches that take over on a real JACK server, while Debian's jack_mclk_dump reads our clock (O3, F3, N1)."""

from __future__ import annotations

import itertools
import re
import signal
import threading
from pathlib import Path

import pytest
from arithmetic import calm, unmatched
from playing import Capture, Engine, Listener, Told, jack, lane, peer, track, undisturbed, write_set

KICK, SNARE = 36, 38
PULSE = 1_000  # frames at 120 BPM and 48 kHz
BAR = 96 * PULSE
START, CONTINUE, STOP, CLOCK = (0xFA,), (0xFB,), (0xFC,), (0xF8,)
READING = re.compile(r"CLK cur: +([\d.]+)\[BPM\].*@ (\d+)")
TOP = 'tempo = {tempo}\nclock = ["jack_mclk_dump", "ear:three"]\n'


def _write(path: Path, drum: str, port: str, tempo: int = 120, role: str = "drums") -> Path:
    beat = track("beat", lane("x.x.x.x.x.x.x.x.", drum), role=role, port=port)
    return write_set(path, TOP.format(tempo=tempo), beat)


def _story(folder: Path) -> tuple[Told, list[str]]:
    """Save the patch, let another take over, save a mistake, and read it again; return what was heard and dumped."""
    patch = _write(folder / "one.toml", "kick", "ear:one")
    other = _write(folder / "two.toml", "snare", "ear:two", 174)
    with (
        jack() as server,
        Listener("ear", server.env) as ear,
        peer("jack_mclk_dump", "-n", env=server.env) as reader,
    ):
        lines: list[str] = []
        assert reader.stdout is not None
        # Read as it comes: it stands still once its pipe is full.
        reading = threading.Thread(target=lines.extend, args=(reader.stdout,), daemon=True)
        reading.start()
        ear.ask("wait", "jack_mclk_dump:mclk_in")
        # It knows the second port as well: JACK's are made when the set is put up.
        write_set(patch, patch.read_text(), track("bass", lane("x" + 15 * "."), port="ear:two", channel=2))
        with Engine(patch, "--driver", "jack", env=server.env) as engine:
            ear.ask("hear", 4)
            for turn in range(3):
                engine.load(str(other) if turn % 2 == 0 else str(patch))
                ear.ask("pass", ear.frame + 2 * BAR)
            other.write_text(other.read_text().replace('"euclid"', '"euklid"'), encoding="utf-8")
            ear.ask("pass", ear.frame + BAR)
            _write(other, "kick", "ear:one", 61)
            ear.ask("pass", ear.frame + 3 * BAR)
            outcome = engine.end(signal.SIGINT)
        reader.send_signal(signal.SIGINT)
        reading.join(10.0)
        return Told(ear.capture(), outcome, {}), lines


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, list[str]]:
    folder = tmp_path_factory.mktemp("patches")
    lines: list[list[str]] = []

    def story() -> Told:
        told, read = _story(folder)
        lines.append(read)
        return told

    return undisturbed(story), lines[-1]


@pytest.fixture
def evening(dumped: tuple[Told, list[str]]) -> Told:
    return dumped[0]


def _pairs(capture: Capture) -> list[tuple[int, int]]:
    """Return each two pulses after each other between which the server missed nothing."""
    pulses = [frame for frame, data in capture.bytes_on("three") if data == CLOCK]
    return [
        (one, other)
        for one, other in itertools.pairwise(pulses)
        if not any(one - 2 * PULSE < trouble < other + 2 * PULSE for trouble in capture.disturbed)
    ]


def test_every_patch_took_over_and_every_note_has_its_end(evening):
    assert evening.outcome.code == 0, evening.outcome.told
    assert "Traceback" not in evening.outcome.told
    assert len(evening.capture.onsets(SNARE, "two")) > 8
    assert len(evening.capture.onsets(KICK, "one")) > 8
    assert evening.capture.onsets(KICK, "one")[-1] > evening.capture.onsets(SNARE, "two")[-1]
    assert unmatched(evening.capture.events) == []


def test_F3_the_mistake_was_told_with_the_word_that_was_meant(evening):
    assert 'did you mean "euclid"' in evening.outcome.told
    assert "plays goes on as it is" in evening.outcome.told


def test_O3_no_patch_moves_one_pulse_by_one_frame(evening):
    pairs = _pairs(evening.capture)
    assert len(pairs) > 400
    assert {other - one for one, other in pairs} == {PULSE}


def test_O3_the_peer_reads_the_tempo_of_the_evening_under_every_patch(dumped):
    told, lines = dumped
    readings = [(int(at), float(now)) for line in lines for now, at in READING.findall(line)]
    kept = set(calm((frame for frame, _ in readings), told.capture.disturbed, after=2 * BAR))
    tempi = [tempo for frame, tempo in readings if frame in kept]
    assert len(tempi) > 100
    assert max(abs(tempo - 120.0) for tempo in tempi) < 0.05


def test_O3_there_is_one_start_one_stop_and_no_stray_continue(evening):
    said = [data for _, data in evening.capture.bytes_on("three")]
    assert said.count(START) == said.count(STOP) == 1
    assert CONTINUE not in said
