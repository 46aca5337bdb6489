"""The parameter table: every address is found, every value taken is in range, the page tells the same."""

import math
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.parameter import Parameter, knob_position
from liveengine.engine.parameters import TABLE, TRACKS_MAX, UnknownAddress, find
from liveengine.engine.reference import page, shown_address
from liveengine.engine.rows.tracks import MIX_CONTROLS, PATTERNS_MAX
from liveengine.generators.contract import Controls
from liveengine.music.sound import MASTER_CONTROLS, SOUND_CONTROLS

DOCS = Path(__file__).parents[2] / "docs"
FADERS = [parameter for parameter in TABLE if parameter.kind == "float" and not parameter.read_only]
SETTABLE = [parameter for parameter in TABLE if not parameter.read_only]
SCALED = [parameter for parameter in SETTABLE if parameter.kind in ("float", "int")]

anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)


def named(address: str) -> Parameter:
    return find(address).parameter


# -- finding ---------------------------------------------------------------------------------


@pytest.mark.parametrize("parameter", TABLE, ids=lambda parameter: parameter.address)
@pytest.mark.parametrize("track", [1, TRACKS_MAX, "bass", "a-long_Name2"])
def test_every_address_of_the_table_is_found_under_any_track(parameter, track):
    found = find(parameter.at(track))
    assert found.parameter is parameter
    assert found.track == (str(track) if "{track}" in parameter.address else None)


@given(st.text())
def test_whatever_is_asked_for_is_either_found_or_unknown_in_words(address):
    try:
        find(address)
    except UnknownAddress as error:
        assert str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("/track/1/densty", '"/track/1/density"'),
        ("/track/bass/sound/tome", '"/track/bass/sound/tone"'),
        ("/transport/temp", '"/transport/tempo"'),
        ("transport/tempo", '"/transport/tempo"'),
        ("/track/0/mute", "numbered 1–16"),
        ("/track/17/mute", "numbered 1–16"),
        ("/track/{track}/mute", "numbered 1–16"),
        ("/track//mute", "numbered 1–16"),
        ("/track/a b/mute", "numbered 1–16"),
        ("/track/1", "no address"),
        ("", "no address"),
    ],
)
def test_an_unknown_address_names_the_nearest_one(wrong, words):
    with pytest.raises(UnknownAddress) as caught:
        find(wrong)
    assert words in str(caught.value)


def test_a_track_number_with_leading_zeros_is_that_track():
    assert find("/track/01/mute").track == "1"


def test_a_flood_of_unknown_addresses_is_cheap_to_refuse():
    long = "/" + "track" * 20_000
    before = time.process_time()
    for _ in range(2000):
        with pytest.raises(UnknownAddress):
            find(long)
    # Looking for the nearest address would take minutes here.
    assert time.process_time() - before < 5.0


# -- taking values -----------------------------------------------------------------------------


@given(st.sampled_from(TABLE), anything)
def test_a_value_is_taken_into_range_or_refused_with_the_address(parameter, value):
    try:
        taken = parameter.accept(value)
    except ValueError as error:
        assert str(error).startswith(parameter.name)
        return
    assert not parameter.read_only
    match parameter.kind:
        case "float":
            assert isinstance(taken, float)
            assert parameter.low <= taken <= parameter.high
        case "int":
            assert type(taken) is int
            assert parameter.low <= taken <= parameter.high
        case "word":
            assert taken in parameter.words
        case "toggle" | "trigger":
            assert isinstance(taken, bool)


@given(st.sampled_from(FADERS), st.floats(allow_nan=False, allow_infinity=False))
def test_a_fader_clamps_and_taking_twice_changes_nothing(parameter, value):
    taken = parameter.accept(value)
    assert taken == min(max(value, parameter.low), parameter.high)
    assert parameter.accept(taken) == taken


@pytest.mark.parametrize(
    ("address", "value", "taken"),
    [
        ("/transport/tempo", 120, 120.0),
        ("/transport/tempo", 1000, 400.0),
        ("/transport/tempo", 10**400, 400.0),
        ("/transport/tempo", "120", None),
        ("/transport/tempo", math.nan, None),
        ("/transport/tempo", math.inf, None),
        ("/transport/tempo", None, None),
        ("/track/1/mute", 1, True),
        ("/track/1/mute", 0.0, False),
        ("/track/1/mute", True, True),
        ("/track/1/mute", 0.7, None),
        ("/track/1/mute", 2, None),
        ("/scene/launch", 3.0, 3),
        ("/scene/launch", 2.5, None),
        ("/scene/launch", 0, None),
        ("/scene/launch", 65, None),
        ("/track/1/reroll", None, True),
        ("/track/1/reroll", 1, True),
        ("/track/1/reroll", 0.25, True),
        ("/track/1/reroll", 0, False),
        ("/track/1/reroll", "1", None),
        ("/pong", None, None),
        ("/track/1/playing", "walk", None),
    ],
)
def test_values_from_outside_are_taken_as_a_player_means_them(address, value, taken):
    if taken is None:
        with pytest.raises(ValueError, match=f"^{named(address).name} "):
            named(address).accept(value)
    else:
        assert named(address).accept(value) == taken
        assert type(named(address).accept(value)) is type(taken)


def test_a_refusal_says_what_would_be_taken():
    with pytest.raises(ValueError, match="takes a number, 20–400 BPM, not") as caught:
        named("/transport/tempo").accept("fast")
    assert '"fast"' in str(caught.value)


def test_words_are_taken_on_one_line():
    name = Parameter("/name", "text", 0, 0, "", "", "now", "A name")
    assert name.accept("two\nlines") == "two\\x0alines"
    with pytest.raises(ValueError, match="takes words"):
        name.accept(3)


# -- knobs -------------------------------------------------------------------------------------


@given(st.sampled_from(SCALED))
def test_a_knob_meets_both_ends_of_every_range_exactly(parameter):
    assert parameter.scale7(0) == parameter.low
    assert parameter.scale7(127) == parameter.high
    assert parameter.from_unit(0.0) == parameter.low
    assert parameter.from_unit(1.0) == parameter.high


@given(st.sampled_from(SCALED), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_knob_meets_chosen_ends_exactly_and_never_leaves_them(parameter, low, high):
    low, high = (float(round(low)), float(round(high))) if parameter.kind == "int" else (low, high)
    values = [parameter.scale7(value, low, high) for value in range(128)]
    assert (values[0], values[127]) == (low, high)
    assert all(min(low, high) <= value <= max(low, high) for value in values)
    assert values == sorted(values, reverse=low > high)


@pytest.mark.parametrize("address", ["/track/1/pan", "/transport/nudge", "/track/1/sound/tune"])
def test_the_middle_of_a_knob_is_the_exact_middle_of_a_balance(address):
    assert named(address).scale7(64) == 0.0


def test_knob_positions_rise_from_0_to_1():
    positions = [knob_position(value) for value in range(128)]
    assert positions == sorted(set(positions))
    assert (positions[0], positions[64], positions[127]) == (0.0, 0.5, 1.0)


@given(st.sampled_from(FADERS), st.floats(0.0, 1.0))
def test_a_position_becomes_a_value_and_the_value_that_position(parameter, position):
    assert parameter.to_unit(parameter.from_unit(position)) == pytest.approx(position, abs=1e-9)


def test_a_button_that_sends_a_controller_switches_at_half_way():
    assert [named("/track/1/mute").scale7(value) for value in (0, 63, 64, 127)] == [False, False, True, True]


# -- the table itself --------------------------------------------------------------------------


@pytest.mark.parametrize("parameter", TABLE, ids=lambda parameter: parameter.address)
def test_every_parameter_is_whole(parameter):
    assert parameter.address.startswith("/")
    assert parameter.meaning[0].isupper() or parameter.meaning[0].isdigit()
    if parameter.kind == "text":
        assert parameter.default == ""
    elif parameter.kind == "word":
        assert parameter.default in parameter.words
        assert (parameter.low, parameter.high) == (1, len(parameter.words))
    else:
        assert parameter.low < parameter.high
        assert parameter.low <= parameter.default <= parameter.high


def test_every_control_of_every_sound_has_one_address():
    for control in SOUND_CONTROLS:
        place = control.name if control.name in MIX_CONTROLS else f"sound/{control.name}"
        parameter = named(f"/track/1/{place}")
        assert (parameter.low, parameter.high, parameter.default) == (
            control.low,
            control.high,
            control.default,
        )
    for control in MASTER_CONTROLS:
        assert named(f"/master/{control.name}").unit == control.unit
    assert set(MIX_CONTROLS) <= {control.name for control in SOUND_CONTROLS}


@pytest.mark.parametrize("name", ["density", "accent"])
def test_the_sliders_ends_and_defaults_are_those_of_a_proposal(name):
    parameter = named(f"/track/1/{name}")
    assert getattr(Controls(), name) == parameter.default
    Controls(**{name: parameter.low})
    Controls(**{name: parameter.high})
    with pytest.raises(ValueError, match=name):
        Controls(**{name: parameter.high + 0.01})


def test_the_nudge_and_the_fill_spring_back_and_nothing_else():
    assert [parameter.address for parameter in TABLE if parameter.held] == ["/transport/nudge", "/fill"]


def test_a_pattern_number_reaches_every_pattern():
    assert named("/track/1/pattern").accept(PATTERNS_MAX) == PATTERNS_MAX


def test_the_reference_page_is_what_the_table_says():
    # Out of date? python -m liveengine.engine.reference > docs/parameters.md
    assert (DOCS / "parameters.md").read_text(encoding="utf-8") == page()


def test_the_reference_page_lists_every_parameter_once():
    for parameter in TABLE:
        assert page().count(f"| `{shown_address(parameter)}` |") == 1
