"""Augmentation: every row that comes out is one that could have been, and tells the truth of itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import BEAT, groove_midi, midi, rock

from liveengine.generators import features
from liveengine.generators.codecs import events
from liveengine.generators.codecs.vocabulary import FAMILIES
from liveengine.training.data import phrases
from liveengine.training.data.augmentation import (
    GROOVE_CHANGES,
    PHRASE_CHANGES,
    Augmentation,
    Row,
    Schedule,
)
from liveengine.training.data.collections import find
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.data.parser import parse
from liveengine.training.data.prepare import prepare
from liveengine.training.data.source import Entry

seeds = st.integers(0, 2**32)
ALWAYS = Schedule(1.0, 1.0)


def only(name: str) -> Augmentation:
    return Augmentation(
        ALWAYS, {name: 1.0} if name in GROOVE_CHANGES else {}, {name: 1.0} if name in PHRASE_CHANGES else {}
    )


@pytest.fixture(scope="module")
def groove(tmp_path_factory: pytest.TempPathFactory) -> Row:
    place = tmp_path_factory.mktemp("grooves")
    folder = groove_midi(place / "gmd", [("drummer1/session1", "rock", "beat", midi(rock(2, late=9)))])
    prepare(find("gmd"), folder, place)
    return GrooveRows(place / "gmd" / "train")[0]


@pytest.fixture(scope="module")
def phrase() -> Row:
    notes = [(step * BEAT // 2, 36 + 7 * (step % 3), 40 + 10 * (step % 5), 200) for step in range(64)]
    row = next(iter(phrases.rows(parse(midi(notes, 0), "x"), Entry("x", "x", "train", "rock"), 0, 0)))
    return {name: np.asarray(value) for name, value in row.items()}


@given(seeds)
def test_a_groove_stays_a_groove_and_its_features_are_its_own(groove: Row, seed: int) -> None:
    everything = Augmentation(ALWAYS, dict.fromkeys(GROOVE_CHANGES, 1.0))
    before = {name: array.copy() for name, array in groove.items()}
    changed = everything.groove(groove, 0, np.random.default_rng(seed))
    assert all((groove[name] == before[name]).all() for name in groove)  # the row handed in is left alone
    assert changed.keys() == groove.keys()
    assert all(
        changed[name].dtype == groove[name].dtype and changed[name].shape == groove[name].shape for name in groove
    )
    hits, velocity, offset = changed["hits"], changed["velocity"], changed["offset"]
    assert ((velocity > 0) == hits).all() and velocity.max() <= 1 and not offset[~hits].any()
    assert (offset >= -0.5).all() and (offset < 0.5).all()
    bars = (2, 48, 9)
    assert np.allclose(changed["features"], features.of_hits(velocity.reshape(bars), offset.reshape(bars)).mean(axis=0))


@given(seeds)
def test_many_grooves_are_changed_as_each_is_alone(groove: Row, seed: int) -> None:
    everything = Augmentation(ALWAYS, dict.fromkeys(GROOVE_CHANGES, 0.7))
    rows = {name: np.stack([array, array]) for name, array in groove.items()}
    changed = everything.grooves_of(rows, 0, np.random.default_rng(seed))
    assert all((rows[name] == groove[name]).all() for name in groove)  # the rows handed in are left alone
    one_by_one = np.random.default_rng(seed)
    for number in range(2):
        alone = everything.groove(groove, 0, one_by_one)
        assert all((changed[name][number] == alone[name]).all() for name in changed)
    assert set(groove) - set(changed) == {"features"}


@given(seeds, st.sampled_from(sorted(GROOVE_CHANGES)))
def test_each_change_of_a_groove_leaves_the_rest(groove: Row, seed: int, name: str) -> None:
    changed = only(name).groove(groove, 0, np.random.default_rng(seed))
    timing, loudness, kit = name in ("looseness", "swing", "humanise"), name in ("curve", "humanise"), name == "kit"
    assert changed["hits"].sum() == groove["hits"].sum() or name in ("swing", "humanise")
    if not timing:
        assert (np.sort(changed["offset"], axis=1) == np.sort(groove["offset"], axis=1)).all() or kit
        assert (changed["hits"].sum(axis=1) == groove["hits"].sum(axis=1)).all()
    if not loudness and not timing:
        assert changed["velocity"].sum() == pytest.approx(float(groove["velocity"].sum()))
    if not kit and not timing:
        assert (changed["hits"] == groove["hits"]).all()
    assert (changed["tempo"] == groove["tempo"]) == (name != "tempo")


@given(seeds)
def test_any_change_of_a_phrase_is_an_exact_phrase(phrase: Row, seed: int) -> None:
    changed = Augmentation(ALWAYS, phrases=dict.fromkeys(PHRASE_CHANGES, 1.0)).phrase(
        phrase, np.random.default_rng(seed), 0
    )
    decoded, senseless = events.decode(changed["tokens"].tolist())
    assert senseless == 0 and events.encode(decoded) == changed["tokens"].tolist()
    old = events.decode(phrase["tokens"].tolist()).phrase
    assert [(t.step, t.gate) for t in decoded.tones] == [(t.step, t.gate) for t in old.tones]
    assert changed["features"].shape == phrase["features"].shape and np.isfinite(changed["features"]).all()


def test_an_instrument_is_changed_for_one_of_its_kind() -> None:
    notes = [(0, 60, 90, 100)]
    row = {
        n: np.asarray(v)
        for n, v in next(iter(phrases.rows(parse(midi(notes, 0), "x"), Entry("x", "x", "train"), 0, 0))).items()
    }
    heard = set()
    for seed in range(40):
        changed = only("instrument").phrase(row, np.random.default_rng(seed), 0)
        heard |= {FAMILIES[tone.family] for tone in events.decode(changed["tokens"].tolist()).phrase.tones}
    assert heard == {"piano", "organ", "guitar"}


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 1000))
def test_a_schedule_goes_from_first_to_last_and_stays(first: float, last: float, steps: int) -> None:
    schedule = Schedule(first, last, steps)
    assert schedule.at(0) == first
    assert schedule.at(steps) == schedule.at(10 * steps) == pytest.approx(last)
    values = [schedule.at(step) for step in range(steps + 1)]
    assert values == sorted(values, reverse=last < first)


def test_nothing_changes_before_the_schedule_begins(groove: Row, phrase: Row) -> None:
    quiet, chance = Augmentation(Schedule(0.0, 1.0, 10)), np.random.default_rng(1)
    assert quiet.groove(groove, 0, chance) is groove
    assert all((quiet.phrase(phrase, chance, 0)[name] == phrase[name]).all() for name in phrase)


def test_the_same_chance_changes_alike(groove: Row) -> None:
    once, again = (Augmentation(ALWAYS).groove(groove, 0, np.random.default_rng(7)) for _ in range(2))
    assert all((once[name] == again[name]).all() for name in once)


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match='"tune" at 1 is no change'):
        Augmentation(grooves={"tune": 1})
    with pytest.raises(ValueError, match="a schedule goes"):
        Schedule(2.0)
