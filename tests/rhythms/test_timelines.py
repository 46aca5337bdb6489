"""Timelines: what the literature says of them is true of ours."""

import pytest

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms import parse
from liveengine.rhythms.orbits import necklace, rotations
from liveengine.rhythms.timelines import TIMELINES

#: Gaps in steps, as Toussaint 2002 gives the six claves.
GAPS = {
    "shiko": (4, 2, 4, 2, 4),
    "son": (3, 3, 4, 2, 4),
    "soukous": (3, 3, 4, 1, 5),
    "rumba": (3, 4, 3, 2, 4),
    "bossa": (3, 3, 4, 3, 3),
    "gahu": (3, 3, 4, 4, 2),
    "bembe": (2, 2, 1, 2, 2, 2, 1),
    "habanera": (3, 1, 2, 2),
}


@pytest.mark.parametrize("name", GAPS)
def test_the_gaps_are_those_of_the_literature(name: str) -> None:
    assert parse(name, length=len(TIMELINES[name].signs)).gaps == GAPS[name]


@pytest.mark.parametrize(
    ("name", "euclid"),
    [
        ("tresillo", (3, 8)),
        ("cinquillo", (5, 8)),
        ("cumbia", (3, 4)),
        ("khafif", (2, 5)),
        ("ruchenitza", (3, 7)),
        ("nawakhat", (5, 7)),
        ("aksak", (4, 9)),
        ("moussorgsky", (5, 11)),
        ("venda", (5, 12)),
        ("ashanti", (7, 12)),
        ("aka", (11, 24)),
        ("samba", (7, 16)),
        ("bossa", (5, 16)),
        ("bembe", (7, 12)),
    ],
)
def test_euclid_finds_the_timelines_of_toussaint_2005(name: str, euclid: tuple[int, int]) -> None:
    assert parse(name) in rotations(parse(f"euclid{euclid}"))


def test_samba_is_euclid_begun_at_its_last_onset_and_bossa_at_its_third() -> None:
    assert parse("samba") == parse("euclid(7, 16, rotation=2)")
    assert parse("bossa") == parse("euclid(5, 16, rotation=-6)")


@pytest.mark.parametrize("name", [name for name, line in TIMELINES.items() if line.sides])
def test_the_three_side_has_three_and_the_two_side_two(name: str) -> None:
    one, other = str(parse(f"{name}(32)")), str(parse(f"{name}(23)"))
    assert other == one[8:] + one[:8]
    if one.count("x") == 5:
        assert (one[:8].count("x"), other[:8].count("x")) == (3, 2)


@pytest.mark.parametrize("name", ["cascara"])
def test_the_shell_agrees_with_two_strokes_of_the_clave_on_its_two_side(name: str) -> None:
    assert set(parse("son").hits[3:]) <= set(parse(name).hits)


def test_the_bells_in_twelve_are_the_claves_moved_to_the_nearest_earlier_pulse() -> None:
    for clave, bell in (("son", "fume_fume"), ("rumba", "columbia")):
        moved = [hit * 12 // 16 for hit in parse(clave).hits]
        assert list(parse(bell).hits) == moved


def test_a_timeline_of_one_side_takes_no_side() -> None:
    with pytest.raises(ValueError, match='gahu takes no "side"'):
        parse("gahu(side=23)")
    with pytest.raises(ValueError, match=r"its two side .*, not 24"):
        parse("son(24)")


@pytest.mark.parametrize("name", TIMELINES)
def test_every_timeline_says_where_it_is_from_and_by_whom(name: str) -> None:
    line = TIMELINES[name]
    assert line.meaning and line.source
    assert line.sides is False or len(line.signs) == 16
    assert str(Rhythm.from_text(line.signs)) == line.signs


def test_no_two_timelines_are_the_same() -> None:
    assert len({line.signs for line in TIMELINES.values()}) == len(TIMELINES)
    # These two are one necklace, begun elsewhere: that is what tells them apart.
    assert necklace(parse("bembe")) == necklace(parse("ashanti"))
