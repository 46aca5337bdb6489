"""Which MIDI ports a set needs, and how they are reached."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nights import night

from liveengine.engine.mapping import Binding, Mapping
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.spec import OutputSpec, TrackSpec
from liveengine.ports.rtmidi import MidiPortError
from liveengine.runtime.inputs import open_inputs
from liveengine.runtime.outputs import RawDevice, open_outputs, port_patterns, track_ports
from liveengine.runtime.wiring import wire_ports
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.state import make_state

names = st.sampled_from(["", "Digitakt", "Moog*", "/dev/midi1"])


@given(ports=st.lists(names, min_size=1, max_size=6), clock=st.lists(names, max_size=3))
def test_every_track_and_every_clock_has_a_port_and_no_port_stands_twice(ports, clock):
    tracks = tuple(TrackSpec(f"t{n}", "bass", "bass", port=port) for n, port in enumerate(ports))
    patch = night(tracks=tracks, scenes=(), outputs=tuple(OutputSpec(port, clock=True) for port in clock))
    patterns = port_patterns(patch)
    assert patterns[0] == ""
    assert sorted(patterns) == sorted({"", *ports, *clock})
    assert [patterns[number - 1] for number in track_ports(patch, patterns)] == ports


def test_O4_a_patch_says_which_output_is_a_din_cable(tmp_path):
    path = tmp_path / "set.toml"
    path.write_text(
        '[[output]]\nport = "Moog"\nwire = "din"\n[[output]]\nport = "Digitakt"\n'
        '[[track]]\nname = "bass"\nrole = "bass"\n[[track.pattern]]\nname = "a"\ngenerator = "euclid"\n'
    )
    patch = load_patch(path)
    state = make_state(48_000)
    wire_ports(state, patch, port_patterns(patch))
    begin(state, 0)
    render(state, 0, 1)
    assert state.wires["byte_units"][:4].tolist() == [0.0, 0.0, 48_000 / 3125, 0.0]


def test_a_wire_that_nobody_makes_is_told_with_those_there_are(tmp_path):
    path = tmp_path / "set.toml"
    path.write_text('[[output]]\nport = "Moog"\nwire = "dim"\n')
    with pytest.raises(FileError, match=r'output "Moog", key "wire": "dim" is not among its words.*"din"'):
        load_patch(path)


def test_a_raw_device_takes_bytes_and_never_blocks(tmp_path):
    fifo = tmp_path / "midi"
    os.mkfifo(fifo)
    device = RawDevice(str(fifo))
    os.write(device.fd, b"\x90\x3c\x40")
    assert os.read(device.fd, 10) == b"\x90\x3c\x40"
    with pytest.raises(BlockingIOError):
        os.read(device.fd, 10)
    device.close()


def test_what_is_no_device_is_refused_and_left_as_it_was(tmp_path):
    song = tmp_path / "song.mid"
    song.write_bytes(b"MThd")
    with pytest.raises(MidiPortError, match=r"song\.mid is a file, not a MIDI device"):
        RawDevice(str(song))
    assert song.read_bytes() == b"MThd"
    with pytest.raises(MidiPortError, match=r"cannot open .*gone: No such file"):
        RawDevice(str(tmp_path / "gone"))


def test_a_port_that_is_missing_is_told_and_the_others_are_open(tmp_path):
    os.mkfifo(tmp_path / "midi")
    said = []
    outputs = open_outputs([str(tmp_path / "gone"), str(tmp_path / "midi")], said.append)
    assert list(outputs) == [2]
    assert said == [f"MIDI out: cannot open {tmp_path}/gone: No such file or directory"]
    outputs[2].close()


def test_only_inputs_that_a_mapping_wants_are_opened_and_one_of_our_own(jack_server):
    import jack

    mapping = Mapping(night().path, "pads", ("LPD8*",), (Binding("note", 36, "/panic"),))
    clients = [jack.Client(name, no_start_server=True) for name in ("LPD8", "Other")]
    said = []
    try:
        for client in clients:
            client.midi_outports.register("out")
            client.activate()
        inputs = open_inputs(mapping.hears, said.append)
        try:
            assert [opened.name for opened in inputs] == ["liveengine:midi_in", "LPD8:out"]
            assert said == []
        finally:
            for opened in inputs:
                opened.close()
    finally:
        for client in clients:
            client.close()
