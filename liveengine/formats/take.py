"""Takes: the notes of a score, part by part, and its bar lines.

A note stands where it was played, with no offset: what is grid and what is
feeling is for `music.quantise` to say. Ticks count beats, so that a tempo
that changes on the way moves nothing.

Pure.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from liveengine.formats.score import Score
from liveengine.music.event import NOTE_OFF, NOTE_ON
from liveengine.music.note import GATE_MIN, Bar, Note
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT

#: General MIDI's channel for drums.
DRUM_CHANNEL = 10

#: A longer take is refused: it would be five and a half hours at 120 BPM.
BEATS_MAX = 40_000


@dataclass(frozen=True, slots=True)
class Part:
    """What one channel of one track plays, by where it begins; `number` counts the file's tracks from 1."""

    track: str
    number: int
    channel: int
    notes: tuple[Note, ...]

    def __str__(self) -> str:
        return f'"{self.track}" (track {self.number}, channel {self.channel}, {len(self.notes)} notes)'


def parts(score: Score) -> tuple[Part, ...]:
    """Return every part that plays. A note whose end is missing sounds to the score's end."""
    numbers = {track: number for number, track in enumerate(score.track_names(), 1)}
    sounding: defaultdict[tuple[str, int, int], deque[tuple[int, int]]] = defaultdict(deque)
    played: defaultdict[tuple[str, int], list[Note]] = defaultdict(list)
    for message in sorted(score.closed().messages, key=lambda message: message.tick):
        kind = message.data[0] & 0xF0
        if kind not in (NOTE_ON, NOTE_OFF) or message.channel is None or len(message.data) != 3:
            continue
        pitch, velocity = message.data[1], message.data[2]
        begun = sounding[message.track, message.channel, pitch]
        if kind == NOTE_ON and velocity:
            begun.append((message.tick, velocity))
        elif begun:
            tick, struck = begun.popleft()
            note = Note(tick, pitch, struck, max(message.tick - tick, GATE_MIN))
            played[message.track, message.channel].append(note)
    return tuple(
        Part(track, numbers[track], channel, tuple(sorted(played[track, channel])))
        for track, channel in sorted(played, key=lambda each: (numbers[each[0]], each[1]))
    )


def chosen(among: Sequence[Part], track: str | int = "", channel: int = 0, drums: bool = False) -> tuple[Part, ...]:
    """Return the parts of a track (by name or number, "" for any) on a channel (1-16, 0 for any).

    With `drums`, where neither is given and General MIDI's drums are there, those. Raises ValueError, naming what
    there is, where nothing is left or, unless told more, it is not clear which is meant.
    """
    there = "; ".join(map(str, among)) or "no notes"
    left = [part for part in among if track in ("", part.track, part.number) and channel in (0, part.channel)]
    if not left and isinstance(track, str) and track and among:
        raise ValueError(f'has no track "{track}"{did_you_mean(track, [part.track for part in among])}')
    if not left:
        raise ValueError(f"has nothing on that track and channel; it has {there}")
    if drums and track == "" and not channel:
        left = [part for part in left if part.channel == DRUM_CHANNEL] or left
    if len({part.track for part in left}) > 1 or (track == "" and len({part.channel for part in left}) > 1):
        raise ValueError(f"has several parts: say which track or channel; it has {there}")
    return tuple(left)


def bar_lines(score: Score, until: int) -> tuple[int, ...]:
    """Return the ticks at which bars begin, from 0 to the first at or after `until`, under the score's metres.

    Raises ValueError for a score of more than BEATS_MAX.
    """
    if until > BEATS_MAX * TICKS_PER_BEAT:
        raise ValueError(f"is longer than {BEATS_MAX:,} beats; no take is")
    lines, changes = [0], sorted(score.metres, key=lambda change: change.tick)
    while lines[-1] < max(until, 1):
        # A metre that changes within a bar counts from the next line on.
        metre = [change.metre for change in changes if change.tick <= lines[-1]][-1]
        lines.append(lines[-1] + metre.bar_ticks)
    return tuple(lines)


def played(among: Sequence[Part], lines: Sequence[int]) -> Bar:
    """Return the notes of parts as one stretch of music, as long as its bars; what begins later is left out."""
    end = lines[-1]
    return Bar.of((note for part in among for note in part.notes if note.tick < end), end)


def last_onset(among: Sequence[Part]) -> int:
    """Return the tick of the last note's beginning, 0 where there is none."""
    return max((note.tick for part in among for note in part.notes), default=0)
