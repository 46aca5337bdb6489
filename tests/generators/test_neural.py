"""A model as a proposer: the contract holds whatever the network says, and what is given stays."""

from itertools import pairwise

import numpy as np
import pytest
from asking import NO_LOCKS, controls, sounding
from grooves import LATENT, Arithmetic, groove
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VOICE_COUNT, condition
from liveengine.generators.contract import Controls
from liveengine.generators.drawing import Read, Written, drawn, silence
from liveengine.generators.neural import RULE
from liveengine.music.note import Bar
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.notation import parse

drums = controls(role="drums", metre=Metre(4, 4))


def struck(asked: Controls, seed: int) -> Bar:
    """Return a bar; what asks for silence is refused aloud, and is no example."""
    try:
        return groove()(None, NO_LOCKS, asked, seed)
    except ValueError as silence:
        assert str(silence) == "it struck nothing"
        reject()


@given(drums, st.integers(0, 2**64 - 1))
@settings(deadline=None, max_examples=60)
def test_g2_the_same_again_gives_the_same_bar_of_the_length_asked(asked, seed):
    bar = struck(asked, seed)
    assert bar == groove()(None, NO_LOCKS, asked, seed)
    assert bar.length == asked.length


@given(drums, st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_no_drum_is_struck_on_top_of_itself(asked, seed):
    bar = struck(asked, seed)
    spans = sounding(bar)
    for (pitch, _, until), (next_pitch, begins, _) in pairwise(spans):
        assert pitch != next_pitch or until <= begins


@given(st.integers(0, 2**32), st.frozensets(st.integers(0, 15)))
@settings(deadline=None, max_examples=30)
def test_locked_sixteenths_stay_as_they_were(seed, locks):
    source = RULE(None, NO_LOCKS, Controls(), 7, "")
    bar = groove()(source, locks, Controls(), seed)
    kept = [note for note in source.notes if note.tick // TICKS_PER_SIXTEENTH in locks]
    assert [note for note in bar.notes if note.tick // TICKS_PER_SIXTEENTH in locks] == kept


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=30)
def test_known_cells_are_never_drawn(seed):
    chance = np.random.default_rng(seed)
    known = chance.random((1, FRAMES, VOICE_COUNT)) < 0.5
    given_ = silence()._replace(pattern=chance.integers(0, 8, known.shape).astype(np.uint8))
    found = drawn(Arithmetic(), condition({})[None], np.zeros((1, LATENT), np.float32), chance, given_, known)
    assert np.array_equal(found.pattern[known], given_.pattern[known])


def test_about_as_many_are_struck_as_are_wanted_and_as_many_in_either_bar():
    told = np.repeat(condition({})[None], 3, axis=0)
    wanted = np.array([20.0, 40.0, 60.0])
    chance = np.random.default_rng(1)
    none = np.zeros((3, LATENT), np.float32)
    found = np.stack([drawn(Arithmetic(), told, none, chance, wanted=wanted).pattern for _ in range(40)]) > 0
    assert np.allclose(found.sum(axis=(2, 3)).mean(axis=0), wanted, rtol=0.2)
    first, second = (half.sum(axis=(2, 3)).mean(axis=0) for half in np.split(found, 2, axis=2))
    assert np.allclose(first, second, rtol=0.35)


@pytest.mark.parametrize("rhythm", ["euclid(3, 8)", "euclid(5, 16)", "x..x..x...x.x..."])
def test_a_rhythm_is_the_kicks(rhythm):
    bar = groove()(None, NO_LOCKS, Controls(rhythm=rhythm, bars=2), 3)
    length = Metre(4, 4).bar_ticks
    kicks = sorted({note.tick % length for note in bar.notes if note.pitch == 36})
    assert kicks == sorted(parse(rhythm, length).onsets)


def test_lanes_stay_as_written_and_are_played_by_the_model():
    lanes = {"kick": "x...x...x...x...", "hat": "x.x.x.x.x.x.x.x.", "clap": "....x.......x..."}
    asked = Controls(lanes=lanes, bars=3)
    bar, rule = groove()(None, NO_LOCKS, asked, 1), RULE(None, NO_LOCKS, asked, 1, "")
    assert [(note.tick, note.pitch) for note in bar.notes] == [(note.tick, note.pitch) for note in rule.notes]
    assert any(note.offset for note in bar.notes)


def test_notes_stand_on_sixteenths_and_triplets_and_stray_from_them_as_drummers_do():
    notes = groove()(None, NO_LOCKS, Controls(bars=2), 1).notes
    triplet = TICKS_PER_BEAT // 3
    rolls = {n.tick for n in notes if n.tick % TICKS_PER_SIXTEENTH and n.tick % triplet}
    assert len(rolls) < len(notes) / 4
    assert any(note.offset for note in notes)


def test_a_fill_leaves_all_but_the_last_half_bar():
    plain, filled = (groove()(None, NO_LOCKS, Controls(bars=2, fill=fill), 9) for fill in (False, True))
    half = plain.length - Metre(4, 4).bar_ticks // 2
    places = [sorted((n.tick, n.pitch) for n in bar.notes if n.tick < half) for bar in (plain, filled)]
    assert places[0] == places[1]


def test_of_four_bars_the_third_is_the_first_again():
    bar = groove()(None, NO_LOCKS, Controls(bars=4), 3)
    length = Metre(4, 4).bar_ticks
    at = [{(n.tick % length, n.pitch) for n in bar.notes if n.tick // length == number} for number in range(4)]
    assert at[0] == at[2]


@pytest.mark.parametrize(
    ("asked", "words"),
    [(Controls(role="bass"), "plays drums, not bass"), (Controls(metre=Metre(7, 8)), "plays 4/4, not 7/8")],
)
def test_what_it_cannot_play_is_said(asked, words):
    with pytest.raises(ValueError, match=words):
        groove()(None, NO_LOCKS, asked, 1)


class _Listener(Arithmetic):
    """A model that keeps what it is told of the first groove."""

    def read(self, view, told, latent) -> Read:
        self.told = {name: float(value) for name, value in zip(CONDITIONS, told[0], strict=True) if value}
        return super().read(view, told, latent)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {}),
        ({"style": "funk"}, {"style funk": 1.0}),
        ({"tempo_bpm": 119.7}, {"tempo": 0.5, "tempo told": 1.0}),
        ({"style": "jazz", "tempo_bpm": 60.0}, {"style jazz": 1.0, "tempo": 0.25, "tempo told": 1.0}),
    ],
)
def test_style_and_tempo_are_told_where_they_are_known(asked, told):
    always = {"density": pytest.approx(0.4), "density told": 1.0, "latent told": 1.0}
    for lanes in ({}, {"kick": "x...x...x...x..."}):
        groove(model := _Listener())(None, NO_LOCKS, Controls(density=0.4, lanes=lanes, **asked), 1)
        assert model.told == always | told


@pytest.mark.parametrize("part", ["frame", "kept"])
def test_a_model_that_says_no_number_is_refused(part):
    class Broken(Arithmetic):
        def write(self, heard, past, place, cache) -> Written:
            written = super().write(heard, past, place, cache)
            return written._replace(**{part: getattr(written, part) * np.nan}) if place[0] == 31 else written

    with pytest.raises(ValueError, match="no number"):
        groove(Broken())(None, NO_LOCKS, Controls(), 1)
