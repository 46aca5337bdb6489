"""OSC in and out over UDP: every address of the parameter table, with feedback to all but the sender (K6).

A client is whoever has sent something; it is told changes at the address it
sent from. Unknown addresses and garbage are counted, never fatal. Loopback
unless another address is chosen.
"""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from typing import Any

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_server import OSCUDPServer

from liveengine.engine.events import Asked
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Report

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9000

#: How many clients are told of changes; the one longest silent goes first.
CLIENTS_MAX = 32


def parse_address(text: str) -> tuple[str, int]:
    """Read HOST:PORT, :PORT or PORT. Raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise ValueError(f"not an OSC address: {text!r} (write it like 127.0.0.1:9000)")
    return host or DEFAULT_HOST, int(port)


class OscServer:
    """Listens, and hands what comes to `hear`. Raises OSError in clear words where the port is taken."""

    def __init__(self, hear: Callable[[Asked], None], host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
        self._hear = hear
        self._clients: dict[str, tuple[str, int]] = {}
        self.garbage = 0
        dispatcher = Dispatcher(strict_timing=False)
        dispatcher.set_default_handler(self._on_message, needs_reply_address=True)
        try:
            self._server = _Server((host, port), dispatcher)
        except OSError as error:
            raise OSError(error.errno, _explain(error, host, port)) from None
        self._server.on_garbage = self._on_garbage
        self._thread = threading.Thread(target=self._server.serve_forever, name="osc", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def _on_message(self, client: tuple[str, int], address: str, *values: Any) -> None:
        origin = f"osc {client[0]}:{client[1]}"
        self._clients.pop(origin, None)
        self._clients[origin] = client
        while len(self._clients) > CLIENTS_MAX:
            self._clients.pop(next(iter(self._clients)))
        self._hear(Asked(Action(address, values[0] if values else None), origin))

    def _on_garbage(self) -> None:
        self.garbage += 1

    def tell(self, report: Report) -> None:
        """Send a value to the clients it is for. Never raises: a client that is gone is forgotten."""
        value = report.value
        data = build_msg(report.address, [value]).dgram
        for origin, client in list(self._clients.items()):
            if (report.to and origin != report.to) or origin == report.but:
                continue
            try:
                self._server.socket.sendto(data, client)
            except OSError:
                self._clients.pop(origin, None)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server(OSCUDPServer):
    """python-osc's server, which counts what it cannot read instead of raising."""

    allow_reuse_address = False
    on_garbage: Callable[[], None]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Count a datagram that is no OSC, and drop it."""
        if super().verify_request(request, client_address):
            return True
        self.on_garbage()
        return False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Count what broke while it was read: a stranger's bytes must not reach the screen."""
        self.on_garbage()


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"OSC port {port} is taken by another program (choose one with --osc {host}:{port + 1})"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"this machine has no address {host} (for --osc)"
    return f"cannot listen for OSC on {host}:{port}: {error.strerror}"
