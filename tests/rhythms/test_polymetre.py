"""Polymetres: bar after bar they are the figure, over and over, and begin on one again when arithmetic says."""

from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.polymetre import bars_until_together, polymetre

texts = st.text("xX.", min_size=1, max_size=24)
grids = st.integers(1, 24)


@given(texts, grids, st.integers(1, 12))
def test_bars_in_a_row_are_the_figure_over_and_over(text: str, steps: int, bars: int) -> None:
    heard = "".join(str(polymetre(Rhythm.from_text(text), steps, bar)) for bar in range(bars))
    assert heard == (text * (len(heard) // len(text) + 1))[: len(heard)]


@given(texts, grids, st.integers(0, 1000))
def test_it_comes_round_exactly_when_figure_and_bar_begin_together(text: str, steps: int, bar: int) -> None:
    figure = Rhythm.from_text(text)
    period = bars_until_together(figure.steps, steps)
    assert polymetre(figure, steps, bar) == polymetre(figure, steps, bar + period)
    assert period * steps % figure.steps == 0
    assert all(sooner * steps % figure.steps for sooner in range(1, period))


@given(texts)
def test_a_figure_as_long_as_the_bar_is_itself(text: str) -> None:
    assert polymetre(Rhythm.from_text(text), len(text), 7) == Rhythm.from_text(text)
