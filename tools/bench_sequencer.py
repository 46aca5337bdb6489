"""Measure what the sequencer costs: events a second on one core, memory, and what idle tracks and windows add.

    .venv/bin/python tools/bench_sequencer.py --json sequencer.json --picture docs/sequencer.svg

The music is the same everywhere: each track loops 64 steps, a chord of 16 voices in each, at 174 BPM. Beside it in
the same run, as the `bench` extra brings them: isobar's timeline ticked as fast as it goes, and mido going through
the same events merged from tracks, both with single notes in place of the chords as well. docs/sequencer.md tells what
the figures mean.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sequencing.chart import chart
from sequencing.peers import PEERS

from liveengine.compiled import compiled
from liveengine.music.note import Bar, Note
from liveengine.music.sound import STRIPS
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.sequencer.commands import DO_LAUNCH, DO_ROUTE, DO_START, push
from liveengine.sequencer.draining import drain_log
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

RATE = 48_000
BPM = 174.0
STEPS = 64
VOICES = 16
SINGLE = 1
WINDOW_FRAMES = 128
SECONDS = 10.0
PIECE_S = 0.25  # the log is emptied so often, as Python does it beside the driver
REPEATS = 5
TRACK_COUNTS = (1, 16, 64, 256)
IDLE_COUNTS = (0, 64, 128, 192, 252)
WINDOWS_FRAMES = (32, 64, 128, 256, 512, 1024, 4096)

#: The set that stands for all idle tracks and windows.
FEW_TRACKS = 4

#: The music, by how many voices each step has.
MUSIC = {
    voices: Bar.of(
        (
            Note(step * TICKS_PER_SIXTEENTH, 36 + (step + 5 * voice) % 84, gate=TICKS_PER_SIXTEENTH // 2, die=0)
            for step in range(STEPS)
            for voice in range(voices)
        ),
        STEPS * TICKS_PER_SIXTEENTH,
    )
    for voices in (SINGLE, VOICES)
}
SILENCE = Bar((), STEPS * TICKS_PER_SIXTEENTH)


def a_set(tracks: int, idle: int = 0, voices: int = VOICES) -> State:
    """Return a data plane that plays MUSIC on so many tracks, to MIDI alone, and nothing on `idle` more."""
    state = make_state(RATE, BPM)
    begin(state, 0)
    for track in range(tracks + idle):
        write_slot(state, track, MUSIC[voices] if track < tracks else SILENCE)
        # The tracks that have a strip of the rack sound there too: they are left out, so that all are alike.
        number = (STRIPS + track) % len(state.tracks)
        push(state, DO_ROUTE, number, a=1 + track % (PORTS - 1), b=track // (PORTS - 1) % 16)
        push(state, DO_LAUNCH, number, a=track)
        if track % 256 == 255:
            render(state, state.transport[0]["until"], state.transport[0]["until"])
    push(state, DO_START)
    return state


@compiled
def turn(state: State, end: int, window: int) -> int:
    """Turn the crank to frame `end` in windows, as a driver does; return how many events were sent."""
    events = 0
    until = state.transport[0].until
    while until < end:
        render(state, until, min(until + window, end))
        until = state.transport[0].until
        events += deliver(state, until)
    return events


def play(state: State, seconds: float, window: int = WINDOW_FRAMES) -> tuple[int, float]:
    """Play in windows of so many frames; return how many events were sent, and the seconds that it took."""
    events = 0
    spent = 0.0
    begin_ = int(state.transport[0]["until"])
    for piece in range(1, int(seconds / PIECE_S) + 1):
        begun = time.perf_counter()
        events += turn(state, begin_ + int(piece * PIECE_S * RATE), window)
        spent += time.perf_counter() - begun
        drain_log(state)
    return events, spent


def share_of(tracks: int, idle: int = 0, window: int = WINDOW_FRAMES, voices: int = VOICES) -> float:
    """Return the share of one core that a set takes, the median of a few."""
    return statistics.median(play(a_set(tracks, idle, voices), SECONDS, window)[1] / SECONDS for _ in range(REPEATS))


def resident_mb() -> float:
    """Return how much memory this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def resident_of(tracks: int) -> float:
    """Return how much memory a set of so many tracks takes once it has played, in MB, in a process of its own."""
    command = [sys.executable, __file__, "--resident", str(tracks)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def tell_resident(tracks: int) -> None:
    """Play a set of so many tracks and print by how much the memory in use has grown."""
    compiled_by = a_set(1)
    play(compiled_by, PIECE_S)
    before_mb = resident_mb()
    state = a_set(tracks)
    play(state, SECONDS)
    print(resident_mb() - before_mb)


def one_size(tracks: int, voices: int = VOICES) -> dict[str, Any]:
    """Measure a set of so many busy tracks."""
    part = share_of(tracks, voices=voices)
    played = play(a_set(tracks, voices=voices), SECONDS)[0] / SECONDS
    return {
        "tracks": tracks,
        "events_a_second_played": played,
        "share_of_one_core": part,
        "events_a_second_at_most": played / part,
        "ns_an_event": 1e9 * part / played,
    }


def measure() -> dict[str, Any]:
    """Measure all, after one play that compiles."""
    play(a_set(1), 0.1)
    state = make_state(RATE, BPM)
    memory = sum(field.nbytes for field in state)
    result: dict[str, Any] = {"bpm": BPM, "steps": STEPS, "voices": VOICES, "window_frames": WINDOW_FRAMES}
    result["memory_mb"] = memory / 1e6
    result["sizes"] = [{**one_size(tracks), "resident_mb": resident_of(tracks)} for tracks in TRACK_COUNTS]
    result["idle"] = [{"tracks": idle, "share": share_of(FEW_TRACKS, idle)} for idle in IDLE_COUNTS]
    result["windows"] = [{"frames": window, "share": share_of(FEW_TRACKS, 0, window)} for window in WINDOWS_FRAMES]
    result["single"] = [one_size(tracks, SINGLE) for tracks in TRACK_COUNTS]
    result["peers"] = {}
    for name, peer in PEERS.items():
        try:
            rates = {voices: events / seconds for voices in MUSIC for events, seconds in [peer(BPM, STEPS, voices)]}
        except ImportError as missing:
            print(f"{name} is left out: {missing}", file=sys.stderr)
            continue
        result["peers"][name] = {
            "events_a_second_at_most": rates[VOICES],
            "single_events_a_second_at_most": rates[SINGLE],
        }
    return result


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--picture", type=Path, help="write a chart here, SVG")
    parser.add_argument("--resident", type=int, metavar="TRACKS", help="tell the memory that so many take, and no more")
    asked = parser.parse_args()
    if asked.resident:
        tell_resident(asked.resident)
        return
    result = measure()
    print(f"{STEPS} steps of {VOICES} voices at {BPM:g} BPM, windows of {WINDOW_FRAMES} frames at {RATE / 1000:g} kHz")
    for size in result["sizes"]:
        print(
            f"{size['tracks']:4} tracks  {size['events_a_second_at_most'] / 1e6:6.2f} million events/s at most  "
            f"{size['ns_an_event']:5.0f} ns an event  {size['share_of_one_core']:8.3%} of one core in real time  "
            f"{size['resident_mb']:3.0f} MB"
        )
    print(f"memory of the data plane, if all of it were in use: {result['memory_mb']:.0f} MB")
    chords = max(size["events_a_second_at_most"] for size in result["sizes"])
    single = max(size["events_a_second_at_most"] for size in result["single"])
    for size in result["single"]:
        print(
            f"{size['tracks']:4} tracks of single notes  {size['events_a_second_at_most'] / 1e6:6.2f} million events/s"
        )
    for name, peer in result["peers"].items():
        for what, ours, rate in (
            ("chords", chords, peer["events_a_second_at_most"]),
            ("single notes", single, peer["single_events_a_second_at_most"]),
        ):
            print(f"{name:8} {what:12} {rate:12,.0f} events/s: 1 / {ours / rate:,.0f} of ours")
    for idle in result["idle"]:
        print(f"{FEW_TRACKS} busy tracks beside {idle['tracks']:3} idle ones: {idle['share']:.3%} of one core")
    for window in result["windows"]:
        print(f"{FEW_TRACKS} busy tracks, windows of {window['frames']:4} frames: {window['share']:.3%} of one core")
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
    if asked.picture:
        asked.picture.write_text(chart(result))


if __name__ == "__main__":
    main()
