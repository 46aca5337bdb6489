"""Files that are whole or not there: written beside their place, then moved into it.

A crash, a full disk or a pulled plug leaves the file that was there before.
Waits for the disk: background only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file has grown longer than the system allows",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing there is not allowed",
    errno.EPERM: "writing there is not allowed",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "part of its path is a file, not a folder",
    errno.EISDIR: "a folder has that name",
    errno.EIO: "the disk reports an error",
}


class ExplainedError(OSError):
    """A disk's refusal in words for the person at the keyboard; `errno` is the system's."""

    def __str__(self) -> str:
        return str(self.strerror)


def explained(error: OSError, path: Path, verb: str = "write") -> ExplainedError:
    """Say what the disk refuses, and why."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return ExplainedError(error.errno, f"cannot {verb} {path}: {reason}")


def write_whole(path: str | Path, data: bytes) -> None:
    """Put `data` at `path`, atomically and through to the disk.

    Raises OSError naming the path and what is wrong; what stood at `path` before then still stands there.
    """
    # A link stays a link: the file it points to is the one replaced.
    place = Path(os.path.realpath(path))
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
        _sync_folder(place.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise explained(error, Path(path)) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can open folders."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some network file systems cannot sync a folder; the file is in place all the same.
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
