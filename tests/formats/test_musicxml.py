"""MusicXML: notes, chords and metres as written; what is none, or a trap, refused in words."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats import musicxml
from liveengine.formats.musicxml import read_musicxml
from liveengine.music.time import TICKS_PER_BEAT as BEAT

HEAD = '<score-partwise><part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>'
ATTRIBUTES = (
    "<attributes><divisions>4</divisions><key><fifths>-2</fifths></key>"
    "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
)


def note(step: str, octave: int, duration: int, *more: str) -> str:
    return (
        f"<note>{''.join(m for m in more if m.startswith('<chord'))}<pitch><step>{step}</step><octave>{octave}</octave>"
        f"</pitch><duration>{duration}</duration>{''.join(m for m in more if not m.startswith('<chord'))}</note>"
    )


def score(*measures: str) -> bytes:
    inside = "".join(f"<measure>{measure}</measure>" for measure in measures)
    return f'{HEAD}<part id="P1">{inside}</part></score-partwise>'.encode()


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            # Of no time: its bytes name a test, and each worker is to name it alike.
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/")), data)
    return out.getvalue()


SONG = score(
    ATTRIBUTES + note("C", 4, 8) + note("E", 4, 8) + note("G", 4, 8, "<chord/>"),
    note("A", 4, 16, '<tie type="start"/>'),
    note("A", 4, 8, '<tie type="stop"/>') + "<note><rest/><duration>8</duration></note>",
)


def test_notes_chords_and_ties_are_read_where_they_stand() -> None:
    sheet = read_musicxml(SONG)
    assert [(n.tick // BEAT, n.gate // BEAT, n.pitch) for n in sheet.notes] == [
        (0, 2, 60),
        (2, 2, 64),
        (2, 2, 67),
        (4, 6, 69),
    ]
    assert sheet.length == 12 * BEAT and sheet.parts == ("Voice",) and sheet.fifths == ((0, -2),)


def test_a_pickup_stands_at_the_end_of_a_whole_bar() -> None:
    sheet = read_musicxml(score(ATTRIBUTES + note("G", 4, 4), note("C", 5, 16)))
    assert [n.tick // BEAT for n in sheet.notes] == [3, 4]
    assert [(m.tick, str(m.metre)) for m in sheet.metres] == [(0, "4/4")]


def test_a_short_measure_is_a_bar_of_its_own_metre() -> None:
    sheet = read_musicxml(score(ATTRIBUTES + note("C", 4, 16), note("C", 4, 4), note("C", 4, 16)))
    assert [(m.tick // BEAT, str(m.metre)) for m in sheet.metres] == [(0, "4/4"), (4, "1/4"), (5, "4/4")]


def test_voices_go_back_to_where_they_begin() -> None:
    second = "<backup><duration>16</duration></backup><forward><duration>4</duration></forward>" + note("C", 3, 12)
    sheet = read_musicxml(score(ATTRIBUTES + note("C", 5, 16) + second))
    assert [(n.tick // BEAT, n.pitch) for n in sheet.notes] == [(0, 72), (1, 48)]


def harmony(kind: str, extra: str = "") -> str:
    root = "<root><root-step>B</root-step><root-alter>-1</root-alter></root>"
    return f"<harmony>{root}<kind>{kind}</kind>{extra}</harmony>"


@pytest.mark.parametrize(
    ("written", "chord"),
    [
        (harmony("major"), "Bb"),
        (harmony("half-diminished"), "Bbm7b5"),
        (harmony("dominant", "<bass><bass-step>D</bass-step></bass>"), "Bb7/D"),
        (
            harmony("dominant", "<degree><degree-value>9</degree-value><degree-alter>-1</degree-alter></degree>"),
            "Bb7b9",
        ),
        (harmony("major", "<degree><degree-value>9</degree-value></degree>"), "Bbadd9"),
        (harmony("none"), "None"),
        (harmony("Neapolitan"), "None"),
    ],
)
def test_chord_symbols_are_chords_of_ours(written: str, chord: str) -> None:
    sheet = read_musicxml(score(ATTRIBUTES + note("C", 4, 8) + written + note("C", 4, 8)))
    assert [(s.tick // BEAT, str(s.chord)) for s in sheet.symbols] == [(2, chord)]


def test_a_tempo_is_read() -> None:
    sheet = read_musicxml(score(ATTRIBUTES + '<direction><sound tempo="96"/></direction>' + note("C", 4, 16)))
    assert sheet.tempos == ((0, 96.0),)


def test_a_packed_score_is_found_even_where_its_container_is_broken() -> None:
    told = b'<container><rootfiles><rootfile full-path="b.xml"/></rootfiles></container>'
    assert read_musicxml(packed(a__x=b"", **{"b.xml": SONG, "META-INF__container.xml": told})) == read_musicxml(SONG)
    broken = b"<container><rootfiles><rootfile full-path='It's.xml'/></rootfiles></container>"
    assert read_musicxml(packed(**{"It's.xml": SONG, "META-INF__container.xml": broken})) == read_musicxml(SONG)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no element"),
        (b"<score-timewise/>", "not a <score-partwise>"),
        (b"<score-partwise/>", "no part"),
        (b'<!DOCTYPE x [<!ENTITY a "aa">]><score-partwise/>', "declares entities"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "a">]><x/>'.encode("utf-16"), "entities"),
        (packed(a=b""), "an archive without a score"),
        (b"PK\3\4 and no more", "not a zip file"),
        (score("<attributes><divisions>0</divisions></attributes>"), "no divisions"),
        (score(note("H", 4, 4)), "'H'"),
        (score(ATTRIBUTES + note("C", 4, 10**9)), "quarters"),
    ],
)
def test_what_is_no_score_is_refused_in_words_F5(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^odd\.xml: .*{words}"):
        read_musicxml(data, "odd.xml")


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(musicxml, "SIZE_LIMIT_BYTES", 1 << 20)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(2 << 20))
    with pytest.raises(ValueError, match="unpacks to more than"):
        read_musicxml(out.getvalue())


@given(st.data())
def test_a_damaged_score_is_read_or_refused_in_words_F5(data: st.DataObject) -> None:
    for whole in (SONG, packed(**{"a.xml": SONG})):
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 5))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        try:
            read_musicxml(bytes(damaged), "x.mxl")
        except ValueError as error:
            assert str(error).startswith("x.mxl: ")
