"""Groove files: what is written is read back; mistakes are told where they stand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.groovefile import groove_text, read_groove
from liveengine.engine.problems import FileError
from liveengine.music.groove import STEPS_MAX, Groove, GrooveStep
from liveengine.music.groove_formulas import FORMULAS, named
from liveengine.music.note import OFFSET_LIMIT
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.records.patterns import GROOVE_STEPS

steps = st.builds(
    GrooveStep,
    st.integers(-OFFSET_LIMIT, OFFSET_LIMIT),
    st.integers(0, 80_000).map(lambda tenths: tenths / 10_000),
    st.integers(0, 1000),
)


@st.composite
def grooves(draw: st.DrawFn) -> Groove:
    """Return grooves of steps no shorter than a 64th and no longer than four beats."""
    made = tuple(draw(st.lists(steps, min_size=1, max_size=STEPS_MAX)))
    step = draw(st.sampled_from([16, 12, 8, 6, 4, 3, 2, 1]))
    return Groove(draw(st.text(max_size=20)), len(made) * TICKS_PER_BEAT // step, made)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grooves") / "groove.toml"


@given(groove=grooves())
def test_what_is_written_is_read_back(place: Path, groove: Groove) -> None:
    place.write_text(groove_text(groove), encoding="utf-8")
    assert read_groove(place) == groove


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_can_be_kept(place: Path, name: str) -> None:
    place.write_text(groove_text(named(name)), encoding="utf-8")
    assert read_groove(place) == named(name)


def test_a_groove_written_by_hand_needs_nothing_but_how_late(place: Path) -> None:
    place.write_text("late = [0, 0.2]\nbeats = 0.5")
    assert read_groove(place) == Groove("groove", TICKS_PER_BEAT // 2, (GrooveStep(), GrooveStep(36036)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("beats = 4", 'key "late": is missing: how late each step comes'),
        ("late = 3", 'key "late": a groove moves a step by half a beat at most, not by 8648640 ticks'),
        ("late = [0, 'x']", 'key "late": "x" is not a number (-8 to 8)'),
        ("late = [0, nan]", 'key "late": nan is outside -8 to 8'),
        ("late = [0, 1]\nlevel = [1]", 'key "level": holds 1 entries, late holds 2'),
        ("late = [0.9]\nbeats = 1", 'key "late": a groove moves a step by half a beat at most, not by 648648 ticks'),
        ("late = [0]\nbeats = 0", 'key "beats": 0 is outside 0.0625–64 quarter notes'),
        ("late = [0]\nlvel = [1]", 'key "lvel": no such key (did you mean "level"?)'),
    ],
)
def test_f3_a_mistake_names_key_and_value(place: Path, text: str, said: str) -> None:
    place.write_text(text)
    with pytest.raises(FileError) as caught:
        read_groove(place)
    assert caught.value.problems == (f"{place}: {said}",)


def test_the_data_plane_holds_every_groove_that_can_be_written() -> None:
    assert STEPS_MAX == GROOVE_STEPS
