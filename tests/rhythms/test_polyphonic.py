"""Syncopation between drums: nothing where every stroke is answered on a weaker step; else by Witek's weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms.measures.polyphonic import polyphonic_syncopation, step_weights
from liveengine.rhythms.metre import tree

FOUR = tree(16, Metre(4, 4))
assert FOUR is not None
EIGHTHS = "x.x.x.x.x.x.x.x."
SILENT = "." * 16
rhythms = st.text("x.", min_size=16, max_size=16)


def together(kick: str, snare: str, hat: str) -> int:
    assert FOUR is not None
    return polyphonic_syncopation(*(Rhythm.from_text(text) for text in (kick, snare, hat)), FOUR)


def test_the_steps_weigh_what_the_paper_gives_them() -> None:
    assert FOUR is not None
    assert step_weights(FOUR) == [0, -3, -2, -3, *[-1, -3, -2, -3] * 3]


# Worked by hand from the definition; weights of the steps: beat -1, eighth -2, sixteenth -3, downbeat 0.
@pytest.mark.parametrize(
    ("kick", "snare", "hat", "index"),
    [
        ("x.......x.......", "....x.......x...", EIGHTHS, 0),  # a plain beat
        ("...x............", SILENT, EIGHTHS, (-1 + 3) + 5),  # kick before the hat on two
        ("x......x........", SILENT, EIGHTHS, (-1 + 3) + 5),
        ("...x............", "....x...........", EIGHTHS, (-1 + 3) + 2),  # snare and hat answer the kick
        ("....x...........", "...x............", EIGHTHS, (-1 + 3) + 1),  # kick and hat answer the snare
        (
            "...x............",
            "....x...x.......",
            "........x.......",
            (0 + 1) + 6,
        ),  # the snare alone answers the kick: no weight; a rest the snare
        ("...............x", SILENT, SILENT, (0 + 3) + 6),  # a rest on the downbeat of the next turn
        ("....x...........", SILENT, "x.......x.......", 0 + 5),  # the hat on three, as strong as two
        ("....x...........", SILENT, "x...........x...", 0 + 6),  # the rest on three, as strong as two
        ("...xx...........", SILENT, EIGHTHS, 0),  # the kick answers itself
    ],
)
def test_witek_et_al_2014_by_hand(kick: str, snare: str, hat: str, index: int) -> None:
    assert together(kick, snare, hat) == index


@given(rhythms)
def test_a_hat_alone_never_syncopates(hat: str) -> None:
    assert together(SILENT, SILENT, hat) == 0


@given(rhythms, rhythms)
def test_under_a_hat_on_every_step_only_the_step_before_a_stronger_one_counts(kick: str, snare: str) -> None:
    # Every odd step is followed by one that is stronger, every even one by one that is weaker.
    def even(text: str) -> str:
        return "".join(sign if step % 2 == 0 else "." for step, sign in enumerate(text))

    assert together(even(kick), even(snare), "x" * 16) == 0


def test_drums_of_other_steps_are_refused_by_name() -> None:
    assert FOUR is not None
    full, half = Rhythm.from_text("x" * 16), Rhythm.from_text("x" * 8)
    with pytest.raises(ValueError, match="the snare has 8 steps, not 16"):
        polyphonic_syncopation(full, half, full, FOUR)
