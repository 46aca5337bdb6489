"""The transport: playing or not, bar and beat, tempo, scene, and whose clock is followed."""

from __future__ import annotations

import time

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Digits, Static

from liveengine.dashboard.colours import ACCENT, BAD, COOL, FAINT, GOOD, QUIET, WARN, WORDS
from liveengine.dashboard.mirror import Mirror
from liveengine.dashboard.picture import Picture

#: How each state of the clock looks.
_STATES = {"locked": GOOD, "internal": QUIET, "acquiring": WARN, "freewheeling": WARN, "lost": BAD}

#: How long a beat's lamp stays bright, in beats.
_BRIGHT_BEATS = 0.3


class Transport(Horizontal):
    """The line at the top."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(id="transport")
        self.mirror = mirror

    def compose(self) -> ComposeResult:
        """Lay it out: Textual calls this."""
        yield Sign(self.mirror, id="sign")
        yield Digits(id="place")
        yield Digits(id="tempo")
        yield Static("\n\nBPM", id="unit")
        yield Words(self.mirror, id="words")

    def look(self, now_s: float) -> None:
        """Draw anew what has changed."""
        mirror = self.mirror
        bar, beat = int(mirror.number("/transport/bar")), int(mirror.number("/transport/beat"))
        self._show("#place", f"{bar}.{beat}")
        self._show("#tempo", f"{mirror.number('/transport/tempo'):.1f}")

    def _show(self, which: str, value: str) -> None:
        for digits in self.query(which).results(Digits):
            if digits.value != value:
                digits.update(value)


class Sign(Picture):
    """A triangle while it plays, a square while it does not."""

    scopes = ("/transport",)

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        if self.mirror.playing:
            return Text("█▙▖ \n███▙\n█▛▘ ", ACCENT)
        return Text("▄▄▄\n███\n▀▀▀", FAINT)


class Words(Picture):
    """Scene, beat lamps, and the clock."""

    scopes = ("/transport", "/scene", "/song", "/clock")

    def phase(self, now_s: float) -> bool:
        """Say whether the beat is young."""
        return self.mirror.position_beats(now_s) - self.mirror.number("/transport/position") < _BRIGHT_BEATS

    def draw(self, now_s: float) -> Text:
        """Return what is to be seen now."""
        return Text("\n").join((self._scene(), self._lamps(now_s), self._clock()))

    def _scene(self) -> Text:
        number = int(self.mirror.number("/scene/current"))
        name = self.mirror.text("/scene/name")
        text = Text.assemble((f"{name or '–'}  ", f"bold {WORDS}"), (f"scene {number}" if number else "", QUIET))
        return text.append_text(self._song())

    def _song(self) -> Text:
        """Return where in its song the set is, where it plays one: the entry, and which time in a row it plays."""
        place, repeats = int(self.mirror.number("/song/place")), int(self.mirror.number("/song/repeats"))
        if not place:
            return Text()
        text = Text.assemble(("   song ", QUIET), (f"{place}", WORDS), (f" of {self._count('length')}", QUIET))
        if repeats > 1:
            text.append(f"   repeat {self._count('repeat')} of {repeats}", QUIET)
        return text

    def _count(self, name: str) -> int:
        return int(self.mirror.number(f"/song/{name}"))

    def _lamps(self, now_s: float) -> Text:
        mirror = self.mirror
        beats = -(-mirror.bar_steps // 4)
        beat = int(mirror.number("/transport/beat"))
        bright = ACCENT if self.phase(now_s) else WORDS
        text = Text()
        for number in range(1, beats + 1):
            here = mirror.playing and number == beat
            text.append("● " if here else "○ ", bright if here else FAINT)
        return text.append(f" {mirror.text('/transport/metre')}", QUIET)

    def _clock(self) -> Text:
        source, state = self.mirror.text("/clock/source"), self.mirror.text("/clock/state")
        text = Text.assemble(("clock ", QUIET), (f"{source or '–'} ", COOL if source != "internal" else WORDS))
        if state not in ("", source):
            text.append(f"{state}  ", _STATES.get(state, WORDS))
        if source not in ("", "internal"):
            text.append(f"jitter {self.mirror.number('/clock/jitter_us') / 1000:.2f} ms  ", QUIET)
        for line in self.mirror.text("/clock/sources").splitlines():
            name, _, how = line.rpartition("=")
            if name not in ("", source):
                text.append(f"{name} ", FAINT)
                text.append("" if how == name else f"{how}  ", _STATES.get(how, WORDS))
        return text


def now() -> float:
    """Return the time in seconds, by the clock the mirror is asked with."""
    return time.monotonic()
