"""Whose time a set keeps: how it is written, what of it goes to the data plane, and what the player is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import small_set
from small_sets import SMALLEST

from liveengine.engine.clock import KINDS, Source, Sources
from liveengine.engine.engine import Engine
from liveengine.engine.events import Asked, LedTold, LinkTold
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Order, Report, Say, ToSequencer
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.sources import LINK, OWN, PULSES

ALL = Sources.parse("midi:DAW,link,internal")


def engine(sources: Sources = ALL) -> Engine:
    return Engine(small_set(), sources=sources)


def sent(orders: list[Order], kind: int) -> list[ToSequencer]:
    return [order for order in orders if isinstance(order, ToSequencer) and order.kind == kind]


def numbers(order: ToSequencer) -> list[int]:
    return [(order.a >> (8 * rank)) & 0xFF for rank in range(order.b)]


@given(st.permutations(list(KINDS)), st.integers(1, 4))
def test_what_is_written_is_read_back_in_any_order(kinds, count):
    text = ",".join("midi:A: b" if kind == "midi" else kind for kind in kinds[:count])
    sources = Sources.parse(text)
    assert str(sources) == text
    assert [source.number for source in sources.ranked] == [KINDS[kind] for kind in kinds[:count]]
    assert sources.port == ("A: b" if "midi" in kinds[:count] else "")


@given(st.permutations(list(KINDS)), st.integers(1, 4), st.data())
def test_whichever_is_preferred_goes_first_and_the_rest_keep_their_order(kinds, count, data):
    sources = Sources(tuple(Source(kind, "x" if kind == "midi" else "") for kind in kinds[:count]))
    first = data.draw(st.integers(1, count))
    order = ToSequencer(do.DO_PREFER, a=sources.order(first), b=count)
    wanted = [KINDS[kind] for kind in kinds[:count]]
    assert numbers(order) == [wanted[first - 1], *(w for w in wanted if w != wanted[first - 1])]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lnk", 'did you mean "link"'),
        ("midi:", "midi:PORT"),
        ("internal:x", "internal, midi:PORT"),
        ("link,,internal", 'no clock ""'),
        ("midi:A,link,midi:B", "midi stands twice"),
    ],
)
def test_a_source_that_is_none_is_told(text, told):
    with pytest.raises(ValueError, match=told):
        Sources.parse(text)


def test_a_patch_says_whose_time_it_keeps(tmp_path):
    path = tmp_path / "set.toml"
    path.write_text('follow = ["midi:DAW", "internal"]\n' + SMALLEST)
    assert str(load_patch(path).follow) == "midi:DAW,internal"
    path.write_text(SMALLEST)
    assert str(load_patch(path).follow) == "internal"


@pytest.mark.parametrize(
    ("written", "told"), [('["linke"]', 'key "follow".*did you mean "link"'), ('["link", "link"]', "link stands twice")]
)
def test_a_patch_that_names_no_clock_is_told_by_file_and_key(tmp_path, written, told):
    path = tmp_path / "set.toml"
    path.write_text(f"follow = {written}\n" + SMALLEST)
    with pytest.raises(FileError, match=f"set.toml.*{told}"):
        load_patch(path)


def test_C10_the_data_plane_is_told_the_order_before_the_music_starts():
    (order,) = sent(engine().begin(), do.DO_PREFER)
    assert numbers(order) == [PULSES, LINK, OWN]


@pytest.mark.parametrize(("text", "starts"), [("link,internal", False), ("midi:DAW,internal", False), ("jack", False)])
def test_a_set_waits_for_the_transport_of_its_first_source(text, starts):
    assert engine(Sources.parse(text)).is_starting == starts


def test_C10_another_source_is_chosen_by_number_or_in_turn():
    made = engine()
    (order,) = sent(made.handle(Asked(Action("/clock/prefer", 2))), do.DO_PREFER)
    assert numbers(order) == [LINK, PULSES, OWN]
    (order,) = sent(made.handle(Asked(Action("/clock/next"))), do.DO_PREFER)
    assert numbers(order) == [OWN, PULSES, LINK]
    (order,) = sent(made.handle(Asked(Action("/clock/next"))), do.DO_PREFER)
    assert numbers(order) == [PULSES, LINK, OWN], "round and round"


def test_a_source_that_nobody_named_is_refused_in_words():
    orders = engine().handle(Asked(Action("/clock/prefer", 4)))
    assert Say("there is no clock 4: 3 named (midi:DAW,link,internal)") in orders
    assert Report("/clock/prefer", 1) in orders


def test_a_link_session_of_ourselves_alone_leads_only_where_nobody_else_might():
    alone = LinkTold(4.0, 120.0, True, 1000, peers=0)
    assert [order.x for order in sent(engine().handle(alone), do.DO_STEER)] == [0.0]
    assert [order.x for order in sent(engine(Sources.parse("link")).handle(alone), do.DO_STEER)] == [120.0]


def test_links_tempo_is_the_players_only_while_link_leads():
    made = engine()
    told = LinkTold(4.0, 133.0, True, 1000, peers=1)
    assert not [order for order in made.handle(told) if isinstance(order, Report)]
    made.handle(LedTold(LINK))
    assert Report("/transport/tempo", 133.0) in made.handle(told)


def test_the_player_is_told_who_leads():
    made = engine()
    assert made.handle(LedTold(PULSES)) == [Say("the beat follows midi:DAW")]
    assert made.handle(LedTold(OWN)) == [Say("the beat goes on by itself")]
