"""The status line of `play`: where the song is, what each track plays, how well time is kept."""

from __future__ import annotations

import os
import shutil
import sys
import threading

from liveengine.drivers.lateness import percentile_us
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.stage import Stage
from liveengine.sequencer.metre import bar_at

#: Remarks that are kept while a window has the terminal.
_KEPT_MAX = 100

_BOLD, _PLAIN, _CLEAR = "\x1b[1m", "\x1b[0m", "\r\x1b[2K"


def song_tick(stage: Stage) -> int:
    """Return where the song is, in ticks; -1 while it stands still."""
    transport = stage.driver.state.transport[0]
    return max(0, int(transport["tick"] - transport["song_origin"])) if transport["playing"] else -1


def place_words(stage: Stage) -> str:
    """Say which bar and beat sound, both from 1."""
    song = song_tick(stage)
    bar, line = bar_at(stage.driver.state, song)
    return f"{bar + 1:>3}.{(song - line) // TICKS_PER_BEAT + 1}" if song >= 0 else " stop"


def track_words(stage: Stage) -> list[str]:
    """Say what each track plays: its pattern, `-` for silence, in brackets when it is not heard.

    What was launched and is not heard yet counts its beats down, `→3`; what is still being made shows `*`.
    """
    words = []
    waiting, song = set(stage.engine.launches.waiting), song_tick(stage)
    for track in stage.engine.tracks:
        playing = track.playing.name if track.playing else "-"
        if stage.engine.mixing.silent(track.number):
            playing = f"({playing})"
        if 0 <= track.fill_bar == stage.engine.bar:
            playing += "+fill"
        if track.number in waiting:
            playing += "*"
        elif 0 <= song < track.due_tick:
            playing += f"→{-((song - track.due_tick) // TICKS_PER_BEAT)}"
        words.append(f"{track.spec.name} {playing}")
    return words


def line(stage: Stage) -> str:
    """Return the status in one line without colours."""
    state = stage.driver.state
    tempo = float(state.transport[0]["tempo_bpm"])
    p99 = percentile_us(state.lateness, 0.99)
    kept = "exact" if stage.driver.name == "jack" else f"p99 {p99 / 1000:.2f} ms late"
    scene = stage.patch.scenes[stage.engine.scene].name if stage.engine.scene >= 0 else "-"
    values = stage.engine.panel.values
    source, state_words = values["/clock/source"], values["/clock/state"]
    if source != "internal":
        kept += f", {source} {state_words}"
    elif len(stage.engine.sources.ranked) > 1:
        kept += f", {source}"
    tracks = "  ".join(track_words(stage))
    return f"{place_words(stage)} {tempo:6.1f} BPM  {stage.driver.name} {kept}  [{scene}]  {tracks}"


class Screen:
    """A terminal with one live line at the bottom and remarks above it; plain lines where it is no terminal."""

    def __init__(self, live: bool) -> None:
        self._live = live and sys.stdout.isatty()
        self._lock = threading.Lock()
        self._kept: list[str] | None = None

    def say(self, text: str) -> None:
        """Print a remark above the live line. Safe from any thread."""
        with self._lock:
            if self._kept is not None:
                self._kept = [*self._kept, text][-_KEPT_MAX:]
                return
            self._print(f"{_CLEAR if self._live else ''}{text}\n")

    def show(self, text: str) -> None:
        """Draw the live line."""
        if not self._live:
            return
        width = shutil.get_terminal_size().columns - 1
        text = text[:width]
        head, tail = text[:5], text[5:]
        with self._lock:
            self._print(f"{_CLEAR}{_BOLD}{head}{_PLAIN}{tail}")

    def hold(self) -> None:
        """Keep remarks for later: somebody else has the terminal."""
        self.close()
        with self._lock:
            self._kept = []

    def release(self) -> None:
        """Print what was kept, and go on as before."""
        with self._lock:
            kept, self._kept = self._kept or [], None
        for text in kept:
            self.say(text)

    def close(self) -> None:
        """Leave the terminal's cursor on a fresh line."""
        if self._live:
            self._print(_CLEAR)

    def _print(self, text: str) -> None:
        """Write where the player reads; when nobody does any more, the set plays on unseen."""
        try:
            print(text, end="", flush=True)
        except OSError:  # a pipe without a reader, a terminal that was closed
            # What Python still has to write would raise again when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
