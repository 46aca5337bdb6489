"""Logs: what a run tells is read back from each as its own readers read it, and what is missing is said in a line."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("torch")

from toy import ToyRows, toy

from liveengine.training import tasks
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.logs.log import NAMES, opened

ROWS = ToyRows(24)


def run(folder, *names: str, broken_off: int = 0) -> list[dict]:
    """Train for two looks, or go on, told to these logs as well; return the lines of log.jsonl.

    A run may be broken off while it looks at a step.
    """
    one = GrooveTrainer(toy(), ROWS, folder, tasks.quantiles(ROWS.all))

    def look(model) -> dict[str, float]:
        if one.step == broken_off:
            raise InterruptedError
        return dict.fromkeys(one.config.watch.measures, 1.0 / one.step)

    one.run(look, lambda text: None, opened(names, folder, one.config))
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_every_run_has_its_lines(tmp_path) -> None:
    lines = run(tmp_path)
    assert [(line["step"], "looked" in line) for line in lines] == [(10, False), (10, True), (20, False), (20, True)]
    assert lines[1]["looked"]["bits_per_hit"] == 0.1
    assert lines[0]["loss"] > 0


def test_tensorboard_reads_what_was_told(tmp_path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    lines = run(tmp_path, "tensorboard")
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    for kind, told in (("learnt", lines[::2]), ("looked", [{"step": e["step"], **e["looked"]} for e in lines[1::2]])):
        for name in set(told[0]) - {"step"}:
            scalars = events.Scalars(f"{kind}/{name}")
            assert [scalar.step for scalar in scalars] == [10, 20]
            assert [scalar.value for scalar in scalars] == pytest.approx([line[name] for line in told])


def records(data: bytes) -> Iterator[bytes]:
    """Yield what a file of Weights & Biases holds: after its own seven bytes, LevelDB's log format."""
    block, at, held = 32_768, 7, b""
    while at + 7 <= len(data):
        if block - at % block < 7:
            at += block - at % block
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        if not kind:
            return
        held += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield held
            held = b""


@pytest.fixture
def offline(monkeypatch) -> None:
    pytest.importorskip("wandb")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")  # nobody is there


def held_in(place) -> tuple[str, dict[int, dict[str, float]]]:
    """Return the id of the run that a file of Weights & Biases is of, and its numbers by step."""
    from wandb.proto.wandb_internal_pb2 import Record

    ids: set[str] = set()
    held: dict[int, dict[str, float]] = {}
    for data in records(place.read_bytes()):
        record = Record.FromString(data)
        if record.HasField("run"):
            ids.add(record.run.run_id)
        told = {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
        if told:
            held.setdefault(record.history.step.num, {}).update(told)
    (own,) = ids
    return own, held


def test_weights_and_biases_hold_what_was_told_without_a_network(tmp_path, offline) -> None:
    lines = run(tmp_path, "wandb")
    (place,) = (tmp_path / "wandb").glob("offline-run-*/run-*.wandb")
    _, held = held_in(place)
    for learnt, looked in ((lines[0], lines[1]), (lines[2], lines[3])):
        there = held[learnt["step"]]
        for kind, numbers in (("learnt", learnt), ("looked", looked["looked"])):
            told = {name: value for name, value in numbers.items() if name != "step"}
            assert told == pytest.approx({name: there[f"{kind}/{name}"] for name in told})


def test_a_run_that_goes_on_is_the_same_to_weights_and_biases(tmp_path, offline) -> None:
    with pytest.raises(InterruptedError):
        run(tmp_path, "wandb", broken_off=20)
    run(tmp_path, "wandb")
    files = sorted(tmp_path.glob("wandb/offline-run-*/run-*.wandb"))
    (first, before), (second, after) = map(held_in, files)
    assert first == second == (tmp_path / "wandb.id").read_text()
    # What was learnt after the last checkpoint is learnt again, and told again.
    assert (set(before), set(after)) == ({10, 20}, {20})
    assert before[20]["learnt/loss"] == after[20]["learnt/loss"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_installed_is_said_in_a_line(name, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    for module in (f"liveengine.training.logs.{name}", "torch.utils.tensorboard"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(ValueError, match=rf"--log {name}: {name} is not installed: pip install -e '\.\[{name}\]'"):
        opened([name], tmp_path, toy())


def test_a_log_that_there_is_not_is_refused_with_the_nearest(tmp_path) -> None:
    with pytest.raises(ValueError, match=r'no "tensorbord".*"tensorboard"'):
        opened(["tensorbord"], tmp_path, toy())
