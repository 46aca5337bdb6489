"""One track: who plays what, what is to come, and its pattern as steps under a moving playhead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from liveengine.dashboard.mirror import SOLOS, Mirror
from liveengine.dashboard.picture import Picture

#: Columns before the steps, and the widest a step is drawn.
_MARGIN = 4
_STEP_MAX = 4

#: How the orders of reading are drawn; forward is not.
_DIRECTIONS = {"reverse": "←", "pingpong": "↔", "random": "random", "brownian": "brownian"}

_SLIDERS = ("density", "swing", "humanise", "accent")


class Track(Picture):
    """A row of two lines."""

    chosen = False

    def __init__(self, mirror: Mirror, number: int) -> None:
        super().__init__(mirror, id=f"track-{number}", classes="track")
        self.number = number
        self.scopes = (f"/track/{number}", SOLOS)

    def phase(self, now_s: float) -> tuple[object, ...]:
        """Return where the playhead is, how long there is to wait, and whether it is the chosen track."""
        return self.mirror.step(self.number, now_s), self.mirror.beats_to_wait(self.number, now_s), self.chosen

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        step = self.mirror.step(self.number, now_s)
        page = Page.of(self._text("steps"), self.mirror.bar_steps, self.size.width - _MARGIN - 1, step)
        head = self._head(now_s, page)
        steps = page.draw(step, self._is_silent, lambda place: self.mirror.late(self.number, place))
        return Text("\n").join((head, Text(" " * _MARGIN).append_text(steps)))

    def _head(self, now_s: float, page: Page) -> Text:
        pattern, _, generator = self._text("playing").partition(" (")
        name_style = f"bold {FAINT if self._is_silent else WORDS}"
        head = Text.assemble(
            ("▌" if self.chosen else " ", ACCENT),
            (f"{self.number:>2} ", QUIET),
            (f"{self._text('name')[:12]:<13}", name_style),
            (f"{pattern[:14] or '–':<15}", QUIET if self._is_silent else WORDS),
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
        """Return what stands at the end of the first line: how it is read, its bars, who is heard, what is to come."""
        parts = [Text(mark, COOL) for mark in self._marks()]
        if page.count > 1:
            parts.append(Text(f"{page.first_bar + 1}–{page.last_bar} of {page.bars}", QUIET))
        if group := int(self._number("mute_group")):
            parts.append(Text(f"group {group}", QUIET))
        if self._number("solo"):
            parts.append(Text("solo", f"bold {ACCENT}"))
        if self._number("mute"):
            parts.append(Text("mute", f"bold {BAD}"))
        if wait := self.mirror.beats_to_wait(self.number, now_s):
            parts.append(Text(f"next in {wait}", f"bold {WARN}"))
        return Text("  ").join(parts)

    def _marks(self) -> Iterator[str]:
        """Yield what is to be said of how the pattern is read, where it is not read as it was written."""
        if mark := _DIRECTIONS.get(self._text("direction")):
            yield mark
        if (rate := self._text("rate")) not in ("", "1"):
            yield f"×{rate}"
        if rotation := int(self._number("rotation")):
            yield f"↻{rotation}"
        if length := int(self._number("length")):
            yield f"of {length}"

    @property
    def _is_silent(self) -> bool:
        return self.mirror.silent(self.number)

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

    def draw(self, head: int, is_muted: bool, late: Callable[[int], float] = lambda place: 0.0) -> Text:
        """Return the steps in one line, the one at `head` lit; `late` says by how much of itself a step comes later."""
        cells = []
        for place, sign in enumerate(self.steps[self.first : self.first + self.shown], self.first):
            if place > self.first and place % self.bar_steps == 0:
                cells.append(("│", EDGE))
            signs, style = self._step(place, sign, place == head, is_muted)
            cells.append((self._moved(signs, late(place)) if sign != "." else signs, style))
        # Neighbours that look alike are one span: this is drawn at every step of every track.
        alike = groupby(cells, key=lambda cell: cell[1])
        return Text.assemble(*(("".join(signs for signs, _ in run), style) for style, run in alike))

    def _moved(self, signs: str, late: float) -> str:
        """Return a hit that begins so much of a step later, to half a column."""
        columns, half = divmod(round(2 * late * self.step_width), 2)
        moved = signs[columns:]
        if half and len(moved) > 1:
            moved = ("▐" if moved[0] == "█" else "▗") + moved[1:]
        return (" " * columns + moved)[: self.step_width] if moved else signs

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
