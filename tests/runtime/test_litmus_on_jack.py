"""litmus on a real JACK server, where the truth is known: what goes round takes one period."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from liveengine.cli import main
from liveengine.runtime import measured

jack = pytest.importorskip("jack", reason="missing: libjack", exc_type=(ImportError, OSError))

PERIOD = 128
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """Keep what is measured in a place of the test's own."""
    monkeypatch.setattr(measured, "MEASURED", tmp_path / "outputs.toml")
    return tmp_path / "outputs.toml"


@pytest.fixture
def thru(jack_server) -> Iterator[object]:
    """A client that sends back, in the same period, what it hears: MIDI, and sound."""
    client = jack.Client("thru", no_start_server=True)
    midi_in, midi_out = client.midi_inports.register("midi_in"), client.midi_outports.register("midi_out")
    sound_in, sound_out = client.inports.register("sound_in"), client.outports.register("sound_out")

    def turn(_frames: int) -> None:
        midi_out.clear_buffer()
        for offset, data in midi_in.incoming_midi_events():
            midi_out.write_midi_event(offset, bytes(data))
        sound_out.get_buffer()[:] = sound_in.get_buffer()[:]

    client.set_process_callback(turn)
    client.activate()
    try:
        yield client
    finally:
        client.deactivate()
        client.close()


def measure(tmp_path, *words: str) -> dict:
    """Run litmus and return its numbers; a machine that stood still meanwhile is asked again."""
    for _ in range(3):
        main(["litmus", "--driver", "jack", "--json", str(tmp_path / "told.json"), *words])
        told = json.loads((tmp_path / "told.json").read_text())
        if told["stalls"] == 0 and told["received"] == told["sent"]:
            break
    return told


def test_notes_looped_in_jack_take_a_period_and_do_not_waver(jack_server, tmp_path, capsys):
    told = measure(tmp_path, "--seconds", "1.5", "--picture", str(tmp_path / "told.svg"))
    assert told["sent"] >= 14
    assert told["percentiles_us"]["1"] == told["percentiles_us"]["50"]
    assert told["round_trip_frames"] == pytest.approx(PERIOD)
    assert (tmp_path / "told.svg").read_text().startswith("<svg")
    assert "--store" not in capsys.readouterr().out, "our own loop is nothing to wait for"


def test_clicks_looped_in_jack_take_a_period_to_a_hundredth_of_a_sample(jack_server, tmp_path):
    told = measure(tmp_path, "--audio", "--seconds", "2", "--out", "litmus:ear", "--in", "litmus:click")
    assert told["kind"] == "clicks"
    assert told["sent"] == 4
    assert told["round_trip_frames"] == pytest.approx(PERIOD, abs=0.01)


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (("--seconds", "1.5", "--out", "thru:midi_in", "--in", "thru:midi_out"), "thru:midi_in"),
        (("--audio", "--seconds", "2", "--out", "thru:sound_in", "--in", "thru:sound_out"), "thru:sound_in"),
    ],
)
def test_what_is_measured_of_a_device_is_stored_under_its_name_and_forgotten_again(thru, tmp_path, kept, words, out):
    told = measure(tmp_path, *words, "--store")
    assert told["out"] == out
    assert told["round_trip_frames"] % PERIOD == pytest.approx(0, abs=0.01)
    assert measured.load(kept) == pytest.approx({out: told["latency_ms"]}, abs=1e-3)
    assert main(["litmus", "--forget", out]) == 0
    assert measured.load(kept) == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "thru:midi_inn"), 'no JACK port called "thru:midi_inn" to send to (did you mean "thru:midi_in"?)'),
        (("--in", "thru:midi_oot"), 'no JACK port called "thru:midi_oot" to hear (did you mean "thru:midi_out"?)'),
        (
            ("--audio", "--out", "system:pleyback_1"),
            'no JACK port called "system:pleyback_1" to play to (did you mean "system:playback_1"?)',
        ),
        (("--forget", "thru"), 'nothing is kept of an output "thru"'),
        (("--picture", "told.png"), "--picture told.png: pictures are drawn as SVG (name it told.svg)"),
        (("--json", "nowhere/told.json"), "cannot write nowhere/told.json: there is no folder nowhere"),
        (("--audio", "--seconds", "999"), "--seconds 999: clicks are listened to for 300 s at most"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(thru, capsys, words, said):
    assert main(["litmus", "--driver", "jack", *words]) != 0
    assert capsys.readouterr().err.strip().endswith(said)


def test_a_cable_that_is_not_in_is_asked_for(jack_server, capsys):
    assert main(["litmus", "--driver", "jack", "--audio", "--seconds", "0.5"]) == 1
    assert "nothing came back from system:playback_1 to system:capture_1: is the cable in?" in capsys.readouterr().err


def test_without_jack_portaudio_plays_the_clicks_and_hears_them(jack_server, tmp_path):
    """PortAudio's own JACK client is looped by hand: what goes round takes a period.

    In a process of its own, for PortAudio keeps its JACK server until the process ends.
    """
    path = tmp_path / "told.json"
    words = ["litmus", "--audio", "--driver", "timer", "--seconds", "1.5", "--json", str(path)]
    client = jack.Client("hands", no_start_server=True)
    try:
        for _ in range(3):
            process = subprocess.Popen(
                [sys.executable, "-m", "liveengine", *words],
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
            while process.poll() is None and not _plugged(client):
                select.select([], [], [], 0.01)
            _, problem = process.communicate(timeout=PATIENCE_S)
            if "no audio" in problem:
                pytest.skip("this machine has no PortAudio that plays through JACK")
            if path.exists() and not json.loads(path.read_text())["stalls"]:
                break
        assert json.loads(path.read_text())["round_trip_frames"] == pytest.approx(PERIOD, abs=0.01), problem
    finally:
        client.close()


def _plugged(client) -> bool:
    """Loop PortAudio's first ports, if they are there; its name has a number where these tests play through it too."""
    ends = [client.get_ports(rf"PortAudio[^:]*:{name}_0$", is_audio=True) for name in ("out", "in")]
    if not all(ends):
        return False
    try:
        client.connect(*(ports[-1] for ports in ends))
    except jack.JackError:  # one has gone meanwhile
        return False
    return True
