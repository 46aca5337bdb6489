"""Grooves for training: from files to rows and back, split by whole sessions, mapped and not loaded."""

import json
from pathlib import Path

import numpy as np
import pytest
from made import BEAT, data_folder, groove_midi, midi, rock

from liveengine.generators.codecs.grid import STEP_TICKS, Cells, encode
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.music.note import Bar
from liveengine.training.data import grooves, shards
from liveengine.training.data.collections import find
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.data.parser import parse
from liveengine.training.data.prepare import QUARANTINE, Prepared, prepare
from liveengine.training.data.shards import INDEX, Field, Shards, ShardWriter
from liveengine.training.data.source import SPLITS
from liveengine.training.data.sources.gmd import GrooveMidi, split_of


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Path, Prepared]:
    folder = groove_midi(
        tmp_path / "gmd",
        [
            ("drummer1/session1", "rock", "beat", midi(rock(5, late=7))),
            ("drummer1/session2", "highlife", "fill", midi(rock(1))),
            ("drummer3/session1", "jazz/swing", "beat", midi(rock(3))),
            ("drummer7/session1", "unheard", "beat", midi(rock(2))),
            ("drummer8/session1", "funk", "beat", midi(rock(2), metre=(3, 4))),
            ("drummer8/session1", "funk", "beat", b"not a file"),
        ],
    )
    return tmp_path / "cache" / "gmd", prepare(find("gmd"), folder, tmp_path / "cache")


def test_a_performance_becomes_windows_of_two_bars_one_bar_apart(prepared: tuple[Path, Prepared]) -> None:
    cache, done = prepared
    assert done.rows == {"train": 5, "validation": 1, "test": 2}
    rows = GrooveRows(cache / "train")
    assert [int(rows[n]["bar"]) for n in range(4)] == [0, 1, 2, 3]
    item = rows[0]
    assert item["hits"].shape == item["velocity"].shape == item["offset"].shape == (96, 9)
    assert (item["velocity"].dtype, item["offset"].dtype, item["features"].shape) == ("float32", "float32", (40,))
    assert np.flatnonzero(item["hits"][:, 2]).tolist() == list(range(0, 96, 6))
    assert item["offset"][0, 2] == np.float32(10_511 / STEP_TICKS)  # 7 of 480, halves up
    assert item["velocity"][0, 0] == np.float32(100 / 127)
    assert rows.shards.index["styles"][int(item["style"])] == "rock"
    assert rows.performers[int(item["performer"])] == "drummer1"
    assert (float(item["tempo"]), bool(item["fill"]), int(item["bars"])) == (120.0, False, 2)


def test_a_performance_of_one_bar_is_played_twice_and_says_so(prepared: tuple[Path, Prepared]) -> None:
    item = GrooveRows(prepared[0] / "train")[4]
    assert (int(item["bars"]), bool(item["fill"])) == (1, True)
    assert (item["velocity"][:48] == item["velocity"][48:]).all()
    assert int(item["style"]) == STYLES.index("afrobeat")  # highlife goes with it


def test_what_cannot_be_used_is_named_with_its_reason(prepared: tuple[Path, Prepared]) -> None:
    told = json.loads((prepared[0] / QUARANTINE).read_text())
    assert sorted(reason.split(": ", 1)[1] for reason in told.values()) == [
        "in 3/4, not in 4/4",
        "not a MIDI file (no header)",
    ]


def test_a_style_that_is_none_of_the_sixteen_is_no_style(prepared: tuple[Path, Prepared]) -> None:
    assert int(GrooveRows(prepared[0] / "validation")[0]["style"]) == -1


def test_a_closing_stroke_is_no_bar_of_its_own() -> None:
    piece = parse(midi([*rock(2), (8 * BEAT + 3, 49, 120, 60)]))
    assert grooves.on_the_grid(piece).bars == 2
    assert grooves.on_the_grid(parse(midi([*rock(2), (8 * BEAT + 240, 49, 120, 60)]))).bars == 3


def test_batches_are_the_rows_stacked(prepared: tuple[Path, Prepared]) -> None:
    rows = GrooveRows(prepared[0] / "train")
    batch = rows.batch([3, 0])
    for name, array in batch.items():
        assert (array[0] == rows[3][name]).all() and (array[1] == rows[0][name]).all()


def test_whoever_played_more_is_drawn_less_often_but_not_forgotten(tmp_path: Path) -> None:
    folder = groove_midi(
        tmp_path / "gmd",
        [
            ("drummer1/session1", "rock", "beat", midi(rock(17))),
            ("drummer2/session1", "rock", "beat", midi(rock(2))),
        ],
    )
    prepare(find("gmd"), folder, tmp_path)
    rows = GrooveRows(tmp_path / "gmd" / "train")
    for balance, share in ((0.0, 1 / 17), (0.5, 1 / 5), (1.0, 1 / 2)):
        weights = rows.weights(balance)
        assert weights.sum() == pytest.approx(1.0)
        assert weights[-1] == pytest.approx(share)


def test_no_session_and_no_test_drummer_stands_in_two_splits() -> None:
    sessions = [f"drummer{d}/session{s}" for d in range(1, 11) for s in range(1, 4)]
    of = {session: split_of(session.split("/")[0], session) for session in sessions}
    assert set(of.values()) == set(SPLITS)
    testers = {session.split("/")[0] for session, split in of.items() if split == "test"}
    assert not testers & {session.split("/")[0] for session, split in of.items() if split != "test"}


def test_an_unknown_collection_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match='no collection called "gdm" \\(did you mean "gmd"'):
        find("gdm")


def test_shards_refuse_what_was_changed(tmp_path: Path) -> None:
    fields = (Field("number", "int32", ()),)
    with ShardWriter(tmp_path, fields, {}) as writer:
        for number in range(5):
            writer.add({"number": number})
    read = Shards(tmp_path)
    read.verify()
    assert read.column("number").tolist() == [0, 1, 2, 3, 4]
    place = tmp_path / "number-0000.npy"
    data = bytearray(place.read_bytes())
    data[-1] ^= 1
    place.write_bytes(data)
    with pytest.raises(ValueError, match="changed since it was written"):
        read.verify()
    place.write_bytes(data[:-1])
    with pytest.raises(ValueError, match="missing or damaged"):
        Shards(tmp_path)


def test_rows_spread_over_shards_stay_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 3)
    with ShardWriter(tmp_path, (Field("number", "int32", ()),), {}) as writer:
        for number in range(8):
            writer.add({"number": number})
    read = Shards(tmp_path)
    assert len(read) == 8 and read.rows(range(8))["number"].tolist() == list(range(8))
    assert len(list(tmp_path.glob("*.npy"))) == 3
    with pytest.raises(IndexError):
        read.row(8)


def test_a_writer_that_fails_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), ShardWriter(tmp_path, (Field("number", "int32", ()),), {}):
        raise RuntimeError
    assert not (tmp_path / INDEX).exists()
    with pytest.raises(OSError, match="cannot read"):
        Shards(tmp_path)


def test_shards_of_another_pipeline_are_not_read(tmp_path: Path) -> None:
    with ShardWriter(tmp_path, (Field("number", "int32", ()),), {}):
        pass
    index = json.loads((tmp_path / INDEX).read_text())
    (tmp_path / INDEX).write_text(json.dumps({**index, "pipeline": 0}))
    with pytest.raises(ValueError, match="made by pipeline 0"):
        Shards(tmp_path)


@pytest.mark.timeout(120)
def test_every_bar_of_groove_midi_comes_back_exactly() -> None:
    folder = data_folder("gmd")
    source = GrooveMidi()
    bars = 0
    for entry in source.entries(folder):
        try:
            cells = grooves.on_the_grid(source.read(folder, entry)).cells
        except ValueError as error:
            assert "not in 4/4" in str(error)
            continue
        for start in range(0, len(cells.velocity), 48):
            cell = Cells(cells.velocity[start : start + 48], cells.offset[start : start + 48])
            bar: Bar = cell.grid().bar()
            back = encode(bar)
            assert back.merged == back.voiceless == 0
            assert (back.grid.cells().velocity == cell.velocity).all()
            assert (back.grid.cells().offset == cell.offset).all()
            bars += 1
    assert bars > 14_000
