"""Steps as they are written: one word a step, and nothing lost between the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.pitch import pitch_name, pitch_of
from liveengine.rhythms.steps import STEPS_MAX, Step, parse_steps

pitches = st.integers(0, 127)
words = st.one_of(
    st.sampled_from([".", "-"]).map(lambda rest: (rest, ())),
    pitches.map(lambda pitch: (pitch_name(pitch), (pitch,))),
    st.lists(pitches, min_size=1, max_size=5, unique=True).map(
        lambda chord: (f"[{' '.join(map(pitch_name, chord))}]", tuple(sorted(chord)))
    ),
)
eyes = st.sampled_from([" ", "  ", " | ", "\n", " |"])


@given(st.lists(st.tuples(words, st.integers(0, 3), eyes), min_size=1, max_size=40))
def test_every_word_is_a_step_and_every_tie_lengthens_the_one_before(written):
    text, expected, count = "", [], 0
    for (word, struck), ties, eye in written:
        held = ties if struck else 0
        text += word + " _" * held + eye
        if struck:
            expected.append(Step(count, struck, 1 + held))
        count += 1 + held
    steps = parse_steps(text, pitch_of)
    assert (steps.count, list(steps.struck)) == (count, expected)


@given(st.text())
def test_whatever_is_written_is_steps_or_told_in_words(text):
    try:
        steps = parse_steps(text, pitch_of)
    except ValueError as wrong:
        assert str(wrong)
    else:
        assert 1 <= steps.count <= STEPS_MAX


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds 0 steps"),
        ("_ C3", "step 1: nothing sounds that _ could hold on"),
        ("C3 . _", "step 3: nothing sounds"),
        ("C3 [] D3", r"step 2: \[ \] holds no pitch"),
        ("C3 [E3 G3", "step 2: a chord stands between"),
        ("C3 E3]", "step 3: a chord stands between"),
        ("C3 . Q4", "step 3: not a pitch: 'Q4'"),
        ("C3 " * 600, "holds 600 steps"),
    ],
)
def test_f3_a_slip_is_told_with_its_step(text, told):
    with pytest.raises(ValueError, match=told):
        parse_steps(text, pitch_of)
