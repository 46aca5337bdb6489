"""The rig where JACK turns the beat: a JACK port of ours for each output and input, and the sound in the same callback.

What each is connected to is the player's affair; what a patch names is connected at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from liveengine.drivers.audio import AudioDriver
from liveengine.drivers.jack import JackDriver
from liveengine.engine.spec import Patch
from liveengine.instruments.rack import Rack, make_rack
from liveengine.ports.names import matches
from liveengine.runtime.options import TAKE, Options
from liveengine.runtime.outputs import DEFAULT_OUTPUT, Output
from liveengine.runtime.wiring import Reach
from liveengine.sequencer.state import State, make_state

DEFAULT_INPUT = "midi_in"


class JackRig:
    """A client of JACK's, from the opening of its ports to `stop`. Raises OSError where JACK does not run."""

    def __init__(self, patch: Patch, patterns: list[str], options: Options, say: Callable[[str], None]) -> None:
        self.patterns = patterns
        self.outputs: dict[int, Output] = {}  # None but JACK's ports …
        self.audio: AudioDriver | None = None  # … and its own callback.
        self._options = options
        self._say = say
        self._output_names = [DEFAULT_OUTPUT, *(f"to_{pattern}" for pattern in patterns[1:])]
        # A port of ours for each input that is wanted by name; the player's connections decide what it hears.
        wanted = dict.fromkeys([options.sources.port, *(track.listen for track in patch.tracks)])
        self._wanted = [pattern for pattern in wanted if pattern]
        ports = [DEFAULT_INPUT, *(f"from_{pattern}" for pattern in self._wanted)]
        self.input_names = [f"from_{DEFAULT_INPUT}", *ports[1:]]

        def make(rate: float) -> tuple[State, Rack]:
            return make_state(rate, patch.tempo_bpm, patch.metre, patch.seed), make_rack(rate)

        self.driver = JackDriver(make, self._output_names, ports)

    @property
    def lost(self) -> str:
        """Why nothing turns the beat any more; empty while all is well."""
        return self.driver.lost

    def share_transport(self) -> None:
        """Follow JACK's transport, or lead it, where that is asked for."""
        lead = self._options.lead
        if self._options.sources.has("jack"):
            self.driver.keep_to_transport()
        if lead and not self.driver.lead_transport(take=lead == TAKE):
            self._say(f"--lead {lead}: another client leads JACK's transport (--lead {TAKE} takes it over)")

    def start(self) -> None:
        """Begin to turn, and connect what the patch names."""
        driver = self.driver
        driver.start()
        if self._options.audio:
            driver.connect_audio()
        for number, pattern in enumerate(self.patterns[1:], 2):
            if not driver.connect_midi(number, partial(matches, pattern)):
                self._say(f'MIDI out: no JACK port called "{pattern}"')
        driver.connect_inputs()
        for number, pattern in enumerate(self._wanted, 1):
            if not driver.connect_input(number, partial(matches, pattern)):
                self._say(f'MIDI in: no JACK port called "{pattern}" yet; connect one to liveengine:from_{pattern}')

    def output_names(self) -> list[str]:
        """Return the name of each MIDI output, port 1 first."""
        return self._output_names

    def reached(self) -> list[Reach]:
        """Return what the instruments, and then every MIDI port, reach."""
        driver, ports = self.driver, range(1, len(self.patterns) + 1)
        return [Reach(driver.heard_by(0), driver.rack_ms), *(Reach(driver.heard_by(port)) for port in ports)]

    def open(self, _pattern: str) -> Output | None:
        """Open no output while the set plays: it would need memory that the callback holds."""
        return None

    def add(self, opened: Mapping[str, Output]) -> None:
        """Take in none, since none can be opened."""

    def look(self, now_s: float) -> None:
        """Look after no port: they are JACK's."""

    def counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong, as drivers do."""
        return self.driver.counted()

    def stop(self) -> None:
        """Leave JACK; whoever wants silence has seen to it before."""
        self.driver.stop()
