"""Everything that can be turned, listed once: address, type, range, default, effect, meaning.

OSC namespace, MIDI mapping, dashboard, snapshots and the reference page in
`docs/parameters.md` all read this table, so none of them can disagree with it.
`{track}` in an address stands for a track's 1-based number or its name. Its rows
stand in `rows`, by what they belong to.

Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows import engine, master, scenes, tracks, transport
from liveengine.engine.wording import near, shown

TRACKS_MAX = 16

#: A name that can stand in an OSC address and cannot be taken for a number.
TRACK_NAME = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9_-]{1,24}")

#: Every parameter there is, in the order a reader looks for them.
TABLE: tuple[Parameter, ...] = (
    *transport.transport(), *transport.clock(), *scenes.scenes(), *scenes.fills(), *tracks.tracks(),
    *master.tuning(), *master.master(), *engine.engine(),
)  # fmt: skip

_BY_ADDRESS = {parameter.address: parameter for parameter in TABLE}
assert len(_BY_ADDRESS) == len(TABLE), "two parameters share an address"


class UnknownAddress(LookupError):
    """An address that names no parameter. `str` says which one is nearest."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address

    def __str__(self) -> str:
        # Only looked for when someone reads it: a flood of unknown addresses must stay cheap.
        template, track = _template(self.address)
        if template in _BY_ADDRESS:
            return f"no track {shown(track)} (tracks are numbered 1–{TRACKS_MAX}, or called by their name)"
        return f"no address {shown(self.address)}{near(self.address, (known.at(track or 1) for known in TABLE))}"


class Found(NamedTuple):
    """What an address means: a parameter, and whose it is (a track's number or name; None for no track's)."""

    parameter: Parameter
    track: str | None


def _template(address: str) -> tuple[str, str | None]:
    """Return an address with its track replaced by `{track}`, and that track."""
    head, slash, rest = address.removeprefix("/track/").partition("/")
    if not address.startswith("/track/") or not slash:
        return address, None
    return f"/track/{{track}}/{rest}", head


def find(address: str) -> Found:
    """Return the parameter that `address` names. Raises UnknownAddress; its words name the nearest one.

    >>> find("/track/bass/density").track
    'bass'
    """
    template, track = _template(address)
    parameter = _BY_ADDRESS.get(template)
    if parameter is None or (track is None and "{track}" in address):
        raise UnknownAddress(address)
    if track is not None and track.isdecimal() and track.isascii():
        track = str(int(track[:4]))
        if not 1 <= int(track) <= TRACKS_MAX:
            raise UnknownAddress(address)
    elif track is not None and not TRACK_NAME.fullmatch(track):
        raise UnknownAddress(address)
    return Found(parameter, track)
