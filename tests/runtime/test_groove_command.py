"""`liveengine groove`: what it tells is what was played, what it keeps is the same groove, mistakes are named."""

import json
import re
from pathlib import Path

import pytest
from played import HAT, LATE, LOUD, hats, kicks, save

from liveengine.cli import FAILED, OK, WRONG, main
from liveengine.engine.groovefile import read_groove
from liveengine.music.groove_formulas import FORMULAS, named
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.runtime.takes import groove_of, open_take

#: Where the second of every two sixteenths falls, from the middle of the first to the middle of the second.
SWING = 0.5 + (LATE[1] + LATE[3] - LATE[0] - LATE[2]) / 4 / TICKS_PER_SIXTEENTH


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return save(tmp_path / "kit.mid", {"kit": hats() + kicks()}, tempo_bpm=90.0)


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    return code, *capsys.readouterr()


def test_what_is_told_for_programs_is_what_was_played(capsys, kit: Path) -> None:
    code, out, _ = run(capsys, "groove", kit, "--drum", "hat", "--json")
    told = json.loads(out)
    assert code == OK
    assert (told["name"], told["beats"], told["tempo_bpm"]) == ("kit", 4.0, 90.0)
    late_ms = [ticks / TICKS_PER_BEAT * 60_000 / 90 for ticks in LATE]
    assert [step["late_ms"] for step in told["steps"][:4]] == pytest.approx(late_ms, abs=0.001)
    assert [step["level"] for step in told["steps"][:4]] == pytest.approx([4 * v / sum(LOUD) for v in LOUD], abs=1e-3)
    assert told["swing"] == pytest.approx(SWING, abs=1e-4)


def test_the_drawing_shows_early_and_late_steps_in_milliseconds(capsys, kit: Path) -> None:
    code, out, _ = run(capsys, "groove", kit, "--drum", "hat", "--tempo", "120")
    steps = [line for line in out.splitlines() if line.strip()[:1].isdigit()]
    assert code == OK and len(steps) == 16
    for line, ticks in zip(steps, LATE * 4, strict=True):
        assert f"{ticks / TICKS_PER_BEAT * 500:+.1f}" in line
        assert (line.find("●") > line.find("|") >= 0) == (ticks > 10_000)
    assert f"the second of every two steps falls at {100 * SWING:.1f} % of them" in out


def test_what_is_kept_is_the_same_groove(capsys, kit: Path, tmp_path: Path) -> None:
    kept = tmp_path / "mine.toml"
    assert run(capsys, "groove", kit, "--drum", "hat", "--save", kept)[0] == OK
    assert read_groove(kept) == groove_of(open_take(kit), pitches=[HAT])
    assert (
        run(capsys, "groove", kept, "--json")[1]
        == run(capsys, "groove", kit, "--drum", "hat", "--tempo", "120", "--json")[1]
    )


def test_without_a_name_every_formula_is_listed_and_each_can_be_drawn(capsys) -> None:
    listed = run(capsys, "groove")[1]
    for name in FORMULAS:
        assert f"\n{name} " in f"\n{listed}"
        assert run(capsys, "groove", name)[0] == OK


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["swnig"], WRONG, 'no groove called "swnig" (did you mean "swing"?)'),
        (["{kit}", "--drum", "hta"], WRONG, 'no drum called "hta" (did you mean "hat"?)'),
        (["{kit}", "--drum", "crash"], WRONG, "kit.mid: has no such notes to take a groove from"),
        (["{kit}", "--track", "kti"], WRONG, 'kit.mid: has no track "kti" (did you mean "kit"?)'),
        (["{kit}", "--grid", "1/17"], WRONG, "--grid 1/17: one of 1/4, "),
        (["gone.mid"], FAILED, "cannot read gone.mid: there is no such file or folder"),
        (["gone.toml"], WRONG, "gone.toml: cannot be read: No such file or directory"),
    ],
)
def test_mistakes_are_named(capsys, kit: Path, words: list[str], code: int, said: str) -> None:
    got, _, err = run(capsys, "groove", *(word.format(kit=kit) for word in words))
    assert got == code
    assert said in err


def test_f5_garbage_under_the_name_of_a_midi_file_is_refused(capsys, tmp_path: Path) -> None:
    (tmp_path / "noise.mid").write_bytes(bytes(range(256)))
    assert run(capsys, "groove", tmp_path / "noise.mid")[0] == WRONG


def test_the_page_shows_every_formula_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "grooves.md").read_text(encoding="utf-8")
    table = page.split("| groove | does |")[1].split("\n\n")[0]
    shown = re.findall(r"`(\w+\([^`]*\))`", table)
    assert [named(text).name.split("(")[0] for text in shown] == list(FORMULAS)
