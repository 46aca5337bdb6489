"""`liveengine generate`: its how-to runs as written, a file holds what the stage would play, mistakes are named."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from liveengine.cli import FAILED, OK, WRONG, main
from liveengine.engine.orders import RequestBar
from liveengine.formats import midifile
from liveengine.generators.contract import Controls
from liveengine.music.event import NOTE_ON
from liveengine.music.note import Note
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.runtime.generate import PHRASE_BARS, grid, made
from liveengine.runtime.generation import answer

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "HOW_TO_GENERATE.md"


def commands() -> list[list[str]]:
    """Return every command of the how-to, in words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines() if line.strip()]


def struck(path: Path) -> list[tuple[int, bytes]]:
    messages = midifile.read(path).messages
    return [(message.tick, message.data) for message in messages if message.data[0] & 0xF0 == NOTE_ON]


def test_there_are_commands_in_the_how_to() -> None:
    assert {words[2] for words in commands()} >= {"groove-nano", "euclid", "phi"}


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_of_the_how_to_writes_its_file(words, tmp_path, monkeypatch, capsys) -> None:
    if words[2] == "groove-nano":
        pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    assert words[:2] == ["liveengine", "generate"]
    assert main(words[1:]) == OK
    assert len(struck(tmp_path / words[words.index("-o") + 1])) > 4
    assert f"seed {words[words.index('--seed') + 1] if '--seed' in words else 1}" in capsys.readouterr().out


def test_the_same_seed_writes_the_same_bytes_and_another_others(tmp_path) -> None:
    written = []
    for seed in ("3", "3", "4"):
        assert main(["generate", "euclid", "--seed", seed, "-o", str(tmp_path / "a.mid")]) == OK
        written.append((tmp_path / "a.mid").read_bytes())
    assert written[0] == written[1] != written[2]


def test_a_phrase_is_what_the_stage_would_be_given() -> None:
    controls = Controls(density=0.7)
    told: list[str] = []
    notes = made("euclid", controls, 2 * PHRASE_BARS, 5, False, told)
    length = PHRASE_BARS * controls.metre.bar_ticks
    for phrase in range(2):
        asked = Controls(density=0.7, bars=PHRASE_BARS)
        staged = answer(RequestBar(0, 0, "euclid", None, frozenset(), asked, 5 + phrase)).bar.notes
        here = [(n.tick - phrase * length, n.pitch, n.velocity) for n in notes if n.tick // length == phrase]
        assert here == [(n.tick, n.pitch, n.velocity) for n in staged]
    assert not told


def test_the_grid_shows_each_hit_at_its_nearest_sixteenth_as_loud_as_it_is() -> None:
    late = TICKS_PER_SIXTEENTH // 3
    notes = [Note(0, 36, 120), Note(4 * TICKS_PER_SIXTEENTH + late, 38, 80), Note(17 * TICKS_PER_SIXTEENTH, 42, 20)]
    assert grid(notes, Metre(4, 4), 2).splitlines() == [
        " kick  X............... ................",
        "snare  ....x........... ................",
        "  hat  ................ .o..............",
    ]


def test_where_a_rule_stands_in_for_a_model_that_is_told(tmp_path, capsys) -> None:
    pytest.importorskip("onnxruntime")
    assert main(["generate", "groove-nano", "--metre", "7/8", "-o", str(tmp_path / "a.mid")]) == FAILED
    assert "it plays 4/4, not 7/8; a rule made it" in capsys.readouterr().err
    assert struck(tmp_path / "a.mid")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["groove-nanu"], 'no generator called "groove-nanu" (did you mean "groove-nano"?)'),
        (["euclid", "--role", "drms"], 'no role "drms" (did you mean "drums"?)'),
        (["euclid", "--density", "2"], "density must lie in 0-1, not 2.0"),
        (["euclid", "--key", "C mnor"], 'no scale called "mnor" (did you mean "minor"?)'),
        (["euclid", "--rhythm", "eucild(3, 8)"], 'did you mean "euclid"?'),
    ],
)
def test_mistakes_are_named(words, said, tmp_path, capsys) -> None:
    assert main(["generate", *words, "-o", str(tmp_path / "a.mid")]) == WRONG
    assert said in capsys.readouterr().err
    assert not (tmp_path / "a.mid").exists()


def test_a_file_of_another_kind_is_refused(capsys) -> None:
    assert main(["generate", "euclid", "-o", "a.wav"]) == WRONG
    assert "a.wav: the name must end in .mid" in capsys.readouterr().err
