"""Measure what the built-in instruments cost: per voice, at most, and for a typical set.

Prints a table; `--json FILE` and `--picture FILE.svg` write the same as data and as a chart. A voice's cost
is what one more of it adds, as a share of one core playing in real time.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from liveengine.instruments.play import play
from liveengine.instruments.rack import POLYPHONY, Rack, make_rack
from liveengine.music.event import EVENT, NOTE_OFF, NOTE_ON
from liveengine.music.sound import CHOOSE_SOUND, SOUND_NUMBER, SOUNDS, STRIP_CONTROL, STRIPS

RATE = 48_000
BLOCK = 128
SECONDS = 4
REPEATS = 3


def choose(track: int, sound: str) -> tuple[Any, ...]:
    """Return the event that gives a strip its sound."""
    return (0, 0, SOUND_NUMBER[sound], 0, track, 0, 0, CHOOSE_SOUND, 0)


def turn(track: int, name: str, value: float) -> tuple[Any, ...]:
    """Return the event that sets a strip's control."""
    return (0, 0, value, 0, track, 0, 0, STRIP_CONTROL[name].number, 0)


def strike(when: int, track: int, pitch: int, velocity: int = 100) -> tuple[Any, ...]:
    """Return a note-on at a frame."""
    return (when, 0, 0.0, 0, track, 3, NOTE_ON, pitch, velocity)


def let_go(when: int, track: int, pitch: int) -> tuple[Any, ...]:
    """Return a note-off at a frame."""
    return (when, 0, 0.0, 0, track, 3, NOTE_OFF, pitch, 0)


def render_seconds(rack: Rack, events: Iterable[tuple[Any, ...]], seconds: float) -> float:
    """Render in blocks of BLOCK frames and return the seconds it took."""
    score = np.array(sorted(events, key=lambda event: event[0]), EVENT)
    left, right = np.zeros(BLOCK, np.float32), np.zeros(BLOCK, np.float32)
    blocks = int(seconds * RATE / BLOCK)
    edges = np.searchsorted(score["when"], np.arange(blocks + 1) * BLOCK)
    begun = time.perf_counter()
    for block in range(blocks):
        due = score[edges[block] : edges[block + 1]]
        play(rack, due, len(due), block * BLOCK, left, right, BLOCK)
    return time.perf_counter() - begun


def share(events: list[tuple[Any, ...]], seconds: float = SECONDS) -> float:
    """Return the best of a few renderings, as a share of one core in real time."""
    return min(render_seconds(make_rack(RATE), events, seconds) for _ in range(REPEATS)) / seconds


def voices_of(sound: str, count: int) -> list[tuple[Any, ...]]:
    """Return events that keep `count` voices of a sound going, long decays and all."""
    events: list[tuple[Any, ...]] = []
    for voice in range(count):
        # A bass has one voice a strip; the others share strips of sixteen.
        track = voice % STRIPS if sound == "bass" else voice // 16
        events += [choose(track, sound), turn(track, "decay", 1.0)]
        if sound == "drums":
            # The open hat and the crash, on strips of their own, ring longest and cost the most.
            events += [
                choose(voice % STRIPS, sound),
                turn(voice % STRIPS, "decay", 1.0),
                strike(1, voice % STRIPS, (49, 51, 45, 38)[voice // STRIPS]),
            ]
        else:
            events.append(strike(1, track, 36 + 3 * (voice % 16)))
    return events


def typical_set(bars: int) -> list[tuple[Any, ...]]:
    """Return a busy set at 120 BPM: full drums, a bass in eighths, chords of keys over a pad."""
    events = [choose(track, sound) for track, sound in enumerate(SOUNDS)]
    sixteenth = RATE // 8
    for step in range(16 * bars):
        when = step * sixteenth
        drums = [42, *([36] if step % 4 == 0 else []), *([38, 39] if step % 8 == 4 else [])]
        drums += [
            *([46] if step % 4 == 2 else []),
            *([51] if step % 2 == 0 else []),
            *([45, 47, 50][step % 3 :][:1]),
        ]
        events += [strike(when, 0, drum) for drum in drums]
        if step % 2 == 0:
            events += [strike(when, 1, 36 + step % 5), let_go(when + sixteenth, 1, 36 + step % 5)]
        if step % 4 == 0:
            chord = [60, 63, 67, 70, 74]
            events += [strike(when, 2, pitch) for pitch in chord]
            events += [let_go(when + 3 * sixteenth, 2, pitch) for pitch in chord]
        if step % 16 == 0:
            events += [strike(when, 3, pitch) for pitch in (48, 55, 63, 67)]
            events += [let_go(when + 15 * sixteenth, 3, pitch) for pitch in (48, 55, 63, 67)]
    return events


def measure() -> dict[str, Any]:
    """Measure all, after one rendering that compiles."""
    share(typical_set(1), 0.1)
    idle = share([])
    result: dict[str, Any] = {"rate": RATE, "block": BLOCK, "machine": platform.processor(), "idle": idle}
    for sound in SOUNDS:
        few, many = (4, 16) if sound == "bass" else (4, 60)
        one = (share(voices_of(sound, many), 1.0) - share(voices_of(sound, few), 1.0)) / (many - few)
        result[sound] = {"voice": one, "at_half_a_core": int((0.5 - idle) / one)}
    result["typical_share"] = share(typical_set(2))
    result["typical_times_real_time"] = 1.0 / result["typical_share"]
    return result


def picture(result: dict[str, Any]) -> str:
    """Draw the cost of a voice of each sound as bars."""
    most = max(result[sound]["voice"] for sound in SOUNDS)
    rows = []
    for row, sound in enumerate(SOUNDS):
        cost, top = result[sound]["voice"], 40 + row * 30
        rows.append(
            f'<text x="10" y="{top + 15}">{sound}</text>'
            f'<rect x="70" y="{top}" width="{300 * cost / most:.1f}" height="20" fill="#47a"/>'
            f'<text x="{78 + 300 * cost / most:.1f}" y="{top + 15}">{cost * 100:.3f} %</text>'
        )
    title = f"One voice, as a share of one core ({result['typical_times_real_time']:.0f}× real time, typical set)"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="460" height="170" font-family="sans-serif" '
        f'font-size="13"><rect width="460" height="170" fill="white"/><text x="10" y="22">{title}</text>'
        + "".join(rows)
        + "</svg>\n"
    )


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--picture", type=Path, help="write a chart here, SVG")
    asked = parser.parse_args()
    result = measure()
    print(f"nothing playing  {result['idle']:8.2%} of one core")
    for sound in SOUNDS:
        cost, most = result[sound]["voice"], result[sound]["at_half_a_core"]
        print(f"{sound:6s} a voice   {cost:8.3%}   {most} would fill half a core (the rack has {POLYPHONY})")
    print(f"typical set      {result['typical_share']:8.2%}, {result['typical_times_real_time']:.0f}× real time")
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
    if asked.picture:
        asked.picture.write_text(picture(result))


if __name__ == "__main__":
    main()
