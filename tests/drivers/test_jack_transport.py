"""JACK's transport on a real server: another client's is followed to the sample, and ours is told to every client."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from turned import TEMPO

from liveengine.drivers.jack import JackDriver
from liveengine.instruments.rack import Rack, make_rack
from liveengine.music.event import NOTE_ON
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.rings import READ, WRITTEN
from liveengine.sequencer.records.sources import JACK
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

sys.path.insert(0, str(Path(__file__).parent.parent / "scenarios"))
from playing import RATE, jack

jack_client = pytest.importorskip("jack", reason="missing: libjack (Debian package libjack-jackd2-0)", exc_type=OSError)

PATIENCE_S = 20.0
PERIOD = 1024
METRE = Metre(7, 8)
FRAMES_A_TICK = RATE * 60 / TEMPO / TICKS_PER_BEAT
SIXTEENTHS = Bar.of([Note(i * TICKS_PER_SIXTEENTH, 60, gate=5000) for i in range(14)], METRE.bar_ticks)


def make(rate: float) -> tuple[State, Rack]:
    state = make_state(rate, TEMPO, METRE)
    write_slot(state, 0, SIXTEENTHS)
    do.push(state, do.DO_METRE, a=METRE.bar_ticks, b=METRE.beat_ticks)
    do.push(state, do.DO_ROUTE, 0, a=1, b=0)
    do.push(state, do.DO_LAUNCH, 0, a=0)
    do.push(state, do.DO_PREFER, a=JACK, b=1)
    return state, make_rack(rate)


@dataclass(frozen=True)
class Moment:
    """JACK's transport at the beginning of a period."""

    at: int
    rolling: bool
    place: dict[str, float]


class Witness:
    """Another JACK client: it sees the transport period by period, hears notes, and moves the transport."""

    def __init__(self) -> None:
        self.client = jack_client.Client("witness", no_start_server=True)
        self.moments: list[Moment] = []
        self.onsets: list[int] = []
        self._heard = self.client.midi_inports.register("heard")
        self.client.set_process_callback(self._on_period)
        self.client.activate()

    def _on_period(self, _frames: int) -> None:
        at = self.client.last_frame_time
        state, place = self.client.transport_query()
        self.moments.append(Moment(at, state == jack_client.ROLLING, place))
        for offset, data in self._heard.incoming_midi_events():
            if bytes(data)[0] & 0xF0 == NOTE_ON:
                self.onsets.append(at + offset)

    def locate(self, frame: int) -> None:
        self.client.transport_frame = frame

    @property
    def now(self) -> Moment:
        return self.moments[-1]

    def missed_any(self) -> bool:
        """Whether the server, or this witness, missed a period from the first that rolled on."""
        since = [moment.rolling for moment in self.moments].index(True)
        return bool(np.any(np.diff([moment.at for moment in self.moments[since:]]) != PERIOD))

    def rolled(self) -> list[Moment]:
        return [moment for moment in self.moments if moment.rolling]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        select.select([], [], [], 0.005)


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """A witness on a server with periods so long that a busy machine seldom misses one."""
    with jack() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        seen = Witness()
        until(lambda: bool(seen.moments), "the first period")
        yield seen
        seen.client.deactivate()
        seen.client.close()


@contextmanager
def driver() -> Iterator[JackDriver]:
    made = JackDriver(make, client_name="crank")
    try:
        yield made
    finally:
        made.stop()


def order(made: JackDriver, kind: int, **fields: float) -> None:
    do.push(made.state, kind, **fields)
    ends = made.state.command_ends
    until(lambda: ends[WRITTEN] == ends[READ], "the command is taken")


def hear(made: JackDriver) -> None:
    made.start()
    assert made.connect_midi(1, lambda name: name == "witness:heard") == ["witness:heard"]


def more_periods(witness: Witness, count: int) -> None:
    begin = len(witness.moments)
    until(lambda: len(witness.moments) >= begin + count, f"{count} periods")


# -- followed ------------------------------------------------------------------


def transport_frames(witness: Witness, onsets: list[int]) -> np.ndarray:
    """Where JACK's transport was at each onset."""
    starts = {moment.at: moment for moment in witness.moments}
    moments = [starts[at - (at - witness.moments[0].at) % PERIOD] for at in onsets]
    assert all(moment.rolling for moment in moments)
    return np.array([m.place["frame"] + at - m.at for m, at in zip(moments, onsets, strict=True)])


def is_on_the_grid(frames: np.ndarray) -> bool:
    """Whether every frame is the one nearest to a sixteenth of a song that begins at frame 0."""
    grid = TICKS_PER_SIXTEENTH * FRAMES_A_TICK
    return bool(np.all(np.abs(frames - np.rint(frames / grid) * grid) < 0.55))


def followed(witness: Witness) -> list[int]:
    """Let the witness start, locate and stop the transport; return when notes came."""
    witness.locate(0)
    begin = len(witness.onsets)
    with driver() as made:
        made.keep_to_transport()
        hear(made)
        more_periods(witness, 4)
        assert len(witness.onsets) == begin, "nothing sounds before JACK rolls"
        witness.moments.clear()
        witness.client.transport_start()
        until(lambda: len(witness.onsets) >= begin + 12, "notes")
        witness.locate(777_777)
        until(lambda: witness.now.rolling and witness.now.place["frame"] >= 777_777, "the jump")
        before = len(witness.onsets)
        until(lambda: len(witness.onsets) >= before + 12, "notes after the jump")
        witness.client.transport_stop()
        until(lambda: not witness.now.rolling, "the stop")
        more_periods(witness, 2)
        heard = len(witness.onsets)
        more_periods(witness, 10)
        assert len(witness.onsets) == heard, "nothing sounds while JACK stands"
    return witness.onsets[begin:]


def test_C10_another_client_starts_stops_and_locates_and_the_notes_keep_to_it_to_the_sample(witness):
    onsets = followed(witness)
    while witness.missed_any() and len(witness.onsets) < 200:
        onsets = followed(witness)  # Once more, where the server itself missed a period.
    frames = transport_frames(witness, onsets)
    assert is_on_the_grid(frames)
    assert frames[0] == 0 and frames[-1] > 777_777
    steps = np.diff(np.rint(frames / (TICKS_PER_SIXTEENTH * FRAMES_A_TICK)))
    assert np.count_nonzero(steps != 1) == 1, "no sixteenth twice or left out, but for the jump"


# -- led -----------------------------------------------------------------------


def ticks(place: dict[str, float]) -> float:
    """Where in the song bar, beat and tick say it is."""
    beat_ticks = place["ticks_per_beat"]
    beats = (place["bar"] - 1) * place["beats_per_bar"] + place["beat"] - 1
    return beats * beat_ticks + place["tick"]


def sounding(made: JackDriver, at: int) -> float:
    """Return the song tick that is heard at a frame, by the timeline as it is now."""
    transport = made.state.transport[0]
    run = transport["tick_origin"] + (at - transport["when_origin"]) / transport["unit_ticks"]
    return float(run - transport["song_origin"])


def rolls(witness: Witness) -> None:
    more_periods(witness, 4)
    until(lambda: witness.now.rolling, "JACK rolls")
    more_periods(witness, 4)


def test_it_tells_bar_beat_and_tempo_and_the_transport_starts_and_stops_with_it(witness):
    with driver() as made:
        hear(made)
        assert made.lead_transport()
        more_periods(witness, 3)
        assert not witness.now.rolling
        order(made, do.DO_START)
        rolls(witness)
        for moment in witness.rolled():
            assert abs(ticks(moment.place) - sounding(made, moment.at)) <= 1.0
            assert moment.place["beats_per_minute"] == pytest.approx(TEMPO * 2), "of the eighths that 7/8 counts"
            assert (moment.place["beats_per_bar"], moment.place["beat_type"]) == (7, 8)
        order(made, do.DO_STOP)
        until(lambda: not witness.now.rolling, "JACK stops")


def test_the_frames_of_the_transport_are_those_of_the_song(witness):
    with driver() as made:
        hear(made)
        assert made.lead_transport()
        order(made, do.DO_START)
        rolls(witness)
        if not witness.missed_any():
            for moment in witness.rolled():
                assert moment.place["frame"] == pytest.approx(sounding(made, moment.at) * FRAMES_A_TICK, abs=1)


def test_a_tempo_change_and_a_locate_are_told(witness):
    with driver() as made:
        hear(made)
        assert made.lead_transport()
        order(made, do.DO_START)
        rolls(witness)
        order(made, do.DO_TEMPO, x=90.0)
        more_periods(witness, 3)
        assert witness.now.rolling, "a tempo change does not stop it"
        assert witness.now.place["beats_per_minute"] == pytest.approx(180)
        moment = witness.now
        assert abs(ticks(moment.place) - sounding(made, moment.at)) <= 1.0
        order(made, do.DO_LOCATE, a=40 * METRE.bar_ticks)
        rolls(witness)
        moment = witness.now
        assert moment.place["bar"] == 41
        assert abs(ticks(moment.place) - sounding(made, moment.at)) <= 1.0
        order(made, do.DO_STOP)
        order(made, do.DO_LOCATE, a=2 * METRE.bar_ticks)
        until(lambda: not witness.now.rolling and witness.now.place.get("bar") == 3, "bar 3, standing")
        assert (witness.now.place["beat"], witness.now.place["tick"]) == (1, 0)


def test_another_master_keeps_its_place_unless_it_is_taken(witness):
    witness.client.set_timebase_callback(lambda *_: None)
    with driver() as made:
        hear(made)
        assert not made.lead_transport()
        order(made, do.DO_START)
        more_periods(witness, 4)
        assert not witness.now.rolling, "who does not lead starts nobody"
        assert made.lead_transport(take=True)
        rolls(witness)
        assert witness.now.place["bar"] >= 1
