"""The JACK driver: a client of a JACK server, its ports and its connections, through JACK-Client.

What it plays is `jack_period`'s to say, which JACK calls without Python.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numba import types

from liveengine.compiled import callback
from liveengine.drivers.jack_latency import capture_frames, playback_frames
from liveengine.drivers.jack_memory import (
    CAME_LOST,
    CLIENT,
    FOLLOWS,
    FRAMES_HIGH,
    IN,
    LEADS,
    LEFT,
    MISSED,
    OUT,
    OUT_FULL,
    PLACE,
    RIGHT,
    RUNNING,
    Jack,
    JackMissing,
)
from liveengine.drivers.jack_period import process_callback
from liveengine.drivers.jack_transport import timebase_callback
from liveengine.instruments.rack import Rack, look_ahead_frames
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.ring import raise_flag
from liveengine.sequencer.state import State


class JackDriver:
    """Turns the crank by the JACK server's frames.

    `make` is called with the server's rate and returns the state and the rack to play; `outputs` names MIDI
    ports 1, 2, … . Raises OSError, in words a player understands, where there is no JACK. `lost` says why the
    server is gone, and is empty while it is there.
    """

    name = "jack"

    def __init__(
        self,
        make: Callable[[float], tuple[State, Rack]],
        outputs: Sequence[str] = ("midi_out",),
        inputs: Sequence[str] = ("midi_in",),
        client_name: str = "liveengine",
    ) -> None:
        self._callback = process_callback()
        self._binding = quiet_binding()
        self.client = _open_client(self._binding, client_name)
        self.lost = ""
        self.client.set_shutdown_callback(self._on_shutdown)
        self.rate = float(self.client.samplerate)
        self.state, self.rack = make(self.rate)
        self.memory = Jack.zeros()
        addresses = [self.state.address, self.rack.address, self.memory.address]
        self._handed = np.array(addresses, np.int64)  # what the callbacks get
        try:
            self.outputs = [self.client.midi_outports.register(name) for name in outputs[: PORTS - 1]]
            self.inputs = [self.client.midi_inports.register(name) for name in inputs[:IN_PORTS]]
            self.audio = [self.client.outports.register(name) for name in ("left", "right")]
        except self._binding.JackError as error:
            self.client.close()
            raise OSError(f"JACK refuses a port: {error}") from None
        self._hand_over()

    def _on_shutdown(self, _status: Any, reason: str) -> None:
        """Hear, on a thread of JACK's, that the server ends; nothing here may call JACK."""
        self.lost = f"the JACK server is gone ({reason or 'it gave no reason'})"

    def _hand_over(self) -> None:
        """Put the C handles where the callback finds them, and make it JACK's."""
        ffi, handles = self._binding._ffi, self.memory.handles

        def address(pointer: Any) -> int:
            return int(ffi.cast("intptr_t", pointer))

        handles[CLIENT] = address(self.client._ptr)
        handles[LEFT], handles[RIGHT] = (address(port._ptr) for port in self.audio)
        for index, port in enumerate(self.inputs):
            handles[IN + index] = address(port._ptr)
        for index, port in enumerate(self.outputs):
            handles[OUT + 1 + index] = address(port._ptr)
        self._binding._lib.jack_set_process_callback(
            self.client._ptr,
            ffi.cast("JackProcessCallback", self._callback.address),
            ffi.cast("void*", self._handed.ctypes.data),
        )

    def start(self) -> None:
        """Begin to turn."""
        raise_flag(self.memory.handles, RUNNING, 1)
        try:
            self.client.activate()
        except self._binding.JackError as error:
            raise OSError(f"JACK does not let us play: {error}") from None

    def keep_to_transport(self) -> None:
        """Start, stop and jump with JACK's transport from now on, at its tempo where it has one."""
        self.memory.handles[FOLLOWS] = 1

    def lead_transport(self, take: bool = False) -> bool:
        """Lead JACK's transport from now on: bars, beats and tempo are ours, and it starts, stops and jumps with us.

        Returns False, and leads nothing, where another client is its timebase master already; with `take` that
        one loses it.
        """
        ffi = self._binding._ffi
        refused = self._binding._lib.jack_set_timebase_callback(
            self.client._ptr,
            not take,
            ffi.cast("JackTimebaseCallback", timebase_callback().address),
            ffi.cast("void*", self._handed.ctypes.data),
        )
        if refused:
            return False
        self.memory.told[PLACE] = -1  # Wherever it is now, it is sent to where we are.
        self.memory.handles[LEADS] = 1
        return True

    def present(self) -> int:
        """Return the frame that sounds now, as nearly as JACK can tell."""
        low = int(self.client.frame_time)
        high = int(self.memory.counts[FRAMES_HIGH])
        return high + low

    def wake(self) -> None:
        """Do nothing: the next period takes every command."""

    def now(self) -> int:
        """Return the first frame that is not rendered yet."""
        return max(0, int(self.state.transport[0]["until"]))

    def connect_audio(self) -> int:
        """Connect left and right to the first two physical outputs; return how many connections that made."""
        playback = self.client.get_ports(is_audio=True, is_input=True, is_physical=True)
        return sum(self._connect(ours, theirs) for ours, theirs in zip(self.audio, playback, strict=False))

    def connect_midi(self, output: int, wanted: Callable[[str], bool]) -> list[str]:
        """Connect MIDI port `output` (from 1) to every JACK input whose name is `wanted`; return their names."""
        ours = self.outputs[output - 1]
        found = [
            port
            for port in self.client.get_ports(is_midi=True, is_input=True)
            if wanted(port.name) and not port.name.startswith(f"{self.client.name}:")
        ]
        return [port.name for port in found if self._connect(ours, port)]

    def connect_inputs(self) -> list[str]:
        """Connect every physical MIDI input to ours; return their names."""
        found = self.client.get_ports(is_midi=True, is_output=True, is_physical=True)
        return [port.name for port in found if self._connect(port, self.inputs[0])]

    def connect_loop(self) -> bool:
        """Connect our first MIDI output to our first input."""
        return self._connect(self.outputs[0], self.inputs[0])

    def connect_input(self, number: int, wanted: Callable[[str], bool]) -> list[str]:
        """Connect every JACK output whose name is `wanted` to input port `number` (from 0); return their names."""
        found = [
            port
            for port in self.client.get_ports(is_midi=True, is_output=True)
            if wanted(port.name) and not port.name.startswith(f"{self.client.name}:")
        ]
        return [port.name for port in found if self._connect(port, self.inputs[number])]

    @property
    def rack_ms(self) -> float:
        """How much later than MIDI of the same frame the built-in instruments leave this client."""
        return 1000.0 * look_ahead_frames(self.rate) / self.rate

    def heard_by(self, output: int) -> dict[str, float]:
        """Return which JACK ports hear MIDI port `output` (from 1), or the instruments (0), and how late each sounds.

        In ms, as JACK says it of them: it tells of our own ports only some time after a connection.
        """
        ours = self.audio if output == 0 else [self.outputs[output - 1]]
        found = [port for one in ours for port in self.client.get_all_connections(one)]
        return {port.name: 1000.0 * playback_frames(self._binding, port) / self.rate for port in found}

    def fed_by(self, number: int) -> dict[str, float]:
        """Return which JACK ports feed input port `number` (from 0), and how late what they bring is, in ms."""
        found = self.client.get_all_connections(self.inputs[number])
        return {port.name: 1000.0 * capture_frames(self._binding, port) / self.rate for port in found}

    def _connect(self, source: Any, destination: Any) -> bool:
        """Connect two ports; say whether they are, for either may have gone meanwhile, and the server too."""
        try:
            self.client.connect(source, destination)
        except self._binding.JackError:
            return False
        return True

    def counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong since the start: its name in FAULTS, the port (-1: none's), how often."""
        counts = self.memory.counts
        yield "frames_missed", -1, int(counts[MISSED])
        yield "port_lost", -1, int(counts[OUT_FULL])
        yield "came_lost", -1, int(counts[CAME_LOST])

    def stop(self) -> None:
        """Leave the server; whoever wants silence has sent DO_STOP before."""
        raise_flag(self.memory.handles, RUNNING, 0)
        self.client.deactivate()
        self.client.close()


def _nothing(_text: Any) -> None:
    return None


@functools.cache
def _silence() -> Any:
    return callback(types.void(types.voidptr))(_nothing)


def quiet_binding() -> Any:
    """Return JACK-Client, with libjack's own complaints off the player's screen. Raises OSError without libjack."""
    import jack

    # Compiled, because libjack complains on any of its threads, and none of them may wait for the GIL.
    jack._lib.jack_set_error_function(jack._ffi.cast("void (*)(const char *)", _silence().address))
    return jack


def _open_client(binding: Any, name: str) -> Any:
    try:
        return binding.Client(name, no_start_server=True)
    except binding.JackOpenError:
        raise JackMissing("no JACK server is running (start one: jackd -d alsa, or PipeWire's pw-jack)") from None
