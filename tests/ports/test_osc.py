"""OSC over real sockets: what clients send is heard, what changes is told, and no bytes do any harm (K6, F5)."""

from __future__ import annotations

import logging
import queue
import random
import shutil
import socket
import struct
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder, build_msg
from pythonosc.udp_client import SimpleUDPClient

from liveengine.engine.engine import Engine
from liveengine.engine.orders import Report, ReportAll
from liveengine.engine.patch import load_patch, resolve_patch
from liveengine.ports import osc
from liveengine.ports.osc import AHEAD_MAX_S, CLIENTS_MAX, OscServer, messages, parse_address

PATIENCE_S = 10.0


class Client:
    """A client with a socket of its own, where it is told things."""

    def __init__(self, server: OscServer) -> None:
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE_S)
        self.to = server.address
        self.name = "osc {}:{}".format(*self.socket.getsockname())

    def send(self, address: str, *values: object) -> None:
        self.send_bytes(build_msg(address, list(values)).dgram)

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendto(data, self.to)

    def told(self) -> tuple[str, list[object]]:
        message = OscMessage(self.socket.recv(8192))
        return message.address, message.params


@pytest.fixture
def heard():
    return queue.Queue()


@pytest.fixture
def server(heard):
    server = OscServer(heard.put, port=0)
    yield server
    server.close()


@pytest.fixture
def client(server):
    client = Client(server)
    yield client
    client.socket.close()


def next_action(heard):
    asked = heard.get(timeout=PATIENCE_S)
    return asked.action.address, asked.action.value


def flush(client, heard):
    """Wait until everything sent so far has been read, and return how much came before."""
    client.send("/last")
    came = []
    while (action := next_action(heard)) != ("/last", None):
        came.append(action)
    return came


# -- what comes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "value"),
    [((0.5,), 0.5), ((1,), 1), ((True,), True), ((False,), False), ((None,), None), ((), None), (("two",), "two"),
     ((3, 4, 5), 3)],
)  # fmt: skip
def test_k6_every_type_a_client_may_send_is_heard(client, heard, values, value):
    client.send("/track/1/density", *values)
    action = next_action(heard)
    assert action == ("/track/1/density", value)
    assert type(action[1]) is type(value)


def test_k6_ints_are_taken_for_floats_and_doubles_too(client, heard):
    engine = Engine(load_patch(resolve_patch("first_light")))
    engine.begin()
    message = OscMessageBuilder("/track/1/density")
    message.add_arg(0.25, "d")
    for data, value in ((build_msg("/track/1/density", [1]).dgram, 1.0), (message.build().dgram, 0.25)):
        client.send_bytes(data)
        engine.handle(heard.get(timeout=PATIENCE_S))
        assert engine.panel.values["/track/1/density"] == value
    assert engine.unknown == 0


def test_who_asks_is_known_by_the_address_it_sends_from(client, heard):
    client.send("/ping")
    assert heard.get(timeout=PATIENCE_S).origin == client.name


def test_the_usual_client_is_understood(server, heard):
    SimpleUDPClient(*server.address).send_message("/scene/launch", 2)
    assert next_action(heard) == ("/scene/launch", 2)


def test_a_client_in_another_language_is_understood(server, heard):
    if not shutil.which("oscsend"):
        pytest.skip("missing: oscsend (Debian package liblo-tools)")
    host, port = server.address
    subprocess.run(["oscsend", f"osc.udp://{host}:{port}", "/transport/tempo", "f", "93.5"], check=True, timeout=10)
    assert next_action(heard) == ("/transport/tempo", 93.5)
    subprocess.run(["oscsend", f"osc.udp://{host}:{port}", "/track/1/mute", "T"], check=True, timeout=10)
    assert next_action(heard) == ("/track/1/mute", True)


def bundle(*contents, time_tag=IMMEDIATELY):
    builder = OscBundleBuilder(time_tag)
    for content in contents:
        builder.add_content(content)
    return builder.build()


def test_a_bundle_in_a_bundle_is_taken_whole_and_in_order(client, heard):
    inner = bundle(build_msg("/b", [2]), build_msg("/c", [3]))
    client.send_bytes(bundle(build_msg("/a", [1]), inner, build_msg("/d", [4])).dgram)
    assert [next_action(heard) for _ in range(4)] == [("/a", 1), ("/b", 2), ("/c", 3), ("/d", 4)]


def test_k6_what_stands_in_a_bundle_is_due_at_its_time_tag_and_no_bundle_within_it_is_before(client, heard):
    now = time.time()
    outer = OscBundleBuilder(now + 20)
    outer.add_content(build_msg("/a", [1]))
    outer.add_content(bundle(build_msg("/b", [2])))
    outer.add_content(bundle(build_msg("/c", [3]), time_tag=now + 30))
    client.send_bytes(outer.build().dgram)
    due = {}
    for _ in range(3):
        asked = heard.get(timeout=PATIENCE_S)
        due[asked.action.address] = asked.due_s - time.monotonic() + time.time() - now
    assert due == {"/a": pytest.approx(20, abs=0.1), "/b": pytest.approx(20, abs=0.1), "/c": pytest.approx(30, abs=0.1)}


@pytest.mark.parametrize("ahead_s", [-3600.0, -0.001, AHEAD_MAX_S + 1, 1e8])
def test_k6_what_is_past_and_what_only_a_wrong_clock_could_mean_is_due_at_once(client, heard, ahead_s):
    client.send_bytes(bundle(build_msg("/a", [1]), time_tag=time.time() + ahead_s).dgram)
    assert heard.get(timeout=PATIENCE_S).due_s == 0.0
    client.send_bytes(bundle(build_msg("/a", [1])).dgram)
    assert heard.get(timeout=PATIENCE_S).due_s == 0.0


def test_k6_a_bundle_for_the_far_future_holds_nobody_up(client, heard):
    began = time.monotonic()
    client.send_bytes(bundle(build_msg("/a", [1]), time_tag=time.time() + 3600).dgram)
    client.send("/b", 2)
    assert [next_action(heard), next_action(heard)] == [("/a", 1), ("/b", 2)]
    assert time.monotonic() - began < 60


# -- what is told --------------------------------------------------------------------------------


def test_k6_a_change_is_told_to_all_but_the_sender_and_an_answer_to_the_asker_alone(server, client, heard):
    other = Client(server)
    for each in (client, other):
        each.send("/ping")
        heard.get(timeout=PATIENCE_S)
    server.tell(Report("/track/1/density", 0.5, but=client.name))
    server.tell(Report("/pong", True, to=client.name))
    server.tell(Report("/transport/bar", 12))
    assert [client.told(), client.told()] == [("/pong", [True]), ("/transport/bar", [12])]
    assert [other.told(), other.told()] == [("/track/1/density", [0.5]), ("/transport/bar", [12])]
    other.socket.close()


def test_k6_ping_and_refresh_are_answered_through_the_engine(server, client, heard):
    engine = Engine(load_patch(resolve_patch("first_light")))
    engine.begin()
    client.send("/ping")
    client.send("/refresh")
    for _ in range(2):
        for order in engine.handle(heard.get(timeout=PATIENCE_S)):
            (server.tell_all if isinstance(order, ReportAll) else server.tell)(order)
    assert client.told() == ("/pong", [True])
    told, datagrams = {}, 0
    while len(told) < len(engine.panel.values):
        told |= {message.address: message.params for message in messages(client.socket.recv(2000))}
        datagrams += 1
    # A socket keeps fewer than 300 datagrams on Linux, and 16 tracks are told of four times as much as these four.
    assert datagrams < 30
    assert told.keys() == engine.panel.values.keys()
    for address, value in engine.panel.values.items():
        assert told[address] == [pytest.approx(value)]


def test_a_client_that_is_gone_is_no_trouble(server, client, heard):
    gone = Client(server)
    for each in (gone, client):
        each.send("/ping")
        heard.get(timeout=PATIENCE_S)
    gone.socket.close()
    for bar in range(3):
        server.tell(Report("/transport/bar", bar))
    assert [client.told()[1] for _ in range(3)] == [[0], [1], [2]]


def test_the_client_longest_silent_is_forgotten_first(server, client, heard):
    crowd = [Client(server) for _ in range(CLIENTS_MAX)]
    for each in (client, crowd[0], client, *crowd[1:]):
        each.send("/ping")
        heard.get(timeout=PATIENCE_S)
    server.tell(Report("/transport/bar", 7))
    for each in (client, *crowd[1:]):
        assert each.told() == ("/transport/bar", [7])
    crowd[0].socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        crowd[0].told()
    for each in crowd:
        each.socket.close()


# -- garbage -------------------------------------------------------------------------------------

PREFIX = b"#bundle\0" + bytes(7) + b"\1"


def nested(depth):
    data = build_msg("/a", [1]).dgram
    for _ in range(depth):
        data = PREFIX + struct.pack(">i", len(data)) + data
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\0" * 64,
        b"/no/end",
        b"/a\0\0,i\0\0\1",
        b"/a\0\0f\0\0\0" + bytes(4),
        b"/a\0\0,zzz" + b"z" * 4000 + b"\0\0\0\0",
        b"/a\0\0,b\0\0" + struct.pack(">i", 4) + b"blob",
        b"/a\0\0,[i]\0\0\0\0\0\0\0\1",
        b"/a\0\0," + b"[" * 3000 + b"]" * 3000 + b"\0\0\0",
        b"/\xff\xfe\0,i\0\0\0\0\0\1",
        b"#bundle\0",
        PREFIX + b"\0\0\0",
        PREFIX + struct.pack(">i", -4),
        PREFIX + struct.pack(">i", -24) + bytes(24),
        PREFIX + struct.pack(">i", 1 << 30) + b"/a\0\0",
        PREFIX + struct.pack(">i", 8) + b"not osc!",
        nested(9),
        nested(300),
    ],
)
def test_f5_garbage_is_counted_and_nothing_of_it_is_heard(server, client, heard, data, caplog):
    with caplog.at_level(logging.DEBUG):
        client.send_bytes(data)
        assert flush(client, heard) == []
    assert server.garbage == 1
    assert caplog.records == []  # a stranger's bytes never reach the screen


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: PREFIX + data))
def test_f5_any_bytes_are_messages_or_an_error_and_come_to_an_end(data):
    try:
        assert all(message.address.startswith("/") for message, _ in messages(data))
    except Exception as error:
        assert not isinstance(error, RecursionError | MemoryError)


def test_f5_a_thousand_broken_datagrams_are_survived_and_counted(server, client, heard):
    dice = random.Random(5)
    whole = bundle(build_msg("/a", [1, 2.0, "three", b"four"]), bundle(build_msg("/b", [5]))).dgram
    for number in range(1000):
        data = bytearray(whole[: dice.randrange(1, len(whole))])
        if number % 2:
            data = bytearray(dice.randbytes(dice.randrange(1, 200)))
        for _ in range(dice.randrange(3)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        client.send_bytes(bytes(data))
        if number % 50 == 49:
            flush(client, heard)  # so that the socket's buffer loses none
    assert server.garbage > 950
    client.send("/still", 1)
    assert next_action(heard) == ("/still", 1)


def test_k6_an_unknown_address_is_heard_and_counted_by_the_engine(client, heard):
    engine = Engine(load_patch(resolve_patch("first_light")))
    engine.begin()
    client.send("/track/1/densty", 0.5)
    engine.handle(heard.get(timeout=PATIENCE_S))
    assert engine.unknown == 1


# -- where it listens ----------------------------------------------------------------------------


def test_k6_loopback_is_the_default(server):
    assert osc.DEFAULT_HOST == server.address[0] == "127.0.0.1"


def test_a_taken_port_gives_one_clear_line_with_the_port(server, heard):
    port = server.address[1]
    with pytest.raises(OSError) as caught:
        OscServer(heard.put, port=port)
    words = f"OSC port {port} is taken by another program (choose one with --osc 127.0.0.1:{port % 65535 + 1})"
    assert str(caught.value) == words


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a" * 300 + ".b"])
def test_an_address_that_this_machine_has_not_is_told(heard, host):
    with pytest.raises(OSError, match=r"^this machine has no address "):
        OscServer(heard.put, host, 0)


def test_a_port_that_was_closed_can_be_taken_again_at_once(heard):
    first = OscServer(heard.put, port=0)
    port = first.address[1]
    first.close()
    OscServer(heard.put, port=port).close()


def test_it_listens_on_ipv6_where_asked(heard):
    try:
        server = OscServer(heard.put, *parse_address("[::1]:0"))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_S)
        client.sendto(build_msg("/ping", []).dgram, server.address)
        heard.get(timeout=PATIENCE_S)
        server.tell(Report("/pong", True))
        assert OscMessage(client.recv(100)).address == "/pong"
    server.close()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        (":8000", ("127.0.0.1", 8000)),
        ("8000", ("127.0.0.1", 8000)),
        ("tablet.local:1", ("tablet.local", 1)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_an_address_is_read(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "host", "host:", "1:70000", "1:-1", "1:9e3", "1:²", "1:0070000", "1:" + "9" * 5000]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="not an OSC address"):
        parse_address(text)
