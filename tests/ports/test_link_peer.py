"""Our Link peer beside a real one, in a network of their own: it hears beat and tempo, and overwrites neither."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from liveengine.ports.link import ASK_S, FIND_S, JOIN_S, LinkPeer

aalink = pytest.importorskip("aalink")

PATIENCE_S = 10.0
QUANTUM = 4.0
OLDER_S = 0.7
Word = tuple[float, float, bool, int]


class Other:
    """Another musician's peer, on a thread of its own."""

    def __init__(self, tempo_bpm: float) -> None:
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._tempo_bpm = tempo_bpm
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    async def _run(self) -> None:
        self.link = aalink.Link(self._tempo_bpm)
        self.link.quantum = QUANTUM
        self.link.start_stop_sync_enabled = True
        self.link.enabled = True
        self._ready.set()
        while not self._ended.is_set():
            await asyncio.sleep(0.01)
        self.link.enabled = False

    def close(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE_S)


class Ours:
    """Our peer, and what it says."""

    def __init__(self, tempo_bpm: float) -> None:
        self.said: queue.SimpleQueue[tuple[float, Word]] = queue.SimpleQueue()
        self.peer = LinkPeer(tempo_bpm, QUANTUM, lambda *word: self.said.put((time.monotonic(), word)))

    def listen_until(self, enough: Callable[[Word], bool]) -> list[Word]:
        """Listen until a word is enough; return all that were said till then."""
        words: list[Word] = []
        deadline = time.monotonic() + PATIENCE_S
        while not (words and enough(words[-1])):
            assert time.monotonic() < deadline, f"in vain: {words[-3:]}"
            words.append(self.said.get(timeout=PATIENCE_S)[1])
        return words


@pytest.fixture
def other(own_network: None) -> Iterator[Other]:
    other = Other(97.0)
    begun = time.monotonic()
    # Of two sessions that meet, the older one's tempo counts, if it is older by half a second (Link's own rule).
    _until(lambda: time.monotonic() - begun > OLDER_S)
    yield other
    other.close()


@pytest.fixture
def ours(other: Other) -> Iterator[Ours]:
    ours = Ours(140.0)
    yield ours
    ours.peer.close()


def near(tempo_bpm: float) -> Callable[[Word], bool]:
    return lambda word: abs(word[1] - tempo_bpm) < 0.01


def test_who_joins_takes_the_sessions_tempo_and_never_says_its_own(other, ours):
    """Its first word is the session's already: the music would begin on a bar line of nobody's."""
    first = ours.listen_until(lambda word: True)[0]
    assert first[3] == 1
    assert first[1] == pytest.approx(97.0, abs=0.01)
    assert other.link.tempo == pytest.approx(97.0, abs=0.01)


def test_it_listens_before_it_says_anything(other):
    begun = time.monotonic()
    ours = Ours(140.0)
    ours.peer.set_tempo(77.0)
    first = ours.said.get(timeout=PATIENCE_S)[0]
    ours.peer.close()
    assert first - begun >= JOIN_S + FIND_S


def test_the_phase_is_the_others_to_three_milliseconds(other, ours):
    ours.listen_until(lambda word: word[3] == 1)
    away = []
    for _ in range(20):
        before = other.link.beat
        beat = ours.said.get(timeout=PATIENCE_S)[1][0]
        after = other.link.beat
        # Ours was asked at some instant between: after the one before, and before this.
        middle = (beat - before + QUANTUM / 2) % QUANTUM - QUANTUM / 2
        away.append((middle, after - before))
    a_millisecond = 97.0 / 60_000
    assert all(-3 * a_millisecond - span <= off <= span + 3 * a_millisecond for off, span in away)


def test_a_tempo_of_the_others_is_heard(other, ours):
    ours.listen_until(near(97.0))
    other.link.tempo = 132.0
    ours.listen_until(near(132.0))


def test_our_tempo_is_heard_by_the_others(other, ours):
    ours.listen_until(lambda word: word[3] == 1)
    ours.peer.set_tempo(111.0)
    ours.listen_until(near(111.0))
    _until(lambda: abs(other.link.tempo - 111.0) < 0.01)


def test_start_and_stop_are_shared_both_ways(other, ours):
    ours.listen_until(lambda word: word[3] == 1)
    other.link.playing = True
    ours.listen_until(lambda word: word[2])
    ours.peer.set_playing(False)
    ours.listen_until(lambda word: not word[2])
    _until(lambda: not other.link.playing)


def test_when_the_others_leave_the_tempo_stays(other, ours):
    ours.listen_until(near(97.0))
    other.close()
    words = ours.listen_until(lambda word: word[3] == 0)
    assert near(97.0)(words[-1])


def test_it_speaks_on_while_nobody_is_there(own_network):
    ours = Ours(140.0)
    words = [ours.said.get(timeout=PATIENCE_S)[1] for _ in range(5)]
    ours.peer.close()
    beats = [beat for beat, _, _, _ in words]
    assert beats == sorted(beats)
    assert near(140.0)(words[-1])
    assert ASK_S < 0.05


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "aalink", None)
    with pytest.raises(OSError, match=r"pip install 'liveengine\[link\]'"):
        LinkPeer(120.0, QUANTUM, lambda *_: None)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
