"""The line to an engine: OSC over UDP, kept up by a question every second.

Whatever the engine tells is checked against the parameter table first: a
stranger's bytes never reach the screen. When the engine goes, the line waits
for it, and asks for everything again when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from pythonosc.osc_message import ParseError
from pythonosc.osc_message_builder import build_msg

from liveengine.engine.parameter import Parameter, Setting
from liveengine.engine.parameters import find
from liveengine.engine.wording import printable
from liveengine.ports.osc import messages

#: How often the engine is asked whether it is there, and after how long without an answer it is not.
PING_S = 1.0
LOST_S = 2.5


class Link(asyncio.DatagramProtocol):
    """Tells `hear` every value, and `turned` whether an engine is there, each time that changes.

    All of it happens in one event loop. `garbage` counts what could not be read.
    """

    def __init__(
        self, host: str, port: int, hear: Callable[[str, Setting], None], turned: Callable[[bool], None]
    ) -> None:
        self.host = host
        self.port = port
        self.attached = False
        self.garbage = 0
        self.problem = ""
        self._hear = hear
        self._turned = turned
        self._transport: asyncio.DatagramTransport | None = None
        self._answered_s = 0.0

    async def knock(self) -> None:
        """Ask whether the engine is there; to be called every PING_S."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            try:
                await loop.create_datagram_endpoint(lambda: self, remote_addr=(self.host, self.port))
            except OSError as error:  # no such host, or no network
                self.problem = error.strerror or str(error)
                return
        if self.attached and loop.time() - self._answered_s > LOST_S:
            self._turn(False)
        self.send("/ping")

    def send(self, address: str, value: Setting | None = None) -> None:
        """Send a message; nothing happens where no line is open."""
        if self._transport is not None:
            self._transport.sendto(build_msg(address, [] if value is None else [value]).dgram)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A line is open: asyncio calls this."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.problem = ""

    def connection_lost(self, exc: Exception | None) -> None:
        """The line broke: asyncio calls this. The next knock opens another."""
        self._transport = None

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there: asyncio calls this."""
        self._turn(False)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Something came: asyncio calls this."""
        try:
            told = [(message.address, message.params) for message, _ in messages(data)]
            for address, values in told:
                parameter = find(address).parameter
                if address == "/pong":
                    self._answer()
                else:
                    self._hear(address, _checked(parameter, values))
        except (ValueError, LookupError, ParseError):
            self.garbage += 1

    def _answer(self) -> None:
        self._answered_s = asyncio.get_running_loop().time()
        if not self.attached:
            self._turn(True)
            self.send("/refresh")

    def _turn(self, attached: bool) -> None:
        if attached != self.attached:
            self.attached = attached
            self._turned(attached)


def _checked(parameter: Parameter, values: list[object]) -> Setting:
    """Return the one value of a message. Raises ValueError where it is not of the parameter's kind."""
    value = values[0] if len(values) == 1 else None
    if parameter.kind in ("text", "word") and isinstance(value, str):
        return "\n".join(printable(line, 2000) for line in value.split("\n"))
    if parameter.kind not in ("text", "word") and isinstance(value, bool | int | float) and abs(value) < 1e18:
        return value
    raise ValueError(f"{parameter.name} cannot be {value!r}")
