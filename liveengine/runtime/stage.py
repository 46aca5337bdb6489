"""The stage: every thread and process of a live set, put up and taken down in order.

The control thread owns the session. Ports and generators only put events
into its inbox; the driver turns the data plane by itself.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from liveengine.drivers.audio import AudioDriver, device_rate
from liveengine.drivers.jack import JackDriver
from liveengine.drivers.timer import TimerDriver
from liveengine.engine.engine import Engine
from liveengine.engine.events import Event, LinkTold, MidiCame
from liveengine.engine.mapping import Mapping
from liveengine.engine.orders import Report, Say
from liveengine.engine.spec import OutputSpec, Patch
from liveengine.instruments.rack import Rack, look_ahead_frames, make_rack
from liveengine.ports.link import LinkPeer
from liveengine.ports.names import matches
from liveengine.ports.osc import OscServer
from liveengine.priority import lock_memory
from liveengine.runtime import telemetry
from liveengine.runtime.clock import Clock
from liveengine.runtime.generation import GeneratorThread
from liveengine.runtime.inference import PATIENCE_S, load_models
from liveengine.runtime.inputs import Input, open_inputs
from liveengine.runtime.outputs import DEFAULT_OUTPUT, Output, open_outputs, port_patterns, track_ports
from liveengine.runtime.recorder import Recorder
from liveengine.runtime.session import Session
from liveengine.runtime.wiring import output_specs, wire_inputs, wire_outputs
from liveengine.sequencer.commands import DO_PANIC, DO_STOP, push
from liveengine.sequencer.slots import drain_inbox
from liveengine.sequencer.state import PORTS, State, make_state

DEFAULT_INPUT = "midi_in"

#: How often the control thread looks at the log and at JACK's inbox when nothing wakes it.
LOOK_S = 0.004

#: How often clients are told of the clock and the ports.
MEASURE_S = 0.25

#: Time for the data plane to end every note before the driver stops, and for the rack to fade.
SILENCE_S = 1.0
FADE_S = 0.08


@dataclass(frozen=True, slots=True)
class Options:
    """How a set is to be played."""

    driver: str = "auto"
    audio: bool = True
    osc: tuple[str, int] | None = None  # None: no OSC
    osc_needed: bool = False  # a taken port is an error, not a remark
    record: Path | None = None
    telemetry: Path | None = None  # where to write down how time was kept
    mappings: Sequence[Mapping] = field(default_factory=tuple)
    clock: Clock = field(default_factory=Clock)
    measured: Sequence[OutputSpec] = ()  # what is known of this machine's outputs
    # The doors: python-rtmidi's, unless a program opens its own (`ports.virtual`).
    open_outputs: Callable[[list[str], Callable[[str], None]], dict[int, Output]] = open_outputs
    open_inputs: Callable[[Callable[[str], bool], Callable[[str], None]], list[Input]] = open_inputs


class Stage:
    """A live set from `start` to `stop`. `say` gets every remark for the player, from any thread.

    Raises OSError, in one clear line, where what was asked for by name is not there, and ValueError where the
    patch wants more than there can be.
    """

    def __init__(self, patch: Patch, options: Options, say: Callable[[str], None]) -> None:
        self.patch = patch
        self._say = say
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.recorder = Recorder(patch, options.record)
        self.errors = 0
        self.outputs: dict[int, Output] = {}
        self.inputs: list[Input] = []
        self.audio: AudioDriver | None = None
        self.osc: OscServer | None = None
        self.link: LinkPeer | None = None
        self.input_names: list[str] = []
        self._wanted: list[str] = []
        self._options = options
        self._measured_s = 0.0
        self._running = threading.Event()
        self._patterns = port_patterns(patch)
        self._names = [DEFAULT_OUTPUT, *(f"to_{pattern}" for pattern in self._patterns[1:])]
        if len(self._patterns) >= PORTS:
            wanted = len(self._patterns) - 1
            raise ValueError(f"{patch.path}: names {wanted} MIDI outputs for tracks and clock; {PORTS - 2} at most")
        self.driver: JackDriver | TimerDriver = self._put_up_driver()
        self.engine = Engine(
            patch, options.mappings, track_ports(patch, self._patterns), waits=options.clock.kind in ("midi", "jack")
        )
        self.generator = GeneratorThread(self.inbox.put, load_models(patch, say, PATIENCE_S))
        self.session = Session(self.engine, self.driver.state, self.generator.request, self._tell, self.driver.wake)
        self._control = threading.Thread(target=self._run, name="control", daemon=True)

    # -- putting up --------------------------------------------------------

    def _make(self, rate: float) -> tuple[State, Rack]:
        patch = self.patch
        return make_state(rate, patch.tempo_bpm, patch.metre, patch.seed), make_rack(rate)

    def _put_up_driver(self) -> JackDriver | TimerDriver:
        if self._options.driver in ("auto", "jack"):
            try:
                return self._put_up_jack()
            except OSError:
                if self._options.driver == "jack":
                    raise
        return self._put_up_timer()

    def _put_up_jack(self) -> JackDriver:
        # A port of ours for each input that is wanted by name; the player's connections decide what it hears.
        self._wanted = list(dict.fromkeys([self._options.clock.port, *(track.listen for track in self.patch.tracks)]))
        self._wanted = [pattern for pattern in self._wanted if pattern]
        inputs = [DEFAULT_INPUT, *(f"from_{pattern}" for pattern in self._wanted)]
        return JackDriver(self._make, self._names, inputs)

    def _put_up_timer(self) -> TimerDriver:
        patch = self.patch
        state = make_state(TimerDriver.rate, patch.tempo_bpm, patch.metre, patch.seed)
        self.outputs = self._options.open_outputs(self._patterns, self.say)
        self.inputs = self._options.open_inputs(self._is_wanted, self.say)
        driver = TimerDriver(
            state,
            {number: output.fd for number, output in self.outputs.items()},
            [heard.fd for heard in self.inputs],
        )
        if self._options.audio:
            try:
                rate = device_rate()
                self.audio = AudioDriver(make_rack(rate), rate, driver.timer.audio, driver.timer.audio_ends)
            except OSError as error:
                self.say(f"no sound: {error}")
        return driver

    def _is_wanted(self, name: str) -> bool:
        """Say whether anybody wants to hear a MIDI input: a mapping, a track, or the clock that is followed."""
        patterns = [self._options.clock.port, *(track.listen for track in self.patch.tracks)]
        mapped = any(mapping.hears(name) for mapping in self._options.mappings)
        return mapped or any(pattern and matches(pattern, name) for pattern in patterns)

    def start(self) -> None:
        """Open the doors, and play as soon as the first bars are there."""
        self._open_osc()
        self._running.set()
        driver = self.driver
        self.session.begin()
        specs = output_specs(self.patch, self._patterns, self._options.measured)
        if isinstance(driver, JackDriver):
            self.input_names = [f"from_{DEFAULT_INPUT}", *(f"from_{pattern}" for pattern in self._wanted)]
        else:
            self.input_names = [heard.name for heard in self.inputs]
        wire_outputs(driver.state, self.patch, specs, self._sound_ms())
        wire_inputs(driver.state, self.patch, self._options.clock, self.input_names, self.say)
        lock_memory()  # Now, for locking holds up every thread that touches a fresh page, the driver's too.
        if isinstance(driver, JackDriver) and self._options.clock.kind == "jack":
            driver.keep_to_transport()
        driver.start()
        if isinstance(driver, JackDriver):
            self._connect_jack(driver)
        if self.audio:
            self._start_audio(self.audio)
        if self._options.clock.kind == "link":
            self.link = LinkPeer(self.patch.tempo_bpm, self.patch.metre.beats, self._hear_link)
        self._control.start()

    def _sound_ms(self) -> float:
        """Return how much later than a MIDI message at the same tick the built-in instruments are heard, in ms."""
        if isinstance(self.driver, JackDriver):
            return 1000.0 * look_ahead_frames(self.driver.rate) / self.driver.rate
        return self.audio.latency_ms if self.audio else 0.0

    def _hear_link(self, beat: float, tempo_bpm: float, playing: bool, _peers: int) -> None:
        self.inbox.put(LinkTold(beat, tempo_bpm, playing, self.driver.present()))

    def _open_osc(self) -> None:
        if self._options.osc is None:
            return
        try:
            self.osc = OscServer(self.inbox.put, *self._options.osc)
        except OSError as error:
            if self._options.osc_needed:
                raise
            self.say(str(error))

    def _start_audio(self, audio: AudioDriver) -> None:
        try:
            audio.start()
        except OSError as error:
            self.say(str(error))
            self.audio = None

    def _connect_jack(self, driver: JackDriver) -> None:
        if self._options.audio:
            driver.connect_audio()
        for number, pattern in enumerate(self._patterns[1:], 2):
            if not driver.connect_midi(number, partial(matches, pattern)):
                self.say(f'MIDI out: no JACK port called "{pattern}"')
        driver.connect_inputs()
        for number, pattern in enumerate(self._wanted, 1):
            if not driver.connect_input(number, partial(matches, pattern)):
                self.say(f'MIDI in: no JACK port called "{pattern}" yet; connect one to liveengine:from_{pattern}')

    # -- playing -----------------------------------------------------------

    @property
    def lost(self) -> str:
        """Why nothing turns the beat any more; empty while all is well."""
        return self.driver.lost if isinstance(self.driver, JackDriver) else ""

    def say(self, text: str) -> None:
        """Tell the player something in words, on the screen and over OSC. Any thread may."""
        self._say(text)
        if self.osc:
            self.osc.tell(Report("/engine/remark", text))

    def _tell(self, told: Report | Say) -> None:
        if isinstance(told, Say):
            self.say(told.text)
            return
        if self.link and told.address == "/transport/tempo":
            self.link.set_tempo(float(told.value))
        if self.osc:
            self.osc.tell(told)

    def _run(self) -> None:
        """The control thread: whatever comes, in order. An error is counted, told and survived."""
        while self._running.is_set():
            try:
                self._look(self.inbox.get(timeout=LOOK_S))
            except queue.Empty:
                self._look(None)

    def _look(self, event: Event | None) -> None:
        try:
            if event is not None:
                self.session.feed(event)
            for came in drain_inbox(self.driver.state):
                data = bytes((came["b0"], came["b1"], came["b2"]))[: came["size"]]
                self.session.feed(MidiCame(self.input_names[came["port"]], data), came["when"] / self.driver.rate)
            self._measure()
            self.recorder.take(self.session.read_log())
            self.recorder.save_now_and_then()
        except Exception as error:  # the show goes on
            self.errors += 1
            self.say(f"the engine stumbled over {type(event).__name__}: {error!r}")

    def telemetry(self) -> str:
        """Return how time was kept, as JSON."""
        extra = {"bars": max(0, self.engine.bar + 1), "errors": self.errors, "unknown_inputs": self.engine.unknown}
        return telemetry.as_json(self.driver.state, self._options.clock, self.driver.name, extra)

    def _measure(self) -> None:
        """Tell now and then how the clock and the ports do."""
        now_s = time.monotonic()
        if now_s - self._measured_s < MEASURE_S:
            return
        self._measured_s = now_s
        state = self.driver.state
        outputs = [
            self.outputs[port].name if port in self.outputs else name for port, name in enumerate(self._names, 1)
        ]
        self.session.feed(telemetry.clock(state, self._options.clock))
        self.session.feed(telemetry.traffic(state, outputs, self.input_names))

    # -- taking down -------------------------------------------------------

    def stop(self) -> None:
        """End every note, stop every thread, and write the recording."""
        self._running.clear()
        if self._control.is_alive():
            self._control.join(2.0)
        # From here on this thread is the control thread.
        push(self.driver.state, DO_STOP)
        push(self.driver.state, DO_PANIC)
        self.driver.wake()
        self._wait_for_silence()
        self._look(None)
        self.driver.stop()
        if self.audio:
            self.audio.stop()
        for heard in self.inputs:
            heard.close()
        for output in self.outputs.values():
            output.close()
        if self.link:
            self.link.close()
        if self.osc:
            self.osc.close()
        self.generator.close()
        self.recorder.save()
        if self.recorder.problem:
            self.say(f"the recording could not be written: {self.recorder.problem}")

    def _wait_for_silence(self) -> None:
        ends = self.driver.state.command_ends
        deadline = time.monotonic() + SILENCE_S
        while ends[0] != ends[8] and not self.lost and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(FADE_S)
