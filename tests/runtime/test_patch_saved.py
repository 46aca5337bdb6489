"""A live set whose patch is saved while it plays: F3, and what is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from live_set import LiveSet, live

from liveengine.engine.events import Asked
from liveengine.engine.mapping import Action
from liveengine.engine.patch import load_patch

GOOD = """
title = "evening"
tempo = 240
[[track]]
name = "drums"
role = "drums"
sound = "none"
[[track.pattern]]
name = "beat"
generator = "euclid"
lanes = { kick = "x...x...x...x..." }
"""
KICK, SNARE = 36, 38


@contextmanager
def evening(folder: Path, **options: object) -> Iterator[tuple[Path, LiveSet]]:
    path = folder / "evening.toml"
    path.write_text(GOOD, encoding="utf-8")
    with live(load_patch(path), **options) as set_:
        yield path, set_


def save(path: Path, text: str) -> None:
    """Save a file as editors do: write another, and put it in its place."""
    other = path.with_suffix(".new")
    other.write_text(text, encoding="utf-8")
    os.replace(other, path)


def struck(set_: LiveSet) -> set[int]:
    return {data[1] for data in set_.heard if data[0] & 0xF0 == 0x90 and data[2]}


def test_saving_the_file_lets_it_take_over_at_its_tempo(tmp_path: Path) -> None:
    with evening(tmp_path) as (path, set_):
        save(path, GOOD.replace("kick", "snare").replace("240", "90"))
        set_.listen_until(lambda: SNARE in struck(set_))
        assert set_.stage.engine.panel.values["/transport/tempo"] == 240.0
    assert set_.stage.engine.patch.tempo_bpm == 90.0


def test_f3_a_bad_patch_leaves_the_last_good_one_and_names_file_key_value_and_the_nearest_word(tmp_path: Path) -> None:
    with evening(tmp_path) as (path, set_):
        save(path, GOOD.replace('"euclid"', '"euklid"'))
        set_.listen_until(lambda: any("euklid" in words for words in set_.said))
        told = next(words for words in set_.said if "euklid" in words)
        for word in (str(path), "generator", '"euklid"', 'did you mean "euclid"', "goes on as it is"):
            assert word in told
        before = set_.strikes
        set_.listen_until(lambda: set_.strikes > before + 4)
        assert struck(set_) == {KICK}
        assert sum("euklid" in words for words in set_.said) == 1
        save(path, GOOD.replace("kick", "snare"))
        set_.listen_until(lambda: SNARE in struck(set_))


def test_without_watching_a_file_is_read_when_that_is_asked_for(tmp_path: Path) -> None:
    with evening(tmp_path, watch=False) as (path, set_):
        save(path, GOOD.replace("kick", "snare"))
        before = set_.strikes
        set_.listen_until(lambda: set_.strikes > before + 8)
        assert struck(set_) == {KICK}
        set_.stage.inbox.put(Asked(Action("/patch/reload"), "test"))
        set_.listen_until(lambda: SNARE in struck(set_))


def test_another_patch_is_loaded_by_path_and_what_is_none_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(GOOD.replace("kick", "snare").replace("evening", "other"), encoding="utf-8")
    with evening(tmp_path) as (_, set_):
        set_.stage.inbox.put(Asked(Action("/patch/load", "no_such_set"), "test"))
        set_.listen_until(lambda: any("no_such_set" in words and "no such file" in words for words in set_.said))
        set_.stage.inbox.put(Asked(Action("/patch/load", str(other)), "test"))
        set_.listen_until(lambda: SNARE in struck(set_))
        assert set_.stage.engine.panel.values["/patch/title"] == "other"


def test_a_port_that_a_patch_names_for_the_first_time_is_opened(tmp_path: Path) -> None:
    wire = tmp_path / "wire"
    os.mkfifo(wire)
    hearing = os.open(wire, os.O_RDWR | os.O_NONBLOCK)
    with evening(tmp_path) as (path, set_):
        # The virtual door opens one output for any name; what matters is that the track has a port of its own.
        save(path, GOOD.replace('sound = "none"', f'sound = "none"\nport = "{wire}"'))
        set_.listen_until(lambda: set_.stage.engine.ports == [2])
        assert set_.stage.rig.patterns == ["", str(wire)]
    os.close(hearing)
