"""`liveengine rhythm`: what it tells is what is measured, what it plays is what is written, mistakes are named."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.cli import FAILED, OK, WRONG, main
from liveengine.music.rhythm import Rhythm
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.rhythms.catalogue import reference
from liveengine.rhythms.measures.table import MEASURES, measured
from liveengine.rhythms.metre import parse_metre, tree
from liveengine.rhythms.notation import parse
from liveengine.runtime import rhythm as command
from liveengine.runtime.offline import RATE_HZ, Rendering
from liveengine.runtime.rhythm import as_json, drawn, loop, measures_told, notation, subject_of

SON = "x..x..x...x.x..."


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    return code, *capsys.readouterr()


# -- reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["euclid", "5", "16"], "euclid(5, 16)"),
        (["euclid", "5", "16", "rotation=2"], "euclid(5, 16, rotation=2)"),
        (["fibonacci"], "fibonacci()"),
        (["euclid(5, 16)"], "euclid(5, 16)"),
        (["euclid(3, 8)", "+", "x......."], "euclid(3, 8) + x......."),
        (["xxxx"], "xxxx"),
        (["x..x", "..x."], "x..x ..x."),
        ([SON], SON),
    ],
)
def test_words_are_read_as_a_patch_writes_them(words: list[str], text: str) -> None:
    assert notation(words) == text
    parse(text)


def test_the_examples_of_the_command_are_true() -> None:
    assert doctest.testmod(command).failed == 0


# -- telling ------------------------------------------------------------------------


@given(st.text("xX.", min_size=1, max_size=80))
def test_every_rhythm_is_drawn_within_a_terminal_of_eighty_columns(text: str) -> None:
    subject = subject_of(text)
    lines = [*drawn(subject).split("\n"), *measures_told(subject).split("\n")]
    assert max(map(len, lines)) <= 80
    assert "".join(line for line in drawn(subject).split("\n") if line and set(line) <= set("xX.")) == text


@given(st.text("xX.", min_size=1, max_size=32))
def test_the_json_is_what_is_measured(text: str) -> None:
    told = json.loads(as_json(subject_of(text)))
    rhythm = Rhythm.from_text(text)
    assert (told["pattern"], told["steps"], told["onsets"]) == (text, rhythm.steps, list(rhythm.hits))
    assert told["measures"] == measured(rhythm, tree(rhythm.steps, *parse_metre(told["metre"])))


def test_a_rhythm_is_shown_and_with_measure_measured(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "rhythm", SON, "--measure")
    assert (code, err) == (OK, "")
    assert out.startswith("16 steps, 5 onsets, 4/4\n\n1   2   3   4\nx..x..x...x.x...\n")
    table = {line.split()[0]: line.split()[1] for line in out.strip().split("\n")[-len(MEASURES) :]}
    assert list(table) == list(MEASURES)
    assert (table["syncopation"], table["wnbd"], table["complexity"]) == ("4", "2.8", "4")
    assert "wnbd" not in run(capsys, "rhythm", SON)[1]


def test_where_the_metre_does_not_fit_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "rhythm", "x.x.x", "--metre", "4/4", "--measure")[1]
    assert "5 steps do not share the beats of 4/4; --metre says another." in out
    assert "syncopation       –" in out
    assert "5/8" in run(capsys, "rhythm", "x.x.x")[1]


def test_without_a_name_everything_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "rhythm")
    assert code == OK and all(usage in out for usage in reference())
    assert "Longuet-Higgins" not in out
    with_measures = run(capsys, "rhythm", "--measure")[1]
    assert all(measure.source in with_measures for measure in MEASURES.values())


def test_the_necklace_is_written_as_svg(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, _ = run(capsys, "rhythm", "euclid", "5", "16", "--svg", tmp_path / "e.svg")
    assert code == OK
    title = ElementTree.parse(tmp_path / "e.svg").find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == "euclid(5, 16)"


def test_the_drums_of_a_kit_are_measured_together(capsys: pytest.CaptureFixture[str]) -> None:
    kit = ("--snare", "....x...........", "--hat", "x.x.x.x.x.x.x.x.")
    assert "polyphonic syncopation with snare and hat: 4 " in run(capsys, "rhythm", "...x............", *kit)[1]
    told = json.loads(run(capsys, "rhythm", "...x............", *kit, "--json")[1])
    assert told["polyphonic_syncopation"] == 4


# -- looking for one ----------------------------------------------------------------


def test_what_is_searched_is_found_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("rhythm", "--search", "syncopation=0.4", "density=0.3", "--must", "x...x...x...x...", "--json")
    found = json.loads(run(capsys, *words)[1])
    assert {0, 4, 8, 12} <= set(found["onsets"])
    assert set(found["reached"]) == {"syncopation", "density"}
    assert found == json.loads(run(capsys, *words)[1])
    seven = run(capsys, "rhythm", "--search", "density=0.5", "--steps", "7", "--metre", "3+2+2/8", "--never", "x......")
    assert seven[0] == OK and "7/8" in seven[1] and "of the most there is" in seven[1]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("eucild", "5", "16"), WRONG, 'no rhythm called "eucild" (did you mean "euclid"?)'),
        (("phi",), WRONG, "it takes phi(onsets, steps=16, rotation=0)"),
        (("x.y.",), WRONG, "'y' is no rhythm sign"),
        (("x.x.", "--metre", "4/5"), WRONG, "no such metre: 4/5"),
        (("x.x.", "--snare", "x.x"), WRONG, "the snare has 3 steps, not 4"),
        (("x.x.", "--svg", "/no/such/folder/x.svg"), FAILED, "/no/such/folder/x.svg: No such file or directory"),
        (("--search", "syncopaton=0.4"), WRONG, 'did you mean "syncopation"'),
        (("--search", "syncopation"), WRONG, "write it like syncopation=0.4"),
        (("--search", "syncopation=much"), WRONG, "write it like syncopation=0.4"),
        (("--search", "density=2"), WRONG, "lies in 0-1"),
        (("--search", "density=0.3", "--must", "x..x"), WRONG, "--must x..x: has 4 steps, not 16"),
        (("--search", "density=0.3", "--steps", "0"), WRONG, "steps must lie in 1-4096, not 0"),
        (("--search", "density=0.3", "--steps", "100"), WRONG, "up to 64 steps, not 100"),
        (("--search", "density=0.3", "--steps", "5", "--metre", "4/4"), WRONG, "5 steps do not share the beats of 4/4"),
    ],
)
def test_a_mistake_is_named_with_its_cure(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, message: str
) -> None:
    ended, _, err = run(capsys, "rhythm", *words)
    assert ended == code and message in err


# -- hearing it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "metre", "kit", "drums"),
    [
        (SON, "4/4", {}, {"rim": SON, "hat": "x...x...x...x..."}),
        ("x..x.x.", "3+2+2/8", {}, {"rim": "x..x.x.", "hat": "x..x.x."}),
        ("x.x", "4/4", {}, {"rim": "x.x"}),
        ("x.x.", "4/4", {"snare": ".x.x", "hat": "xxxx"}, {"kick": "x.x.", "snare": ".x.x", "hat": "xxxx"}),
    ],
)
def test_what_is_played_is_what_is_written(text: str, metre: str, kit: dict[str, str], drums: dict[str, str]) -> None:
    patch = loop(subject_of(text, metre), 120.0, kit)
    rendering = Rendering(patch, with_sound=False)
    frames_a_tick = RATE_HZ * 60 / (120.0 * TICKS_PER_BEAT)
    bar_ticks = parse_metre(metre)[0].bar_ticks
    events, _ = rendering.turn(rendering.driver.frames_until(2 * bar_ticks) - 1)
    strokes = events[(events["b0"] & 0xF0 == 0x90) & (events["b2"] > 0) & (events["port"] == 0)]
    first = int(strokes["when"].min())
    for drum, pattern in drums.items():
        heard = np.unique(strokes[strokes["b1"] == DRUM_NOTES[drum]]["when"])
        written = Rhythm.from_text(pattern, bar_ticks).repeated(2).onsets
        np.testing.assert_allclose(heard - first, np.array(written) * frames_a_tick, atol=1.0)
    assert {int(note) for note in strokes["b1"]} == {DRUM_NOTES[drum] for drum in drums}
