"""A mapping: which pad, knob or key turns which parameter, read from one TOML file.

The format is told in `docs/mappings.md`. A mapping may name more tracks than
a patch has; which track is meant is decided when the pad is struck.

Pure, but for `load_mapping` reading its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from liveengine.engine.parameter import Parameter, Setting
from liveengine.engine.parameters import UnknownAddress, find
from liveengine.engine.schema import Section
from liveengine.engine.tomlfile import close_file, open_file, resolve
from liveengine.engine.wording import near, shown
from liveengine.music.event import CONTROL_CHANGE, NOTE_OFF, NOTE_ON

#: Keys that have a name instead of a sign.
KEY_NAMES = ("space", "up", "down", "left", "right", "enter", "tab", "escape")

#: Bindings of one kind that a mapping may hold: every note on every channel, and no more.
BINDINGS_MAX = 16 * 128

#: The least value of a 7-bit controller that counts as pressed.
PRESSED = 64


@dataclass(frozen=True, slots=True)
class Binding:
    """One pad, knob or key, and what it does.

    `source` is a note or controller number, or a key. `channel` is 1–16, or None for any. `value` is what a
    press sets, `add` what it adds to the value that stands; with neither a trigger fires and a toggle flips.
    `low` and `high` are what a knob's ends mean; `low` above `high` turns it round.
    """

    kind: Literal["note", "cc", "key"]
    source: int | str
    address: str
    channel: int | None = None
    value: Setting | None = None
    add: float | None = None
    low: float = 0.0
    high: float = 1.0

    def clashes(self, other: Binding) -> bool:
        """Tell whether one press would be both bindings'."""
        apart = self.channel is not None and other.channel is not None and self.channel != other.channel
        return (self.kind, self.source) == (other.kind, other.source) and not apart

    def __str__(self) -> str:
        channel = f" on channel {self.channel}" if self.channel else ""
        return f"key {self.source}" if self.kind == "key" else f"{self.kind} {self.source}{channel}"


@dataclass(frozen=True, slots=True)
class Action:
    """What a press asks for.

    `value` is to be set and `add` to be added; with neither the trigger fires or the toggle flips. `pressed`
    is False when a held parameter is let go; `value` is then what it springs back to.
    """

    address: str
    value: Setting | None = None
    add: float | None = None
    pressed: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    """The bindings of one controller; `ports` are patterns ("*", "Launchpad*") for its MIDI input's name."""

    path: Path
    title: str = ""
    ports: tuple[str, ...] = ("*",)
    bindings: tuple[Binding, ...] = ()

    def hears(self, port: str) -> bool:
        """Tell whether a MIDI input of this name is the controller's; capitals do not matter."""
        return any(fnmatchcase(port.lower(), pattern.lower()) for pattern in self.ports)


def translate(mapping: Mapping, received: bytes | str) -> list[Action]:
    """Return what one MIDI message, or one key by its sign or name, asks for.

    A message that no binding waits for, or that is none at all, asks for nothing.
    """
    if isinstance(received, str):
        return [_press(binding) for binding in mapping.bindings if _is(binding, "key", received)]
    if len(received) != 3 or max(received[1:]) > 127:
        return []
    status, channel = received[0] & 0xF0, (received[0] & 0x0F) + 1
    number, value = received[1], received[2]
    if status == CONTROL_CHANGE:
        turned = [binding for binding in mapping.bindings if _is(binding, "cc", number, channel)]
        return [_turn(binding, value) for binding in turned if _acts(binding, value)]
    if status not in (NOTE_ON, NOTE_OFF):
        return []
    struck = [binding for binding in mapping.bindings if _is(binding, "note", number, channel)]
    if status == NOTE_ON and value > 0:  # a note-on with velocity 0 is a note-off
        return [_press(binding) for binding in struck]
    return [_release(binding) for binding in struck if find(binding.address).parameter.held]


def _is(binding: Binding, kind: str, source: int | str, channel: int | None = None) -> bool:
    return (binding.kind, binding.source) == (kind, source) and binding.channel in (None, channel)


def _press(binding: Binding) -> Action:
    return Action(binding.address, binding.value, binding.add)


def _release(binding: Binding) -> Action:
    return Action(binding.address, find(binding.address).parameter.default, pressed=False)


def _acts(binding: Binding, value: int) -> bool:
    """Tell whether a controller's value does anything: a trigger fires only when its button goes down."""
    return value >= PRESSED or find(binding.address).parameter.kind != "trigger"


def _turn(binding: Binding, value: int) -> Action:
    """Return what a 7-bit controller at `value` asks for."""
    parameter = find(binding.address).parameter
    if parameter.kind == "trigger":
        return Action(binding.address)
    return Action(binding.address, parameter.scale7(value, binding.low, binding.high))


def resolve_mapping(name: str) -> Path:
    """Return the file of a mapping given by path or, if it comes with the engine, by bare name.

    Raises FileError, telling which ones there are.
    """
    return resolve(name, "mappings")


def load_mapping(path: Path | str) -> Mapping:
    """Read and check a mapping. Raises FileError with everything that is wrong with it."""
    top = open_file(Path(path))
    read = [pair for table in ("pad", "knob", "key") for pair in _bindings(top, table)]
    by_source: dict[tuple[str, int | str], list[Binding]] = {}
    for section, binding in read:
        bound = by_source.setdefault((binding.kind, binding.source), [])
        if earlier := next((other for other in bound if other.clashes(binding)), None):
            section.problem("", f"{binding} is bound already, to {earlier.address}")
        else:
            bound.append(binding)
    mapping = Mapping(
        path=Path(path),
        title=top.text("title", Path(path).stem),
        ports=top.list_of("ports", str, ("*",), 64),
        bindings=tuple(binding for _, binding in read),
    )
    close_file(top)
    return mapping


def _bindings(top: Section, table: str) -> Iterator[tuple[Section, Binding]]:
    """Read every binding of one kind that is right in itself."""
    for section in top.tables(table, BINDINGS_MAX):
        kind, source = _source(section, table)
        address = section.text("do", limit=200)
        parameter = _target(section, address)
        if parameter is not None and parameter.kind == "text" and table == "knob":
            section.problem("do", f"{shown(address)} takes words: bind it to a pad or a key, with a value")
            parameter = None
        channel = section.whole("channel", 1, 16) if table != "key" and "channel" in section else None
        if parameter is None:
            section.names(("value", "add", "low", "high"))
            continue
        low, high = _ends(section, parameter) if table == "knob" else (0.0, 1.0)
        value, add = _pressed(section, parameter, table) if table != "knob" else (None, None)
        if not section.faults:
            yield section, Binding(kind, source, address, channel, value, add, low, high)


def _source(section: Section, table: str) -> tuple[Literal["note", "cc", "key"], int | str]:
    """Read which pad, knob or key it is."""
    if table == "key":
        key = section.parsed("key", _key, "", needed=True)
        section.called(key)
        return "key", key
    number = section.whole("note" if table == "pad" else "cc", 0, 127)
    if not section.faults:
        section.renamed(f"{table} {number}")
    return ("note" if table == "pad" else "cc"), number


def _key(text: str) -> str:
    if text in KEY_NAMES or (len(text) == 1 and text.isprintable() and not text.isspace()):
        return text
    raise ValueError(f"{shown(text)} is neither one sign nor a key's name{near(text, KEY_NAMES)}")


def _target(section: Section, address: str) -> Parameter | None:
    """Return the parameter that a binding turns; None, with the problem noted, where it cannot."""
    if not address:
        return None
    try:
        parameter = find(address).parameter
    except UnknownAddress as error:
        section.problem("do", str(error))
        return None
    if parameter.read_only:
        section.problem("do", f"{shown(address)} can be read, not set")
        return None
    return parameter


def _ends(section: Section, parameter: Parameter) -> tuple[float, float]:
    """Read what a knob's two ends mean."""
    if parameter.kind in ("trigger", "toggle", "word"):
        return parameter.low, parameter.high
    bounds = parameter.low, parameter.high
    return (
        section.number("low", *bounds, parameter.low, parameter.unit),
        section.number("high", *bounds, parameter.high, parameter.unit),
    )


def _pressed(  # noqa: PLR0911 - one answer a kind
    section: Section, parameter: Parameter, table: str
) -> tuple[Setting | None, float | None]:
    """Read what a press sets or adds."""
    if table == "key" and parameter.held:
        section.problem("do", "needs a pad: a computer key does not tell when it is let go")
    if "value" in section and "add" in section:
        section.names(("value", "add"))
        section.problem("add", "cannot stand beside value: a press either sets or adds")
        return None, None
    reach = parameter.high - parameter.low
    match parameter.kind:
        case "trigger":
            return None, None
        case "toggle":
            return (section.toggle("value", False) if "value" in section else None), None
        case "text":
            return section.text("value", limit=200), None
        case _ if "add" in section and not parameter.held:
            return None, section.number("add", -reach, reach, 0.0, parameter.unit)
        case "int":
            return section.whole("value", int(parameter.low), int(parameter.high)), None
        case "word":
            return section.choice("value", parameter.words), None
        case _:
            if "value" not in section:
                section.problem("value", "is missing (or add, for a step up or down)")
            return section.number("value", parameter.low, parameter.high, 0.0, parameter.unit), None
