"""The ports: a light for what goes out and comes in, and how much of it."""

from __future__ import annotations

import math

from rich.text import Text

from liveengine.dashboard.colours import ACCENT, COOL, FAINT, QUIET, WORDS
from liveengine.dashboard.meter import Meter, counts
from liveengine.dashboard.mirror import Mirror
from liveengine.dashboard.picture import Picture

#: A level is full at so many messages a second.
_FULL_RATE = 500.0
_LEVEL_WIDTH = 6


class Ports(Picture):
    """A line a port."""

    scopes = ("/port",)

    def __init__(self, mirror: Mirror, id: str | None = None) -> None:
        super().__init__(mirror, id)
        self._meters: dict[str, tuple[Meter, Meter]] = {}

    def on_mount(self) -> None:
        """Give it its name: Textual calls this."""
        self.border_title = "ports"

    def hear(self, now_s: float) -> None:
        """Take in what the engine told of its ports."""
        told = counts(self.mirror.text("/port/activity"))
        for name, both in told.items():
            meters = self._meters.setdefault(name, (Meter(), Meter()))
            for meter, count in zip(meters, both, strict=True):
                meter.hear(count, now_s)
        self._meters = {name: self._meters[name] for name in told}

    def phase(self, now_s: float) -> object:
        """Return the tenth of a second: levels fall."""
        return int(now_s * 10)

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        if not self._meters:
            return Text("nothing has come or gone yet", QUIET)
        width = max(8, self.size.width - 2 * (_LEVEL_WIDTH + 3))
        lines = []
        for name, (sent, came) in self._meters.items():
            text = Text(f"{name[: width - 1]:<{width}}", WORDS)
            lines.append(text.append_text(_lamp(sent, "▲", ACCENT, now_s)).append_text(_lamp(came, "▼", COOL, now_s)))
        return Text("\n").join(lines)


def _lamp(meter: Meter, sign: str, colour: str, now_s: float) -> Text:
    """Return a light and a level; the level follows the logarithm of the rate."""
    level = round(_LEVEL_WIDTH * min(1.0, math.log1p(meter.rate(now_s)) / math.log1p(_FULL_RATE)))
    return Text.assemble(
        (sign, colour if meter.is_lit(now_s) else FAINT),
        ("▪" * level, colour),
        ("·" * (_LEVEL_WIDTH - level), FAINT),
        "  ",
    )
