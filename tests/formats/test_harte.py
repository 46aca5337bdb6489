"""Chords in Harte's words, and songs written in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats.harte import SHORTHANDS, nearest_kind, read_chord, read_song, starts
from liveengine.music.chord import KINDS
from liveengine.music.time import TICKS_PER_BEAT as BEAT

SONG = """# title: A Song
# artist: Nobody
# metre: 4/4
# tonic: D

0.0\tsilence
0.5\tA, intro, | D:maj | G:maj . A:7 . |, (guitar)
4.5\tB, verse, | (2/4) D:min7 | N |, (voice
7.5\t| E:min/b3 | ->
9.5\tchorus, | D:maj | * | x2
10.0\tend
"""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_ours_is_its_own_nearest(kind: str) -> None:
    assert KINDS[nearest_kind(frozenset(KINDS[kind]))] == KINDS[kind]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("C:maj", "C"), ("F#:min7", "F#m7"), ("Bb:hdim7", "Bbm7b5"), ("D:7(#9)", "D7#9"), ("D:1", "D5"),
        ("A:sus4(b7)", "A7sus4"), ("A:sus4(b7,9)", "A9sus4"), ("C:maj6(9)", "C69"), ("C:maj(9)", "Cadd9"),
        ("G:min9/b7", "Gm9/F"), ("E:maj/3", "E/Ab"), ("Cb:maj", "B"), ("N", "None"), ("C:maj9(13,#11)", "Cmaj13"),
        ("D:5(b7)", "D7"), ("C:aug(b7)", "Caug7"), ("C:minmaj7", "Cmmaj7"), ("C:7(*5)", "C7"),
    ],
)  # fmt: skip
def test_chords_come_to_the_nearest_of_ours(written: str, ours: str) -> None:
    assert str(read_chord(written)) == ours


@given(st.sampled_from(sorted(SHORTHANDS)), st.sampled_from(("C", "F#", "Bb", "Abb")))
def test_every_shorthand_on_every_root_is_a_chord(shorthand: str, root: str) -> None:
    chord = read_chord(f"{root}:{shorthand}")
    assert chord is not None and chord.root == {"C": 0, "F#": 6, "Bb": 10, "Abb": 7}[root]


@pytest.mark.parametrize("text", ["H:maj", "C:majj", "C:maj(99)", "C/x", ""])
def test_what_is_no_chord_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        read_chord(text)


def test_a_song_is_read_bar_by_bar() -> None:
    song = read_song(SONG)
    assert (song.title, song.artist) == ("A Song", "Nobody")
    assert [(str(bar.metre), bar.section) for bar in song.bars] == [
        *[("4/4", "intro")] * 2,
        ("2/4", "verse"),
        *[("4/4", "verse")] * 2,
        *[("4/4", "chorus")] * 4,
    ]
    assert [(at.tick // BEAT, str(at.chord)) for at in song.bars[1].chords] == [(0, "G"), (2, "A7")]
    assert [str(bar.chords[0].chord) for bar in song.bars] == ["D", "G", "Dm7", "None", "Em/G", "D", "D", "D", "D"]
    assert {bar.tonic for bar in song.bars} == {2}
    assert song.bpm == 120.0
    assert [tick // BEAT for tick, _ in starts(song)][:4] == [0, 4, 8, 10]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no bars"),
        ("# metre: x\n", "line 1: not a metre"),
        ("0\t| Q:maj |\n", "line 1: not a chord"),
        ("a\tb|c|", "1"),
    ],
)
def test_what_is_no_song_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^odd\.txt.*{words}"):
        read_song(text, "odd.txt")


@given(st.text(alphabet="ABC:majin7|().,/#b0x->2\t\n N", max_size=120))
def test_any_text_is_a_song_or_refused_in_words_F5(text: str) -> None:
    try:
        read_song("0\t" + text, "x.txt")
    except ValueError as error:
        assert str(error).startswith("x.txt")
