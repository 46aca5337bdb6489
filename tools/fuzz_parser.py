"""Damage MIDI files in every way a disk, a mail or a bad program can, and see that the parser survives them all.

    .venv/bin/python tools/fuzz_parser.py --count 100000 [--from FOLDER …]

Each file must either be refused with a ValueError that names it, or become a Piece whose notes last, stand in order
and never sound into one another; and each within a time that its length explains. The same seed damages alike. What
is damaged is made here, and what is found in the folders.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import numpy as np

from liveengine.formats.midifile import encode
from liveengine.formats.score import Recorded, Score
from liveengine.music.dice import Dice, roll
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.training.data.parser import KNOWN, parse
from liveengine.training.data.piece import Piece

#: No file of the sizes used here may take longer.
HANG_S = 5

#: A longer file is cut down before it is damaged: the faults are in the bytes, not in how many there are.
BYTES_MAX = 6000

#: Bytes that mean something in a MIDI file.
TELLING = (0x00, 0x2F, 0x51, 0x58, 0x7F, 0x80, 0x90, 0x99, 0xB9, 0xC0, 0xF0, 0xF7, 0xFF)


@dataclass(slots=True)
class Survival:
    """What came of it."""

    files: int = 0
    read: int = 0
    repaired: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0


def made() -> list[bytes]:
    """Return files of our own: one voice, chords, drums, and one with everything a track may hold."""
    beat = TICKS_PER_BEAT
    files = []
    for channel, pitches in ((0, (60,)), (1, (48, 55, 64)), (9, (36, 42))):
        messages = [
            Recorded(step * beat // 4 + end * beat // 5, "made", bytes((0x90 | channel, pitch, 0 if end else 90)))
            for step in range(64)
            for pitch in pitches
            for end in (0, 1)
        ]
        files.append(encode(Score(tuple(sorted(messages, key=lambda message: message.tick)), title="made")))
    other = (b"\xc0\x05", b"\xb0\x07\x60", b"\xe0\x00\x40", b"\xf0\x7e\x7f\x09\x01\xf7", b"\xd0\x30")
    files.append(encode(Score(tuple(Recorded(place * beat, "other", data) for place, data in enumerate(other)))))
    return [*files, files[0] + files[1]]


def damaged(whole: bytes, other: bytes, dice: Dice) -> bytes:
    """Return a file with one to six things wrong with it."""
    data = bytearray(whole)
    for _ in range(1 + dice.below(6)):
        at = dice.below(max(len(data), 1))
        match dice.below(9):
            case 0 if data:
                data[at] ^= 1 << dice.below(8)
            case 1 if data:
                data[at] = dice.pick(TELLING)
            case 2:
                del data[at:]
            case 3:
                del data[at : at + 1 + dice.below(16)]
            case 4:
                data[at:at] = bytes(dice.below(256) for _ in range(1 + dice.below(16)))
            case 5:
                data[at : at + 4] = bytes((0xFF, 0xFF, 0xFF, dice.below(256)))  # a number as large as they come
            case 6:
                data[at:at] = data[at : at + dice.below(200)]
            case 7:
                data[at:] = other[dice.below(max(len(other), 1)) :]
            case _ if data:
                data[dice.below(min(len(data), 14))] = dice.below(256)  # in the header
    return bytes(data)


def check(piece: Piece) -> None:
    """Raise AssertionError for a piece that is none."""
    notes = piece.notes
    assert len(notes) and (np.diff(notes["tick"]) >= 0).all() and notes["tick"][0] >= 0
    assert (notes["gate"] >= 1).all() and (notes["velocity"] >= 1).all() and (notes["velocity"] <= 127).all()
    assert (notes["pitch"] <= 127).all() and int((notes["tick"] + notes["gate"]).max()) <= piece.length
    order = np.lexsort((notes["tick"], notes["pitch"], notes["channel"], notes["track"]))
    line = notes[order]
    same = np.logical_and.reduce([line[name][1:] == line[name][:-1] for name in ("pitch", "channel", "track")])
    assert (line["tick"][:-1] + line["gate"][:-1] <= line["tick"][1:])[same].all()
    assert set(piece.faults) <= set(KNOWN) and all(count > 0 for count in piece.faults.values())
    at = 0
    for bar in piece.bars():
        assert bar.tick == at < bar.end
        at = bar.end
    assert at >= piece.length


def survive(files: list[bytes], count: int, seed: int) -> Iterator[Survival]:
    """Damage and parse `count` files, yielding the tally after each. Raises what no parser may raise."""
    tally = Survival()
    for number in range(count):
        dice = Dice(roll(seed, number))
        data = damaged(dice.pick(files), dice.pick(files), dice)
        signal.alarm(HANG_S)
        began = time.perf_counter()
        try:
            check_one(data, tally)
        except Exception as error:
            raise RuntimeError(f"file {number} of seed {seed} ({len(data)} bytes)") from error
        finally:
            signal.alarm(0)
        tally.slowest_s = max(tally.slowest_s, time.perf_counter() - began)
        tally.files += 1
        yield tally


def check_one(data: bytes, tally: Survival) -> None:
    """Parse one file and check what comes of it."""
    try:
        piece = parse(data, "x.mid")
    except ValueError as error:
        assert str(error).startswith("x.mid: ")
        tally.refused[str(error).removeprefix("x.mid: ")] += 1
        return
    check(piece)
    tally.read += 1
    tally.repaired += bool(piece.faults)
    tally.faults.update(piece.faults)


def _hung(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer after {HANG_S} s")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, metavar="N", help="how many files (default: 100000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another damage")
    parser.add_argument("--from", dest="folders", type=Path, action="append", default=[], metavar="FOLDER")
    arguments = parser.parse_args()
    found = [path.read_bytes()[:BYTES_MAX] for folder in arguments.folders for path in sorted(folder.rglob("*.mid"))]
    files = made() + found
    signal.signal(signal.SIGALRM, _hung)
    began = time.monotonic()
    tally = Survival()
    for tally in survive(files, arguments.count, arguments.seed):
        if sys.stdout.isatty() and tally.files % 500 == 0:
            print(f"\r{tally.files:,} of {arguments.count:,}", end="", flush=True)
    print(
        f"\r{tally.files:,} damaged files (of {len(files)} whole ones) in {time.monotonic() - began:.0f} s: "
        f"{tally.read:,} read ({tally.repaired:,} of them repaired), {tally.refused.total():,} refused; "
        f"the slowest took {tally.slowest_s * 1000:.0f} ms"
    )
    for kind, counts in (("refused", tally.refused), ("repaired", tally.faults)):
        for reason, many in counts.most_common():
            print(f"  {kind} {many:9,} × {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
