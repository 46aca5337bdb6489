"""Structure: known values of known forms, and pieces put together again from the rows they were cut into."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import toy_lines
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from toy import ToyRows

from liveengine.generators.codecs.frames import STEPS, VOICE_COUNT
from liveengine.generators.codecs.grid import BAR_STEPS, STEP_TICKS, VOICES, encode
from liveengine.music.note import Bar, Note
from liveengine.training.evaluation import groove_structure, phrase_structure
from liveengine.training.evaluation.structure import LAGS, form, similarity, together

A, B, C = np.eye(3, 12, dtype=bool)  # bars that share nothing


def piece(text: str) -> np.ndarray:
    return np.stack([{"A": A, "B": B, "C": C, ".": np.zeros(12, bool)}[letter] for letter in text])


def test_a_loop_of_two_bars_is_the_same_after_two_and_another_after_one() -> None:
    told = form([piece("AB" * 20)])
    assert [told[f"after {lag}"] for lag in LAGS] == [0, 1, 1, 1, 1, 1]
    assert told["any two bars"] == pytest.approx(19 / 39)


def test_a_form_comes_back_after_its_length_and_not_before() -> None:
    told = form([piece(("A" * 8 + "B" * 8) * 3)])
    assert (told["after 8"], told["after 16"]) == (0, 1)
    assert 0.8 < told["after 1"] < 1


def test_bars_by_chance_are_alike_at_every_lag_as_any_two_are() -> None:
    chance = np.random.default_rng(1)
    told = form([chance.random((60, 144)) < 0.2 for _ in range(20)])
    # Of two with a share p each, p² is shared and 2p - p² struck by either.
    assert told["any two bars"] == pytest.approx(0.04 / 0.36, abs=0.01)
    assert all(told[f"after {lag}"] == pytest.approx(told["any two bars"], abs=0.01) for lag in LAGS)


@given(arrays(bool, st.tuples(st.integers(2, 12), st.integers(1, 20))))
def test_similarity_is_its_slow_twin_and_knows_no_order(bars: np.ndarray) -> None:
    alike = similarity(bars, bars)
    for i, one in enumerate(bars):
        for j, other in enumerate(bars):
            either = (one | other).sum()
            assert alike[i, j] == pytest.approx((one & other).sum() / either if either else 1.0)
    assert (alike == alike.T).all() and (alike.diagonal() == 1).all()


def test_a_lag_is_told_of_pieces_that_last_longer_alone() -> None:
    told = form([piece("AB"), piece("AAAAA"), piece("C")])
    assert told == {"any two bars": 0.5, "after 1": 0.5, "after 2": 1.0, "after 4": 1.0}


def test_bars_thrown_together_are_all_still_there() -> None:
    pieces = [piece("AAAB"), piece("CC")]
    mixed = together(pieces, np.random.default_rng(1))
    assert [len(each) for each in mixed] == [4, 2]
    assert sorted(np.concatenate(mixed).tolist()) == sorted(np.concatenate(pieces).tolist())


def test_a_piece_is_put_together_from_rows_that_overlap() -> None:
    whole = (np.random.default_rng(2).random((5 * BAR_STEPS, VOICE_COUNT)) < 0.1).astype(np.float32)
    windows = np.stack([whole[bar * BAR_STEPS : bar * BAR_STEPS + STEPS] for bar in range(4)])
    order = [2, 0, 3, 1]
    rows = {
        "velocity": np.concatenate([windows[order], windows[:1]]),
        "piece": np.array([7] * 4 + [8]),
        "bar": np.array([*order, 0]),
        "bars": np.array([2] * 4 + [1]),
    }
    (found,) = groove_structure.held_out(rows)
    assert (found == groove_structure.struck(whole)).all()


def test_what_is_played_is_struck_as_its_row_is() -> None:
    notes = [Note(step * STEP_TICKS, VOICES[row].note) for step, row in ((0, 0), (12, 1), (95, 0), (60, 2))]
    found = groove_structure.struck(encode(Bar.of(notes, STEPS * STEP_TICKS)).grid.velocity)
    places = {(bar, *divmod(place, VOICE_COUNT)) for bar, place in np.argwhere(found).tolist()}
    assert places == {(0, 0, 0), (0, 4, 1), (1, 4, 2)}  # the last twelfth belongs to the first sixteenth


def test_grooves_of_two_bars_one_after_another_are_a_piece() -> None:
    same = {"velocity": ToyRows(1).velocity.repeat(45, axis=0)}
    pieces = groove_structure.one_after_another(same)
    assert [len(each) for each in pieces] == [40, 40]
    assert form(pieces)["after 2"] == 1.0


def test_a_line_is_joined_from_rows_that_overlap_and_no_further(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(phrase_structure, "STRIDE_BARS", 2)
    rows = toy_lines.rows(toy_lines.prepared(tmp_path, 1))
    (line,) = rows.lines
    later = line._replace(told=line.told.__class__(**{**_fields(line.told), "first": 2}))
    rows.lines, rows.pieces = [line, later, later], [(0, 0)] * 3
    found = phrase_structure.held_out(rows)
    assert [(role, len(bars)) for role, bars in found] == [("bass", 6), ("bass", 4)]
    told = form([found[0][1]])
    assert told["after 2"] == 1.0 and told["after 1"] == 0.0  # the toy's bass goes between two chords
    step, pitch = divmod(int(np.flatnonzero(found[0][1][0])[0]), 128)
    assert step == 0 and pitch == 36 + line.told.tonic


def test_lines_in_different_metres_stand_together() -> None:
    two = [phrase_structure._marked([(bars - 1, 60)], bars, 1) for bars in (144, 192)]
    assert [int(np.flatnonzero(one)[0]) for one in two] == [11 * 128 + 60, 15 * 128 + 60]
    assert len(together(two, np.random.default_rng(1))) == 2


def _fields(told: object) -> dict[str, object]:
    return {name: getattr(told, name) for name in told.__slots__}
