"""The sender process: bytes in at a pipe, MIDI out at a real port, and silence however its writer ends (N1, F4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jack_end import JackEnd, until

from liveengine.ports.rtmidi import MidiPortError
from liveengine.ports.sender import Sender, forward

PATIENCE_S = 10.0
NOTES_ON = b"\x90\x3c\x40" + b"\x92\x40\x40" + b"\x90\x43\x40"


class Memory:
    """An output that remembers."""

    name = "memory"

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data)


def forwarded(data: bytes) -> list[bytes]:
    """Return what `forward` sends for bytes that a pipe brings before it closes."""
    read_end, write_end = os.pipe()
    memory = Memory()
    with os.fdopen(read_end, "rb", buffering=0) as reader:
        with os.fdopen(write_end, "wb", buffering=0) as writer:
            writer.write(data)
        forward(reader.fileno(), memory)  # type: ignore[arg-type]
    return memory.sent


def sounding(sent: list[bytes]) -> set[tuple[int, int]]:
    keys = set()
    for data in sent:
        if data[0] & 0xF0 == 0x90 and data[2]:
            keys.add((data[0] & 15, data[1]))
        elif data[0] & 0xF0 in (0x80, 0x90):
            keys.discard((data[0] & 15, data[1]))
        elif data[0] & 0xF0 == 0xB0 and data[1] in (120, 123):
            keys = {key for key in keys if key[0] != data[0] & 15}
    return keys


channel_messages = st.builds(
    lambda status, channel, one, two: bytes((status | channel, one, two)),
    st.sampled_from([0x80, 0x90, 0xB0]), st.integers(0, 2), st.integers(0, 127), st.integers(0, 127),
)  # fmt: skip


@given(st.lists(channel_messages | st.just(b"\xf8"), max_size=60))
def test_n1_everything_is_forwarded_and_what_still_sounds_is_ended(messages):
    sent = forwarded(b"".join(messages))
    assert sent[: len(messages)] == messages
    rest = sent[len(messages) :]
    assert {(d[0] & 15, d[1]) for d in rest if d[0] & 0xF0 == 0x80} >= sounding(messages)
    assert [data for data in rest if data[0] & 0xF0 == 0x90] == []


@given(st.binary(max_size=300))
def test_f5_any_bytes_are_survived(data):
    for message in forwarded(data):
        assert message[0] >= 0x80


def test_nothing_is_added_where_nothing_sounds():
    assert forwarded(b"\x90\x3c\x40\x90\x3c\x00") == [b"\x90\x3c\x40", b"\x90\x3c\x00"]


@pytest.fixture
def other_end(jack_server):
    other = JackEnd("synth")
    yield other
    other.close()


def test_what_is_written_to_the_pipe_arrives_at_a_real_port(other_end):
    sender = Sender("", "bridge")
    try:
        assert sender.name == "liveengine:bridge"
        assert not os.get_blocking(sender.fd)
        other_end.hear("liveengine.*:bridge")
        os.write(sender.fd, b"\x90\x3c\x40\xf8\x80\x3c\x00")
        assert other_end.listen_until(lambda heard: len(heard) >= 3) == [b"\x90\x3c\x40", b"\xf8", b"\x80\x3c\x00"]
    finally:
        sender.close()


def test_a_sender_finds_a_port_by_name(other_end):
    sender = Sender("SYNTH")
    os.write(sender.fd, b"\x90\x3c\x40")
    assert other_end.listen_until(len) == [b"\x90\x3c\x40"]
    sender.close()
    assert sender.name == "synth:in"
    other_end.listen_until(lambda heard: b"\x80\x3c\x00" in heard)


def test_f4_a_writer_that_is_killed_leaves_no_note_sounding(other_end):
    """kill -9 of the engine: the pipe closes, and the sender ends what sounds."""
    program = (
        "import os, sys; from liveengine.ports.sender import Sender\n"
        "sender = Sender('', 'orphan'); print(sender._process.pid, flush=True)\n"
        f"sys.stdin.readline(); os.write(sender.fd, {NOTES_ON!r}); sys.stdin.read()"
    )
    engine = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert engine.stdin is not None and engine.stdout is not None
    pid = int(engine.stdout.readline())
    other_end.hear("liveengine.*:orphan")
    engine.stdin.write("go\n")
    engine.stdin.flush()
    other_end.listen_until(lambda heard: len(sounding(heard)) == 3)
    engine.send_signal(signal.SIGKILL)
    engine.wait(PATIENCE_S)
    other_end.listen_until(lambda heard: not sounding(heard))
    until(lambda: not running(pid))
    for stream in (engine.stdin, engine.stdout):
        stream.close()


def running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_is_the_engines_and_never_the_senders(other_end):
    sender = Sender("", "steady")
    other_end.hear("liveengine.*:steady")
    os.kill(sender._process.pid, signal.SIGINT)
    os.write(sender.fd, b"\x90\x3c\x40")
    assert other_end.listen_until(len) == [b"\x90\x3c\x40"]
    sender.close()
    assert sender._process.returncode == 0


def test_a_missing_port_is_told_with_those_there_are(other_end):
    with pytest.raises(MidiPortError, match=r'^no MIDI port called "Digitakt" \(there are: .*synth:in.*\)$'):
        Sender("Digitakt")
