"""The other end of a MIDI cable: a real JACK client that hears one port and plays into another."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 10.0


class JackEnd:
    """A JACK client with a MIDI port in and one out; what comes in is kept."""

    def __init__(self, name: str = "other_end") -> None:
        import jack

        self.client = jack.Client(name, no_start_server=True)
        self._in = self.client.midi_inports.register("in")
        self._out = self.client.midi_outports.register("out")
        self._came: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._to_send: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.heard: list[bytes] = []
        self.xruns = 0  # how often the server told that somebody was late: what was on its way then may be lost
        self.client.set_process_callback(self._process)
        self.client.set_xrun_callback(self._count_xrun)
        self.client.activate()

    def _process(self, _frames: int) -> None:
        for _offset, data in self._in.incoming_midi_events():
            self._came.put(bytes(data))
        self._out.clear_buffer()
        if not self._to_send.empty():
            self._out.write_midi_event(0, self._to_send.get())

    def _count_xrun(self, _delayed_us: float) -> None:
        self.xruns += 1

    def hear(self, pattern: str) -> None:
        """Plug the cable into the output that a pattern (a regular expression) means, once it is there."""
        self._plug(pattern, lambda port: self.client.connect(port, self._in), is_output=True)

    def play_into(self, pattern: str) -> None:
        """Plug the cable into the input that a pattern (a regular expression) means, once it is there."""
        self._plug(pattern, lambda port: self.client.connect(self._out, port), is_input=True)

    def _plug(self, pattern: str, connect: Callable[[Any], None], **kind: bool) -> None:
        ports = until(lambda: self.client.get_ports(pattern, is_midi=True, **kind))
        connect(ports[0])

    def send(self, data: bytes) -> None:
        """Play one message."""
        self._to_send.put(data)

    def listen_until(self, enough: Callable[[list[bytes]], Any]) -> list[bytes]:
        """Wait until what was heard so far is enough, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while not enough(self.heard):
            assert time.monotonic() < deadline, f"heard {[data.hex(' ') for data in self.heard]}"
            with contextlib.suppress(queue.Empty):
                self.heard.append(self._came.get(timeout=0.05))
        return self.heard

    def close(self) -> None:
        """Unplug."""
        self.client.deactivate()
        self.client.close()


def until(question: Callable[[], Any]) -> Any:
    """Ask until the answer is yes, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not come about in time"
    return answer
