"""The window: `liveengine dashboard [HOST:PORT]`, in a process of its own.

It is attached to a running engine over OSC and nothing else. Any number may
be attached, and none is heard to come or go.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from liveengine.dashboard.colours import ACCENT, QUIET, THEME, WARN, WORDS
from liveengine.dashboard.dialogs import EndSet, Help
from liveengine.dashboard.keys import STROKES, meant
from liveengine.dashboard.lateness import Lateness
from liveengine.dashboard.link import PING_S, Link
from liveengine.dashboard.messages import Attached, Told
from liveengine.dashboard.mirror import Mirror
from liveengine.dashboard.picture import FRAME_S, Picture
from liveengine.dashboard.ports import Ports
from liveengine.dashboard.remarks import Remarks
from liveengine.dashboard.track import Track
from liveengine.dashboard.transport import Transport, now
from liveengine.engine.parameter import Setting

AnyWidget = TypeVar("AnyWidget", bound=Widget)

#: Rows for the transport and the foot; for what stands below the tracks at least, and the height that takes.
_REST_ROWS = 5 + 1
_BELOW_ROWS = 8
_SHORT_ROWS = 20


class Absent(Static):
    """What is to be seen where no engine is."""


class Dashboard(App[int]):
    """The application. With an `end_code` it was opened by `play`: Escape asks whether the set is to end,
    which the process says by ending with that code.
    """

    TITLE = "liveengine"
    CSS_PATH = "dashboard.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - no ClassVar in Textual
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (_SHORT_ROWS, "-short"), (28, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", priority=False),
        Binding("escape,ctrl+c", "leave"),
        Binding("ctrl+q", "close", priority=True),
        Binding("up", "choose(-1)"),
        Binding("down", "choose(1)"),
    ]

    def __init__(self, host: str, port: int, end_code: int | None = None) -> None:
        super().__init__()
        self.mirror = Mirror()
        self.link = Link(host, port, self._hear, self._turned)
        self.end_code = end_code
        self.chosen = 1

    def _hear(self, address: str, value: Setting) -> None:
        self.post_message(Told(address, value))

    def _turned(self, attached: bool) -> None:
        self.post_message(Attached(attached))

    # -- laying out --------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay it out: Textual calls this."""
        yield Transport(self.mirror)
        yield Absent(id="absent")
        yield VerticalScroll(id="tracks")
        with Horizontal(id="below"):
            yield Lateness(self.mirror, id="lateness")
            with Vertical(id="beside"):
                yield Ports(self.mirror, id="ports")
                yield Remarks(id="remarks")
        yield Static(self._foot(), id="foot")

    def _foot(self) -> Text:
        keys = [("space", "play"), ("1-8", "re-roll"), ("q-i", "mute"), ("n p", "scene"), ("+ -", "tempo")]
        keys += [("?", "help"), ("esc", "end" if self.end_code else "quit")]
        return Text("  ").join(Text.assemble((f"{key} ", ACCENT), (deed, QUIET)) for key, deed in keys)

    def on_resize(self, event: events.Resize) -> None:
        """Give the tracks all the room that the rest can spare: Textual calls this."""
        rest = _REST_ROWS + (_BELOW_ROWS if event.size.height >= _SHORT_ROWS else 0)
        for place in self._parts(VerticalScroll):
            place.styles.max_height = max(2, event.size.height - rest)

    def _parts(self, kind: type[AnyWidget]) -> list[AnyWidget]:
        """Return the window's parts of one kind, whatever stands in front; none of them while it is leaving."""
        return list(self.screen_stack[0].query(kind)) if self.screen_stack else []

    async def on_mount(self) -> None:
        """Open the line: Textual calls this."""
        self.register_theme(THEME)
        self.theme = THEME.name
        self.query_one("#tracks").can_focus = False
        transport = self.query_one(Transport)
        transport.border_title = "liveengine"
        transport.border_subtitle = self._where
        self._show_absent()
        self.set_interval(FRAME_S, self.look)
        self.set_interval(PING_S, self.knock)
        await self.knock()

    @property
    def _where(self) -> str:
        host = f"[{self.link.host}]" if ":" in self.link.host else self.link.host
        return f"{host}:{self.link.port}"

    def _show_absent(self) -> None:
        for screen in self.screen_stack[:1]:
            screen.set_class(not self.link.attached, "-absent")
        problem = f" ({self.link.problem})" if self.link.problem else ""
        words = Text.assemble((f"no engine at {self._where}{problem}\n", WARN), ("waiting for it", QUIET))
        for label in self._parts(Absent):
            label.update(words)

    async def knock(self) -> None:
        """Ask whether the engine is there."""
        problem = self.link.problem
        await self.link.knock()
        if self.link.problem != problem:
            self._show_absent()

    def look(self) -> None:
        """Draw what has changed."""
        now_s = now()
        for top in self._parts(Transport):
            top.look(now_s)
        for part in self._parts(Picture):
            part.look(now_s)

    # -- what the engine tells ---------------------------------------------

    def on_told(self, told: Told) -> None:
        """Take in a value."""
        self.mirror.hear(told.address, told.value, now())
        if told.address.endswith("/name") and told.address.startswith("/track/"):
            self._lay_out_tracks()
        elif told.address == "/port/activity":
            for ports in self._parts(Ports):
                ports.hear(now())
        elif told.address == "/engine/remark" and told.value:
            self._say(str(told.value))

    def on_attached(self, message: Attached) -> None:
        """Show whether there is an engine."""
        self.mirror.forget()
        self._lay_out_tracks()
        self._show_absent()
        self._say(f"attached to {self._where}" if message.attached else f"no engine at {self._where}", QUIET)

    def _say(self, text: str, colour: str = WORDS) -> None:
        for remarks in self._parts(Remarks):
            remarks.say(text, colour)

    def _lay_out_tracks(self) -> None:
        """Have a row for each track there is, in order."""
        numbers = self.mirror.tracks
        rows = self._parts(Track)
        for row in rows:
            if row.number not in numbers:
                row.remove()
        for number in set(numbers) - {row.number for row in rows}:
            for place in self._parts(VerticalScroll):
                after = [row for row in self._parts(Track) if row.number > number]
                place.mount(Track(self.mirror, number), before=after[0] if after else None)
        self._choose(self.chosen)

    # -- what the player does ----------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Do what a key means."""
        stroke = STROKES.get(event.key)
        wanted = meant(stroke, self.chosen, self.mirror) if stroke and self.link.attached else None
        if wanted is not None:
            self.turn(*wanted)

    def turn(self, address: str, value: Setting | None) -> None:
        """Turn a parameter of the engine. It tells everybody but us, so we take the value in ourselves."""
        self.link.send(address, value)
        if value is not None and address in self.mirror.values and address != "/transport/play":
            self.mirror.hear(address, value, now())

    def action_choose(self, step: int) -> None:
        """Choose the track above or below."""
        self._choose(self.chosen + step)

    def _choose(self, number: int) -> None:
        rows = self._parts(Track)
        numbers = sorted(row.number for row in rows)
        self.chosen = min(max(number, 1), numbers[-1]) if numbers else 1
        for row in rows:
            row.chosen = row.number == self.chosen
            if row.chosen:
                row.scroll_visible(animate=False)

    def action_help(self) -> None:
        """Show every key."""
        of_set = (("esc  ^C", "end the set"), ("^Q", "close this window; the set plays on"))
        alone = (("esc  ^Q", "quit; the engine plays on"),)
        self.push_screen(Help(of_set if self.end_code else alone))

    def action_leave(self) -> None:
        """Quit; where the set is ours, ask whether it is to end."""
        code = self.end_code or 0
        if self.end_code and self.link.attached:
            self.push_screen(EndSet(), lambda end: self._leave(code) if end else None)
        else:
            self._leave(code)

    def action_close(self) -> None:
        """Quit; the engine plays on."""
        self._leave(0)

    def on_unmount(self) -> None:
        """Hang up: Textual calls this."""
        self.link.close()

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)


def run(host: str, port: int, end_code: int | None = None) -> int:
    """Open the window until its player leaves it; return the exit code: 0, or `end_code` to end the set."""
    dashboard = Dashboard(host, port, end_code)
    dashboard.run(mouse=False)
    return dashboard.return_code or 0
