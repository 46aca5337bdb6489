"""The rig where the system's timer turns the beat: MIDI ports of python-rtmidi or raw devices, and a sound card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from liveengine.drivers.audio import AudioDriver, device_rate
from liveengine.drivers.timer import TimerDriver
from liveengine.engine.spec import Patch
from liveengine.instruments.rack import make_rack
from liveengine.ports.names import matches
from liveengine.runtime.options import Options
from liveengine.runtime.outputs import DEFAULT_OUTPUT, Output
from liveengine.runtime.reopening import Reopening
from liveengine.runtime.wiring import Reach, miss
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.state import make_state


class TimerRig:
    """A thread that turns, its ports and its sound card, from their opening to `stop`."""

    def __init__(self, patch: Patch, patterns: list[str], options: Options, say: Callable[[str], None]) -> None:
        self.patterns = patterns
        self._options = options
        self._say = say
        self._listened_for = [options.sources.port, *(track.listen for track in patch.tracks)]
        self._is_silent = False
        state = make_state(TimerDriver.rate, patch.tempo_bpm, patch.metre, patch.seed)
        self.outputs = options.open_outputs(patterns, say)
        inputs = options.open_inputs(self._is_wanted, say)
        self.input_names = [heard.name for heard in inputs]
        fds = {number: output.fd for number, output in self.outputs.items()}
        self.driver = TimerDriver(state, fds, [heard.fd for heard in inputs])
        self._reopening = [
            Reopening("out", self.outputs, self.driver.connect, say),
            Reopening("in", dict(enumerate(inputs)), self.driver.connect_input, say),
        ]
        self.audio = self._put_up_audio() if options.audio else None

    @property
    def lost(self) -> str:
        """Nothing can stop the system's timer."""
        return ""

    def _is_wanted(self, name: str) -> bool:
        """Say whether anybody wants to hear a MIDI input: a mapping, a track, or the clock that is followed."""
        mapped = any(mapping.hears(name) for mapping in self._options.mappings)
        return mapped or any(pattern and matches(pattern, name) for pattern in self._listened_for)

    def _put_up_audio(self) -> AudioDriver | None:
        try:
            rate = device_rate()
            timer = self.driver.timer
            return AudioDriver(make_rack(rate), rate, timer.audio, timer.audio_ends)
        except OSError as error:
            self._say(f"no sound: {error}")
            return None

    def share_transport(self) -> None:
        """Tell that there is none here. Raises OSError where it was asked for and nothing else will do."""
        sources, lead = self._options.sources, self._options.lead
        if sources.has("jack"):
            miss(sources, "jack", "JACK's transport is followed where JACK turns the beat (--driver jack)", self._say)
        if lead:
            raise OSError(f"--lead {lead}: JACK's transport is led where JACK turns the beat (--driver jack)")

    def start(self) -> None:
        """Begin to turn, and to sound."""
        self.driver.start()
        if self.audio:
            try:
                self.audio.start()
            except OSError as error:
                self._say(str(error))
                self.audio = None

    def output_names(self) -> list[str]:
        """Return the name of each MIDI output, port 1 first."""
        names = [DEFAULT_OUTPUT, *(f"to_{pattern}" for pattern in self.patterns[1:])]
        return [self.outputs[port].name if port in self.outputs else name for port, name in enumerate(names, 1)]

    def reached(self) -> list[Reach]:
        """Return what the instruments, and then every MIDI port, reach."""
        sound = Reach({self.audio.name: self.audio.device_ms}, self.audio.rack_ms) if self.audio else Reach()
        ports = range(1, len(self.patterns) + 1)
        names = [self.outputs[port].name if port in self.outputs else "" for port in ports]
        return [sound, *(Reach({name: 0.0}) for name in names)]

    def open(self, pattern: str) -> Output | None:
        """Open an output while the set plays; None where that cannot be, which is told. Any thread may."""
        if len(self.patterns) >= PORTS - 1:
            return None
        return self._options.open_outputs([pattern], self._say).get(1)

    def add(self, opened: Mapping[str, Output]) -> None:
        """Take in outputs that were opened, by pattern; each gets the next port."""
        for pattern, output in opened.items():
            if pattern not in self.patterns:
                self.patterns.append(pattern)
                self.outputs[len(self.patterns)] = output
                self.driver.connect(len(self.patterns), output.fd)

    def look(self, now_s: float) -> None:
        """Tell when the sound is gone, and when it is back (F7); open again what has died."""
        was_silent, self._is_silent = self._is_silent, self.audio is not None and self.audio.is_lost(now_s)
        if self._is_silent and not was_silent:
            self._say("the sound is gone: its device, or the JACK server behind it, has stopped; MIDI plays on")
        elif was_silent and not self._is_silent:
            self._say("the sound is back")
        for ports in self._reopening:
            ports.look()

    def counted(self) -> Iterator[tuple[str, int, int]]:
        """Return what went wrong, as drivers do."""
        if self.audio and not self._is_silent:
            yield from self.driver.counted()
            yield from self.audio.counted()
        else:  # Nobody listens to the instruments.
            yield from (fault for fault in self.driver.counted() if fault[0] != "sound_lost")

    def stop(self) -> None:
        """End the thread, the sound and every port; whoever wants silence has seen to it before."""
        self.driver.stop()
        if self.audio:
            self.audio.stop()
        for ports in self._reopening:
            ports.close()
