"""The recorder: keeps what the data plane sent, and writes it down as a MIDI file.

It listens to the log, never to the beat; a full disk stops the recording,
not the music.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from liveengine.engine.crossing import MARK
from liveengine.engine.spec import Patch
from liveengine.formats import midifile
from liveengine.formats.score import MetreChange, Recorded, Score, TempoChange
from liveengine.music.event import INSTRUMENTS, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE
from liveengine.sequencer import outlet

#: A long take is written down this often, so that a crash loses no more.
SAVE_EVERY_S = 20.0


class Recorder:
    """Collects a take. Every note is sent to the built-in rack, heard there or not, so that port tells all."""

    def __init__(self, patch: Patch, path: Path | None = None) -> None:
        self._patch = patch
        self._names = dict.fromkeys(track.name for track in patch.tracks)
        self._coming: deque[Patch] = deque()  # those that take over at a line ahead
        self._sounding: dict[tuple[int, int], tuple[str, int]] = {}  # by track and pitch: where a note was kept
        self.path = path
        self._messages: list[Recorded] = []
        self._tempos: list[TempoChange] = []
        self._tempo_bpm = patch.tempo_bpm
        # The log counts a bar in ticks; of two metres of one length the patch's own comes first.
        cycles = [patch.metres, *(scene.metres for scene in patch.scenes)]
        self._named = {metre.bar_ticks: metre for cycle in reversed(cycles) for metre in reversed(cycle)}
        self._metres = [MetreChange(0, patch.metre)]
        self._origin: int | None = None  # the run tick at which the transport first ran
        self._last = 0
        self._saved_s = time.monotonic()
        self.problem = ""

    def expect(self, patch: Patch) -> None:
        """Keep what comes after the next mark under the tracks of another patch."""
        self._coming.append(patch)

    def take(self, records: NDArray[Any]) -> None:
        """Listen to a piece of the log."""
        for record in records:
            kind, run = int(record["kind"]), int(record["run"])
            if kind == outlet.TRANSPORTED and record["a"] and self._origin is None:
                self._begin(run)
            elif kind == outlet.MUTED and record["track"] == MARK and self._coming:
                self._patch = self._coming.popleft()
            elif kind == outlet.TEMPO:
                self._tempo_bpm = float(record["x"])
                if self._origin is not None:
                    self._tempos.append(TempoChange(run - self._origin, self._tempo_bpm))
            elif kind == outlet.BAR and self._origin is not None:
                self._begin_bar(run - self._origin, int(record["x"]))
            elif kind == outlet.SENT and record["port"] == INSTRUMENTS and self._origin is not None:
                self._keep(record, run)
            if self._origin is not None:
                self._last = max(self._last, run - self._origin)

    def _begin(self, run: int) -> None:
        self._origin = run
        self._tempos = [TempoChange(0, self._tempo_bpm)]
        for track in self._patch.tracks:
            if track.program is not None:
                data = bytes((PROGRAM_CHANGE | (track.channel - 1), track.program - 1))
                self._messages.append(Recorded(0, track.name, data))

    def _begin_bar(self, tick: int, bar_ticks: int) -> None:
        """Write a metre down where it changes."""
        metre = self._named.get(bar_ticks, self._patch.metre)
        if metre != self._metres[-1].metre:
            self._metres = [*(change for change in self._metres if change.tick < tick), MetreChange(tick, metre)]

    def _keep(self, record: Any, run: int) -> None:
        """Keep a message under its track's name, on its track's own channel."""
        kind, pitch, number = int(record["b0"]) & 0xF0, int(record["b1"]), int(record["track"])
        known = self._sounding.pop((number, pitch), None) if kind in (NOTE_ON, NOTE_OFF) else None
        if known is None:
            track = self._patch.tracks[min(number, len(self._patch.tracks) - 1)]
            known = track.name, track.channel
        if kind == NOTE_ON:
            self._sounding[number, pitch] = known  # It ends there, whatever patch plays by then.
        name, channel = known
        data = bytes((kind | (channel - 1), pitch, int(record["b2"])))[: int(record["size"])]
        assert self._origin is not None
        self._names[name] = None
        self._messages.append(Recorded(run - self._origin, name, data))

    def score(self) -> Score:
        """Return the take so far."""
        return Score(
            messages=tuple(self._messages),
            tempos=tuple(self._tempos) or (TempoChange(0, self._tempo_bpm),),
            metres=tuple(self._metres),
            title=self._patch.title,
            length=self._last,
            tracks=tuple(dict.fromkeys([*self._names, *(track.name for track in self._patch.tracks)])),
        )

    def save_now_and_then(self) -> None:
        """Write the take down if that was not done for a while."""
        if self.path and not self.problem and time.monotonic() - self._saved_s > SAVE_EVERY_S:
            self.save()

    def save(self) -> None:
        """Write the take down. What goes wrong is kept in `problem`; the music plays on (F6)."""
        if self.path is None:
            return
        try:
            midifile.write(self.path, self.score())
            self.problem = ""
        except OSError as error:
            self.problem = str(error)
        self._saved_s = time.monotonic()
