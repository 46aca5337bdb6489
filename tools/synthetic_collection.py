"""Send thousands of made-up files through the data pipeline, and tell how much memory it took at the most.

    .venv/bin/python tools/synthetic_collection.py --count 10000 [--limit-mb 1000]

Half are drums, prepared as Groove MIDI is, half songs of four parts, prepared as Freedoom is; one in fifty is damaged.
The files are made by a process of its own, so that the peak is the pipeline's. Ends with 1 above the limit.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from liveengine.formats.midifile import encode
from liveengine.formats.score import Recorded, Score
from liveengine.music.dice import Dice, roll
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.training.data.cache import PieceCache
from liveengine.training.data.collections import PIECES, find
from liveengine.training.data.prepare import prepare

DRUMS = (36, 38, 42, 46, 45, 51)
DAMAGED_ONE_IN = 50


def drums(dice: Dice, bars: int) -> list[Recorded]:
    """Return a performance: hits by chance, off the grid by chance."""
    return [
        message
        for step in range(bars * 16)
        for pitch in DRUMS
        if dice.chance(0.2)
        for message in _note(step, pitch, 9, dice, TICKS_PER_SIXTEENTH // 2, stray=0.2)
    ]


def song(dice: Dice, bars: int) -> list[Recorded]:
    """Return bass, chords, lead and drums."""
    messages = drums(dice, bars)
    for bar in range(bars):
        root = 36 + dice.below(12)
        for beat in range(4):
            messages += _note(bar * 16 + beat * 4, root, 1, dice, TICKS_PER_BEAT // 2)
        for up in (12, 16, 19):
            messages += _note(bar * 16, root + up, 2, dice, 3 * TICKS_PER_BEAT)
        for eighth in range(8):
            messages += _note(bar * 16 + eighth * 2, root + 24 + dice.below(12), 3, dice, TICKS_PER_BEAT // 3)
    return messages


def _note(step: int, pitch: int, channel: int, dice: Dice, gate: int, stray: float = 0.0) -> list[Recorded]:
    tick = max(0, int((step + stray * (dice.uniform() - 0.5)) * TICKS_PER_SIXTEENTH))
    on = bytes((0x90 | channel, pitch, 30 + dice.below(90)))
    return [Recorded(tick, f"part {channel}", on), Recorded(tick + gate, f"part {channel}", bytes((on[0], pitch, 0)))]


def make(folder: Path, count: int) -> None:
    """Write both collections, `count` files in all."""
    (folder / "gmd" / "drummer1" / "session1").mkdir(parents=True)
    (folder / "freedoom").mkdir()
    rows = []
    for number in range(count):
        dice = Dice(roll(1, number))
        is_groove = number % 2 == 0
        messages = (drums if is_groove else song)(dice, 2 + dice.below(14))
        data = encode(Score(tuple(sorted(messages, key=lambda message: message.tick))))
        data = data[: dice.below(len(data))] if number % DAMAGED_ONE_IN == 0 else data
        name = f"drummer1/session1/{number}.mid" if is_groove else f"{number}.mid"
        (folder / ("gmd" if is_groove else "freedoom") / name).write_bytes(data)
        if is_groove:
            rows.append(["drummer1", "drummer1/session1", "rock", 120, "beat", "4-4", name])
    with (folder / "gmd" / "info.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["drummer", "session", "style", "bpm", "beat_type", "time_signature", "midi_filename"])
        table.writerows(rows)
    (folder / "freedoom" / "titles.json").write_text(json.dumps({}))


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="how many files (default: 10000)")
    parser.add_argument("--limit-mb", type=float, default=1000.0, metavar="MB", help="fail above (default: 1000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        maker = multiprocessing.get_context("spawn").Process(target=make, args=(folder, arguments.count))
        maker.start()
        maker.join()
        if maker.exitcode:
            return 1
        cache = PieceCache(folder / "cache" / PIECES)
        for name in ("gmd", "freedoom"):
            began = time.monotonic()
            done = prepare(find(name), folder / name, folder / "cache", cache)
            print(
                f"{name}: {done.pieces:,} pieces and {done.rows.total():,} rows in {time.monotonic() - began:.0f} s; "
                f"{len(done.quarantine)} refused",
                flush=True,
            )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{arguments.count:,} files; memory at the most {peak_mb:.0f} MB (limit {arguments.limit_mb:.0f})")
    return 0 if peak_mb <= arguments.limit_mb else 1


if __name__ == "__main__":
    sys.exit(main())
