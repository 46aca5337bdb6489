"""The measures: each is what its author printed, and what its definition gives slowly and in plain words."""

from __future__ import annotations

import cmath
import doctest
import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.measures import reference
from liveengine.rhythms.measures.onsets import hits_of
from liveengine.rhythms.measures.reference import CLAVES, page
from liveengine.rhythms.measures.syncopation import keith_classes
from liveengine.rhythms.measures.table import MEASURES, find, measured
from liveengine.rhythms.metre import Tree, parse_metre, tree

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOUR = tree(16, Metre(4, 4))
METRES = [("4/4", 8), ("4/4", 16), ("4/4", 12), ("3/4", 12), ("6/8", 12), ("7/8", 14), ("3+2+2/8", 7), ("5/4", 10)]


def on(text: str, metre: str = "4/4") -> dict[str, float | None]:
    rhythm = Rhythm.from_text(text)
    return measured(rhythm, tree(rhythm.steps, *parse_metre(metre)))


@st.composite
def struck(draw: st.DrawFn) -> tuple[Rhythm, Tree]:
    """A rhythm with an onset, in some metre."""
    written, steps = draw(st.sampled_from(METRES))
    hits = draw(st.sets(st.integers(0, steps - 1), min_size=1))
    found = tree(steps, *parse_metre(written))
    assert found is not None
    return Rhythm.on_steps(sorted(hits), steps), found


# -- what was printed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keith", "off_beatness", "wnbd"),
    [
        ("shiko", 1, 0, 1.2),
        ("son", 2, 1, 2.8),
        ("rumba", 2, 2, 3.6),
        ("soukous", 3, 2, 3.6),
        ("gahu", 3, 1, 3.6),
        ("bossa-nova", 3, 2, 4.0),
    ],
)
def test_gomez_et_al_2005_figure_8(name: str, keith: int, off_beatness: int, wnbd: float) -> None:
    # Gómez, Melvin, Rappaport & Toussaint 2005, figure 8 (as transcribed in the tests of AMADS, by M. Gotham). What
    # they call Keith's measure is the number of notes that begin off their beat: Keith's classes 2 and 3.
    rhythm = Rhythm.from_text(CLAVES[name])
    values = measured(rhythm, FOUR)
    assert int((keith_classes(hits_of(rhythm)) >= 2).sum()) == keith
    assert values["offbeatness"] == off_beatness
    assert values["wnbd"] == pytest.approx(wnbd)


@pytest.mark.parametrize(
    ("gaps", "off_beatness", "wnbd"),
    [
        ((2, 2, 2, 2, 1, 2, 1), 1, 15 / 7),  # soli
        ((2, 2, 2, 1, 2, 2, 1), 2, 15 / 7),  # tambú
        ((2, 2, 1, 2, 2, 2, 1), 3, 21 / 7),  # bembé
        ((1, 2, 2, 1, 2, 2, 2), 2, 15 / 7),  # bembé-2
        ((2, 1, 2, 1, 2, 2, 2), 1, 15 / 7),  # tonada
        ((2, 2, 2, 1, 2, 1, 2), 1, 15 / 7),  # asaadua
        ((1, 1, 2, 2, 2, 2, 2), 1, 21 / 7),  # sorsonet
    ],
)
def test_gomez_et_al_2005_figure_11(gaps: tuple[int, ...], off_beatness: int, wnbd: float) -> None:
    # The same paper's ternary timelines (gaps from Toussaint, "Classification and phylogenetic analysis of African
    # ternary rhythm timelines", 2003), a beat every third step. It prints 2.142 for 15/7.
    rhythm = Rhythm.on_steps([sum(gaps[:onset]) for onset in range(len(gaps))], 12)
    values = measured(rhythm, tree(12, Metre(4, 4)))
    assert (values["offbeatness"], values["wnbd"]) == (off_beatness, pytest.approx(wnbd))


def test_the_metric_complexities_of_toussaint_2002() -> None:
    names = ("shiko", "son", "soukous", "rumba", "bossa-nova", "gahu")
    assert [on(CLAVES[name])["complexity"] for name in names] == [2, 4, 6, 5, 6, 5]


def test_the_npvis_of_toussaint_2013_figure_17_13() -> None:
    names = ("shiko", "son", "soukous", "rumba", "gahu", "bossa-nova")
    found = [round(on(CLAVES[name])["npvi"] or 0.0, 1) for name in names]
    assert found == [66.7, 40.5, 70.5, 41.0, 23.8, 14.3]


# -- worked by hand -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "syncopation"),
    [
        # son: the rest on the second beat follows a note two levels deeper, the one on the third likewise.
        (CLAVES["son"], 4),
        # shiko: only the rest on the third beat, after a note on an off-beat eighth, two levels deeper.
        (CLAVES["shiko"], 2),
        # rumba: rests on beat two (2 stronger), on the eighth after it (1), on beat three (3).
        (CLAVES["rumba"], 6),
        ("x...x...x...x...", 0),
        # The last step, three levels down, is followed by rests on the downbeat, the middle and the last beat.
        (".......x", 3 + 2 + 1),
        ("x.......", 0),
    ],
)
def test_longuet_higgins_lee_by_hand(text: str, syncopation: int) -> None:
    assert on(text)["syncopation"] == syncopation


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("x...", [0]),  # as long as the bar, on it
        ("x..x", [1, 0]),  # 3 is cut to 2: begins on a multiple of 2, ends off it
        (".x.x", [3, 3]),  # 2 each, from 1 to 3 to 5
        (".xx.", [0, 1]),  # 1 from 1 to 2; then 3, cut to 2, from 2 to 5
        ("..xx..x.", [0, 2, 3]),  # 1 on 2; 3, cut to 2, from 3 to 6; 4 from 6 to 10, off at both ends
    ],
)
def test_keith_by_hand(text: str, classes: list[int]) -> None:
    rhythm = Rhythm.from_text(text)
    found = [int(keith_classes(hits_of(rhythm))[0, hit]) for hit in rhythm.hits]
    assert found == classes
    assert on(text)["keith"] == sum(classes)


def test_evenness_and_balance_of_the_tresillo_by_hand() -> None:
    # Its onsets stand at 0°, 135°, 270°, the triangle's at 0°, 120°, 240°: 0°, 15° and 30° away from it.
    values = on("x..x..x.")
    assert values["evenness"] == pytest.approx((1 + 2 * math.cos(math.radians(15))) / 3)
    # They add up to (1 - √½, √½ - 1), √2 - 1 long.
    assert values["balance"] == pytest.approx(1 - (math.sqrt(2) - 1) / 3)


def test_the_entropy_of_the_son_by_hand() -> None:
    # Gaps 3 3 4 2 4: two of three, two of four, one of two.
    assert on(CLAVES["son"])["entropy"] == pytest.approx(2 * 0.4 * math.log2(2.5) + 0.2 * math.log2(5))


def test_a_perfectly_balanced_rhythm_that_no_polygons_make_up() -> None:
    # Four corners of a pentagon add up to -1, two of a hexagon to +1.
    rhythm = Rhythm.on_steps([5, 6, 12, 18, 24, 25], 30)
    assert measured(rhythm, None)["balance"] == pytest.approx(1.0)


# -- slow twins ---------------------------------------------------------------------


def slow_syncopation(hits: set[int], tree: Tree) -> int:
    """Walk the tree by recursion, writing down its notes and rests, as the paper tells it."""
    leaves: list[tuple[str, int]] = []

    def walk(first: int, end: int) -> None:
        inside = {step for step in range(first, end) if step in hits}
        if inside == {first} or not inside:
            leaves.append(("note" if inside else "rest", tree.depths[first]))
            return
        level = min(tree.depths[first + 1 : end])
        edges = [first, *(s for s in range(first + 1, end) if tree.depths[s] == level), end]
        for left, right in pairwise(edges):
            walk(left, right)

    walk(0, tree.steps)
    note = next(depth for kind, depth in reversed(leaves) if kind == "note")
    total = 0
    for kind, depth in leaves:
        if kind == "note":
            note = depth
        else:
            total += max(note - depth, 0)
    return total


def slow_wnbd(hits: list[int], gaps: list[int], tree: Tree) -> Fraction:
    edges = [beat + turn * tree.steps for turn in range(3) for beat in tree.beats]
    total = Fraction(0)
    for hit, gap in zip(hits, gaps, strict=True):
        if hit in edges:
            continue
        last, following, after = (
            max(edge for edge in edges if edge < hit),
            *sorted(edge for edge in edges if edge > hit)[:2],
        )
        distance = Fraction(min(hit - last, following - hit), following - last)
        total += (2 if following < hit + gap < after else 1) / distance
    return total / len(hits)


@given(struck())
def test_the_fast_measures_are_what_the_slow_ones_say(drawn: tuple[Rhythm, Tree]) -> None:
    rhythm, bar = drawn
    values = measured(rhythm, bar)
    hits, steps = list(rhythm.hits), rhythm.steps
    gaps = [(later - hit - 1) % steps + 1 for hit, later in zip(hits, [*hits[1:], hits[0]], strict=True)]
    places = [cmath.exp(2j * math.pi * hit / steps) for hit in hits]
    onsets = len(hits)
    assert values["density"] == onsets / steps
    assert values["syncopation"] == slow_syncopation(set(hits), bar)
    assert values["wnbd"] == pytest.approx(float(slow_wnbd(hits, gaps, bar)))
    weights = [max(bar.depths) + 1 - depth for depth in bar.depths]
    best = max(sum(chosen) for chosen in combinations(sorted(weights)[-onsets:], onsets))
    assert values["complexity"] == best - sum(weights[hit] for hit in hits)
    assert values["offbeatness"] == sum(math.gcd(hit, steps) == 1 for hit in hits)
    shares = [times / onsets for times in Counter(gaps).values()]
    assert values["entropy"] == pytest.approx(-sum(share * math.log2(share) for share in shares), abs=1e-12)
    assert values["balance"] == pytest.approx(1 - abs(sum(places)) / onsets)
    ordered = sum(place * cmath.exp(-2j * math.pi * k / onsets) for k, place in enumerate(places))
    assert values["evenness"] == pytest.approx(abs(ordered) / onsets)
    if onsets > 1:
        contrasts = [2 * abs(a - b) / (a + b) for a, b in pairwise(gaps)]
        assert values["npvi"] == pytest.approx(100 * sum(contrasts) / len(contrasts))
        chords = sum(abs(a - b) for a, b in combinations(places, 2))
        polygon = [cmath.exp(2j * math.pi * k / onsets) for k in range(onsets)]
        assert values["spread"] == pytest.approx(chords / sum(abs(a - b) for a, b in combinations(polygon, 2)))


@given(struck(), st.data())
def test_many_rhythms_measured_at_once_are_each_measured_alone(drawn: tuple[Rhythm, Tree], data: st.DataObject) -> None:
    rhythm, bar = drawn
    others = data.draw(st.lists(st.lists(st.booleans(), min_size=bar.steps, max_size=bar.steps), max_size=4))
    hits = np.concatenate([hits_of(rhythm), np.array(others, bool).reshape(-1, bar.steps)])
    for measure in MEASURES.values():
        alone = [measure.values(row[None], bar)[0] for row in hits]
        np.testing.assert_allclose(measure.values(hits, bar), alone)


# -- laws ---------------------------------------------------------------------------


@given(struck())
def test_every_measure_keeps_within_its_range(drawn: tuple[Rhythm, Tree]) -> None:
    for name, value in measured(*drawn).items():
        high = MEASURES[name].high
        assert value is None or -1e-9 <= value <= (math.inf if high is None else high) + 1e-9, name


@given(struck(), st.integers(0, 20))
def test_the_shape_stays_the_same_wherever_the_circle_begins(drawn: tuple[Rhythm, Tree], turn: int) -> None:
    rhythm, bar = drawn
    before, after = measured(rhythm, bar), measured(rhythm.rotated(turn), bar)
    for name in ("density", "entropy", "evenness", "spread", "balance"):
        assert after[name] == (None if before[name] is None else pytest.approx(before[name], abs=1e-9))


@given(st.integers(2, 12), st.integers(1, 6), st.integers(0, 20))
def test_a_regular_polygon_is_even_spread_and_balanced(onsets: int, gap: int, turn: int) -> None:
    values = measured(euclid(onsets, onsets * gap, turn), None)
    assert [values[name] for name in ("evenness", "spread", "balance")] == pytest.approx([1.0, 1.0, 1.0])
    assert values["entropy"] == pytest.approx(0.0)


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 60), st.integers(0, 60))
def test_polygons_that_do_not_meet_are_balanced_together(a: int, b: int, turn: int, other: int) -> None:
    steps = 60
    first = {(turn + k * steps // a) % steps for k in range(a)}
    second = {(other + k * steps // b) % steps for k in range(b)}
    if not first & second:  # Milne, Bulger & Herff 2017
        rhythm = Rhythm.on_steps(sorted(first | second), steps)
        assert measured(rhythm, None)["balance"] == pytest.approx(1.0)


@pytest.mark.parametrize("steps", range(3, 10))
def test_no_rhythm_is_spread_wider_than_the_euclidean(steps: int) -> None:
    # Demaine et al., "The distance geometry of music", 2009.
    for onsets in range(2, steps + 1):
        best = max(
            measured(Rhythm.on_steps(hits, steps), None)["spread"] or 0.0 for hits in combinations(range(steps), onsets)
        )
        assert measured(euclid(onsets, steps), None)["spread"] == pytest.approx(best)


@given(st.integers(0, 16))
def test_some_rhythm_of_every_size_is_not_complex_at_all(onsets: int) -> None:
    assert FOUR is not None
    strongest = sorted(range(16), key=lambda step: FOUR.depths[step])[:onsets]
    values = measured(Rhythm.on_steps(sorted(strongest), 16), FOUR)
    assert values["complexity"] == (0 if onsets else None)


# -- what cannot be measured --------------------------------------------------------


def test_silence_has_a_density_and_nothing_else() -> None:
    values = on("." * 16)
    assert values.pop("density") == 0.0
    assert set(values.values()) == {None}


def test_the_only_step_of_a_bar_is_its_beat() -> None:
    assert (on("x")["offbeatness"], on("x")["syncopation"]) == (0, 0)


def test_one_onset_has_nothing_to_compare() -> None:
    values = on("..x.")
    assert (values["npvi"], values["spread"]) == (None, None)
    assert (values["entropy"], values["balance"]) == (0.0, pytest.approx(0.0))
    assert None not in [value for name, value in values.items() if name not in ("npvi", "spread")]


def test_without_a_metre_only_the_shape_is_measured() -> None:
    values = measured(euclid(3, 5), None)
    assert [name for name, value in values.items() if value is None] == ["syncopation", "keith", "complexity", "wnbd"]


def test_an_onset_off_the_grid_counts_on_the_step_it_falls_in() -> None:
    off = Rhythm(1600, (0, 460), (0.5, 0.5), 16)
    assert measured(off, FOUR) == on("x...x...........")


# -- the table ----------------------------------------------------------------------


def test_every_measure_says_what_it_means_and_who_said_so() -> None:
    assert list(MEASURES) == [measure.name for measure in MEASURES.values()]
    assert all(measure.meaning and measure.source for measure in MEASURES.values())


def test_a_measure_misspelt_is_named() -> None:
    with pytest.raises(ValueError, match=r'no measure called "syncopaton" \(did you mean "syncopation"\?\)'):
        find("syncopaton")


def test_the_page_of_measures_is_what_the_table_says() -> None:
    # Out of date? python -m liveengine.rhythms.measures.reference > docs/measures.md
    assert (DOCS / "measures.md").read_text(encoding="utf-8") == page()
    assert doctest.testmod(reference).failed == 0
