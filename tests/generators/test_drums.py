"""Drums: lanes as written, a groove that keeps its kick on one and its backbeat."""

from dataclasses import replace

import pytest
from asking import NO_LOCKS, metres, rules, seeds
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.contract import Controls
from liveengine.generators.pulse import backbeats
from liveengine.generators.rules import RULES, Rule
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.time import TICKS_PER_BEAT, Metre
from liveengine.rhythms import parse

LANES = {
    "kick": "euclid(4, 16)",
    "snare": "....x.......x...",
    "hat": "fibonacci(16)",
    "rim": "polyrhythm(3, 4)",
}


def ticks(rule: Rule, asked: Controls, seed: int, drum: str) -> list[int]:
    return [n.tick for n in rule(None, NO_LOCKS, asked, seed, "").notes if n.pitch == DRUM_NOTES[drum]]


@given(rules, seeds, metres, st.integers(1, 3))
def test_at_half_density_lanes_are_played_as_written(rule: Rule, seed: int, metre: Metre, bars: int) -> None:
    asked = Controls(lanes=LANES, metre=metre, bars=bars)
    for drum, text in LANES.items():
        assert ticks(rule, asked, seed, drum) == list(parse(text, metre.bar_ticks).repeated(bars).onsets)


@given(rules, seeds, st.floats(0, 1))
def test_only_the_drums_that_have_a_lane_play(rule: Rule, seed: int, density: float) -> None:
    notes = rule(None, NO_LOCKS, Controls(lanes=LANES, density=density), seed, "").notes
    assert {note.pitch for note in notes} == {DRUM_NOTES[drum] for drum in LANES}


@given(rules, seeds, metres, st.floats(0, 1))
def test_a_groove_keeps_its_kick_on_one_and_its_backbeat(rule: Rule, seed: int, metre: Metre, density: float) -> None:
    asked = Controls(metre=metre, density=density)
    assert ticks(rule, asked, seed, "kick")[0] == 0
    assert set(backbeats(metre)) <= set(ticks(rule, asked, seed, "snare"))


@given(rules, seeds)
def test_the_backbeat_is_louder_than_its_ghosts(rule: Rule, seed: int) -> None:
    notes = rule(None, NO_LOCKS, Controls(density=1.0), seed, "").notes
    snares = [note for note in notes if note.pitch == DRUM_NOTES["snare"]]
    loud = [n.velocity for n in snares if n.tick in backbeats(Metre())]
    soft = [n.velocity for n in snares if n.tick not in backbeats(Metre())]
    assert soft and min(loud) > max(soft)


@given(rules, seeds)
def test_thinning_takes_the_weakest_first(rule: Rule, seed: int) -> None:
    asked = Controls(lanes={"hat": "x" * 16})
    assert ticks(rule, replace(asked, density=0.0), seed, "hat") == [0]
    beats = [beat * TICKS_PER_BEAT for beat in range(4)]
    assert ticks(rule, replace(asked, density=0.1), seed, "hat") == beats
    eighths = [eighth * TICKS_PER_BEAT // 2 for eighth in range(8)]
    assert ticks(rule, replace(asked, density=0.23), seed, "hat") == eighths


@given(rules, seeds)
def test_a_rhythm_without_lanes_is_the_kicks(rule: Rule, seed: int) -> None:
    asked = Controls(rhythm="..x.x...")
    assert ticks(rule, asked, seed, "kick") == list(parse("..x.x...").onsets)


def test_every_kind_of_fill_uses_a_tom_or_the_snare() -> None:
    for rule in RULES.values():
        for density in (0.0, 0.5, 1.0):
            notes = rule(None, NO_LOCKS, Controls(fill=True, density=density), 1, "").notes
            late = {note.pitch for note in notes if note.tick >= 2 * TICKS_PER_BEAT}
            assert late & {DRUM_NOTES[drum] for drum in ("snare", "hightom", "midtom", "lowtom")}
            assert not late & {DRUM_NOTES["hat"], DRUM_NOTES["open"]}


def test_an_unknown_drum_or_a_bad_lane_is_named() -> None:
    with pytest.raises(ValueError, match=r'no drum called "kik".*did you mean "kick"'):
        RULES["euclid"](None, NO_LOCKS, Controls(lanes={"kik": "x"}), 1, "")
    with pytest.raises(ValueError, match=r'^snare: no rhythm called "eucild"'):
        RULES["euclid"](None, NO_LOCKS, Controls(lanes={"snare": "eucild(3)"}), 1, "")
