"""How late events left, as bars: one an octave, from 2 µs to 33 ms."""

from __future__ import annotations

import math

from rich.text import Text

from liveengine.dashboard.colours import BAD, EDGE, FAINT, GOOD, QUIET, WARN, WORDS
from liveengine.dashboard.picture import Picture

OCTAVES = 16

#: From these octaves on it begins to matter (1 ms), and is called late (4 ms).
_WARN_OCTAVE, _BAD_OCTAVE = 9, 11

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SCALE = "2µs 8   32  128 512 2ms 8   32ms"


def octaves(histogram: str) -> list[int]:
    """Read `/engine/histogram`: OCTAVES counts. What cannot be read counts nothing."""
    read = [int(word) if word.isdecimal() else 0 for word in histogram.split(",")]
    return (read + [0] * OCTAVES)[:OCTAVES]


def heights(counts: list[int], rows: int) -> list[int]:
    """Return each bar's height in eighths of a row. Heights follow logarithms: one late event in a million shows."""
    most = math.log1p(max(counts, default=0))
    return [math.ceil(8 * rows * (math.log1p(count) / most)) if count else 0 for count in counts]


class Lateness(Picture):
    """The histogram."""

    scopes = ("/engine",)

    def on_mount(self) -> None:
        """Give it its name: Textual calls this."""
        self.border_title = "lateness"

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        counts = octaves(self.mirror.text("/engine/histogram"))
        rows = max(1, self.size.height - 2)
        tall = heights(counts, rows)
        text = Text()
        for row in range(rows - 1, -1, -1):
            for octave, height in enumerate(tall):
                text.append(_EIGHTHS[min(max(height - 8 * row, 0), 8)] + " ", _colour(octave))
            text.append("\n")
        text.append(_SCALE + "\n", FAINT)
        return text.append_text(self._summary(sum(counts)))

    def _summary(self, events: int) -> Text:
        if not events:
            return Text("no events measured (JACK is exact)", QUIET)
        late = int(self.mirror.number("/engine/late"))
        p99_ms = self.mirror.number("/engine/lateness_us") / 1000
        return Text.assemble(
            ("99 % in ", QUIET),
            (f"{p99_ms:.2f} ms ", WORDS),
            ("· ", EDGE),
            (f"{late} of {events} late", BAD if late else QUIET),
        )


def _colour(octave: int) -> str:
    return GOOD if octave < _WARN_OCTAVE else WARN if octave < _BAD_OCTAVE else BAD
