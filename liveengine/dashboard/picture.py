"""A widget that is drawn from the mirror, and only when what it shows may have changed.

Everything that moves is looked at every FRAME_S; a picture that cannot have
changed costs nothing.
"""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from liveengine.dashboard.mirror import Mirror

#: How often what moves is looked at: a sixteenth at 180 BPM takes two and a half frames.
FRAME_S = 1 / 30


class Picture(Widget):
    """One part of the window. `draw` returns what it looks like at an instant.

    `scopes` says which of the engine's values it is drawn from, as `mirror.scope_of` has them.
    """

    scopes: tuple[str, ...] = ()

    def __init__(self, mirror: Mirror, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.mirror = mirror
        self._drawn = Text()
        self._phase: tuple[object, ...] = ()

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        raise NotImplementedError

    def phase(self, now_s: float) -> object:
        """Return what the drawing depends on beside the engine's values and the widget's size."""
        return None

    def look(self, now_s: float) -> None:
        """Draw anew if anything may have changed."""
        phase = (self.mirror.heard(self.scopes), self.size, self.phase(now_s))
        if phase != self._phase:
            self._phase = phase
            lines = self._drawn.plain.count("\n")
            self._drawn = self.draw(now_s)
            self.refresh(layout=self._drawn.plain.count("\n") != lines)

    def render(self) -> Text:
        """Return the last drawing: Textual calls this."""
        return self._drawn
