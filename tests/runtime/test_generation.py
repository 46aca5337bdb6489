"""The generator thread: the newest first, and nothing that a generator does ends it."""

from __future__ import annotations

import queue
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.events import BarFailed, BarReady
from liveengine.engine.orders import RequestBar
from liveengine.generators.catalogue import BUILT_IN
from liveengine.generators.contract import Controls
from liveengine.music.note import Bar, Note
from liveengine.runtime.generation import GeneratorThread, answer
from liveengine.sequencer.records.patterns import SLOT_NOTES

PATIENCE_S = 10.0


def wanted(generator: str = "euclid", ticket: int = 1, track: int = 0, seed: int = 3, **controls) -> RequestBar:
    return RequestBar(ticket, track, generator, None, frozenset(), Controls(**controls), seed)


@pytest.fixture
def thread():
    answers: queue.Queue[BarReady | BarFailed] = queue.Queue()
    generator = GeneratorThread(answers.put)
    generator.answers = answers
    yield generator
    generator.close()


@pytest.fixture
def gate(monkeypatch):
    """A generator that says when it has begun, and waits until it is let go."""
    begun, go = threading.Event(), threading.Event()

    def slow(source, locks, controls, seed, model):
        begun.set()
        assert go.wait(PATIENCE_S)
        return Bar((), controls.length)

    monkeypatch.setitem(BUILT_IN, "slow", slow)
    return begun, go


@given(generator=st.sampled_from(sorted(BUILT_IN)), seed=st.integers(0, 2**63), bars=st.integers(1, 4))
def test_g2_the_same_request_gives_the_same_answer(generator, seed, bars):
    request = wanted(generator, seed=seed, bars=bars)
    assert answer(request) == answer(request)
    assert isinstance(answer(request), BarReady)
    assert answer(request).bar.length == request.controls.length


def test_a_request_returns_at_once_and_is_answered_on_another_thread(thread, gate):
    begun, go = gate
    thread.request(wanted("slow"))
    assert begun.wait(PATIENCE_S)
    assert thread.answers.empty()
    go.set()
    assert thread.answers.get(timeout=PATIENCE_S) == BarReady(1, Bar((), Controls().length))


def test_the_newest_request_is_answered_first_and_an_older_one_for_its_track_never(thread, gate):
    begun, go = gate
    thread.request(wanted("slow", ticket=1))
    assert begun.wait(PATIENCE_S)
    for ticket, track in ((2, 0), (3, 1), (4, 2), (5, 1), (6, 0)):
        thread.request(wanted(ticket=ticket, track=track))
    go.set()
    tickets = [thread.answers.get(timeout=PATIENCE_S).ticket for _ in range(4)]
    assert tickets == [1, 6, 5, 4]
    thread.close()
    assert thread.answers.empty()


def raises(error):
    def propose(*_):
        raise error

    return propose


def returns(what):
    return lambda source, locks, controls, seed, model: what(controls.length)


def endless(*_):
    return endless()


def untyped(length):
    """Return a bar whose notes are none, as code that does not check may make it."""
    bar = Bar((Note(0, 60),), length)
    object.__setattr__(bar, "notes", ("boo",))
    return bar


def many(length):
    return Bar.of((Note(0, 60) for _ in range(SLOT_NOTES + 1)), length)


@pytest.mark.parametrize(
    ("mischief", "words"),
    [
        (raises(ValueError("no idea today")), "no idea today"),
        (raises(KeyError()), "KeyError"),
        (raises(MemoryError()), "MemoryError"),
        (raises(SystemExit(1)), "could not make a bar"),
        (lambda *_: sys.exit("bye"), "bye"),
        (endless, "recursion"),
        (returns(lambda length: None), "no bar of notes"),
        (returns(lambda length: "x" * length), "no bar of notes"),
        (returns(untyped), "no bar of notes"),
        (returns(lambda length: Bar((), length + 1)), "instead of"),
        (returns(many), f"a pattern holds {SLOT_NOTES}"),
        (lambda: None, "argument"),
    ],
)
def test_g5_whatever_a_generator_does_is_told_and_survived(thread, monkeypatch, mischief, words):
    monkeypatch.setitem(BUILT_IN, "trouble", mischief)
    thread.request(wanted("trouble", ticket=8))
    failed = thread.answers.get(timeout=PATIENCE_S)
    assert isinstance(failed, BarFailed)
    assert failed.ticket == 8
    assert failed.reason.startswith("trouble could not make a bar: ")
    assert words in failed.reason
    thread.request(wanted(ticket=9))
    assert isinstance(thread.answers.get(timeout=PATIENCE_S), BarReady)


def test_a_generator_that_there_is_not_is_told_with_the_nearest():
    failed = answer(replace(wanted(), generator="euclyd"))
    assert 'did you mean "euclid"?' in failed.reason


def test_closing_twice_does_no_harm(thread):
    thread.close()
    thread.close()
