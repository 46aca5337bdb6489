"""A whole live set in memory: the real threads and the real timer driver, on virtual doors."""

from __future__ import annotations

import socket
import time

import pytest
from live_set import MUTE, START_STOP, live
from nights import SCENES, moody, night
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

from liveengine.formats import midifile
from liveengine.generators.catalogue import BUILT_IN

PATIENCE_S = 10.0


@pytest.fixture(autouse=True)
def _moods(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "moody", moody)


def test_n1_a_live_set_plays_and_ends_in_silence():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 8)


def test_a_pad_stops_a_live_set_in_silence_and_starts_it_again():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 2)
        set_.pads.send(b"\xf8", 0)  # a clock pulse is the data plane's, and no pad
        set_.strike(START_STOP)
        set_.listen_until(lambda: not set_.stage.engine.playing and not set_.sounding)
        before = set_.strikes
        set_.strike(START_STOP)
        set_.listen_until(lambda: set_.strikes >= before + 2)
    assert set_.stage.engine.unknown == 0


def test_f5_pads_that_send_garbage_are_survived():
    with live(night(tempo_bpm=240)) as set_:
        for data in (b"", b"\x90", b"\x90\x24", b"\xf0\x01\x02\xf7", b"\x24\x24", b"\x90\xff\xff", b"\xb0\x00" * 40):
            set_.pads.send(data, 0)
        set_.listen_until(lambda: set_.strikes >= 2)


def test_k6_an_osc_client_turns_a_live_set_and_is_told_what_others_turn():
    with live(night(tempo_bpm=240), osc=("127.0.0.1", 0)) as set_, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_S)
        client.sendto(build_msg("/track/bass/level", [-9]).dgram, set_.stage.osc.address)
        set_.listen_until(lambda: set_.stage.engine.panel.values["/track/2/level"] == -9.0)
        set_.strike(MUTE)
        told = {}
        while "/track/1/mute" not in told:
            message = OscMessage(client.recv(8192))
            told[message.address] = message.params
        assert told["/track/1/mute"] == [True]
        assert "/track/2/level" not in told


def test_g5_generators_that_fail_are_told_while_the_set_plays(monkeypatch):
    def broken(*_):
        raise ValueError("no idea today")

    monkeypatch.setitem(BUILT_IN, "phi", broken)
    with live(night(tempo_bpm=240, scenes=(SCENES[0],))) as set_:
        set_.listen_until(lambda: set_.strikes >= 8)
    assert "phi could not make a bar: no idea today" in set_.said
    assert {data[0] & 15 for data in set_.heard if data[0] & 0xF0 == 0x90} == {9}


def test_a_live_set_is_recorded(tmp_path):
    with live(night(tempo_bpm=240), record=tmp_path / "take.mid") as set_:
        set_.listen_until(lambda: set_.strikes >= 8)
    score = midifile.read(tmp_path / "take.mid")
    struck = [message for message in score.messages if message.data[0] & 0xF0 == 0x90]
    assert len(struck) == set_.strikes
    assert score.tempos[0].tempo_bpm == pytest.approx(240)


def test_k6_a_bundle_is_done_at_its_time_tag_and_what_comes_meanwhile_before():
    with live(night(tempo_bpm=240), osc=("127.0.0.1", 0)) as set_, socket.socket(type=socket.SOCK_DGRAM) as client:
        turned: list[tuple[str, float]] = []
        set_.stage.session._tell = lambda told: turned.append((getattr(told, "address", ""), time.time()))
        due = time.time() + 0.3
        later = OscBundleBuilder(due)
        later.add_content(build_msg("/track/bass/level", [-9]))
        client.sendto(later.build().dgram, set_.stage.osc.address)
        client.sendto(build_msg("/track/pad/level", [-3]).dgram, set_.stage.osc.address)
        set_.listen_until(lambda: set_.stage.engine.panel.values["/track/2/level"] == -9.0)
        at = dict(turned)
        assert at["/track/3/level"] < due <= at["/track/2/level"]


def test_a_client_sends_a_live_set_to_a_place_in_the_song():
    with live(night(tempo_bpm=240), osc=("127.0.0.1", 0)) as set_, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.sendto(build_msg("/transport/locate", [400.0]).dgram, set_.stage.osc.address)
        set_.listen_until(lambda: 100 <= set_.stage.engine.bar < 110)
