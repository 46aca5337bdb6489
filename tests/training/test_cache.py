"""The cache of pieces: the same back, damage noticed, the longest unused gone first, many processes at once."""

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import midi, rock

from liveengine.music.time import Metre
from liveengine.training.data import cache as cache_file
from liveengine.training.data.cache import PieceCache, packed, unpacked
from liveengine.training.data.parser import parse
from liveengine.training.data.piece import NOTE, Piece, Signature, Tempo, Text, notes_of


def same(one: Piece, other: Piece) -> bool:
    return (one.notes == other.notes).all() and all(
        getattr(one, name) == getattr(other, name)
        for name in ("name", "length", "tempos", "signatures", "keys", "chords", "sections", "track_names", "faults")
    )


texts = st.lists(st.builds(Text, st.integers(0, 99), st.text(max_size=5)), max_size=3).map(tuple)
pieces = st.builds(
    Piece,
    name=st.text(max_size=9),
    notes=st.lists(
        st.tuples(*[st.integers(0, 99)] * 2, *[st.integers(0, 127)] * 2, st.integers(0, 15), *[st.integers(0, 99)] * 2),
        max_size=20,
    ).map(notes_of),
    length=st.integers(100, 2**40),
    tempos=st.floats(20, 400).map(lambda bpm: (Tempo(0, bpm),)),
    signatures=st.just((Signature(0, Metre(7, 8)), Signature(55, Metre(3, 4)))),
    keys=texts,
    chords=texts,
    sections=texts,
    track_names=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    faults=st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3),
)


@given(pieces)
def test_a_piece_comes_back_as_it_was(piece: Piece) -> None:
    back = unpacked(packed(piece))
    assert same(back, piece) and back.notes.dtype == NOTE


@given(pieces, st.data())
def test_one_wrong_byte_anywhere_is_noticed(piece: Piece, data: st.DataObject) -> None:
    whole = bytearray(packed(piece))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="damaged"):
        unpacked(bytes(whole))


def refuse() -> Piece:
    raise AssertionError("read again")


def test_a_file_is_read_once_whatever_it_is_called(tmp_path: Path) -> None:
    content = midi(rock(1))
    first = PieceCache(tmp_path)
    piece = first.piece("gmd", content, lambda: parse(content))
    again = PieceCache(tmp_path)
    assert same(again.piece("gmd", content, refuse), piece)
    assert (again.found, again.missed, first.missed) == (1, 0, 1)
    with pytest.raises(AssertionError, match="read again"):
        again.piece("gmd", content + b"\0", refuse)
    with pytest.raises(AssertionError, match="read again"):
        again.piece("freedoom", content, refuse)


def test_another_pipeline_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = midi(rock(1))
    PieceCache(tmp_path).piece("gmd", content, lambda: parse(content))
    monkeypatch.setattr(cache_file, "PIPELINE", cache_file.PIPELINE + 1)
    with pytest.raises(AssertionError, match="read again"):
        PieceCache(tmp_path).piece("gmd", content, refuse)


def test_what_is_damaged_is_read_anew(tmp_path: Path) -> None:
    content, cache = midi(rock(1)), PieceCache(tmp_path)
    piece = cache.piece("gmd", content, lambda: parse(content))
    (place,) = tmp_path.glob("??/*.piece")
    place.write_bytes(place.read_bytes()[:-1])
    assert same(cache.piece("gmd", content, lambda: parse(content)), piece)
    assert cache.missed == 2 and same(cache.piece("gmd", content, refuse), piece)


def test_what_was_not_asked_for_the_longest_goes_first(tmp_path: Path) -> None:
    cache = PieceCache(tmp_path)
    contents = [midi(rock(1, late=late)) for late in range(6)]
    for number, content in enumerate(contents):
        cache.piece("gmd", content, lambda content=content: parse(content))
        for place in tmp_path.glob("??/*.piece"):
            if place.stat().st_mtime > 1e9:
                os.utime(place, (number, number))  # asked for one after another, by a clock of our own
    cache.piece("gmd", contents[0], refuse)  # asked for again, just now
    size = cache.stats().bytes
    assert cache.prune(size) == 0
    gone = cache.prune(size // 2)
    assert gone >= 3 and cache.stats().pieces == 6 - gone and cache.stats().bytes <= size // 2
    cache.piece("gmd", contents[0], refuse)
    cache.piece("gmd", contents[5], refuse)
    with pytest.raises(AssertionError, match="read again"):
        cache.piece("gmd", contents[1], refuse)


def test_the_limit_is_kept_while_pieces_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "LOOK_EVERY", 1)
    content = midi(rock(1))
    limit = 4 * len(packed(parse(content)))
    cache = PieceCache(tmp_path, limit)
    for late in range(20):
        other = midi(rock(1, late=late))
        cache.piece("gmd", other, lambda other=other: parse(other))
        assert cache.stats().bytes <= limit


def use(folder: str, turn: int) -> int:
    """Read the same twenty files as the other processes do, tidying all the while; return how many were right."""
    cache, right = PieceCache(Path(folder), 6000), 0
    for late in range(20):
        content = midi(rock(1, late=(late + turn) % 20))
        right += same(cache.piece("gmd", content, lambda content=content: parse(content)), parse(content))
        cache.prune()
    return right


def test_processes_that_share_a_folder_all_get_whole_pieces(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(use, [(str(tmp_path), 0), (str(tmp_path), 7)]) == [20, 20]
    assert not list(tmp_path.glob("??/.*part"))
