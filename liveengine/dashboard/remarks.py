"""What the engine said to the player, newest at the bottom."""

from __future__ import annotations

import time

from rich.text import Text
from textual.widgets import RichLog

from liveengine.dashboard.colours import QUIET, WORDS

#: Remarks that are kept to be read again.
_LINES_MAX = 200


class Remarks(RichLog):
    """The list of remarks."""

    can_focus = False

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, max_lines=_LINES_MAX, wrap=True, min_width=10)
        self.said: list[str] = []

    def on_mount(self) -> None:
        """Give it its name: Textual calls this."""
        self.border_title = "messages"

    def say(self, text: str, colour: str = WORDS) -> None:
        """Add a remark, with the time of day."""
        self.said = [*self.said[1 - _LINES_MAX :], text]
        self.write(Text.assemble((f"{time.strftime('%H:%M:%S')} ", QUIET), (text, colour)))
