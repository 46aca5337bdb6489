"""Teams: two processes learn what one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from dataclasses import replace

import torch
from toy import ToyRows, toy

from liveengine.training import tasks
from liveengine.training.config import Config
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.team import Team, gathered

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)


def still(**schedule: object) -> Config:
    """Return a config without dropout and rounding: what differs then is the order of sums."""
    one = toy(**{"steps": 8, "precision": "float32", **schedule})
    watch = replace(one.watch, every=4, measures=("nothing",))
    # Free nats that some dimensions stay below, and some not.
    divergence = replace(one.divergence, steps=4, free_nats=0.02)
    return replace(one, size=replace(one.size, dropout=0.0, forget=0.0), watch=watch, divergence=divergence)


def layered() -> Config:
    """Return the same with a latent of levels; of each, some numbers stay below their free nats, and some not."""
    one = still()
    free = replace(one.divergence, bar_free_nats=0.15, beat_free_nats=0.05)
    return replace(one, size=replace(one.size, bar_latent=3, beat_latent=2), divergence=free)


def losses(config: Config, folder: Path, team: Team) -> list[dict[str, float]]:
    one = GrooveTrainer(config, ROWS, folder, RANKS, team)
    found, update = [], one.update

    def noted() -> dict[str, float]:
        told = update()
        found.append(told)
        return told

    one.update = noted  # type: ignore[method-assign]
    one.run(lambda model: {"nothing": 1.0}, lambda text: None)
    return found


def main(folder: Path, config: Config) -> None:
    torch.set_num_threads(1)
    team = gathered()
    found = losses(config, folder / "run", team)
    (folder / f"{team.rank}.json").write_text(json.dumps(found))
    team.leave()


CODE = """
import sys
from pathlib import Path
from test_team import main
from {module} import {config}
main(Path(sys.argv[1]), {config}())
"""


def together(folder: Path, config: str, module: str = "test_team") -> list[list[dict[str, float]]]:
    """Return what each of two processes told, begun by torchrun."""
    folder.mkdir(exist_ok=True)
    (folder / "one.py").write_text(CODE.format(config=config, module=module))
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        str(folder / "one.py"),
    ]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, str(folder)], env=paths, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in (0, 1)]


def assert_alike(one: list[dict[str, float]], team: list[dict[str, float]]) -> None:
    assert len(one) == len(team)
    for alone, shared in zip(one, team, strict=True):
        assert shared == pytest.approx(alone, rel=1e-5, abs=1e-5)


@pytest.mark.timeout(120)
def test_two_processes_learn_what_one_does_and_one_writes(tmp_path):
    first, second = together(tmp_path / "two", "still")
    assert first == second
    assert_alike(losses(still(), tmp_path / "one", Team()), first)
    lines = (tmp_path / "two" / "run" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [4, 8]
    assert len(list((tmp_path / "two" / "run" / "checkpoints").glob("*.safetensors"))) == 2


@pytest.mark.timeout(120)
def test_two_processes_learn_the_levels_of_a_latent_as_one_does(tmp_path):
    first, second = together(tmp_path / "two", "layered")
    assert first == second
    assert_alike(losses(layered(), tmp_path / "one", Team()), first)
    names = {name for told in first for name in told if name.startswith("nats of ")}
    assert names == {"nats of piece", "nats of bar", "nats of beat"}


def test_a_batch_is_shared_whole_and_evenly():
    shares = [Team(rank, 4).rows(12) for rank in range(4)]
    assert [row for share in shares for row in range(12)[share]] == list(range(12))
    with pytest.raises(ValueError, match="evenly"):
        Team(0, 5).rows(12)
