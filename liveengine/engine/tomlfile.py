"""TOML files: finding them by path or bare name, opening them, and telling where their syntax is wrong.

This is the engine room's only reading from disk.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from liveengine.engine.problems import FileError, Report
from liveengine.engine.schema import Section
from liveengine.engine.wording import near, printable

#: No patch or mapping comes near these; a larger file is some other file given by mistake. The TOML reader's
#: time grows with the square of a line, so that a long enough one would hang the stage.
FILE_LIMIT_BYTES = 256 << 10
LINE_LIMIT_BYTES = 4000

#: What the TOML reader says, in a musician's words.
SYNTAX_WORDS = (
    (r"Cannot overwrite a value", "this key stands twice in the same table"),
    (r"Cannot declare \('(.+)',\) twice", r"[\1] stands twice (several of a kind are written [[\1]])"),
    (r"Expected '=' after a key.*", "expected key = value"),
    (r"Invalid value", 'not a value (words need quotes: "like this")'),
)


def _bytes_of(path: Path) -> bytes:
    """Return what is in a file. Raises FileError where it cannot be read or is far too large."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise FileError(path, [f"{printable(str(path))}: cannot be read: {reason}"]) from error
    if len(data) > FILE_LIMIT_BYTES:
        raise FileError(path, [f"{printable(str(path))}: is larger than {FILE_LIMIT_BYTES >> 10} KiB"])
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > LINE_LIMIT_BYTES:
            words = f"is longer than {LINE_LIMIT_BYTES} letters"
            raise FileError(path, [f"{printable(str(path))}: line {number}: {words}"])
    return data


def _entries_of(path: Path, data: bytes) -> dict[str, object]:
    """Return the TOML in `data`. Raises FileError, with the line where the syntax is wrong."""
    name = printable(str(path))
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(path, [f"{name}: line {line}: is not text in UTF-8"]) from error
    except RecursionError as error:
        raise FileError(path, [f"{name}: has lists or tables nested too deeply"]) from error
    except ValueError as error:
        raise FileError(path, [_syntax_problem(name, str(error), data.count(b"\n") + 1)]) from error


def _syntax_problem(name: str, message: str, last_line: int) -> str:
    """Return the TOML reader's complaint as `file: line: words`."""
    match = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    words = match[1] if match else message
    place = f"line {match[2]}, column {match[3]}" if match and match[2] else f"line {last_line}"
    for pattern, replacement in SYNTAX_WORDS:
        if found := re.fullmatch(pattern, words):
            words = found.expand(replacement)
    return f"{name}: {place}: {printable(words)}"


def open_file(path: Path) -> Section:
    """Read a TOML file and return its top table. Raises FileError where it is not readable TOML."""
    return Section(Report(path), _entries_of(path, _bytes_of(path)))


def close_file(top: Section) -> None:
    """Finish a reading: raises FileError with every problem noted, unknown keys among them."""
    top.finish()
    top.report.check()


def shipped(folder: str) -> dict[str, Path]:
    """Return the files that come with the engine in `folder` ('patches', 'mappings'), by bare name."""
    home = Path(__file__).resolve().parents[2] / folder
    return {path.stem: path for path in sorted(home.glob("*.toml"))}


def resolve(name: str, folder: str) -> Path:
    """Return the file meant by a path or by the bare name of a shipped one. Raises FileError for neither."""
    there = shipped(folder)
    path = Path(name)
    if name in there and not path.is_file():
        return there[name]
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise FileError(path, [f"{printable(name)}: no such file, nor one in {folder}{near(path.stem, there)}"])
