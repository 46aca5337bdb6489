"""python-rtmidi on a real JACK server: ports out, ports in, and errors in a player's words."""

from __future__ import annotations

import os
import queue
import time

import pytest
from jack_end import JackEnd

from liveengine.ports import rtmidi
from liveengine.ports.rtmidi import Input, MidiPortError, Output

PATIENCE_S = 10.0


@pytest.fixture
def other_end(jack_server):
    other = JackEnd()
    yield other
    other.close()


@pytest.fixture
def output(jack_server):
    output = Output("", "to_synth")
    yield output
    output.close()


def test_a_virtual_output_is_a_port_that_others_hear(output, other_end):
    assert output.name == "liveengine:to_synth"
    other_end.hear("liveengine.*:to_synth")
    sent = [b"\x90\x3c\x40", b"\xc1\x05", b"\xf8", b"\xb0\x07\x7f", b"\x80\x3c\x00"]
    for data in sent:
        output.send(data)
    assert other_end.listen_until(lambda heard: len(heard) >= len(sent)) == sent


def test_an_output_is_found_by_a_part_of_its_name(other_end):
    assert "other_end:in" in rtmidi.output_names()
    output = Output("OTHER_end")
    assert output.name == "other_end:in"
    output.send(b"\x90\x3c\x40")
    assert other_end.listen_until(len) == [b"\x90\x3c\x40"]
    output.close()


def test_a_port_that_is_missing_is_told_with_those_there_are(other_end):
    with pytest.raises(MidiPortError, match=r'^no MIDI port called "Digitakt" \(there are: .*other_end:in.*\)$'):
        Output("Digitakt")
    with pytest.raises(MidiPortError, match=r'^no MIDI port called "Digitakt" \(there are: .*other_end:out.*\)$'):
        Input(lambda *_: None, "Digitakt")


def test_an_input_hears_messages_clock_and_sysex_and_when_they_came(other_end):
    came: queue.Queue[tuple[str, bytes, int]] = queue.Queue()
    heard = Input(lambda *what: came.put(what), "", "pads")
    try:
        other_end.play_into("liveengine.*:pads")
        before = time.monotonic_ns()
        for data in (b"\x90\x24\x7f", b"\xf8", b"\xf0\x7d\x01\xf7", b"\xfe", b"\x80\x24\x00"):
            other_end.send(data)
        told = [came.get(timeout=PATIENCE_S) for _ in range(4)]
    finally:
        heard.close()
    # Active sensing (FE) is left out.
    assert [data for _, data, _ in told] == [b"\x90\x24\x7f", b"\xf8", b"\xf0\x7d\x01\xf7", b"\x80\x24\x00"]
    assert {name for name, _, _ in told} == {"liveengine:pads"}
    times = [when for _, _, when in told]
    assert before < times[0] and times == sorted(times) and times[-1] < time.monotonic_ns()


def test_there_is_midi_where_a_server_runs(jack_server):
    assert rtmidi.has_midi()


def test_what_libraries_print_stays_off_the_screen(capfd):
    with rtmidi.quiet():
        os.write(2, b"ALSA lib seq_hw.c:466: cannot open\n")
    os.write(2, b"a remark of ours\n")
    assert capfd.readouterr().err == "a remark of ours\n"
