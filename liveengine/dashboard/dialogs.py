"""What comes up in front: the page of keys, and the question whether the set is to end."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from liveengine.dashboard.colours import ACCENT, QUIET, WORDS
from liveengine.dashboard.keys import HELP

#: The keys that answer the question. The one that asked it is a no, so that striking it again undoes it.
_YES = ("y", "enter", "ctrl+c")
_NO = ("n", "escape", "space")


class Help(ModalScreen[None]):
    """Every key; any of them closes it."""

    def __init__(self, endings: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._endings = endings

    def compose(self) -> ComposeResult:
        """Lay it out: Textual calls this."""
        text = Text()
        for keys, deed in (*HELP, *self._endings):
            text.append(f"{keys:>8}", ACCENT).append(f"  {deed}\n", WORDS)
        text.append("\n  any key goes back", QUIET)
        with Vertical(classes="dialog") as box:
            box.border_title = "keys"
            yield Static(text)

    def on_key(self, event: events.Key) -> None:
        """Go back, and let the key do no more: Textual calls this."""
        event.stop()
        self.dismiss()


class EndSet(ModalScreen[bool]):
    """Asks whether the set is to end; returns the answer."""

    def compose(self) -> ComposeResult:
        """Lay it out: Textual calls this."""
        text = Text.assemble(
            ("End the set?\n\n", f"bold {WORDS}"),
            ("y", ACCENT), (" end it    ", WORDS), ("n", ACCENT), (" play on", WORDS),
        )  # fmt: skip
        with Vertical(classes="dialog"):
            yield Static(text)

    def on_key(self, event: events.Key) -> None:
        """Go back with the answer, and let no key through to the set: Textual calls this."""
        event.stop()
        if event.key in _YES or event.key in _NO:
            self.dismiss(event.key in _YES)
