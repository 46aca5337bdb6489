"""The colours of the window: near black, one warm colour for what sounds, few others for what wants a look."""

from __future__ import annotations

from textual.theme import Theme

GROUND = "#121316"
PANEL = "#1a1c21"
EDGE = "#343841"
WORDS = "#d6d3cb"
QUIET = "#7d8089"
FAINT = "#41444d"

#: What sounds: a hit, an accent, and the step under the playhead.
HIT = "#b07c2e"
ACCENT = "#f2b544"
HEAD = "#fff4d6"
HEAD_GROUND = "#4a3a1c"

GOOD = "#7fb069"
WARN = "#f2b544"
BAD = "#e2604a"
COOL = "#6aa7b8"

THEME = Theme(
    name="liveengine",
    primary=ACCENT,
    secondary=COOL,
    accent=ACCENT,
    success=GOOD,
    warning=WARN,
    error=BAD,
    foreground=WORDS,
    background=GROUND,
    surface=PANEL,
    panel=PANEL,
    dark=True,
)
