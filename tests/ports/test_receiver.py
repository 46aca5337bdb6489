"""The receiver process: a real port's MIDI as stamped records in a pipe, whatever comes and however it ends (F5)."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jack_end import JackEnd, until

from liveengine.music.event import RECEIVED
from liveengine.ports.receiver import Receiver, record
from liveengine.ports.rtmidi import MidiPortError

PATIENCE_S = 10.0
Heard = list[tuple[int, bytes]]


def records(data: bytes) -> Heard:
    """Return (instant in ns, message) of whole records."""
    came = np.frombuffer(data, RECEIVED)
    return [(int(r["when"]), bytes((r["b0"], r["b1"], r["b2"]))[: r["size"]]) for r in came]


@given(st.binary(min_size=1, max_size=3), st.integers(0, 2**62))
def test_a_short_message_is_one_record_and_comes_out_whole(data, when_ns):
    packed = record(data, when_ns)
    assert len(packed) == RECEIVED.itemsize
    assert records(packed) == [(when_ns, data)]


@given(st.one_of(st.just(b""), st.binary(min_size=4, max_size=64)), st.integers(0, 2**62))
def test_what_is_longer_is_no_record_at_all(data, when_ns):
    assert record(data, when_ns) == b""


@pytest.fixture
def other_end(jack_server) -> Iterator[JackEnd]:
    other = JackEnd("player")
    yield other
    other.close()


@pytest.fixture
def receiver(other_end: JackEnd) -> Iterator[Receiver]:
    receiver = Receiver("", "hears")
    other_end.play_into("liveengine.*:hears")
    yield receiver
    receiver.close()


END = b"\xb0\x00\x01"  # what is sent last in each story


def hear(receiver: Receiver, seconds: float = PATIENCE_S) -> Heard:
    """Read records until END, or until the time is up; every read brings whole ones."""
    heard: Heard = []
    deadline = time.monotonic() + seconds
    while not (heard and heard[-1][1] == END) and time.monotonic() < deadline:
        if select.select([receiver.fd], [], [], 0.05)[0]:
            data = os.read(receiver.fd, 64 * RECEIVED.itemsize)
            assert data and len(data) % RECEIVED.itemsize == 0
            heard += records(data)
    return heard


def send(other_end: JackEnd, receiver: Receiver, *messages: bytes) -> Heard:
    """Play these, and return what the receiver heard of them; again where JACK tells that it missed a period."""
    for _ in range(5):
        xruns = other_end.xruns
        for data in (*messages, END):
            other_end.send(data)
        heard = hear(receiver, 2.0)
        if other_end.xruns == xruns:
            break
    assert heard[-1][1] == END
    return heard[:-1]


def test_everything_short_comes_through_in_its_order_and_stamped(other_end, receiver):
    sent = [b"\x90\x3c\x40", b"\xf8", b"\xc0\x05", b"\xe0\x00\x40", b"\xf2\x10\x00", b"\xfa", b"\xf8", b"\x80\x3c\x00"]
    before = time.monotonic_ns()
    heard = send(other_end, receiver, *sent)
    assert [data for _, data in heard] == sent
    stamps = [when for when, _ in heard]
    assert before < stamps[0] and stamps == sorted(stamps) and stamps[-1] < time.monotonic_ns()


def test_f5_what_is_too_long_or_nobodys_is_left_out_and_the_rest_is_heard(other_end, receiver):
    sysex = b"\xf0\x7d" + bytes(range(100)) + b"\xf7"
    heard = send(other_end, receiver, b"\x90\x3c\x40", sysex, b"\xf0\x7d\x01\xf7", b"\xfe", b"\x80\x3c\x00")
    assert [data for _, data in heard] == [b"\x90\x3c\x40", b"\x80\x3c\x00"]


GARBAGE = [b"\x3c", b"\x3c\x40", b"\x90", b"\x90\x3c", b"\xf4", b"\xf5\x01", b"\xff", b"\xf7"]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_f5_garbage_neither_ends_it_nor_swallows_what_follows(other_end, receiver, garbage):
    heard = send(other_end, receiver, garbage, b"\x90\x3c\x40", b"\xf8", b"\x80\x3c\x00")
    assert [data for _, data in heard][-3:] == [b"\x90\x3c\x40", b"\xf8", b"\x80\x3c\x00"]
    assert receiver._process.poll() is None


def test_k3_a_clock_pulse_between_two_halves_of_a_message_is_a_message_of_its_own(other_end, receiver):
    """JACK brings whole messages; a real-time byte beside a long one is heard, and the long one costs nothing."""
    heard = send(other_end, receiver, b"\xf0\x7d" + bytes(50) + b"\xf7", b"\xf8", b"\x90\x3c\x40", b"\xf8")
    assert [data for _, data in heard] == [b"\xf8", b"\x90\x3c\x40", b"\xf8"]


def test_what_nobody_reads_for_a_while_waits_with_its_stamps(other_end, receiver):
    """The pipe holds some four thousand records."""
    send(other_end, receiver)  # The cable is plugged in by now.
    numbered = [bytes((0xB0, 7, number)) for number in range(48)]
    for data in numbered:
        other_end.send(data)
    other_end.send(END)
    until(other_end._to_send.empty)
    heard = [(when, data) for when, data in hear(receiver, 3.0) if data in numbered]
    said = [data for _, data in heard]
    assert said == sorted(said), "in their order"
    # Where JACK misses a period it loses what was in it, or brings it twice.
    assert len(set(said)) > 24
    assert np.all(np.diff([when for when, _ in heard]) > 0)


def test_when_it_dies_the_pipe_ends_and_closing_is_no_error(other_end):
    receiver = Receiver("", "mortal")
    other_end.play_into("liveengine.*:mortal")
    receiver._process.send_signal(signal.SIGKILL)
    assert select.select([receiver.fd], [], [], PATIENCE_S)[0]
    assert os.read(receiver.fd, 4096) == b""
    receiver.close()
    assert receiver._process.returncode == -signal.SIGKILL


def test_it_goes_when_the_engine_does(other_end):
    receiver = Receiver("", "loyal")
    receiver.input.close()  # as the system does, however the engine ended
    assert receiver._process.wait(PATIENCE_S) == 0
    receiver.output.close()
    assert not other_end.client.get_ports("liveengine.*:loyal")


def test_ctrl_c_is_the_engines_and_never_the_receivers(other_end, receiver):
    os.kill(receiver._process.pid, signal.SIGINT)
    assert [data for _, data in send(other_end, receiver, b"\x90\x3c\x40")] == [b"\x90\x3c\x40"]


def test_a_receiver_finds_a_port_by_name_and_tells_of_one_that_is_missing(other_end):
    receiver = Receiver("PLAYER")
    try:
        assert receiver.name == "player:out"
        assert [data for _, data in send(other_end, receiver, b"\xf8")] == [b"\xf8"]
    finally:
        receiver.close()
    with pytest.raises(MidiPortError, match=r'^no MIDI port called "Digitakt" \(there are: .*player:out.*\)$'):
        Receiver("Digitakt")


def test_it_leaves_no_process_behind(other_end):
    receiver = Receiver("", "brief")
    pid = receiver._process.pid
    receiver.close()
    assert not Path(f"/proc/{pid}").exists()
