"""A phrase model as a proposer: whatever the network says, what is asked of the line holds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from asking import NO_LOCKS, chords, controls, keys, seeds, sixteenth, sounding
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import MEMORY, arithmetic, phraser

from liveengine.generators.codecs import events
from liveengine.generators.codecs import lines as codec
from liveengine.generators.codecs.events import METRES
from liveengine.generators.codecs.vocabulary import BAR, BEGIN, SECTIONS, STYLES, token
from liveengine.generators.codecs.windows import known, stands, window
from liveengine.generators.contract import Controls
from liveengine.generators.phrase import limits_of, played, told_of
from liveengine.generators.rules import RULES
from liveengine.generators.speaking import AGAIN, Heard, Tally, likeliest, spoken, thrown
from liveengine.music.chord import Chord
from liveengine.music.pitch import Key
from liveengine.music.time import Metre
from liveengine.rhythms.notation import parse

pitched = st.sampled_from(["bass", "chords", "lead"]).flatmap(
    lambda role: st.sampled_from(METRES).flatmap(lambda metre: controls(role=role, metre=metre, rhythm="", lanes={}))
)


@given(pitched, seeds)
@settings(deadline=None, max_examples=25)
def test_g2_the_same_again_gives_the_same_bar_of_the_length_asked(asked, seed):
    bar = phraser()(None, NO_LOCKS, asked, seed)
    assert bar == phraser()(None, NO_LOCKS, asked, seed)
    assert bar.length == asked.length
    assert bar.notes


@given(pitched, seeds)
@settings(deadline=None, max_examples=25)
def test_every_note_is_of_the_register_and_of_the_chord_or_the_key(asked, seed):
    for note in phraser()(None, NO_LOCKS, asked, seed).notes:
        assert asked.low <= note.pitch <= asked.high
        assert note.pitch in asked.key or note.pitch in asked.chord_at(note.tick // asked.metre.bar_ticks)


@given(pitched, seeds)
@settings(deadline=None, max_examples=25)
def test_a_bass_and_a_lead_play_one_note_at_a_time_and_no_pitch_sounds_twice(asked, seed):
    spans = sounding(phraser()(None, NO_LOCKS, asked, seed))
    for (pitch, _, until), (next_pitch, begins, _) in pairwise(spans):
        assert pitch != next_pitch or until <= begins
    if asked.role != "chords":
        in_time = sorted((begins, until) for _, begins, until in spans)
        assert all(until <= begins for (_, until), (begins, _) in pairwise(in_time))


@given(seeds, st.sampled_from(["bass", "chords", "lead"]), st.sampled_from(["euclid(5, 16)", "x..x..x.", "...x", "xX"]))
@settings(deadline=None, max_examples=25)
def test_a_rhythm_is_struck_as_it_is_written(seed, role, rhythm):
    asked = Controls(role=role, rhythm=rhythm, bars=2)
    bar = phraser()(None, NO_LOCKS, asked, seed)
    ticks = parse(rhythm, asked.metre.bar_ticks).onsets
    assert sorted({note.tick for note in bar.notes}) == [*ticks, *(tick + asked.metre.bar_ticks for tick in ticks)]


@given(seeds, pitched)
@settings(deadline=None, max_examples=25)
def test_every_beginning_of_what_is_said_can_be_played_and_makes_sense(seed, asked):
    share, metre = 0.5, events.metre_index(asked.metre)
    pick = thrown(np.random.Generator(np.random.PCG64(seed)))
    said = spoken(arithmetic, MEMORY, told_of(asked, 0, share), limits_of(asked, share), asked.bars, pick)
    for length in range(1, len(said) + 1):
        notes = played(said[:length], metre)
        assert len(notes) == sum(events.MEANING[each][0] == "note_on" for each in said[:length])
    assert events.decode([BEGIN, BAR, token("metre", metre), *said[1:]]).senseless == 0


@pytest.mark.parametrize("role", ["bass", "chords", "lead"])
def test_density_asks_for_fuller_bars(role):
    def struck(density: float) -> int:
        asked = Controls(role=role, density=density, bars=2)
        bars = [phraser()(None, NO_LOCKS, asked, seed) for seed in range(12)]
        return sum(len({sixteenth(note) for note in bar.notes}) for bar in bars)

    counts = [struck(density) for density in (0.1, 0.5, 0.9)]
    assert counts == sorted(counts)
    assert counts[2] > 1.3 * counts[0]


@given(seeds, st.frozensets(st.integers(0, 15)))
@settings(deadline=None, max_examples=25)
def test_locked_sixteenths_stay_as_they_were(seed, locks):
    asked = Controls(role="bass", low=36, high=60)
    source = RULES["phi"](None, NO_LOCKS, asked, 7, "")
    bar = phraser()(source, locks, asked, seed)
    kept = [note for note in source.notes if sixteenth(note) in locks]
    assert [note for note in bar.notes if sixteenth(note) in locks] == kept


def test_a_line_goes_on_from_a_source():
    asked = Controls(role="bass", low=36, high=60)
    sources = [RULES[name](None, NO_LOCKS, asked, 7, "") for name in ("phi", "euclid")]
    made = [phraser()(source, NO_LOCKS, asked, 3) for source in (*sources, None)]
    assert len({bar.notes for bar in made}) == 3


@given(seeds, st.sampled_from(["bass", "chords", "lead"]))
@settings(deadline=None, max_examples=15)
def test_two_bars_that_stand_in_training_are_said_otherwise_and_the_same_again(seed, role):
    asked = Controls(role=role, bars=2)
    said = phraser()(None, NO_LOCKS, asked, seed)
    learnt = known([window_of(said)])
    other = replace(phraser(), known=learnt)(None, NO_LOCKS, asked, seed)
    assert not stands(learnt, window_of(other))
    assert other == replace(phraser(), known=learnt)(None, NO_LOCKS, asked, seed)
    first = [[n for n in bar.notes if n.tick < asked.metre.bar_ticks] for bar in (said, other)]
    assert [n.pitch for n in first[0]] == [n.pitch for n in first[1]]  # the first bar stays as it was said


def test_what_is_said_again_is_counted():
    asked = Controls(role="bass", bars=2)
    play = phraser()
    said = play(None, NO_LOCKS, asked, 4)
    assert play.tally.said_again == 0
    again = replace(play, known=known([window_of(said)]), tally=Tally())
    again(None, NO_LOCKS, asked, 4)
    assert 1 <= again.tally.said_again <= AGAIN
    fixed = Controls(role="bass", bars=2, low=36, high=36, rhythm="x...")
    stuck = replace(play, known=known([window_of(play(None, NO_LOCKS, fixed, 1))]), tally=Tally())
    stuck(None, NO_LOCKS, fixed, 1)
    assert stuck.tally.said_again == AGAIN


def test_a_line_that_cannot_be_otherwise_is_played_as_it_is():
    asked = Controls(role="bass", bars=2, low=36, high=36, rhythm="x...")
    said = phraser()(None, NO_LOCKS, asked, 1)
    assert replace(phraser(), known=known([window_of(said)]))(None, NO_LOCKS, asked, 1).notes


def window_of(bar):
    """Return what two bars strike."""
    return window((note.tick // events.STEP_TICKS, note.pitch) for note in bar.notes)


def test_the_cache_never_grows_and_is_written_round_and_round():
    shapes, places = set(), []

    def watched(asked):
        shapes.add(asked.cache.shape)
        places.append(int(asked.place[0]))
        return arithmetic(asked)

    phraser(watched)(None, NO_LOCKS, Controls(role="lead", bars=4), 1)
    assert shapes == {MEMORY.shape}
    assert places == list(range(len(places)))
    assert len(places) > MEMORY.slots


def test_style_section_and_tempo_are_told_where_they_are_known():
    plain = Controls(role="bass", bars=2)
    known_things = replace(plain, style="funk", section="Chorus 2", tempo_bpm=120.2)
    told, untold = (told_of(asked, 0, 0.5).numbers() for asked in (known_things, plain))
    assert codec.part(told, "style").argmax(axis=-1).tolist() == [[STYLES.index("funk")] * 4] * 2
    assert codec.part(told, "section").argmax(axis=-1).tolist() == [[SECTIONS.index("chorus")] * 4] * 2
    assert codec.part(told, "tempo")[0, 0].tolist() == [0.5, 1.0]
    for name in ("section", "tempo", "others", "latent"):
        assert not codec.part(untold, name).any()
    assert not codec.part(told_of(replace(plain, section="drop"), 0, 0.5).numbers(), "section").any()


def test_a_tempo_that_trembles_gives_the_same_line():
    one, other = (Controls(role="lead", bars=2, tempo_bpm=bpm) for bpm in (128.0, 128.0003))
    assert phraser()(None, NO_LOCKS, one, 5) == phraser()(None, NO_LOCKS, other, 5)


def test_a_style_that_no_model_knows_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r'no style "regae" .did you mean "reggae"'):
        Controls(role="bass", style="regae")


def test_what_is_told_of_chords_does_not_change_with_the_key():
    one = Controls(role="bass", key=Key.parse("A minor"), chords=tuple(map(Chord.parse, ("Am", "F", "G7/B"))), bars=3)
    other = replace(one, key=one.key.transposed(5), chords=tuple(chord.transposed(5) for chord in one.chords))
    numbers = [told_of(asked, 0, 0.5).numbers() for asked in (one, other)]
    for told in numbers:
        codec.part(told, "root")[:] = 0.0
    assert np.array_equal(*numbers)


@given(keys, chords)
def test_a_register_without_a_note_is_refused_aloud(key, chord):
    low = next((p for p in range(48, 60) if p not in key and p not in chord), None)
    if low is None:
        return
    with pytest.raises(ValueError, match="no note of"):
        phraser()(None, NO_LOCKS, Controls(role="lead", key=key, chords=(chord,), low=low, high=low), 1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [(Controls(role="drums"), "not drums"), (Controls(role="bass", metre=Metre(11, 8)), "no token for 11/8")],
)
def test_what_it_cannot_play_is_said(asked, words):
    with pytest.raises(ValueError, match=words):
        phraser()(None, NO_LOCKS, asked, 1)


def test_a_model_that_says_no_number_is_refused():
    def broken(asked):
        return Heard(*(array * np.nan for array in arithmetic(asked)))

    with pytest.raises(ValueError, match="no number"):
        phraser(broken)(None, NO_LOCKS, Controls(role="bass"), 1)


def test_chance_never_picks_what_is_shut_out_and_the_likeliest_is_the_likeliest():
    logits = np.full(8, -1e9, np.float32)
    logits[[2, 5]] = 0.0, 1.0
    pick = thrown(np.random.default_rng(1), nucleus=1.0)
    assert {pick(logits) for _ in range(200)} == {2, 5}
    assert likeliest(logits) == 5
