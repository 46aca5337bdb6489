"""`liveengine litmus`: how a port pair keeps time, measured by listening to ourselves.

Notes go out of one port and come back by a cable, a loop in JACK, or a
device's thru; each is stamped as it is rendered and as it comes in. With
`--audio` a click is played and heard instead. The verdict names its targets.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from liveengine.drivers.jack import JackDriver
from liveengine.drivers.jack_memory import JackMissing
from liveengine.drivers.timer import TimerDriver
from liveengine.instruments.rack import Rack, make_rack
from liveengine.music.event import INSTRUMENTS, NOTE_ON
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.ports.names import matches
from liveengine.ports.receiver import Receiver
from liveengine.ports.sender import Sender
from liveengine.runtime import measured
from liveengine.sequencer import outlet
from liveengine.sequencer.commands import DO_LAUNCH, DO_ROUTE, DO_START, DO_STOP, push
from liveengine.sequencer.slots import drain_inbox, drain_log, write_slot
from liveengine.sequencer.state import State, make_state

TEMPO_BPM = 150.0

PROGRESS = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())

#: What a stage can live with: players rate a steady 10 ms like none, but a wavering of 3 ms as worse (Jack et al.).
ROUND_TRIP_MS = 10.0
JITTER_MS = 3.0

#: Pitches go up one by one, so that a lost note is told from a late one.
PITCHES = 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured. Times are of the whole round, out and in again, in µs."""

    out: str
    back: str
    rate_hz: float
    sent: int
    received: int
    median_us: float
    jitter_us: float  # from the 1st to the 99th percentile
    worst_us: float  # furthest from the median
    delays_us: tuple[float, ...] = field(repr=False)

    @property
    def problems(self) -> list[str]:
        """Name every target that was missed."""
        found = []
        if self.received < self.sent:
            found.append(f"{self.sent - self.received} of {self.sent} notes did not come back")
        if self.median_us > 1000 * ROUND_TRIP_MS:
            found.append(f"the round trip takes {self.median_us / 1000:.1f} ms (target {ROUND_TRIP_MS:g} ms)")
        if self.jitter_us > 1000 * JITTER_MS:
            found.append(f"it wavers by {self.jitter_us / 1000:.2f} ms (target {JITTER_MS:g} ms)")
        return found


def judge(out: str, back: str, rate: float, sent: dict[int, int], came: dict[int, int]) -> Verdict:
    """Compare instants by note number, in units of a clock of `rate` a second.

    Raises OSError where nothing came back.
    """
    delays = np.array([came[n] - sent[n] for n in sent if n in came], float) * 1e6 / rate
    if delays.size == 0:
        raise OSError(f"nothing came back from {out} to {back}: is the cable in?")
    low, middle, high = np.percentile(delays, [1, 50, 99])
    worst = float(np.abs(delays - middle).max())
    return Verdict(out, back, rate, len(sent), delays.size, float(middle), float(high - low), worst, tuple(delays))


def _set_up(state: State, port: int) -> None:
    """Let track 1 send sixteenths to a port, each of another pitch."""
    notes = [Note(i * TICKS_PER_SIXTEENTH, 32 + i, gate=TICKS_PER_SIXTEENTH // 2) for i in range(PITCHES)]
    write_slot(state, 0, Bar.of(notes, PITCHES * TICKS_PER_SIXTEENTH))
    push(state, DO_ROUTE, 0, a=port, b=0)
    push(state, DO_LAUNCH, 0, a=0)
    push(state, DO_START)


class _Ears:
    """Keeps what was sent and what came back, each note under its running number."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.sent: dict[int, int] = {}
        self.came: dict[int, int] = {}

    def listen(self) -> None:
        for record in drain_log(self._state):
            if record["kind"] == outlet.SENT and record["port"] != INSTRUMENTS and record["b0"] & 0xF0 == NOTE_ON:
                self.sent[len(self.sent)] = int(record["when"])
        for event in drain_inbox(self._state):
            if event["b0"] & 0xF0 == NOTE_ON and event["b2"] > 0:
                number = self._number(int(event["b1"]), int(event["when"]))
                if number is not None:
                    self.came.setdefault(number, int(event["when"]))

    def _number(self, pitch: int, when: int) -> int | None:
        """Return which of the notes that were sent this is: the latest of its pitch that was sent before."""
        fitting = [n for n, at in self.sent.items() if 32 + n % PITCHES == pitch and at <= when]
        return fitting[-1] if fitting else None


def measure_jack(out: str, back: str, seconds: float, progress: Callable[[float], None]) -> Verdict:
    """Measure on JACK; empty names loop our own ports. Raises OSError where there is no JACK, or no such port."""

    def make(rate: float) -> tuple[State, Rack]:
        return make_state(rate, TEMPO_BPM), make_rack(rate)

    driver = JackDriver(make, client_name="liveengine-litmus")
    try:
        driver.start()
        if out and not driver.connect_midi(1, partial(matches, out)):
            raise OSError(f'no JACK port called "{out}" to send to')
        if back and not driver.connect_input(0, partial(matches, back)):
            raise OSError(f'no JACK port called "{back}" to hear')
        if not out and not back:
            driver.connect_loop()
        return _run(driver, out or "midi_out", back or "midi_in", seconds, progress)
    finally:
        driver.stop()


def measure_rtmidi(out: str, back: str, seconds: float, progress: Callable[[float], None]) -> Verdict:
    """Measure through python-rtmidi. Raises OSError where there is no such port."""
    sender, receiver = Sender(out, "litmus_out"), Receiver(back, "litmus_in")
    driver = TimerDriver(make_state(tempo_bpm=TEMPO_BPM), {1: sender.fd}, [receiver.fd])
    try:
        driver.start()
        return _run(driver, sender.name, receiver.name, seconds, progress)
    finally:
        driver.stop()
        sender.close()
        receiver.close()


def _run(
    driver: JackDriver | TimerDriver, out: str, back: str, seconds: float, progress: Callable[[float], None]
) -> Verdict:
    ears = _Ears(driver.state)
    _set_up(driver.state, 1)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        time.sleep(0.02)
        ears.listen()
        progress(passed / seconds)
    push(driver.state, DO_STOP)
    driver.wake()
    time.sleep(0.3)  # the last ones are on their way
    ears.listen()
    return judge(out, back, driver.rate, ears.sent, ears.came)


# -- telling ---------------------------------------------------------------


def in_words(verdict: Verdict) -> str:
    """Say what was measured, with a histogram, and the verdict."""
    frames = verdict.rate_hz / 1e6
    lines = [
        f"{verdict.out} → {verdict.back}: {verdict.received} of {verdict.sent} notes came back",
        f"round trip {verdict.median_us / 1000:.3f} ms"
        + (f" ({verdict.median_us * frames:.0f} samples)" if verdict.rate_hz < 1e6 else ""),
        f"jitter {verdict.jitter_us:.0f} µs (1st to 99th percentile), worst {verdict.worst_us:.0f} µs from the median",
        "",
    ]
    counts, edges = histogram(verdict)
    most = max(counts)
    for count, low, high in zip(counts, edges, edges[1:], strict=False):
        lines.append(f"{low:+9.0f} … {high:+9.0f} µs {'█' * math.ceil(48 * count / most)} {count}")
    lines += ["", *(f"✗ {problem}" for problem in verdict.problems)]
    if not verdict.problems:
        lines.append(f"✓ within {ROUND_TRIP_MS:g} ms and a wavering of {JITTER_MS:g} ms")
    return "\n".join(lines)


def histogram(verdict: Verdict, bins: int = 11) -> tuple[list[int], list[float]]:
    """Return how many delays lie in each of `bins` equal steps around the median, and the steps' edges in µs."""
    away: NDArray[np.float64] = np.array(verdict.delays_us) - verdict.median_us
    reach = max(verdict.worst_us, 1.0)
    counts, edges = np.histogram(away, bins, (-reach, reach))
    return counts.tolist(), edges.tolist()


def to_json(verdict: Verdict) -> str:
    """Return everything that was measured."""
    return json.dumps({**asdict(verdict), "problems": verdict.problems}, indent=1)


def to_svg(verdict: Verdict) -> str:
    """Draw the histogram."""
    counts, edges = histogram(verdict, 41)
    most = max(counts)
    bars = "".join(
        f'<rect x="{40 + 14 * i}" y="{230 - 190 * count / most:.1f}" width="12" height="{190 * count / most:.1f}"/>'
        for i, count in enumerate(counts)
    )
    title = f"{verdict.out} → {verdict.back}: {verdict.median_us / 1000:.3f} ms ± {verdict.jitter_us / 2000:.3f} ms"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="660" height="280" font-family="sans-serif" font-size="13">'
        f'<rect width="660" height="280" fill="#fff"/><text x="40" y="24" font-size="15">{_escaped(title)}</text>'
        f'<g fill="#2a7">{bars}</g><path d="M40 230h574" stroke="#333"/>'
        f'<text x="40" y="250">{edges[0]:+.0f} µs</text><text x="327" y="250" text-anchor="middle">median</text>'
        f'<text x="614" y="250" text-anchor="end">{edges[-1]:+.0f} µs</text>'
        f'<text x="40" y="270">{verdict.received} notes; tallest bar {most}</text></svg>'
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def main(arguments: argparse.Namespace) -> int:
    """Measure, tell, and return 0, or 1 where a target was missed. Raises OSError where it could not be measured."""
    with Progress(*PROGRESS, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("listening", total=1.0)
        verdict = measure(
            arguments.driver,
            arguments.out,
            arguments.back,
            arguments.seconds,
            lambda done: bar.update(task, completed=done),
        )
    print(in_words(verdict))
    if arguments.json:
        arguments.json.write_text(to_json(verdict))
    if arguments.picture:
        arguments.picture.write_text(to_svg(verdict))
    latency_ms = verdict.median_us / 2000.0
    if arguments.store:
        measured.store(arguments.out, latency_ms)
        print(f'kept {latency_ms:.2f} ms as the latency of "{arguments.out}" in {measured.MEASURED}')
    elif arguments.out:
        print(f'--store keeps half of it, {latency_ms:.2f} ms, as the latency of "{arguments.out}"')
    return 1 if verdict.problems else 0


def measure(driver: str, out: str, back: str, seconds: float, progress: Callable[[float], None]) -> Verdict:
    """Measure on the driver that is asked for; `auto` is JACK where it runs."""
    if driver == "auto":
        try:
            return measure_jack(out, back, seconds, progress)
        except JackMissing:
            return measure_rtmidi(out, back, seconds, progress)
    return (measure_jack if driver == "jack" else measure_rtmidi)(out, back, seconds, progress)


assert PITCHES * TICKS_PER_SIXTEENTH % TICKS_PER_BEAT == 0 and 32 + PITCHES <= 128
