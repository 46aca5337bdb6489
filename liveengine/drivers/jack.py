"""The JACK driver: a compiled process callback, sample-exact MIDI in and out, and the built-in instruments.

The callback renders the sequencer over the very frames of the period, so
that each event is written at its own sample, and plays the rack over the
same frames. Python only makes ports and connections, through JACK-Client.
"""

from __future__ import annotations

import ctypes.util
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import llvmlite.binding
import numpy as np
from numba import types
from numpy.typing import NDArray

from liveengine.compiled import callback, compiled
from liveengine.drivers.memory import address_of, address_table, array_at, pointer_to, tuple_at
from liveengine.instruments.play import play
from liveengine.instruments.rack import RACK_LAYOUT, Rack
from liveengine.music.event import EVENT, INSTRUMENTS
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.longs import copy_message, message_size
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.ring import load_acquire, raise_flag
from liveengine.sequencer.state import IN_PORTS, LAYOUT, PORTS, State
from liveengine.sequencer.steering import keep_to_transport

# Places in `handles`.
CLIENT = 0
LEFT = 1
RIGHT = 2
RUNNING = 3
TRANSPORT = 4  # 1: keep to JACK's transport
IN = 8
OUT = 16
assert IN + IN_PORTS <= OUT

# Places in `counts`.
CYCLES = 0
MISSED = 1  # frames the server skipped (xruns)
OUT_FULL = 2  # events that found a port's buffer full
CAME_LOST = 6  # messages beyond what a period can bring
LONG = 3  # messages over three bytes, which are not taken
FRAMES_HIGH = 4  # the frame clock's upper bits
LAST_FRAME = 5


#: Messages that a period can bring.
CAME_SIZE = 512


class JackMissing(OSError):
    """There is no JACK library, or no server."""


class Jack(NamedTuple):
    """What the callback works with, besides the sequencer and the rack."""

    handles: NDArray[np.int64]
    counts: NDArray[np.int64]
    peak: NDArray[np.float64]
    came: NDArray[Any]  # EVENTs that came in this period
    found: NDArray[Any]  # room for one jack_midi_event_t
    position: NDArray[Any]  # … and one jack_position_t


# struct jack_midi_event_t {jack_nframes_t time; size_t size; jack_midi_data_t *buffer;}
_MIDI_EVENT = np.dtype([("time", "u4"), ("pad", "u4"), ("size", "u8"), ("buffer", "i8")])

# struct jack_position_t, packed, as far as it is read: the bar, beat and tick stand in it when `valid` has _BBT.
_POSITION = np.dtype(
    [
        ("unique_1", "u8"), ("usecs", "u8"), ("frame_rate", "u4"), ("frame", "u4"), ("valid", "u4"),
        ("bar", "i4"), ("beat", "i4"), ("tick", "i4"), ("bar_start_tick", "f8"), ("beats_per_bar", "f4"),
        ("beat_type", "f4"), ("ticks_per_beat", "f8"), ("beats_per_minute", "f8"), ("rest", "u1", (128,)),
    ]
)  # fmt: skip
_BBT = 0x10
_ROLLING = 1

JACK_LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("handles", OUT + PORTS, np.dtype(np.int64)),
    ("counts", 8, np.dtype(np.int64)),
    ("peak", 1, np.dtype(np.float64)),
    ("came", CAME_SIZE, EVENT),
    ("found", 1, _MIDI_EVENT),
    ("position", 1, _POSITION),
)

_state_at = tuple_at(State, LAYOUT)
_rack_at = tuple_at(Rack, RACK_LAYOUT)
_jack_at = tuple_at(Jack, JACK_LAYOUT)
_addresses_at = array_at(np.int64)
_bytes_at = array_at(np.uint8)
_samples_at = array_at(np.float32)
_TABLE_SIZE = len(LAYOUT) + len(RACK_LAYOUT) + len(JACK_LAYOUT)

_last_frame_time = types.ExternalFunction("jack_last_frame_time", types.uint32(types.voidptr))
_get_buffer = types.ExternalFunction("jack_port_get_buffer", types.voidptr(types.voidptr, types.uint32))
_clear = types.ExternalFunction("jack_midi_clear_buffer", types.void(types.voidptr))
_reserve = types.ExternalFunction("jack_midi_event_reserve", types.voidptr(types.voidptr, types.uint32, types.uint64))
_transport_query = types.ExternalFunction("jack_transport_query", types.int32(types.voidptr, types.voidptr))
_count_in = types.ExternalFunction("jack_midi_get_event_count", types.uint32(types.voidptr))
_get_in = types.ExternalFunction("jack_midi_event_get", types.int32(types.voidptr, types.voidptr, types.uint32))


def load_library() -> None:
    """Make libjack's functions known to compiled code. Raises OSError where there is no libjack."""
    name = ctypes.util.find_library("jack")
    if name is None:
        raise JackMissing("there is no JACK library here (Debian: apt install libjack-jackd2-0)")
    llvmlite.binding.load_library_permanently(name)


@compiled
def _begin_of_period(j: Jack) -> int:
    """Return the frame at which this period begins, in 64 bits where JACK counts in 32."""
    low = int(_last_frame_time(pointer_to(j.handles[CLIENT])))
    if low < j.counts[LAST_FRAME]:
        j.counts[FRAMES_HIGH] += 1 << 32
    j.counts[LAST_FRAME] = low
    return j.counts[FRAMES_HIGH] + low


@compiled
def _gather(j: Jack, start: int, frames: int) -> int:
    """Copy what came in on all ports into `came`, the earliest first; return how many.

    Before any output is cleared: a port of ours that is connected to another of ours shares its buffer.
    """
    count = 0
    for port in range(IN_PORTS):
        if j.handles[IN + port] == 0:
            continue
        buffer = _get_buffer(pointer_to(j.handles[IN + port]), np.uint32(frames))
        for index in range(_count_in(buffer)):
            if _get_in(j.found.ctypes, buffer, np.uint32(index)) != 0:
                continue
            size = int(j.found[0].size)
            if not 1 <= size <= 3:
                j.counts[LONG] += 1
            elif count < CAME_SIZE:
                _insert(j, count, port, start + int(j.found[0].time), size)
                count += 1
            else:
                j.counts[CAME_LOST] += 1
    return count


@compiled
def _insert(j: Jack, count: int, port: int, when: int, size: int) -> None:
    """Put the message in `found` among the first `count` that came, by its time."""
    place = count
    while place > 0 and j.came[place - 1].when > when:
        j.came[place] = j.came[place - 1]
        place -= 1
    data = _bytes_at(j.found[0].buffer, 3)
    event = j.came[place]
    event.when = when
    event.port = port
    event.size = size
    event.b0 = data[0]
    event.b1 = data[1] if size > 1 else 0
    event.b2 = data[2] if size > 2 else 0


@compiled
def _send(s: State, j: Jack, count: int, start: int, done: int, frames: int) -> None:
    """Write what is due into the MIDI ports, each event at its sample."""
    for i in range(count):
        event = s.due[i]
        handle = j.handles[OUT + event.port]
        if event.port == INSTRUMENTS or handle == 0:
            continue
        buffer = _get_buffer(pointer_to(handle), np.uint32(frames))
        offset = min(max(event.when - start, done), frames - 1)
        size = message_size(s, event)
        place = address_of(_reserve(buffer, np.uint32(offset), np.uint64(size)))
        if place == 0:
            j.counts[OUT_FULL] += 1
            continue
        copy_message(s, event, _bytes_at(place, size))


@compiled
def _advance(
    s: State, rack: Rack, j: Jack, left: NDArray[Any], right: NDArray[Any], start: int, upto: int, frames: int
) -> None:
    """Render up to frame `upto` of the period: MIDI into the ports, the rack into `left` and `right`."""
    done = min(s.transport[0].until - start, upto)
    while done < upto:
        render(s, start + done, start + upto)
        end = min(s.transport[0].until - start, upto)
        count = deliver(s, start + end)
        _send(s, j, count, start, done, frames)
        play(rack, s.due, count, start + done, left[done:end], right[done:end], end - done)
        done = end


@compiled
def _period(s: State, rack: Rack, j: Jack, frames: int) -> None:
    start = _begin_of_period(j)
    left = _samples_at(address_of(_get_buffer(pointer_to(j.handles[LEFT]), np.uint32(frames))), frames)
    right = _samples_at(address_of(_get_buffer(pointer_to(j.handles[RIGHT]), np.uint32(frames))), frames)
    count = _gather(j, start, frames)
    for port in range(1, PORTS):
        if j.handles[OUT + port] != 0:
            _clear(_get_buffer(pointer_to(j.handles[OUT + port]), np.uint32(frames)))
    if load_acquire(j.handles, RUNNING) == 0:
        left[:] = 0.0
        right[:] = 0.0
        return
    if s.transport[0].until < 0:
        begin(s, start)
    _skip(s, j, start)
    if j.handles[TRANSPORT] == 1:
        _keep_to_transport(s, j, start)
    # Up to each message's sample, then to the period's end.
    for i in range(count + 1):
        _advance(s, rack, j, left, right, start, j.came[i].when - start if i < count else frames, frames)
        if i < count:
            m = j.came[i]
            receive(s, int(m.port), m.when, int(m.size), int(m.b0), int(m.b1), int(m.b2))
    for i in range(frames):
        j.peak[0] = max(j.peak[0], abs(left[i]), abs(right[i]))
    j.counts[CYCLES] += 1


@compiled
def _keep_to_transport(s: State, j: Jack, start: int) -> None:
    """Do as JACK's transport does. Without bars and beats of a timebase, its frames are counted at our own tempo."""
    state = _transport_query(pointer_to(j.handles[CLIENT]), j.position.ctypes)
    p = j.position[0]
    tempo_bpm = s.transport[0].own_tempo_bpm
    if p.valid & _BBT and p.beats_per_minute > 0.0 and p.beat_type > 0.0:
        beats = (p.bar - 1) * p.beats_per_bar + (p.beat - 1) + p.tick / p.ticks_per_beat
        tempo_bpm = p.beats_per_minute * 4.0 / p.beat_type
        song = beats * 4.0 / p.beat_type * TICKS_PER_BEAT
    else:
        song = p.frame / s.transport[0].rate * tempo_bpm / 60.0 * TICKS_PER_BEAT
    keep_to_transport(s, state == _ROLLING, int(song + 0.5), float(start), min(max(tempo_bpm, 20.0), 400.0))


@compiled
def _skip(s: State, j: Jack, start: int) -> None:
    """Account for frames that the server skipped: an empty window tells `render` of the stall."""
    missed = start - s.transport[0].until
    if missed > 0:
        j.counts[MISSED] += missed
        render(s, start, start)


def _on_period(frames: int, pointer: Any) -> int:
    table = _addresses_at(address_of(pointer), _TABLE_SIZE)
    s = _state_at(table, 0)
    rack = _rack_at(table, len(LAYOUT))
    j = _jack_at(table, len(LAYOUT) + len(RACK_LAYOUT))
    _period(s, rack, j, int(frames))
    return 0


@functools.cache
def process_callback() -> Any:
    """Compile the JackProcessCallback. Raises OSError where there is no libjack."""
    load_library()
    return callback(types.int32(types.uint32, types.voidptr))(_on_period)


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
        self._binding = _binding()
        self.client = _open_client(self._binding, client_name)
        self.lost = ""
        self.client.set_shutdown_callback(self._on_shutdown)
        self.rate = float(self.client.samplerate)
        self.state, self.rack = make(self.rate)
        self.memory = Jack(*(np.zeros(size, dtype) for _, size, dtype in JACK_LAYOUT))
        self._table = address_table(self.state, self.rack, self.memory)
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
            ffi.cast("void*", self._table.ctypes.data),
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
        self.memory.handles[TRANSPORT] = 1

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

    def _connect(self, source: Any, destination: Any) -> bool:
        """Connect two ports; say whether they are, for either may have gone meanwhile, and the server too."""
        try:
            self.client.connect(source, destination)
        except self._binding.JackError:
            return False
        return True

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


def _binding() -> Any:
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
