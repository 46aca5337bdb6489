"""OSC in and out over UDP: every address of the parameter table, with feedback to all but the sender (K6).

A client is whoever has sent something; it is told changes at the address it
sent from. Unknown addresses and garbage are counted, never fatal. Loopback
unless another address is chosen. What stands in a bundle is to be done at the
bundle's time tag, and who hears it sees to that; nothing waits here.
"""

from __future__ import annotations

import errno
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

from liveengine.engine.events import Asked
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Report, ReportAll
from liveengine.engine.parameter import Setting

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9000

#: How many clients are told of changes; the one longest silent goes first.
CLIENTS_MAX = 32

#: A bundle begins with this word and eight bytes of time tag.
_BUNDLE = b"#bundle\0"
_BUNDLE_HEAD = 16

#: Seconds from the beginning of 1900, as time tags count, to that of 1970 (RFC 5905).
_NTP_EPOCH_S = 2_208_988_800

#: A time tag that is further ahead is a wrong clock, not a wish: its bundle is taken at once.
AHEAD_MAX_S = 60.0
#: The time tag of what is to be taken as it comes (OSC 1.0).
_AT_ONCE = (1).to_bytes(8, "big")

#: Longer datagrams are cut into pieces on the way.
_DATAGRAM_BYTES = 1400

#: Bundles within bundles; no client sends more.
_DEPTH_MAX = 8

#: The types that python-osc reads without a remark on the player's screen.
_TYPES = frozenset("ihfdsbrmtTFN[]")


def parse_address(text: str) -> tuple[str, int]:
    """Read HOST:PORT, :PORT or PORT. Raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not (port.isdecimal() and port.isascii()) or len(port) > 5 or int(port) > 65535:
        raise ValueError(f"not an OSC address: {text!r} (write it like 127.0.0.1:9000)")
    return host.strip("[]") or DEFAULT_HOST, int(port)


def messages(datagram: bytes, depth: int = 0, due_s: float = 0.0) -> Iterator[tuple[OscMessage, float]]:
    """Return every message of a datagram, and when it is due in seconds since 1970, 0 for at once.

    Raises ValueError, or python-osc's ParseError, for what is no OSC.
    """
    if datagram.startswith(b"/"):
        yield _message(datagram), due_s
        return
    if not datagram.startswith(_BUNDLE) or len(datagram) < _BUNDLE_HEAD or depth == _DEPTH_MAX:
        raise ValueError("neither a message nor a bundle")
    due_s = max(due_s, _time_s(datagram[len(_BUNDLE) : _BUNDLE_HEAD]))
    place = _BUNDLE_HEAD
    while place < len(datagram):
        # Read without a sign: a negative size is python-osc's way into an endless loop.
        size = int.from_bytes(datagram[place : place + 4], "big")
        part = datagram[place + 4 : place + 4 + size]
        if len(part) < size:
            raise ValueError("a bundle that ends too early")
        yield from messages(part, depth + 1, due_s)
        place += 4 + size


def _time_s(tag: bytes) -> float:
    """Return a time tag in seconds since 1970; 0 or less for at once, and for what is before that."""
    return int.from_bytes(tag, "big") / 2**32 - _NTP_EPOCH_S


def bundles(values: Mapping[str, Setting]) -> Iterator[bytes]:
    """Return values as bundles that are to be taken at once, none longer than an Ethernet frame unless one value is."""
    bundle = b""
    for address, value in values.items():
        data = build_msg(address, [value]).dgram
        part = len(data).to_bytes(4, "big") + data
        if bundle and _BUNDLE_HEAD + len(bundle) + len(part) > _DATAGRAM_BYTES:
            yield _BUNDLE + _AT_ONCE + bundle
            bundle = b""
        bundle += part
    if bundle:
        yield _BUNDLE + _AT_ONCE + bundle


def _message(data: bytes) -> OscMessage:
    tags_at = (data.find(b"\0") // 4 + 1) * 4
    tags = data[tags_at:].split(b"\0", 1)[0].decode("ascii")
    if not _TYPES.issuperset(tags[1:]):
        raise ValueError(f"types that nobody knows: {tags}")
    return OscMessage(data)


class OscServer:
    """Listens, and hands what comes to `hear`. Raises OSError in clear words where the port is taken."""

    def __init__(self, hear: Callable[[Asked], None], host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
        self._hear = hear
        self._clients: dict[str, tuple[str, int]] = {}
        self._clients_lock = threading.Lock()
        self.garbage = 0
        try:
            self._server = _Server((host, port), self._on_datagram, self._on_garbage)
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that no host can have
            raise OSError(_explain(error, host, port)) from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="osc", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def _on_datagram(self, datagram: bytes, client: tuple[str, int]) -> None:
        asked = [
            (Action(message.address, _value(message)), _monotonic_s(due_s))
            for message, due_s in list(messages(datagram))
        ]
        origin = f"osc {client[0]}:{client[1]}"
        with self._clients_lock:
            self._clients.pop(origin, None)
            self._clients[origin] = client
            while len(self._clients) > CLIENTS_MAX:
                self._clients.pop(next(iter(self._clients)))
        for action, due_s in asked:
            self._hear(Asked(action, origin, due_s))

    def _on_garbage(self) -> None:
        self.garbage += 1

    def tell(self, report: Report) -> None:
        """Send a value to the clients it is for. Never raises: a client that is gone is forgotten."""
        data = build_msg(report.address, [report.value]).dgram
        with self._clients_lock:
            clients = list(self._clients.items())
        for origin, client in clients:
            if (report.to and origin != report.to) or origin == report.but:
                continue
            try:
                self._server.socket.sendto(data, client)
            except OSError:
                with self._clients_lock:
                    self._clients.pop(origin, None)

    def tell_all(self, reports: ReportAll) -> None:
        """Send values to one client in bundles: a message each would be more datagrams than its system keeps for it."""
        with self._clients_lock:
            client = self._clients.get(reports.to)
        if client is None:
            return
        try:
            for data in bundles(reports.values):
                self._server.socket.sendto(data, client)
        except OSError:
            with self._clients_lock:
                self._clients.pop(reports.to, None)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _monotonic_s(due_s: float) -> float:
    """Return an instant in seconds since 1970 as one of the monotonic clock; 0 where nothing is to wait for it."""
    ahead_s = due_s - time.time()
    return time.monotonic() + ahead_s if 0.0 < ahead_s <= AHEAD_MAX_S else 0.0


def _value(message: OscMessage) -> bool | int | float | str | None:
    """Return what a message sets. Raises ValueError for what no parameter can be set to."""
    values = message.params
    if not values or values[0] is None:
        return None
    if not isinstance(values[0], bool | int | float | str):
        raise ValueError(f"{message.address} with something that is no value")
    return values[0]


class _Server(socketserver.UDPServer):
    """A UDP server that counts what it cannot read instead of raising."""

    def __init__(
        self,
        address: tuple[str, int],
        on_datagram: Callable[[bytes, tuple[str, int]], None],
        on_garbage: Callable[[], None],
    ) -> None:
        self._on_datagram = on_datagram
        self._on_garbage = on_garbage
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Hand a datagram on."""
        self._on_datagram(request[0], client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Count what broke while it was read: a stranger's bytes must not reach the screen."""
        self._on_garbage()


def _explain(error: Exception, host: str, port: int) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"OSC port {port} is taken by another program (choose one with --osc {host}:{port % 65535 + 1})"
    if number == errno.EACCES:
        return f"OSC port {port} is not for everyone (choose one from 1024 on)"
    if isinstance(error, socket.gaierror | UnicodeError) or number == errno.EADDRNOTAVAIL:
        return f"this machine has no address {host} (for --osc)"
    return f"cannot listen for OSC on {host}:{port}: {getattr(error, 'strerror', None) or error}"
