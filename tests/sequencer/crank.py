"""What every test of the data plane needs: a state with patterns in it, and a way to turn the crank."""

from __future__ import annotations

from liveengine.music.note import Bar
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import Metre
from liveengine.sequencer import commands
from liveengine.sequencer.agenda import is_current, order_of, what_of
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

RATE = 48_000.0


def data_plane(
    bars: list[Bar],
    tempo: float = 120.0,
    seed: int = 0,
    metre: Metre | None = None,
    readings: list[Reading] | None = None,
) -> State:
    """Return a data plane at 48 kHz, its clock at 0, with `bars` in its first slots, each read as `readings` say."""
    state = make_state(RATE, tempo, metre, seed)
    for slot, bar in enumerate(bars):
        write_slot(state, slot, bar, readings[slot] if readings else PLAIN_READING)
    begin(state, 0)
    return state


def order(state: State, word: str, **fields: float) -> None:
    """Push the command DO_<word>."""
    assert commands.push(state, getattr(commands, f"DO_{word.upper()}"), **fields)


def awaited(state: State) -> int:
    """How many entries of the agenda still mean something."""
    entries = state.agenda[: state.transport[0]["agenda_count"]]
    ranked = ((int(entry["rank"]), int(entry["stamp"])) for entry in entries)
    return sum(bool(is_current(state, order_of(rank), what_of(rank), stamp)) for rank, stamp in ranked)


def play_until(state: State, until: int) -> list[tuple[int, int, int, tuple[float, ...]]]:
    """Render and deliver up to `until`; return (when, port, track, bytes) of every event in order.

    Of a sound's control the bytes are its number and its value.
    """
    sent = []
    while True:
        render(state, state.transport[0]["until"], until)
        count = deliver(state, int(state.transport[0]["until"]))
        for event in state.due[:count]:
            data: tuple[float, ...] = tuple(int(event[name]) for name in ("b0", "b1", "b2"))[: event["size"]]
            if event["size"] == 0:
                data = (int(event["b1"]), float(event["value"]))
            sent.append((int(event["when"]), int(event["port"]), int(event["track"]), data))
        if state.transport[0]["until"] >= until:
            return sent
