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
from liveengine.engine.clock import Sources
from liveengine.engine.compensation import Latency, Waits
from liveengine.engine.engine import Engine
from liveengine.engine.events import Event, FaultsTold, LinkTold, MidiCame, PatchLoaded
from liveengine.engine.mapping import Mapping
from liveengine.engine.orders import LoadPatch, Report, ReportAll, Say, SharePlaying, ShareTempo, TakesOver, Told
from liveengine.engine.spec import Patch
from liveengine.instruments.rack import Rack, make_rack
from liveengine.ports.link import LinkPeer
from liveengine.ports.names import matches
from liveengine.ports.osc import OscServer
from liveengine.priority import lock_memory
from liveengine.runtime import faults, telemetry
from liveengine.runtime.faults import Faults
from liveengine.runtime.generation import GeneratorThread
from liveengine.runtime.inference import PATIENCE_S, load_models
from liveengine.runtime.inputs import Input, open_inputs
from liveengine.runtime.outputs import DEFAULT_OUTPUT, Output, open_outputs, port_patterns, track_ports
from liveengine.runtime.patches import PatchRead, PatchReader
from liveengine.runtime.postponed import Postponed
from liveengine.runtime.recorder import Recorder
from liveengine.runtime.reopening import Reopening
from liveengine.runtime.rewiring import left_alone, ports_of, rewired
from liveengine.runtime.session import Session
from liveengine.runtime.wiring import Reach, latencies, miss, wire_inputs, wire_ports, wire_waits
from liveengine.sequencer.commands import DO_PANIC, DO_STOP, push
from liveengine.sequencer.records.ports import EXPRESS, PORTS
from liveengine.sequencer.records.rings import READ, WRITTEN
from liveengine.sequencer.slots import drain_inbox
from liveengine.sequencer.state import State, make_state

DEFAULT_INPUT = "midi_in"

#: What `Options.lead` may say: JACK's transport is led where nobody else does, or is taken over.
LEAD = "jack"
TAKE = "jack:take"

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
    sources: Sources = field(default_factory=Sources)  # whose time is kept, the best first
    lead: str = ""  # LEAD or TAKE: JACK's transport does as we do
    watch: bool = True  # read the patch again whenever its file is saved
    seed: int | None = None  # another than any patch's
    measured: dict[str, float] = field(default_factory=dict)  # how late this machine's outputs sound, ms by name
    # The doors: python-rtmidi's, unless a program opens its own (`ports.virtual`).
    open_outputs: Callable[[list[str], Callable[[str], None]], dict[int, Output]] = open_outputs
    open_inputs: Callable[[Callable[[str], bool], Callable[[str], None]], list[Input]] = open_inputs


class Stage:
    """A live set from `start` to `stop`. `say` gets every remark for the player, from any thread.

    Raises OSError, in one clear line, where what was asked for by name is not there, and ValueError where the
    patch wants more than there can be.
    """

    def __init__(self, patch: Patch, options: Options, say: Callable[[str], None]) -> None:
        self.patch = self._first = patch
        self._say = say
        self.inbox: queue.SimpleQueue[Event | PatchRead] = queue.SimpleQueue()
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
        self._faults = Faults()
        self._is_silent = False
        self._postponed = Postponed()
        self._reopening: list[Reopening] = []
        self._measured_s = 0.0
        self._latencies: list[Latency] = []
        self._waits = Waits((), (), 0.0)
        self._trusted: set[str] = set()  # outputs whose measured latency the player has been told of
        self._running = threading.Event()
        self._patterns = port_patterns(patch)
        self._names = [DEFAULT_OUTPUT, *(f"to_{pattern}" for pattern in self._patterns[1:])]
        if len(self._patterns) >= PORTS:
            wanted = len(self._patterns) - 1
            raise ValueError(f"{patch.path}: names {wanted} MIDI outputs for tracks and clock; {PORTS - 2} at most")
        self.driver: JackDriver | TimerDriver = self._put_up_driver()
        self.engine = Engine(patch, options.mappings, track_ports(patch, self._patterns), options.sources)
        self.generator = GeneratorThread(self.inbox.put, load_models(patch, say, PATIENCE_S))
        self.session = Session(self.engine, self.driver.state, self.generator.request, self._tell, self.driver.wake)
        self.reader: PatchReader | None = None
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
        self._wanted = list(dict.fromkeys([self._options.sources.port, *(track.listen for track in self.patch.tracks)]))
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
        self._reopening = [
            Reopening("out", self.outputs, driver.connect, self.say),
            Reopening("in", dict(enumerate(self.inputs)), driver.connect_input, self.say),
        ]
        if self._options.audio:
            try:
                rate = device_rate()
                self.audio = AudioDriver(make_rack(rate), rate, driver.timer.audio, driver.timer.audio_ends)
            except OSError as error:
                self.say(f"no sound: {error}")
        return driver

    def _is_wanted(self, name: str) -> bool:
        """Say whether anybody wants to hear a MIDI input: a mapping, a track, or the clock that is followed."""
        patterns = [self._options.sources.port, *(track.listen for track in self.patch.tracks)]
        mapped = any(mapping.hears(name) for mapping in self._options.mappings)
        return mapped or any(pattern and matches(pattern, name) for pattern in patterns)

    def start(self) -> None:
        """Open the doors, and play as soon as the first bars are there."""
        self._open_osc()
        self._running.set()
        driver = self.driver
        self.session.begin()
        if isinstance(driver, JackDriver):
            self.input_names = [f"from_{DEFAULT_INPUT}", *(f"from_{pattern}" for pattern in self._wanted)]
        else:
            self.input_names = [heard.name for heard in self.inputs]
        wire_ports(driver.state, self.patch, self._patterns)
        wire_inputs(driver.state, self.patch, self._options.sources, self.input_names, self.say)
        lock_memory()  # Now, for locking holds up every thread that touches a fresh page, the driver's too.
        self._share_transport()
        driver.start()
        if isinstance(driver, JackDriver):
            self._connect_jack(driver)
        if self.audio:
            self._start_audio(self.audio)
        self._align()
        if self._options.sources.has("link"):
            self._join_link()
        self._control.start()
        self.reader = PatchReader(
            self.patch,
            self.inbox.put,
            self.say,
            self._options.watch,
            self._options.seed,
            self._open_port,
            lambda: self._patterns,
            lambda: self.generator.models,
        )

    def _open_port(self, pattern: str) -> Output | None:
        """Open an output while the set plays; None where that cannot be, which is told."""
        if isinstance(self.driver, JackDriver) or len(self._patterns) >= PORTS - 1:
            return None
        return self._options.open_outputs([pattern], self.say).get(1)

    def _take_in(self, read: PatchRead) -> None:
        """Let a patch that was read take over at the next bar line. The control thread alone calls this."""
        for pattern, output in read.opened.items():
            if isinstance(self.driver, TimerDriver) and pattern not in self._patterns:
                self._patterns.append(pattern)
                self._names.append(f"to_{pattern}")
                self.outputs[len(self._patterns)] = output
                self.driver.connect(len(self._patterns), output.fd)
        self.generator.add(read.models)
        ports = ports_of(read.patch, self._patterns, self.say)
        wiring = rewired(self.patch, read.patch, self._patterns, [*read.opened], self.input_names)
        for words in left_alone(self._first, read.patch, self._patterns, self.input_names):
            self.say(words)
        self.session.feed(PatchLoaded(read.patch, ports, tuple(wiring)))

    def _share_transport(self) -> None:
        """Follow JACK's transport, or lead it, where that is asked for."""
        sources, lead = self._options.sources, self._options.lead
        if isinstance(self.driver, JackDriver):
            if sources.has("jack"):
                self.driver.keep_to_transport()
            if lead and not self.driver.lead_transport(take=lead == TAKE):
                self.say(f"--lead {lead}: another client leads JACK's transport (--lead {TAKE} takes it over)")
            return
        if sources.has("jack"):
            miss(sources, "jack", "JACK's transport is followed where JACK turns the beat (--driver jack)", self.say)
        if lead:
            raise OSError(f"--lead {lead}: JACK's transport is led where JACK turns the beat (--driver jack)")

    def _join_link(self) -> None:
        try:
            self.link = LinkPeer(self.patch.tempo_bpm, self.patch.metre.beats, self._hear_link)
        except OSError as error:
            miss(self._options.sources, "link", str(error), self.say)

    def _align(self) -> None:
        """Let every output wait for the slowest; again whenever what they reach, or what it reports, has changed."""
        reached = self._reached()
        found = latencies(self._first, self._patterns, reached, self._options.measured)
        if found == self._latencies:
            return
        self._latencies = found
        self._waits = wire_waits(self.driver.state, found)
        measured = {name: ms for reach in reached for name, ms in reach.measured(self._options.measured).items()}
        for name in sorted(measured.keys() - self._trusted):
            self.say(f"{name} sounds {measured[name]:.2f} ms late, as litmus measured it; the others wait for it")
        self._trusted |= measured.keys()

    def _reached(self) -> list[Reach]:
        """Return what the instruments, and then every MIDI port, reach."""
        driver, ports = self.driver, range(1, len(self._patterns) + 1)
        if isinstance(driver, JackDriver):
            return [Reach(driver.heard_by(0), driver.rack_ms), *(Reach(driver.heard_by(port)) for port in ports)]
        sound = Reach({self.audio.name: self.audio.device_ms}, self.audio.rack_ms) if self.audio else Reach()
        names = [self.outputs[port].name if port in self.outputs else "" for port in ports]
        return [sound, *(Reach({name: 0.0}) for name in names)]

    def _hear_link(self, beat: float, tempo_bpm: float, playing: bool, peers: int) -> None:
        self.inbox.put(LinkTold(beat, tempo_bpm, playing, self.driver.present(), peers))

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

    def _tell(self, told: Told) -> None:
        match told:
            case Say(text):
                self.say(text)
            case LoadPatch(name) if self.reader:
                self.reader.load(name)
            case TakesOver(patch):
                self.patch = patch
                self.recorder.expect(patch)
            case ShareTempo(tempo_bpm) if self.link:
                self.link.set_tempo(tempo_bpm)
            case SharePlaying(playing) if self.link:
                self.link.set_playing(playing)
            case Report() if self.osc:
                self.osc.tell(told)
            case ReportAll() if self.osc:
                self.osc.tell_all(told)

    def _run(self) -> None:
        """The control thread: whatever comes, in order. An error is counted, told and survived."""
        while self._running.is_set():
            try:
                event = self.inbox.get(timeout=min(LOOK_S, self._postponed.next_s(time.monotonic())))
            except queue.Empty:
                event = None
            now_s = time.monotonic()
            if isinstance(event, PatchRead) or not self._postponed.take(event, now_s):
                self._look(event)
            for due in self._postponed.due(now_s):
                self._look(due)

    def _look(self, event: Event | PatchRead | None) -> None:
        try:
            if isinstance(event, PatchRead):
                self._take_in(event)
            elif event is not None:
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
        names = ["instruments", *self._output_names()]
        late = zip(names, self._latencies, self._waits.notes_ms, strict=False)
        extra = {
            "latencies_ms": {name: {"sounds_late": found.notes_ms, "waits": wait_ms} for name, found, wait_ms in late},
            "bars": max(0, self.engine.bar + 1),
            "errors": self.errors,
            "unknown_inputs": self.engine.unknown,
            "faults": {faults.name_of(place): count for place, count in self._count().items()},
        }
        ports = telemetry.counts(self.driver.state, self._output_names(), self.input_names)
        return telemetry.as_json(self.driver.state, self._options.sources, self.driver.name, ports, extra)

    def _measure(self) -> None:
        """Tell now and then how the clock and the ports do, and what goes wrong."""
        now_s = time.monotonic()
        if now_s - self._measured_s < MEASURE_S:
            return
        self._measured_s = now_s
        if not self.lost:
            self._align()
        state = self.driver.state
        self.session.feed(telemetry.clock(state, self._options.sources))
        self.session.feed(telemetry.traffic(state, self._output_names(), self.input_names))
        counts = self._count()
        self.session.feed(FaultsTold(faults.words(counts)))
        for news in self._faults.news(counts, now_s):
            self.say(news)
        self._listen(now_s)
        for ports in self._reopening:
            ports.look()

    def _listen(self, now_s: float) -> None:
        """Tell when the sound is gone, and when it is back (F7)."""
        was_silent, self._is_silent = self._is_silent, self.audio is not None and self.audio.is_lost(now_s)
        if self._is_silent and not was_silent:
            self.say("the sound is gone: its device, or the JACK server behind it, has stopped; MIDI plays on")
        elif was_silent and not self._is_silent:
            self.say("the sound is back")

    def _output_names(self) -> list[str]:
        """Return the name of each MIDI output, port 1 first."""
        return [self.outputs[port].name if port in self.outputs else name for port, name in enumerate(self._names, 1)]

    def _count(self) -> dict[faults.Place, int]:
        """Return how often each thing went wrong."""
        counted = [*faults.of_data_plane(self.driver.state), *self.driver.counted()]
        if self.audio and not self._is_silent:
            counted += self.audio.counted()
        else:
            counted = [fault for fault in counted if fault[0] != "sound_lost"]  # Nobody listens to the instruments.
        counted += [
            ("commands_lost", -1, self.session.lost),
            ("osc_garbage", -1, self.osc.garbage if self.osc else 0),
            ("osc_crowded", -1, self._postponed.crowded),
        ]
        return faults.by_place(counted, self._output_names())

    # -- taking down -------------------------------------------------------

    def stop(self) -> None:
        """End every note, stop every thread, and write the recording."""
        if self.reader:
            self.reader.close()
        self._running.clear()
        if self._control.is_alive():
            self._control.join(2.0)
        if self.link:
            self.link.close()  # Before the driver goes, which it asks for the instant.
        # From here on this thread is the control thread.
        push(self.driver.state, DO_STOP)
        push(self.driver.state, DO_PANIC)
        self.driver.wake()
        self._wait_for_silence()
        self._look(None)
        self.driver.stop()
        if self.audio:
            self.audio.stop()
        for ports in self._reopening:
            ports.close()
        if self.osc:
            self.osc.close()
        self.generator.close()
        self.recorder.save()
        if self.recorder.problem:
            self.say(f"the recording could not be written: {self.recorder.problem}")

    def _wait_for_silence(self) -> None:
        """Wait until the last command is taken, and until no note waits in a lane."""
        state = self.driver.state
        deadline = time.monotonic() + SILENCE_S
        while not self.lost and time.monotonic() < deadline:
            waiting = state.lanes["count"]
            taken = state.command_ends[WRITTEN] == state.command_ends[READ]
            if taken and not waiting[:PORTS].any() and not waiting[EXPRESS:].any():
                break
            time.sleep(0.002)
        time.sleep(FADE_S)
