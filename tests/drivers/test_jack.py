"""The JACK driver on a real server: ports, exact samples out and in, and words for what goes wrong."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from turned import TEMPO, Sent, offline, set_playing

from liveengine.drivers.jack import JackDriver
from liveengine.drivers.jack_memory import CYCLES, LONG, MISSED, load_library
from liveengine.drivers.jack_period import process_callback
from liveengine.instruments.rack import make_rack
from liveengine.music.event import EVENT
from liveengine.music.mts import bulk_dump, note_change
from liveengine.sequencer import commands as do
from liveengine.sequencer.draining import drain_inbox
from liveengine.sequencer.longs import push_long
from liveengine.sequencer.records.rings import READ
from liveengine.sequencer.state import State, make_state

sys.path.insert(0, str(Path(__file__).parent.parent / "scenarios"))
from playing import Listener, jack

pytest.importorskip("jack", reason="missing: libjack (Debian package libjack-jackd2-0)", exc_type=OSError)

PATIENCE_S = 20.0
ROOMY_PERIOD = 1024


def make(rate: float) -> tuple[State, object]:
    return make_state(rate, TEMPO), make_rack(rate)


@contextmanager
def driver(**wanted: object) -> Iterator[JackDriver]:
    made = JackDriver(make, **wanted)
    try:
        yield made
    finally:
        made.stop()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        select.select([], [], [], 0.005)


@pytest.fixture
def roomy_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server with periods so long that a busy machine seldom misses one."""
    with jack() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        yield


def shake_hands(ear: Listener, made: JackDriver) -> None:
    """Connect the listener's hand to the driver, and send until the first message is through."""
    ear.ask("connect", "ear:hand", "crank:midi_in")

    def is_through() -> bool:
        ear.ask("send", "be", "7f", "00")
        return drain_inbox(made.state).size > 0

    until(is_through, "the first message")
    until(lambda: drain_inbox(made.state).size == 0, "the rest of them")


def ports() -> list[str]:
    return subprocess.run(["jack_lsp"], capture_output=True, text=True, check=True).stdout.split()


def test_its_ports_are_there_by_their_names_and_gone_with_it(jack_server):
    with driver(outputs=("midi_out", "to_Synth"), inputs=("midi_in",), client_name="crank") as made:
        assert made.rate == jack_server.rate
        there = {port for port in ports() if port.startswith("crank:")}
        assert there == {"crank:midi_out", "crank:to_Synth", "crank:midi_in", "crank:left", "crank:right"}
    assert not [port for port in ports() if port.startswith("crank:")]


def test_a_second_of_the_same_name_gets_another(jack_server):
    with driver(client_name="crank") as first, driver(client_name="crank") as second:
        assert first.client.name == "crank"
        assert second.client.name == "crank-01"


def test_it_turns_by_the_servers_frames_and_stands_still_before_start(jack_server):
    with driver(client_name="crank") as made:
        assert made.now() == 0
        made.start()
        until(lambda: made.memory.counts[CYCLES] >= 10, "ten periods")
        assert made.now() % jack_server.period_frames == 0
        assert made.now() > 0


def test_it_connects_to_the_sound_card(jack_server):
    with driver(client_name="crank") as made:
        made.start()
        assert made.connect_audio() == 2
        connected = subprocess.run(["jack_lsp", "-c", "crank:left"], capture_output=True, text=True, check=True).stdout
        assert "system:playback_1" in connected


def test_T4_T7_what_it_sends_is_what_the_offline_driver_sends_sample_for_sample(roomy_server):
    """Places on no grid, two ports, clock. Played again where the server itself missed a period."""
    for _ in range(3):
        heard, origin, start, disturbed = _performed()
        if not disturbed:
            break
    end = heard[-1][0] + 1
    wanted = [(origin + when, port, data) for when, port, data in offline(48_000.0, end - origin, start)]
    assert len(heard) > 100
    # Two ports' events of one instant have no order between them.
    for port in (1, 2):
        assert [one for one in heard if one[1] == port] == [one for one in wanted if one[1] == port]


def _performed() -> tuple[list[Sent], int, int, bool]:
    """Let two ports play into the listener.

    Returns what was heard, the frame at which the driver began, how many frames later start was pressed, and
    whether the server missed a period.
    """
    numbers = {"one": 1, "two": 2}
    with Listener("ear") as ear, driver(outputs=("first", "second"), client_name="crank") as made:
        made.start()
        for number, name in enumerate(numbers, 1):
            assert made.connect_midi(number, lambda port, name=name: port == f"ear:{name}") == [f"ear:{name}"]
        until(lambda: made.memory.counts[CYCLES] > 5, "the connections are made")
        set_playing(made.state)
        ear.ask("hear", 24)
        end = ear.frame - 4 * 1024
        missed = int(made.memory.counts[MISSED])
        transport = made.state.transport[0]
        origin, start = int(transport["when_origin"]), int(transport["song_origin"] * transport["unit_ticks"] + 0.5)
        do.push(made.state, do.DO_STOP)
        until(lambda: made.state.command_ends[0] == made.state.command_ends[READ], "the command is taken")
        capture = ear.capture()
    heard = [(frame, numbers[port], data) for frame, port, data in capture.events if frame < end]
    return heard, origin, start, capture.was_disturbed or missed > 0


def test_what_is_played_to_it_arrives_with_its_frame(roomy_server):
    with Listener("ear") as ear, driver(client_name="crank") as made:
        made.start()
        shake_hands(ear, made)
        came: list[dict[str, int]] = []

        def arrived() -> bool:
            came.extend(dict(zip(EVENT.names, event, strict=True)) for event in drain_inbox(made.state).tolist())
            return bool(came) and came[-1]["b0"] == 0xBF

        before = ear.frame
        for data in (("90", "24", "64"), ("c3", "07"), ("bf", "01", "02")):
            ear.ask("send", *data)
        until(arrived, "the last of three messages")
        after = ear.frame
    told = [e for e in came if e["b0"] != 0xBE]
    assert [(e["size"], e["b0"], e["b1"], e["b2"]) for e in told] == [
        (3, 0x90, 0x24, 0x64),
        (2, 0xC3, 7, 0),
        (3, 0xBF, 1, 2),
    ]
    frames = [e["when"] for e in told]
    assert frames == sorted(frames)
    assert before - 2 * ROOMY_PERIOD <= frames[0] and frames[-1] <= after + 2 * ROOMY_PERIOD


def test_a_long_message_and_bends_arrive_whole_between_the_notes(roomy_server):
    dump = bulk_dump([float(key) for key in range(128)], "equal C")
    piece = note_change({60: 60.5, 64: 63.86})
    with Listener("ear") as ear, driver(outputs=("first",), client_name="crank") as made:
        made.start()
        assert made.connect_midi(1, lambda port: port == "ear:one") == ["ear:one"]
        until(lambda: made.memory.counts[CYCLES] > 5, "the connection is made")
        assert push_long(made.state, 1, dump)
        do.push(made.state, do.DO_LONG)
        do.push(made.state, do.DO_ZONE, 1, a=1, b=3, x=48.0)
        do.push(made.state, do.DO_TUNE, a=36, x=36.5)
        set_playing(made.state, ports=1)
        do.push(made.state, do.DO_ROUTE, 0, a=1, b=0, x=1.0)
        ear.ask("hear", 4)
        assert push_long(made.state, 1, piece)
        do.push(made.state, do.DO_LONG)
        ear.ask("hear", 4)
        capture = ear.capture()
    heard = [bytes(data) for _, _, data in capture.events]
    assert [data for data in heard if data[0] == 0xF0] == [dump, piece]
    kick = next(place for place, data in enumerate(heard) if data[0] & 0xF0 == 0x90 and data[1] in (36, 37))
    bend = heard[kick - 1]
    assert bend[0] == 0xE0 | (heard[kick][0] & 15)
    assert heard[kick][1] + (bend[1] + 128 * bend[2] - 8192) / 8192 * 48 == pytest.approx(36.5, abs=0.003)


def test_a_long_message_is_counted_and_left_out(roomy_server):
    with Listener("ear") as ear, driver(client_name="crank") as made:
        made.start()
        shake_hands(ear, made)
        ear.ask("send", "f0", "7e", "7f", "06", "01", "f7")
        until(lambda: made.memory.counts[LONG] == 1, "the SysEx")
        assert 0xF0 not in drain_inbox(made.state)["b0"]


def test_a_pattern_that_no_port_has_connects_nothing(jack_server):
    with driver(client_name="crank") as made:
        made.start()
        assert made.connect_midi(1, lambda name: False) == []
        assert made.connect_midi(1, lambda name: name.startswith("crank:")) == []  # never to itself


def test_a_name_that_jack_does_not_take_is_an_error_in_words_and_leaves_nothing_behind(jack_server):
    with pytest.raises(OSError, match="JACK refuses a port"):
        JackDriver(make, outputs=("midi_out", "x" * 1000), client_name="crank")
    assert not [port for port in ports() if port.startswith("crank:")]


def test_without_a_server_it_says_how_to_start_one(monkeypatch, capfd):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with pytest.raises(OSError, match=r"no JACK server is running \(start one"):
        JackDriver(make)
    assert capfd.readouterr().err == ""  # libjack keeps its own complaints to itself


def test_without_libjack_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(OSError, match="libjack-jackd2-0"):
        load_library()


def test_it_can_be_compiled_without_a_server(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")
    process_callback()
    assert process_callback().address != 0
