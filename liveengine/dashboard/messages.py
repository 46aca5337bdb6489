"""What the window's parts tell each other."""

from __future__ import annotations

from textual.message import Message

from liveengine.engine.parameter import Setting


class Told(Message):
    """The engine told a value."""

    def __init__(self, address: str, value: Setting) -> None:
        super().__init__()
        self.address = address
        self.value = value


class Attached(Message):
    """An engine is there, or is there no more."""

    def __init__(self, attached: bool) -> None:
        super().__init__()
        self.attached = attached
