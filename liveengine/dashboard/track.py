"""One track: who plays what, what is to come, and its pattern as steps under a moving playhead."""

from __future__ import annotations

from itertools import groupby

from rich.text import Text

from liveengine.dashboard.colours import (
    ACCENT,
    BAD,
    COOL,
    EDGE,
    FAINT,
    HEAD,
    HEAD_GROUND,
    HIT,
    QUIET,
    WARN,
    WORDS,
)
from liveengine.dashboard.mirror import Mirror
from liveengine.dashboard.picture import Picture

#: Columns before the steps, and the widest a step is drawn.
_MARGIN = 4
_STEP_MAX = 4

_SLIDERS = ("density", "swing", "humanise", "accent")


class Track(Picture):
    """A row of two lines."""

    chosen = False

    def __init__(self, mirror: Mirror, number: int) -> None:
        super().__init__(mirror, id=f"track-{number}", classes="track")
        self.number = number
        self.scopes = (f"/track/{number}",)

    def phase(self, now_s: float) -> tuple[object, ...]:
        """Return where the playhead is, how long there is to wait, and whether it is the chosen track."""
        return self.mirror.step(self.number, now_s), self.mirror.beats_to_wait(self.number, now_s), self.chosen

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        step = self.mirror.step(self.number, now_s)
        page = Page.of(self._text("steps"), self.mirror.bar_steps, self.size.width - _MARGIN - 1, step)
        head = self._head(now_s, page)
        return Text("\n").join((head, Text(" " * _MARGIN).append_text(page.draw(step, self._is_muted))))

    def _head(self, now_s: float, page: Page) -> Text:
        pattern, _, generator = self._text("playing").partition(" (")
        name_style = f"bold {FAINT if self._is_muted else WORDS}"
        head = Text.assemble(
            ("▌" if self.chosen else " ", ACCENT),
            (f"{self.number:>2} ", QUIET),
            (f"{self._text('name')[:12]:<13}", name_style),
            (f"{pattern[:14] or '–':<15}", QUIET if self._is_muted else WORDS),
            (f"{generator.removesuffix(')')[:14]:<15}", QUIET),
        )
        room = self.size.width - 1 - head.cell_len
        right = self._right(now_s, page)
        if self.chosen:
            right = self._sliders(room - 1 - right.cell_len).append_text(right)
        return head.append_text(Text(" " * max(1, room - right.cell_len))).append_text(right)

    def _sliders(self, room: int) -> Text:
        """Return as many sliders of the chosen track as there is room for."""
        text = Text()
        for name in _SLIDERS:
            slider = Text.assemble((f"{name} ", QUIET), (f"{self._number(name):.2f}  ", COOL))
            if text.cell_len + slider.cell_len > room:
                break
            text.append_text(slider)
        return text

    def _right(self, now_s: float, page: Page) -> Text:
        """Return what stands at the end of the first line: the bars of a page, muted, what is to come."""
        parts = []
        if page.count > 1:
            parts.append(Text(f"{page.first_bar + 1}–{page.last_bar} of {page.bars}", QUIET))
        if self._is_muted:
            parts.append(Text("mute", f"bold {BAD}"))
        if wait := self.mirror.beats_to_wait(self.number, now_s):
            parts.append(Text(f"next in {wait}", f"bold {WARN}"))
        return Text("  ").join(parts)

    @property
    def _is_muted(self) -> bool:
        return bool(self._number("mute"))

    def _text(self, name: str) -> str:
        return self.mirror.text(f"/track/{self.number}/{name}")

    def _number(self, name: str) -> float:
        return self.mirror.number(f"/track/{self.number}/{name}")


class Page:
    """The bars of a pattern that fit side by side, and how wide a step is drawn."""

    def __init__(self, steps: str, bar_steps: int, first: int, shown: int, step_width: int) -> None:
        self.steps = steps
        self.bar_steps = bar_steps
        self.first = first  # step
        self.shown = shown  # steps
        self.step_width = step_width

    @classmethod
    def of(cls, steps: str, bar_steps: int, width: int, step: int) -> Page:
        """Return the page that holds `step`, as much of the pattern as `width` columns take."""
        bars = max(1, -(-len(steps) // bar_steps))
        for step_width in range(_STEP_MAX, 0, -1):
            if bars * (bar_steps * step_width + 1) - 1 <= width:
                return cls(steps, bar_steps, 0, len(steps), step_width)
        # Halved until it fits, so that the pages of a pattern of four or eight bars are alike.
        shown = bars
        while shown > 1 and shown * (bar_steps + 1) - 1 > width:
            shown = -(-shown // 2)
        first = max(step, 0) // (shown * bar_steps) * shown * bar_steps
        return cls(steps, bar_steps, first, min(shown * bar_steps, max(width, 0)), 1)

    @property
    def bars(self) -> int:
        """Bars of the whole pattern."""
        return -(-len(self.steps) // self.bar_steps)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return -(-len(self.steps) // max(1, self.shown))

    @property
    def first_bar(self) -> int:
        """The first bar of the page, from 0."""
        return self.first // self.bar_steps

    @property
    def last_bar(self) -> int:
        """The bar after the last of the page, from 0."""
        return min(self.bars, -(-(self.first + self.shown) // self.bar_steps))

    def draw(self, head: int, is_muted: bool) -> Text:
        """Return the steps in one line, the one at `head` lit."""
        cells = []
        for place, sign in enumerate(self.steps[self.first : self.first + self.shown], self.first):
            if place > self.first and place % self.bar_steps == 0:
                cells.append(("│", EDGE))
            cells.append(self._step(place, sign, place == head, is_muted))
        # Neighbours that look alike are one span: this is drawn at every step of every track.
        alike = groupby(cells, key=lambda cell: cell[1])
        return Text.assemble(*(("".join(signs for signs, _ in run), style) for style, run in alike))

    def _step(self, place: int, sign: str, is_head: bool, is_muted: bool) -> tuple[str, str]:
        """Return how a step looks: its signs, and their style."""
        if sign == ".":
            dot = "┊" if place % 4 == 0 and place % self.bar_steps else "·"
            signs, colour = f"{dot:<{self.step_width}}", FAINT
        else:
            full, half, colour = ("█", "▌", ACCENT) if sign == "X" else ("▄", "▖", HIT)
            signs = full * (self.step_width - 1) + half
        if is_muted:
            colour = FAINT
        return signs, f"{HEAD if sign != '.' else WORDS} on {HEAD_GROUND}" if is_head else colour
