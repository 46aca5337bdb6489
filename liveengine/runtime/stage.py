"""The stage: every thread and process of a live set, put up and taken down in order.

The control thread owns the session. Ports and generators only put events
into its inbox; the driver turns the data plane by itself.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

from liveengine.drivers.jack import JackDriver
from liveengine.drivers.timer import TimerDriver
from liveengine.engine.engine import Engine
from liveengine.engine.events import Event, LinkTold, MidiCame, PatchLoaded
from liveengine.engine.orders import LoadPatch, Report, ReportAll, Say, SharePlaying, ShareTempo, TakesOver, Told
from liveengine.engine.spec import Patch
from liveengine.ports.link import LinkPeer
from liveengine.ports.osc import OscServer
from liveengine.priority import lock_memory
from liveengine.runtime.alignment import Alignment
from liveengine.runtime.generation import GeneratorThread
from liveengine.runtime.inference import PATIENCE_S, load_models
from liveengine.runtime.monitor import Monitor
from liveengine.runtime.options import Options
from liveengine.runtime.outputs import track_ports
from liveengine.runtime.patches import PatchRead, PatchReader
from liveengine.runtime.postponed import Postponed
from liveengine.runtime.precision import Precisions
from liveengine.runtime.recorder import Recorder
from liveengine.runtime.rewiring import left_alone, ports_of, rewired
from liveengine.runtime.rig import put_up
from liveengine.runtime.session import Session
from liveengine.runtime.wiring import miss, wire_inputs, wire_ports
from liveengine.sequencer.commands import DO_PANIC, DO_STOP, push
from liveengine.sequencer.draining import drain_inbox
from liveengine.sequencer.records.ports import EXPRESS, PORTS
from liveengine.sequencer.records.rings import READ, WRITTEN

#: How often the control thread looks at the log and at JACK's inbox when nothing wakes it.
LOOK_S = 0.004

#: Time for the data plane to end every note before the driver stops, and for the rack to fade.
SILENCE_S = 1.0
FADE_S = 0.08


class Stage:
    """A live set from `start` to `stop`. `say` gets every remark for the player, from any thread.

    Raises OSError, in one clear line, where what was asked for by name is not there, and ValueError where the
    patch wants more than there can be.
    """

    def __init__(self, patch: Patch, options: Options, say: Callable[[str], None]) -> None:
        self.patch = self._first = patch
        self._options = options
        self._say = say
        self.inbox: queue.SimpleQueue[Event | PatchRead] = queue.SimpleQueue()
        self.recorder = Recorder(patch, options.record)
        self.errors = 0
        self.osc: OscServer | None = None
        self.link: LinkPeer | None = None
        self.reader: PatchReader | None = None
        self._postponed = Postponed()
        self._running = threading.Event()
        self.rig = rig = put_up(patch, options, self.say)
        self.driver: JackDriver | TimerDriver = rig.driver
        self.engine = Engine(patch, options.mappings, track_ports(patch, rig.patterns), options.sources)
        self._precisions = Precisions(options.precision)
        self.generator = GeneratorThread(
            self.inbox.put, load_models(patch, say, PATIENCE_S, precisions=self._precisions)
        )
        self._precisions.settle()
        self.session = Session(self.engine, rig.driver.state, self.generator.request, self._tell, rig.driver.wake)
        self._alignment = Alignment(patch, rig, options.measured, self.say)
        self._monitor = Monitor(rig, self._alignment, options.sources, self._counted, self.session.feed, self.say)
        self._control = threading.Thread(target=self._run, name="control", daemon=True)

    # -- putting up --------------------------------------------------------

    def start(self) -> None:
        """Open the doors, and play as soon as the first bars are there."""
        rig, sources = self.rig, self._options.sources
        self._open_osc()
        self._running.set()
        self.session.begin()
        wire_ports(rig.driver.state, self.patch, rig.patterns)
        wire_inputs(rig.driver.state, self.patch, sources, rig.input_names, self.say)
        lock_memory()  # Now, for locking holds up every thread that touches a fresh page, the driver's too.
        rig.share_transport()
        rig.start()
        self._alignment.look()
        if sources.has("link"):
            self._join_link()
        self._control.start()
        self.reader = PatchReader(
            self.patch,
            self.inbox.put,
            self.say,
            self._options.watch,
            self._options.seed,
            rig.open,
            lambda: rig.patterns,
            lambda: self.generator.models,
            self._precisions,
        )

    def _open_osc(self) -> None:
        if self._options.osc is None:
            return
        try:
            self.osc = OscServer(self.inbox.put, *self._options.osc)
        except OSError as error:
            if self._options.osc_needed:
                raise
            self.say(str(error))

    def _join_link(self) -> None:
        try:
            self.link = LinkPeer(self.patch.tempo_bpm, self.patch.metre.beats, self._hear_link)
        except OSError as error:
            miss(self._options.sources, "link", str(error), self.say)

    def _hear_link(self, beat: float, tempo_bpm: float, playing: bool, peers: int) -> None:
        self.inbox.put(LinkTold(beat, tempo_bpm, playing, self.driver.present(), peers))

    # -- playing -----------------------------------------------------------

    @property
    def lost(self) -> str:
        """Why nothing turns the beat any more; empty while all is well."""
        return self.rig.lost

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
                self.session.feed(MidiCame(self.rig.input_names[came["port"]], data), came["when"] / self.driver.rate)
            self._monitor.look()
            self.recorder.take(self.session.read_log())
            self.recorder.save_now_and_then()
        except Exception as error:  # the show goes on
            self.errors += 1
            self.say(f"the engine stumbled over {type(event).__name__}: {error!r}")

    def _take_in(self, read: PatchRead) -> None:
        """Let a patch that was read take over at the next bar line. The control thread alone calls this."""
        patterns, inputs = self.rig.patterns, self.rig.input_names
        self.rig.add(read.opened)
        self.generator.add(read.models)
        ports = ports_of(read.patch, patterns, self.say)
        wiring = rewired(self.patch, read.patch, patterns, [*read.opened], inputs)
        for words in left_alone(self._first, read.patch, patterns, inputs):
            self.say(words)
        self.session.feed(PatchLoaded(read.patch, ports, tuple(wiring)))

    def _counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong on the way to the data plane, as drivers do."""
        yield "commands_lost", -1, self.session.lost
        yield "osc_garbage", -1, self.osc.garbage if self.osc else 0
        yield "osc_crowded", -1, self._postponed.crowded

    def telemetry(self) -> str:
        """Return how time was kept, as JSON."""
        bars = max(0, self.engine.bar + 1)
        played = {"bars": bars, "errors": self.errors, "unknown_inputs": self.engine.unknown}
        return self._monitor.as_json({**played, "models": self._precisions.taken})

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
        self.rig.stop()
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
