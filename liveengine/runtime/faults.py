"""Faults: what goes wrong on stage is counted where it happens, and said here in a sentence once it grows.

A fault that goes on is said again, but not before some time has passed: the
player has other things to read.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from liveengine.sequencer.state import State

#: So long nothing more is said of a fault.
QUIET_S = 10.0

#: What is counted, by name, and how it is said; empty where something else has said it by then.
FAULTS = {
    "refused": "the sequencer could not take a command",
    "commands_lost": "the sequencer takes no more commands; some were lost",
    "inbox_lost": "messages that came in found nobody to hear them",
    "came_lost": "more messages came in at once than can be heard",
    "log_lost": "so much was played at once that screen and recording miss some of it",
    "notes_cut_short": "a note was ended early, or left out, since too many sound",
    "wire_overloads": "more to send than the cable carries; notes come late, and controllers are thinned",
    "wire_thinned": "",
    "port_lost": "messages were lost, for the port takes none; its notes are ended as soon as it does",
    "sound_lost": "the built-in instruments missed messages",
    "underflows": "the sound had a gap, for the machine was too slow",
    "frames_missed": "",
    "osc_garbage": "an OSC packet could not be read",
    "osc_crowded": "too much waits for its time tag; an OSC message was done at once",
}

#: A fault and the port it is of, empty where it is no port's.
Place = tuple[str, str]


def of_data_plane(state: State) -> Iterator[tuple[str, int, int]]:
    """Return what the data plane counted since the start: the fault's name, the port (-1: none's), how often."""
    transport = state.transport[0]
    yield "refused", -1, int(transport["refused"])
    yield "inbox_lost", -1, int(transport["inbox_lost"])
    yield "log_lost", -1, int(transport["log_lost"])
    yield "notes_cut_short", -1, int(transport["stolen"])
    for port, wire in enumerate(state.wires):
        yield "wire_overloads", port, int(wire["overloads"])
        yield "wire_thinned", port, int(wire["thinned"])


def by_place(counted: Iterable[tuple[str, int, int]], outputs: Sequence[str]) -> dict[Place, int]:
    """Return the counts by fault and output's name (`outputs` begin with port 1); of ports only those with any."""
    names = ("the instruments", *(f"MIDI out {name}" for name in outputs))
    return {(name, "" if port < 0 else names[port]): count for name, port, count in counted if port < 0 or count > 0}


def words(counts: Mapping[Place, int]) -> str:
    """Return all faults that there were, one a line: name=count, or name of a port=count."""
    return "\n".join(f"{name_of(place)}={count}" for place, count in counts.items() if count > 0)


def name_of(place: Place) -> str:
    """Return a fault's name and the port it is of, in one."""
    fault, port = place
    return f"{fault} of {port}" if port else fault


class Faults:
    """Remembers what has been said."""

    def __init__(self) -> None:
        self._said: dict[Place, tuple[int, float]] = {}

    def news(self, counts: Mapping[Place, int], now_s: float) -> Iterator[str]:
        """Return what is to be said of the faults that have grown, at an instant in seconds."""
        for (fault, port), count in counts.items():
            before, at_s = self._said.get((fault, port), (0, -math.inf))
            if count > before and FAULTS[fault] and now_s - at_s >= QUIET_S:
                self._said[fault, port] = count, now_s
                yield f"{port + ': ' if port else ''}{FAULTS[fault]} ({count - before}×)"
