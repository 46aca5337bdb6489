"""The catalogue: whatever a rhythm takes can be written, and reads back as its function gives it; the page is true."""

import re
from inspect import Parameter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms import parse
from liveengine.rhythms.catalogue import FAMILIES, RHYTHMS, Entry
from liveengine.rhythms.reference import page
from liveengine.rhythms.words import TEXTS, WORDS

DOCS = Path(__file__).parents[2] / "docs"

#: Texts that an L-system can do something with.
LETTERS = {"rules": ["a>ab b>a", "x>x.x .>...", "c>cb b>c"], "axiom": ["a", "x.", "cab", "X"]}

texts = st.sampled_from(["x..x..x.", "son", "X.x + ..x", "euclid(3, 7)", "golden(5)", "rotate(bembe, 2)", "...."])


def written_values(taken: Parameter) -> st.SearchStrategy[str]:
    """Values of one parameter as a patch writes them: mostly small ones, now and then any that its word allows."""
    if taken.annotation is str:
        return st.sampled_from(LETTERS[taken.name])
    if taken.annotation is float:
        return st.floats(WORDS[taken.name].low, WORDS[taken.name].high).map("{:.6f}".format)
    if taken.annotation is int:
        low, high = int(WORDS[taken.name].low), int(WORDS[taken.name].high)
        return st.integers(low, min(high, low + 24)).map(str) | st.integers(low, min(high, 5000)).map(str)
    return texts


@st.composite
def calls(draw: st.DrawFn, entry: Entry) -> tuple[list[str], dict[str, str]]:
    """Draw what is placed, and what is named after it."""
    placed, named = [], {}
    for taken in entry.taken.parameters.values():
        if taken.kind is Parameter.VAR_POSITIONAL:
            placed += draw(st.lists(written_values(taken), min_size=1, max_size=3))
        elif taken.default is Parameter.empty and taken.kind is not Parameter.KEYWORD_ONLY:
            placed.append(draw(written_values(taken)))
        elif draw(st.booleans()):
            named[taken.name] = draw(written_values(taken))
    return placed, named


def read(taken: Parameter, text: str) -> object:
    return taken.annotation(text) if taken.annotation in (int, float, str) else parse(text)


@settings(deadline=None)  # the finest grids take longer than a bar on stage ever does
@given(st.sampled_from(sorted(RHYTHMS)).flatmap(lambda name: st.tuples(st.just(name), calls(RHYTHMS[name]))))
def test_what_is_written_is_what_the_function_gives(call: tuple[str, tuple[list[str], dict[str, str]]]) -> None:
    name, (placed, named) = call
    entry = RHYTHMS[name]
    taken = list(entry.taken.parameters.values())
    kinds = taken[:1] * len(placed) if taken[0].kind is Parameter.VAR_POSITIONAL else taken
    text = f"{name}({', '.join([*placed, *(f'{key}={value}' for key, value in named.items())])})"
    assume(len(text) < 1000)
    try:
        meant = entry(
            *(read(kind, value) for kind, value in zip(kinds, placed, strict=False)),
            **{key: read(entry.taken.parameters[key], value) for key, value in named.items()},
            length=BAR_TICKS,
        )
    except ValueError:
        with pytest.raises(ValueError, match=re.escape(name)):
            parse(text)
    else:
        assert parse(text) == meant
        assert meant.length == BAR_TICKS


@pytest.mark.parametrize("metre", ["4/4", "7/8", "5/4", "12/8", "1/16"])
@pytest.mark.parametrize("name", RHYTHMS)
def test_every_example_fills_every_metre(name: str, metre: str) -> None:
    length = Metre.parse(metre).bar_ticks
    rhythm = parse(RHYTHMS[name].example, length)
    assert rhythm.length == length
    assert len(rhythm.onsets) == len(parse(RHYTHMS[name].example).onsets) > 0


@pytest.mark.parametrize("name", RHYTHMS)
def test_every_rhythm_stands_in_a_family_and_every_number_has_its_word(name: str) -> None:
    entry = RHYTHMS[name]
    assert entry.family in FAMILIES and entry.name == name
    for taken in entry.taken.parameters.values():
        assert taken.name in (WORDS if taken.annotation in (int, float) else TEXTS)
        if taken.annotation in (int, float) and taken.default is not Parameter.empty:
            assert WORDS[taken.name].low <= taken.default <= WORDS[taken.name].high


def test_no_word_is_left_over() -> None:
    asked = {taken for entry in RHYTHMS.values() for taken in entry.taken.parameters}
    assert asked == {*WORDS, *TEXTS}


def test_the_page_is_what_the_catalogue_says() -> None:
    # Out of date? python -m liveengine.rhythms.reference > docs/rhythms.md
    assert (DOCS / "rhythms.md").read_text(encoding="utf-8") == page()


def test_the_rhythms_named_in_the_patches_page_can_be_read() -> None:
    section = (DOCS / "patches.md").read_text(encoding="utf-8").partition("## Rhythms")[2].partition("## Scenes")[0]
    named = [text for text in re.findall(r"`\"?([a-z_]+(?:\([^`\"…]*\))?(?: \+ [xX.]+)?)\"?`", section) if text != "x"]
    assert len(named) > 25
    for text in named:
        name = text.partition("(")[0]
        assert name in RHYTHMS, name
        if "(" in text:
            assert isinstance(parse(text), Rhythm)
