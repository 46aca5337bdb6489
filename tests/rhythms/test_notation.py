"""The notation of rhythms: what a musician writes is what the function gives; mistakes are named."""

import doctest
import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import liveengine.rhythms
from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms import parse
from liveengine.rhythms.catalogue import RHYTHMS, reference, usage
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.fibonacci import fibonacci
from liveengine.rhythms.phi import phi
from liveengine.rhythms.polyrhythm import polyrhythm


@pytest.mark.parametrize("room", [found.name for found in pkgutil.iter_modules(liveengine.rhythms.__path__)])
def test_the_examples_are_true(room: str) -> None:
    assert doctest.testmod(importlib.import_module(f"liveengine.rhythms.{room}")).failed == 0


@given(st.text("xX.", min_size=1, max_size=40))
def test_a_rhythm_written_out_is_read_as_it_is_shown(text: str) -> None:
    assert parse(text) == Rhythm.from_text(text)


@given(st.integers(1, 32), st.integers(0, 32), st.integers(-40, 40))
def test_numbers_may_be_placed_or_named(steps: int, onsets: int, rotation: int) -> None:
    onsets = min(onsets, steps)
    asked = euclid(onsets, steps, rotation)
    assert parse(f"euclid({onsets}, {steps}, {rotation})") == asked
    assert parse(f"euclid({onsets},rotation = {rotation} , steps={steps})") == asked


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("euclid(5, 16)", euclid(5, 16)),
        (" euclid ( 5 , 16 , rotation = 2 ) ", euclid(5, 16, 2)),
        ("fibonacci(16)", fibonacci(16)),
        ("fibonacci()", fibonacci()),
        ("phi(7, 16)", phi(7, 16)),
        ("polyrhythm(3, 4)", polyrhythm(3, 4)),
        ("x..x | ..x.", Rhythm.from_text("x..x..x.")),
        ("euclid(3, 8) + X", euclid(3, 8).merged(Rhythm.from_text("X"))),
        ("x... + ..x. + X.x.", Rhythm.from_text("X.x.")),
        ("x", Rhythm.from_text("x")),
        ("fibonacci", fibonacci()),
        ("tresillo", Rhythm.from_text("x..x..x.")),
        ("rotate(x..x + ..x., rotation=1)", Rhythm.from_text("xx.x").merged(Rhythm.from_text("...x"))),
        ("complement(complement(euclid(3, 8)))", euclid(3, 8)),
        ("retrograde( euclid( 3 , 8 ) )", Rhythm.from_text("x.x..x..")),
        ("swing(x, 0.5)", Rhythm.from_text("x")),
        ("lsystem(x>x. .>.x, x, 3, steps=8)", Rhythm.from_text("x..x.xx.")),
    ],
)
def test_the_notation_means_what_the_functions_give(text: str, rhythm: Rhythm) -> None:
    assert parse(text) == rhythm


@given(st.sampled_from(["euclid(5,16)", "phi(7,13)", "polyrhythm(3,4,5)", "groups(11)", "x..xx"]))
def test_a_rhythm_fills_the_length_it_is_given(text: str) -> None:
    for metre in ("4/4", "7/8", "5/4", "3/4"):
        length = Metre.parse(metre).bar_ticks
        assert parse(text, length).length == length
        assert str(parse(text, length)) == str(parse(text))
    assert parse(text).length == BAR_TICKS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("eucild(3, 8)", 'no rhythm called "eucild" .did you mean "euclid"'),
        ("fibonaci", 'did you mean "fibonacci"'),
        ("phi", r"write it like phi\(onsets, steps=16, rotation=0\)"),
        ("euclid()", r"missing .*'onsets'; it takes euclid\(onsets, steps=16, rotation=0, accents=0\)"),
        ("euclid(1, 2, 3, 4, 5)", "too many .*it takes euclid"),
        ("euclid(3, 8, rotate=1)", 'takes no "rotate" .did you mean "rotation"'),
        ("euclid(3, 8, length=7)", 'takes no "length"'),
        ("euclid(3, 8, steps=8)", "multiple values"),
        ("euclid(3, steps=8, steps=8)", 'takes no "steps"'),
        ("euclid(steps=8, 3)", "must stand before the named"),
        ("euclid(3.5, 8)", "'3.5' is not a whole number"),
        ("euclid(three, 8)", "'three' is not a whole number"),
        ("euclid(3,, 8)", "'' is not a whole number"),
        ("euclid(9, 8)", r"euclid\(9, 8\): 9 onsets do not fit in 8 steps"),
        ("euclid(3, 8", "is no rhythm sign"),
        ("polyrhythm()", "one or more pulses"),
        ("euclid(3, 8000)", r"euclid: steps is 8000; it goes 1 to 4096 .how many steps"),
        ("swing(x, 0.9)", r"swing: place is 0.9; it goes 0.5 to 0.75"),
        ("swing(x, half)", "'half' is not a number; it takes swing"),
        ("zzzz", r"docs/rhythms.md shows them all"),
        ("rotate(eucild(3, 8))", 'no rhythm called "eucild" .did you mean "euclid"'),
        ("rotate(euclid(3, 8)", "is no rhythm sign"),
        ("rotate(x.y., 2)", "'y' is no rhythm sign"),
        ("rotate(" * 9 + "x" + ")" * 9, "8 deep, no deeper"),
        ("markov()", "nothing to learn from"),
        ("lsystem(a>, a)", "'a>' is no rule"),
        ("x.y.", "'y' is no rhythm sign"),
        ("x... +", "at least one step"),
        ("", "at least one step"),
        ("x" * 2000, "longer than"),
    ],
)
def test_a_mistake_is_named_with_its_cure(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@given(st.text(max_size=30) | st.text("euclidphrotas(),=+xX.-0123456789 ", max_size=30))
def test_f5_no_text_at_all_breaks_the_reader(text: str) -> None:
    try:
        parse(text)
    except ValueError as told:
        assert str(told)


def test_every_rhythm_says_what_it_takes_and_does() -> None:
    assert list(reference()) == [usage(name) for name in RHYTHMS]
    assert all(meaning.endswith((".", ":")) for meaning in reference().values())
    assert usage("polyrhythm") == "polyrhythm(*pulses)"
