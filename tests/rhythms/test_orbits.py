"""Orbits: necklaces and bracelets are one for a whole orbit, and are as many as Burnside counts."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.orbits import bracelet, necklace, orbit, rotations
from liveengine.rhythms.symmetry import retrograde

rhythms = st.builds(Rhythm.from_text, st.text("xX.", min_size=1, max_size=24))
turns = st.integers(-50, 50)


def burnside(steps: int, mirrored: bool) -> int:
    """Count binary necklaces (or bracelets): rings of hits and rests, those alike under the group counted once."""
    turned = sum(2 ** math.gcd(turn, steps) for turn in range(steps))
    if not mirrored:
        return turned // steps
    flipped = steps * 2 ** ((steps + 1) // 2) if steps % 2 else steps // 2 * (2 ** (steps // 2) + 2 ** (steps // 2 + 1))
    return (turned + flipped) // (2 * steps)


@pytest.mark.parametrize("steps", range(1, 11))
def test_there_are_as_many_as_burnside_counts(steps: int) -> None:
    everything = [Rhythm.from_text("".join(signs)) for signs in product("x.", repeat=steps)]
    assert len({necklace(rhythm) for rhythm in everything}) == burnside(steps, mirrored=False)
    assert len({bracelet(rhythm) for rhythm in everything}) == burnside(steps, mirrored=True)


@given(rhythms, turns)
def test_a_necklace_has_no_beginning(rhythm: Rhythm, turn: int) -> None:
    assert necklace(rhythm.rotated(turn)) == necklace(rhythm)
    assert necklace(rhythm) in rotations(rhythm)


@given(rhythms, turns)
def test_a_bracelet_has_no_direction_either(rhythm: Rhythm, turn: int) -> None:
    assert bracelet(retrograde(rhythm.rotated(turn))) == bracelet(rhythm)
    assert bracelet(rhythm) in orbit(rhythm, mirrored=True)


@given(rhythms)
def test_a_necklace_strikes_as_early_as_any_of_its_rotations(rhythm: Rhythm) -> None:
    assert str(necklace(rhythm)).lower() == max(str(turned).lower() for turned in rotations(rhythm))


@given(rhythms, st.booleans(), st.booleans())
def test_an_orbit_divides_its_group_and_its_members_share_it(rhythm: Rhythm, mirrored: bool, inverted: bool) -> None:
    plain = Rhythm.from_text(str(rhythm).lower())
    members = orbit(plain, mirrored, inverted)
    assert plain.steps * 2**mirrored * 2**inverted % len(members) == 0
    assert all(
        set(orbit(member, mirrored, inverted)) == set(members) for member in members[:: max(1, len(members) // 3)]
    )
