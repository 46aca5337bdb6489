"""The event codec: exact both ways, deaf to nonsense, one table under it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.events import (
    STEP_TICKS,
    Measure,
    Phrase,
    Tone,
    bar_of,
    decode,
    encode,
    metre_index,
    tones_of,
)
from liveengine.generators.codecs.vocabulary import BAR, END, SIZE, token
from liveengine.music.note import Bar, Note
from liveengine.music.time import Metre

level8 = st.none() | st.integers(0, 7)
measures = st.builds(
    Measure,
    metre=st.integers(0, 7),
    tempo=st.integers(0, 31),
    density=level8,
    syncopation=level8,
    style=st.none() | st.integers(0, 15),
    section=level8,
)
tones = st.builds(
    Tone,
    step=st.integers(0, 900),
    family=st.sampled_from((0, 4, 10, 15)),
    pitch=st.integers(0, 127) | st.integers(60, 63),
    gate=st.integers(1, 700),
    level=st.integers(0, 31),
)
phrases = st.builds(Phrase.of, st.lists(measures, max_size=4), st.lists(tones, max_size=40))


@given(phrases)
def test_a_phrase_comes_back_from_its_tokens_as_it_was(phrase: Phrase) -> None:
    assert decode(encode(phrase)) == (phrase, 0)


@given(phrases)
def test_tokens_come_back_from_their_phrase_as_they_were(phrase: Phrase) -> None:
    tokens = encode(phrase)
    assert encode(decode(tokens).phrase) == tokens


@given(st.lists(st.integers(0, SIZE - 1), max_size=200))
def test_any_tokens_at_all_are_a_phrase_that_is_exact_from_then_on(tokens: list[int]) -> None:
    phrase = decode([BAR, *tokens]).phrase
    assert decode(encode(phrase)) == (phrase, 0)


@given(phrases, st.data())
def test_every_prefix_is_playable_and_has_the_notes_struck_so_far(phrase: Phrase, data: st.DataObject) -> None:
    tokens = encode(phrase)
    cut = tokens[: data.draw(st.integers(0, len(tokens)))]
    begun = decode(cut).phrase
    starts = [(tone.step, tone.family, tone.pitch, tone.level) for tone in phrase.tones]
    # All that the prefix strikes is struck in the phrase, and what it has not got comes later.
    heard = {(tone.step, tone.family, tone.pitch, tone.level) for tone in begun.tones}
    assert heard <= set(starts)
    assert all(start[0] >= max((tone.step for tone in begun.tones), default=0) for start in set(starts) - heard)


@given(st.lists(measures, min_size=1, max_size=3), st.lists(tones, max_size=30))
def test_putting_tones_in_order_twice_changes_nothing(bars: list[Measure], loose: list[Tone]) -> None:
    once = Phrase.of(bars, loose)
    assert Phrase.of(once.bars, once.tones) == once


def test_the_vocabulary_has_774_tokens_each_with_one_meaning() -> None:
    assert SIZE == len(set(words.MEANING)) == words.TEXT.count("\n") == 774
    for number, (kind, within) in enumerate(words.MEANING):
        assert token(kind, within) == number
    # The hash of the table that models are trained with: a change here is a new vocabulary.
    assert words.HASH == HASH


HASH = "f4c61ad1d40a3a9d91fa392077b1bea0432486f10ff3b1a0f3b03a7aa0f0ba29"


def test_a_token_says_what_it_is() -> None:
    assert words.name_of(token("note_on", 60)) == "note_on 60"
    assert words.name_of(token("shift", 0)) == "shift 1"
    assert words.name_of(words.token("metre", 4)) == "metre 6/8"
    with pytest.raises(ValueError, match="velocity runs from 0 to 31, not 32"):
        token("velocity", 32)


@given(st.integers(0, 31))
def test_levels_come_back_from_their_velocity_and_tempo(level: int) -> None:
    assert words.velocity_level(words.level_velocity(level)) == level
    assert words.tempo_level(words.level_tempo(level)) == level
    assert 1 <= words.level_velocity(level) <= 127


@given(st.integers(1, 127))
def test_a_velocity_moves_by_two_at_most(velocity: int) -> None:
    assert abs(words.level_velocity(words.velocity_level(velocity)) - velocity) <= 2


def test_drums_have_a_family_and_sound_effects_have_not() -> None:
    assert [words.family_of(program) for program in range(0, 128, 8)] == [*range(15), 12]
    assert words.FAMILIES[words.family_of(0, drums=True)] == "drums"


def test_a_small_phrase_is_written_as_one_would() -> None:
    phrase = Phrase.of(
        [Measure(), Measure()], [Tone(0, 4, 36, 24, 20), Tone(48, 4, 36, 400, 20), Tone(192, 0, 60, 9, 3)]
    )
    assert [words.name_of(each) for each in encode(phrase)] == [
        *("special begin", "special bar", "metre 4/4", "tempo 18", "family bass", "velocity 20", "note_on 36"),
        *("shift 24", "note_off 36", "shift 24", "note_on 36"),
        *("special bar", "family piano", "velocity 3", "note_on 60", "shift 9", "note_off 60", "special end"),
    ]


def test_nonsense_is_counted() -> None:
    note = token("note_on", 60)
    assert decode([note]).senseless == 1  # before any bar
    assert decode([BAR, note]).senseless == 1  # no family, no velocity
    assert decode([BAR, token("shift", 383)]).senseless == 1  # beyond the bar
    assert decode([BAR, token("note_off", 60)]).senseless == 1
    assert decode([BAR, token("shift", 0), token("style", 0)]).senseless == 1  # not at the bar's head
    told = [token("family", 0), token("velocity", 9), note]
    assert decode([BAR, *told, BAR, note]).senseless == 1  # each bar tells its own
    assert decode([BAR, END, note]) == (Phrase((Measure(),)), 0)
    with pytest.raises(ValueError, match="774 is no token"):
        decode([774])


bars = st.lists(
    st.builds(
        Note,
        tick=st.integers(0, 191).map(lambda step: step * STEP_TICKS),
        pitch=st.integers(30, 50),
        velocity=st.integers(0, 31).map(words.level_velocity),
        gate=st.integers(1, 100).map(lambda step: step * STEP_TICKS),
    ),
    max_size=20,
).map(lambda notes: Bar.of(notes, 192 * STEP_TICKS))


@given(bars)
def test_a_bar_of_the_engine_comes_back_at_the_codecs_resolution(bar: Bar) -> None:
    once = bar_of(Phrase.of([Measure()], tones_of(bar, 4)), 4)
    assert bar_of(Phrase.of([Measure()], tones_of(once, 4)), 4) == once
    assert {(note.tick, note.pitch) for note in once.notes} == {(note.tick, note.pitch) for note in bar.notes}


def test_a_metre_without_a_token_is_refused_in_words() -> None:
    assert metre_index(Metre(6, 8)) == 4
    with pytest.raises(ValueError, match="no token for 11/8"):
        metre_index(Metre(11, 8))
    with pytest.raises(ValueError, match="without room"):
        Phrase((Measure(),), (Tone(0, 0, 60, 500, 1),))
    with pytest.raises(ValueError, match="sorted"):
        Phrase((Measure(),), (Tone(9, 0, 60, 5, 1), Tone(0, 0, 60, 5, 1)))
