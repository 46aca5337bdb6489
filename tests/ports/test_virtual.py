"""Virtual doors: the same shape as the real ones, and the real timer driver plays through them."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.drivers.timer import TimerDriver
from liveengine.music.event import RECEIVED
from liveengine.ports.virtual import VirtualInput, VirtualOutput
from liveengine.sequencer.commands import DO_SEND, push
from liveengine.sequencer.state import make_state

PATIENCE_S = 20.0

seven_bits = st.integers(0, 127)
channel_messages = st.builds(lambda s, one, two: bytes((s, one, two)), st.integers(0x80, 0xBF), seven_bits, seven_bits)
program_changes = st.builds(lambda program: bytes((0xC0, program)), seven_bits)
messages = channel_messages | program_changes | st.sampled_from([b"\xf8", b"\xfa", b"\xfc"])


@given(sent=st.lists(messages, max_size=50), cut=st.integers(1, 7))
def test_what_is_sent_is_received_in_order_however_it_is_cut(sent, cut):
    output = VirtualOutput()
    data, received = b"".join(sent), []
    try:
        for place in range(0, len(data), cut):
            os.write(output.fd, data[place : place + cut])
            received += output.received()
    finally:
        output.close()
    assert received == sent
    assert output.received() == []


def test_a_full_output_never_blocks_its_writer():
    output = VirtualOutput()
    with pytest.raises(BlockingIOError):
        while True:
            os.write(output.fd, bytes((0x90, 60, 1)) * 100)
    output.close()
    assert len(output.received()) > 20_000


def test_what_was_sent_before_it_closed_is_still_received():
    output = VirtualOutput("synth")
    os.write(output.fd, b"\x90\x3c\x40")
    output.close()
    output.close()
    assert output.received() == [b"\x90\x3c\x40"]


def test_an_input_brings_records_as_a_real_one_does_until_it_is_closed():
    played = VirtualInput("pads")
    played.send(b"\x90\x24\x7f", 123)
    played.send(b"\xfe", 124)
    came = np.frombuffer(os.read(played.fd, 1000), RECEIVED)
    assert came[["when", "size", "b0", "b1", "b2"]].tolist() == [(123, 3, 0x90, 0x24, 0x7F), (124, 1, 0xFE, 0, 0)]
    played.close()
    played.send(b"\x90\x25\x7f", 125)
    played.close()


def test_the_real_timer_driver_writes_to_a_virtual_output():
    output = VirtualOutput()
    driver = TimerDriver(make_state(), {3: output.fd})
    driver.start()
    try:
        push(driver.state, DO_SEND, 3, a=0xC5 | (17 << 8), b=2)
        driver.wake()
        assert output.wait(PATIENCE_S)
        assert output.received() == [bytes((0xC5, 17))]
        assert not output.wait(0.0)
    finally:
        driver.stop()
        output.close()
