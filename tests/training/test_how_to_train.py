"""The how-to of training: its commands are run as they are written, on drummers and a config of seconds."""

from __future__ import annotations

import json
import re
import shlex
from itertools import takewhile
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")

import torch
from made import groove_midi, midi, rock

from liveengine.cli import OK, WRONG, main, parser
from liveengine.generators import models
from liveengine.training import config, export
from liveengine.training.baseline import READS
from liveengine.training.config import CONFIGS
from liveengine.training.evaluation import battery, groove_structure

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "HOW_TO_TRAIN.md"

TOY = """
[size]
width = 16
heads = 2
encoder_layers = 1
reader_layers = 1
writer_layers = 1
latent = 4

[schedule]
steps = 20
batch = 8
warm_up = 2

[watch]
every = 10
"""

#: Who plays the toy: some to learn from, a session to look at, and a drummer who is held back.
SESSIONS = ("drummer1/session1", "drummer1/session2", "drummer5/session1", "drummer7/session1", "drummer3/session1")


def blocks() -> list[list[list[str]]]:
    """Return the commands of each block of the how-to, in words."""
    found = re.findall(r"^```sh\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [[shlex.split(line, comments=True) for line in block.splitlines() if line.strip()] for block in found]


def own(words: list[str]) -> list[str]:
    """Return the words that liveengine itself reads, whoever starts it."""
    started = len(list(takewhile(lambda word: word != "liveengine", words)))
    return words[started + 1 :]


def commands() -> list[list[str]]:
    return [own(words) for block in blocks() for words in block]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Make a home with the collection in it, and be there; configs of the same names take seconds."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    groove_midi(
        tmp_path / "groove",
        [(session, "rock", "beat", midi(rock(6 + n, late=n))) for n, session in enumerate(SESSIONS)],
    )
    (tmp_path / "configs").mkdir()
    for place in CONFIGS.glob("groove-*.toml"):
        (tmp_path / "configs" / place.name).write_text(f'name = "{place.stem}"\n{TOY}')
    (tmp_path / "configs" / "baselines").mkdir()
    for reads in READS:
        (tmp_path / "configs" / "baselines" / f"{reads}.toml").write_text(f'reads = "{reads}"\nwidth = 16\nsteps = 5\n')
    monkeypatch.setattr(config, "CONFIGS", tmp_path / "configs")
    monkeypatch.setattr(export, "GROOVES", 4)
    monkeypatch.setattr(export, "BARS", 4)
    monkeypatch.setattr(groove_structure, "PIECES", 2)
    monkeypatch.setattr(battery, "DRAWN", 96)
    # `train` sets it for the whole process, and other tests compare with processes that have as many as before.
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


def run(words: list[str]) -> int:
    """Run a command as a shell would, which knows what ~ is."""
    return main([str(Path(word).expanduser()) if word.startswith("~") else word for word in words])


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_is_one_that_there_is_and_names_a_config_that_comes_along(words) -> None:
    told = parser().parse_args(words)
    if told.word == "train":
        assert config.load(config.find(told.config)).name == told.config


def test_the_first_block_goes_from_files_to_a_model_whose_card_can_be_renewed(home, capsys) -> None:
    first = [own(words) for words in blocks()[0]]
    assert [words[0] for words in first] == ["data", "train", "evaluate", "export"]
    for words in first:
        assert run(words) == OK, words
    folder = home / "models" / "groove-nano"
    assert models.shipped(home / "models") == {"groove-nano": folder}
    old, weights = json.loads((folder / "card.json").read_text()), (folder / models.WEIGHTS).read_bytes()
    renewing = next(words for words in commands() if "--renew" in words)
    assert run(renewing) == OK
    new = json.loads((folder / "card.json").read_text())
    # The exported model measures as the trained one did, and nothing but the measures is written anew.
    for title, rows in old["about"]["measures"].items():
        for name, row in rows.items():
            assert new["about"]["measures"][title][name] == pytest.approx(row, rel=1e-3, abs=1e-3), (title, name)
    assert {**new, "about": 0} == {**old, "about": 0}
    assert (folder / models.WEIGHTS).read_bytes() == weights
    averaging = next(words for words in commands() if words[0] == "average")
    capsys.readouterr()
    assert run([*averaging[:-1], "2"]) == OK
    assert re.search(
        r"bits_per_hit \S+ for the mean of steps 10, 20; \S+ for the best look: (no )?better", capsys.readouterr().out
    )
    assert export.load_model(home / "runs" / "nano" / "averaged" / "best.safetensors")[1]["averaged"] == [10, 20]
    assert run([*first[2], "--renew"]) == WRONG
    assert "--renew writes into the card of an exported model" in capsys.readouterr().err
