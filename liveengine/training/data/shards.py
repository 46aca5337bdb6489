"""Rows on disk, read without being loaded: a folder of .npy files and an index in JSON. Nothing is pickled.

A writer holds one shard's rows in memory and no more; a reader maps the files and touches the rows that are asked
for. The index comes last, so a folder with an index is whole; it keeps each file's hash and says how it was made.

Waits for the disk.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.formats import disk
from liveengine.training.data import PIPELINE

INDEX = "index.json"

#: Rows a shard: of two bars of drums about 6 MB.
SHARD_ROWS = 2048


#: The length of a dimension that differs from row to row.
VARIES = -1


@dataclass(frozen=True, slots=True)
class Field:
    """One array of a row: its name, its dtype as numpy calls it, and its shape without the row.

    A first dimension of VARIES is as long as each row likes; such rows stand end to end in one file, and where each
    ends in another.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def varies(self) -> bool:
        """Whether rows differ in length."""
        return self.shape[:1] == (VARIES,)


class ShardWriter:
    """Writes rows to a folder: `with ShardWriter(folder, FIELDS, about) as shards: shards.add(row)`.

    `about` goes into the index as it is. The folder must be new or empty of an index; a writer that is left by an
    exception leaves no index behind.
    """

    def __init__(self, folder: Path, fields: Sequence[Field], about: Mapping[str, Any]) -> None:
        self.folder = folder
        self.fields = tuple(fields)
        self.about = dict(about)
        self.rows = 0
        self._shards: list[dict[str, Any]] = []
        self._held: dict[str, list[Any]] = {field.name: [] for field in self.fields}

    def __enter__(self) -> ShardWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / INDEX).unlink(missing_ok=True)
        except OSError as error:
            raise disk.explained(error, self.folder) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
            index = {
                "pipeline": PIPELINE,
                "rows": self.rows,
                "fields": [{"name": f.name, "dtype": f.dtype, "shape": list(f.shape)} for f in self.fields],
                "shards": self._shards,
                **self.about,
            }
            disk.write_whole(self.folder / INDEX, json.dumps(index, indent=1, ensure_ascii=False).encode())

    def add(self, row: Mapping[str, object]) -> None:
        """Take one row; it must have every field and no other."""
        if row.keys() != self._held.keys():
            raise ValueError(f"a row needs the fields {', '.join(self._held)}, not {', '.join(row)}")
        for name, value in row.items():
            self._held[name].append(value)
        self.rows += 1
        if len(self._held[self.fields[0].name]) >= SHARD_ROWS:
            self._flush()

    def _flush(self) -> None:
        count = len(self._held[self.fields[0].name])
        if not count:
            return
        files: dict[str, dict[str, str]] = {}
        for field in self.fields:
            for name, array in _arrays(field, self._held[field.name]).items():
                data = BytesIO()
                np.save(data, array, allow_pickle=False)
                place = f"{name}-{len(self._shards):04}.npy"
                disk.write_whole(self.folder / place, data.getvalue())
                files[name] = {"file": place, "sha256": hashlib.sha256(data.getvalue()).hexdigest()}
            self._held[field.name].clear()
        self._shards.append({"rows": count, "files": files})


def _arrays(field: Field, values: list[Any]) -> dict[str, NDArray[Any]]:
    """Return a shard's arrays of one field by name. Raises ValueError for values of another shape."""
    if field.varies:
        each = [np.asarray(value, field.dtype) for value in values]
        ends = np.cumsum([len(value) for value in each], dtype=np.int64)
        found = {field.name: np.concatenate(each), f"{field.name}.ends": ends}
        fits = found[field.name].shape[1:] == field.shape[1:]
    else:
        found = {field.name: np.asarray(values).astype(field.dtype, copy=False)}
        fits = found[field.name].shape[1:] == field.shape
    if not fits:
        raise ValueError(f"{field.name} must be of shape {field.shape}, not {found[field.name].shape[1:]}")
    return found


class Shards:
    """Rows of a folder, mapped and not loaded. `index` is what its writer was told, with the fields and files.

    Raises OSError where there is no index, ValueError for one of another pipeline or files that do not fit it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            text = (folder / INDEX).read_text(encoding="utf-8")
        except OSError as error:
            raise disk.explained(error, folder / INDEX, "read") from error
        try:
            self.index: dict[str, Any] = json.loads(text)
            made_by = self.index["pipeline"]
            self.fields = tuple(Field(f["name"], f["dtype"], tuple(f["shape"])) for f in self.index["fields"])
            shards = self.index["shards"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder / INDEX}: damaged; prepare the data again") from error
        if made_by != PIPELINE:
            raise ValueError(f"{folder}: made by pipeline {made_by}, this is {PIPELINE}; prepare the data again")
        self._arrays = {field.name: [self._map(shard, field) for shard in shards] for field in self.fields}
        self._row_ends = {
            field.name: [self._map(shard, Field(f"{field.name}.ends", "int64", ())) for shard in shards]
            for field in self.fields
            if field.varies
        }
        self._ends = list(accumulate(shard["rows"] for shard in shards))

    def _map(self, shard: dict[str, Any], field: Field) -> NDArray[Any]:
        place = self.folder / shard["files"][field.name]["file"]
        try:
            array: NDArray[Any] = np.load(place, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ValueError(f"{place}: missing or damaged; prepare the data again") from error
        shape = array.shape if field.varies else (shard["rows"], *field.shape)
        if array.shape != shape or array.dtype != field.dtype:
            raise ValueError(f"{place}: not what the index says; prepare the data again")
        return array

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def row(self, number: int) -> dict[str, NDArray[Any]]:
        """Return one row: its arrays by field, copied. Raises IndexError."""
        if not 0 <= number < len(self):
            raise IndexError(f"row {number} of {len(self)}")
        shard = bisect_right(self._ends, number)
        at = number - (self._ends[shard - 1] if shard else 0)
        return {
            field.name: np.array(self._arrays[field.name][shard][self._span(field, shard, at)]) for field in self.fields
        }

    def _span(self, field: Field, shard: int, at: int) -> int | slice:
        """Return where in its shard's array a row stands."""
        if not field.varies:
            return at
        ends = self._row_ends[field.name][shard]
        return slice(int(ends[at - 1]) if at else 0, int(ends[at]))

    def rows(self, numbers: Sequence[int] | NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Return many rows, stacked in the order asked for; where rows differ in length, 0 fills the shorter."""
        each = [self.row(int(number)) for number in numbers]
        return {field.name: _stacked([row[field.name] for row in each]) for field in self.fields}

    def column(self, name: str) -> NDArray[Any]:
        """Return one field of all rows. For the small ones: it is loaded."""
        field = next(field for field in self.fields if field.name == name)
        return np.concatenate([np.zeros((0, *field.shape), field.dtype), *self._arrays[name]])

    def lengths(self, name: str) -> NDArray[np.int64]:
        """Return how long each row of a field that varies is."""
        ends = self._row_ends[name]
        return np.concatenate([np.zeros(0, np.int64), *(np.diff(each, prepend=0) for each in ends)])

    def verify(self) -> None:
        """Read everything and compare hashes. Raises ValueError naming the first file that is not as written."""
        for shard in self.index["shards"]:
            for told in shard["files"].values():
                place = self.folder / told["file"]
                if hashlib.sha256(place.read_bytes()).hexdigest() != told["sha256"]:
                    raise ValueError(f"{place}: changed since it was written; prepare the data again")


def _stacked(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    longest = max(array.shape[:1] for array in arrays)
    if all(array.shape[:1] == longest for array in arrays):
        return np.stack(arrays)
    stacked = np.zeros((len(arrays), *longest, *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(stacked, arrays, strict=True):
        row[: len(array)] = array
    return stacked
