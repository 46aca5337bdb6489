"""The rules keep the contract: length, range, determinism, density, locks, grid, no pitch upon itself."""

from dataclasses import replace
from itertools import pairwise

import pytest
from asking import NO_LOCKS, controls, metres, roles, rules, seeds, sixteenth, sounding
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.generators.contract import ROLES, Controls
from liveengine.generators.rules import RULES, Rule
from liveengine.music.chord import Chord
from liveengine.music.note import GATE_MIN, Bar
from liveengine.music.pitch import Key
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre

EVERY = [(rule, role) for rule in RULES.values() for role in ROLES]
NAMES = [f"{rule.idea.name}-{role}" for rule, role in EVERY]
every_rule_and_role = pytest.mark.parametrize(("rule", "role"), EVERY, ids=NAMES)

SONG = Controls(bars=2, key=Key.parse("D dorian"), chords=(Chord.parse("Dm9"), Chord.parse("G13")), density=0.5)


def play(
    rule: Rule, asked: Controls, seed: int = 1, source: Bar | None = None, locks: frozenset[int] = NO_LOCKS
) -> Bar:
    return rule(source, locks, asked, seed, "")


@given(rules, controls(), seeds)
def test_g2_the_same_again_gives_the_same_bar(rule: Rule, asked: Controls, seed: int) -> None:
    assert play(rule, asked, seed) == play(rule, asked, seed)


@given(rules, controls(), seeds)
def test_a_bar_is_as_long_as_asked_and_in_range(rule: Rule, asked: Controls, seed: int) -> None:
    bar = play(rule, asked, seed)
    assert bar.length == asked.length
    assert list(bar.notes) == sorted(bar.notes)
    if asked.role != "drums":
        assert all(asked.low <= note.pitch <= asked.high for note in bar.notes)


@settings(max_examples=200)
@given(rules, controls(), seeds, st.floats(0, 1))
def test_more_density_never_takes_a_note_away(rule: Rule, asked: Controls, seed: int, density: float) -> None:
    sparse, full = sorted([asked.density, density])
    fewer = {(n.tick, n.pitch) for n in play(rule, replace(asked, density=sparse), seed).notes}
    more = {(n.tick, n.pitch) for n in play(rule, replace(asked, density=full), seed).notes}
    assert fewer <= more


@settings(max_examples=200)
@given(rules, controls(), seeds)
def test_no_pitch_sounds_upon_itself_even_round_the_loop(rule: Rule, asked: Controls, seed: int) -> None:
    bar = play(rule, asked, seed)
    once = sounding(bar)
    again = [(pitch, start + bar.length, end + bar.length) for pitch, start, end in once]
    for (pitch, _, end), (other, start, _) in pairwise(sorted(once + again)):
        assert pitch != other or end <= start


@settings(max_examples=200)
@given(rules, controls(), controls(), seeds, st.data())
def test_locked_sixteenths_are_taken_over_unchanged(
    rule: Rule, before: Controls, asked: Controls, seed: int, data: st.DataObject
) -> None:
    source = play(rule, before, seed)
    numbers = st.integers(0, asked.length // TICKS_PER_SIXTEENTH - 1)
    locks = data.draw(st.frozensets(numbers, max_size=8))
    bar = play(rule, asked, seed + 1, source, locks)
    kept = [note for note in source.notes if sixteenth(note) in locks and note.tick < bar.length]
    assert [note for note in bar.notes if sixteenth(note) in locks] == kept
    fresh = {(n.tick, n.pitch) for n in play(rule, asked, seed + 1).notes}
    assert {(n.tick, n.pitch) for n in bar.notes if sixteenth(n) not in locks} <= fresh
    for note in kept:
        begins, ends = note.tick + note.offset, note.tick + note.offset + note.gate
        others = [n for n in bar.notes if n.pitch == note.pitch and n not in kept]
        assert not [n for n in others if n.tick + n.offset < ends and n.tick + n.offset + n.gate > begins]


@given(rules, controls(density=0.5), seeds)
def test_what_is_proposed_stands_on_its_place_and_is_moved_by_whoever_reads_it(
    rule: Rule, asked: Controls, seed: int
) -> None:
    notes = play(rule, asked, seed).notes
    ticks = {(n.pitch, n.tick) for n in notes}
    for note in notes:
        crowded = any((note.pitch, tick) in ticks for tick in range(note.tick - GATE_MIN, note.tick))
        assert note.offset == 0 or crowded


@every_rule_and_role
def test_a_re_roll_changes_what_is_struck(rule: Rule, role: str) -> None:
    asked = replace(SONG, role=role)
    struck = {tuple((n.tick, n.pitch) for n in play(rule, asked, seed).notes) for seed in range(40)}
    heard = {play(rule, asked, seed).notes for seed in range(40)}
    assert len(struck) >= 10
    assert len(heard) == 40


@every_rule_and_role
def test_a_fill_changes_the_last_half_bar_and_nothing_before(rule: Rule, role: str) -> None:
    plain, filled = (play(rule, replace(SONG, role=role, fill=fill)) for fill in (False, True))
    start = SONG.length - SONG.metre.bar_ticks // 2

    def struck(bar: Bar, early: bool) -> list[tuple[int, int]]:
        return [(n.tick, n.pitch) for n in bar.notes if (n.tick < start) == early]

    assert struck(plain, True) == struck(filled, True)
    assert struck(plain, False) != struck(filled, False)


@every_rule_and_role
def test_density_reaches_from_bare_bones_to_full(rule: Rule, role: str) -> None:
    bare, normal, full = (len(play(rule, replace(SONG, role=role, density=density)).notes) for density in (0, 0.5, 1))
    assert 0 < bare < normal < full


@every_rule_and_role
def test_accent_spreads_velocities_and_none_is_flat(rule: Rule, role: str) -> None:
    def velocities(accent: float) -> list[int]:
        return [note.velocity for note in play(rule, replace(SONG, role=role, accent=accent)).notes]

    assert len(set(velocities(0.0))) == 1
    assert max(velocities(1.0)) - min(velocities(1.0)) > max(velocities(0.3)) - min(velocities(0.3)) > 0


@given(rules, roles, metres, seeds)
def test_any_metre_is_played_in_bars_of_its_own(rule: Rule, role: str, metre: Metre, seed: int) -> None:
    one = play(rule, replace(SONG, role=role, metre=metre, bars=1), seed)
    two = play(rule, replace(SONG, role=role, metre=metre, bars=2), seed)
    assert one.length == metre.bar_ticks
    assert {n.tick for n in one.notes if role != "drums"} == {
        n.tick for n in two.notes if n.tick < metre.bar_ticks and role != "drums"
    }
    assert one.notes


def test_controls_that_cannot_be_are_told() -> None:
    for wrong, message in [
        ({"role": "bas"}, 'no role "bas".*did you mean "bass"'),
        ({"bars": 0}, "bars"),
        ({"chords": ()}, "chords"),
        ({"low": 70, "high": 60}, "low"),
        ({"density": 1.5}, "density"),
    ]:
        with pytest.raises(ValueError, match=message):
            Controls(**wrong)  # type: ignore[arg-type]


def test_a_range_without_a_note_to_play_is_told() -> None:
    for role in ("bass", "chords", "lead"):
        asked = Controls(role=role, key=Key.parse("C"), chords=(Chord.parse("C"),), low=61, high=61)
        with pytest.raises(ValueError, match=r"no note of .* lies between C#4 and C#4"):
            play(RULES["euclid"], asked)
