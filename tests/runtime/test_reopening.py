"""A port whose process dies in mid-set is told, started again, and owes no note its end (N1, K5)."""

from __future__ import annotations

import dataclasses
import os
import signal
import time

from live_set import LiveSet, live
from nights import BASS, DRUMS, PAD, night

from liveengine.music.event import NOTE_OFF, NOTE_ON
from liveengine.ports.rtmidi import MidiPortError
from liveengine.ports.virtual import VirtualOutput
from liveengine.runtime.reopening import PAUSE_S, Reopening


class Mortal(VirtualOutput):
    """A port that can die, and perhaps come again."""

    next: Mortal | None = None

    def again(self) -> VirtualOutput:
        if self.next is None:
            raise MidiPortError('no MIDI port called "Moog" (there are: none)')
        return self.next


def settled(ports: Reopening) -> None:
    for thread in ports._threads.values():
        thread.join()


def test_a_port_that_is_open_is_left_alone():
    port = Mortal("Moog")
    connected, said = [], []
    ports = Reopening("out", {1: port}, lambda *words: connected.append(words), said.append)
    ports.look()
    settled(ports)
    assert (connected, said) == ([], [])
    ports.close()
    assert port.fd == -1


def test_a_port_that_dies_is_told_by_name_and_opened_again_once():
    port, fresh = Mortal("Moog"), Mortal("Moog")
    port.next = fresh
    doors, connected, said = {1: port}, [], []
    ports = Reopening("out", doors, lambda *words: connected.append(words), said.append)
    port.ended = "signal 9"
    for _ in range(3):
        ports.look()
        settled(ports)
    assert doors == {1: fresh}
    assert connected == [(1, -1), (1, fresh.fd)]
    assert said == ["MIDI out: Moog is gone (signal 9); it is opened again", "MIDI out: Moog is back"]
    fresh.ended = "exit code 1"
    ports.look()
    assert said[2:] == ["MIDI out: Moog is gone (exit code 1); it is opened again"]
    assert PAUSE_S > 1.0, "a port that dies at once is not opened over and over"
    settled(ports)
    assert doors == {1: fresh}
    ports.close()
    assert (port.fd, fresh.fd) == (-1, -1)


def test_a_port_that_does_not_come_back_is_told_once():
    port = Mortal("Moog")
    port.ended = "signal 9"
    said = []
    ports = Reopening("out", {1: port}, lambda *_: None, said.append)
    for _ in range(3):
        ports.look()
        settled(ports)
    assert said[1:] == ['MIDI out: no MIDI port called "Moog" (there are: none); the set plays on without']
    ports.close()


def test_N1_a_live_set_ends_on_the_new_port_what_the_old_one_may_have_left_sounding():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 4)
        old, fresh = set_.output, VirtualOutput("virtual")
        struck = {data[1] for data in set_.heard if data[0] & 0xF0 == NOTE_ON}
        old.again = lambda: fresh  # type: ignore[method-assign]
        old.ended = "signal 9"
        set_.listen_until(lambda: "MIDI out: virtual is back" in set_.said)
        set_.output, set_.heard = fresh, []
        set_.listen_until(lambda: set_.strikes >= 4)
        first, set_.heard = set_.heard[: _owed(set_)], set_.heard[_owed(set_) :]
        assert {data[0] & 0xF0 for data in first} == {NOTE_OFF}
        assert {data[1] for data in first} >= struck


def _owed(set_: LiveSet) -> int:
    """Return how many note-offs came before the first note."""
    return next(place for place, data in enumerate(set_.heard) if data[0] & 0xF0 == NOTE_ON)


def test_K5_what_an_input_holds_is_let_go_when_it_is_gone():
    tracks = (DRUMS, dataclasses.replace(BASS, listen="pads"), PAD)
    with live(night(tempo_bpm=240, tracks=tracks)) as set_:
        set_.pads.send(bytes((0x90, 101, 90)), time.monotonic_ns())
        set_.listen_until(lambda: (0, 101) in set_.sounding)
        os.close(set_.pads._write_fd)
        set_.pads._write_fd = os.open(os.devnull, os.O_WRONLY)
        set_.listen_until(lambda: (0, 101) not in set_.sounding)
        assert int(set_.stage.driver.timer.polls[1]) & 0xFFFFFFFF == 0xFFFFFFFF, "no descriptor is polled for it"


def test_a_sender_that_is_killed_is_back_and_plays(jack_server):
    from liveengine.ports.sender import Sender

    doors, said, connected = {1: Sender("", "mortal")}, [], []
    first = doors[1]
    ports = Reopening("out", doors, lambda *words: connected.append(words), said.append)
    ports.look()
    assert said == []
    os.kill(first._process.pid, signal.SIGKILL)
    first._process.wait()
    ports.look()
    settled(ports)
    name = "MIDI out: liveengine:mortal is"
    assert said == [f"{name} gone (signal 9); it is opened again", f"{name} back"]
    assert doors[1] is not first and doors[1].ended == ""
    assert connected == [(1, -1), (1, doors[1].fd)]
    ports.close()
    assert doors[1].ended == "exit code 0"
