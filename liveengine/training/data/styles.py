"""Styles written down by hand: how a bass, chords and a lead go in each, a character a sixteenth of a bar of 4/4.

Basses: `1` the chord's bass, `3`, `5`, `7` its tones (for a seventh that it has not, the octave), `8` the octave, `a` a
semitone below what the next bar begins with. Chords: `x` struck, `o` softly, `b` the lower half, `t` the upper. Leads:
`1`-`9` count the chord's tones upwards; `u`, `d` a step up or down in the key from the last note. Everywhere `-` holds
on and `.` is silence. Kicks: `x`. Where several are written, a song takes one for its bars, another for every fourth.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """One style. `told` is the vocabulary's nearest, empty for none; `bpm` from and to.

    What is not on every `straight`-th sixteenth comes so many 48ths of a beat late. `pad` says whether long chords lie
    under it; `programs` are General MIDI's for chords and lead.
    """

    name: str
    told: str
    bpm: tuple[int, int]
    kick: str
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    lead: tuple[str, ...] = ()
    late: int = 0
    straight: int = 2
    pad: bool = False
    programs: tuple[int, int] = (27, 81)


STYLES = (
    Style("rock", "rock", (100, 160), "x.......x.x.....",
          ("1-1-1-1-1-1-1-1-", "1---1-1-1---5-a-", "1-1-..1-1-1-5-8-", "1-----1-1---1-1-"),
          ("x---x---x-o-x-o-", "x-------x-x-x---", "x-x-x-x-x-x-x-x-", "x-----x---x-----"),
          ("3---5---6---5-d-", "5-d-d---1-------", "....3-u-5---d---")),
    Style("punk", "punk", (150, 200), "x.....x.x.x.....",
          ("1-1-1-1-1-1-1-1-", "1-1-1-1-5-5-1-1-", "1-1-1-1-1-1-a-a-"),
          ("x-x-x-x-x-x-x-x-", "x-x-x-x-x---x-x-")),
    Style("pop", "pop", (90, 130), "x.....x.x.......",
          ("1-----1-1-----5-", "1---....1-1-5---", "1-----5-8---5-a-", "1-------1-----1-"),
          ("x---o---x---o---", "x-----x-----x---", "..x---x---x---x-", "b-t-b-t-b-t-b-t-"),
          ("3-u-5-------3-d-", "..5-5-u-d---....", "1---3---5-u-d---"), pad=True, programs=(0, 80)),
    Style("ballad", "pop", (60, 84), "x.......x.......",
          ("1-------5-------", "1-----------5-a-", "1---------1-5---"),
          ("b-t-t-t-b-t-t-t-", "x-------x-------", "b---t---b---t---"),
          ("5-------u---d---", "3-----u-5-------"), pad=True, programs=(0, 73)),
    Style("soul", "soul", (84, 116), "x..x......x..x..",
          ("1--1--3-5-----7-", "1-----1--5-7-8-a", "1-..5-8-..7-5-a-", "1--1----1-3-5-a-"),
          ("....x.......x...", "..x-..x...x-..x.", "x--.....x--x....", "....x..x....x..."),
          ("5-u-5-d-3---....", "..3-5---u-d-5---"), late=3, programs=(4, 66)),
    Style("funk", "funk", (96, 118), "x..x..x...x..x..",
          ("1..1..8.1.1..7.8", "1.1...8..7.5.a..", "1...1..1.5.7.8.."),
          ("..o.x..o..x.o.x.", "x..o..x.o.x..o..", "....x.oo....x.o."), late=1, programs=(27, 61)),
    Style("gospel", "gospel", (76, 104), "x.....x...x.....",
          ("1-----5-8-7-5-a-", "1---3---5---7-a-"),
          ("x-----x-..x-x---", "x---..x-x-..x-x-"), late=4, programs=(17, 65)),
    Style("blues", "blues", (80, 130), "x...x...x...x...",
          ("1---3---5---7---", "1---1---5---7-a-", "8---7---5---3---"),
          ("x-.-..x-x-..x-..", "..x-......x-....", "x-------..x-x---"),
          ("5-u-d-3-1-------", "....8---7-5-3-1-"), late=8, straight=4, programs=(16, 66)),
    Style("swing", "jazz", (110, 180), "x...x...x...x...",
          ("1---3---5---7---", "1---5---3---a---", "8---5---3---a---", "1---3---5---a---"),
          ("..x...x.......x.", "x-----x---......", "......x-....x---", "..x-......x-..x-"),
          ("5-u-7-d-5-d-3---", "..3-5-u-8---....", "7-5-3-1-u-d-5---"), late=8, straight=4, programs=(0, 66)),
    Style("bossa", "latin", (110, 150), "x.....x.x.....x.",
          ("1-----5-5-----1-", "1-----5-5-----a-", "1-----1-5-----5-"),
          ("x---..x-....x---", "x-..x-..x-..x-..", "..x-..x---x-..x-", "x-..x-....x-..x-"),
          ("5-----u-d---3---", "..3-5---u-----d-"), pad=True, programs=(24, 73)),
    Style("salsa", "afrocuban", (150, 200), "x.....x.x.....x.",
          ("......5-....8---", "1-....5-....8---", "......3-....5-a-"),
          ("x.x..x.x.x..x.x.", "x-.xx.x..x.xx.x."), programs=(0, 56)),
    Style("afrobeat", "afrobeat", (100, 126), "x.....x.x..x....",
          ("1..5..8..7.5..1.", "1.1...5.8.7...5.", "..1.5..1..8.7.5."),
          (".x..x...x.x..x..", "..x.x.o...x.x.o."), programs=(27, 61)),
    Style("reggae", "reggae", (66, 90), "........x.......",
          ("....1-1-5---3-1-", "1---..1-3-5-....", "1-1---5-....8-5-", "....1-3-5---1---"),
          ("..x...x...x...x.", "..xo..xo..xo..xo", "....x.......x..."),
          ("..5-3---1---....", "3-u-5-------d-3-"), late=2, programs=(16, 73)),
    Style("hiphop", "hiphop", (76, 100), "x..x......x.....",
          ("1-----------1-5-", "1--1------5---a-", "1-------..1---7-"),
          ("x-------....x---", "x---......x-....", "x-o---..x-......"), late=4, pad=True, programs=(4, 80)),
    Style("house", "dance", (118, 128), "x...x...x...x...",
          ("..1-..1-..1-..1-", "..1...8...1...8.", "1..1..1...1..8..", "..1.1.8...1.5.8."),
          ("x..x..x...x..x..", "..x...x...x...x.", "x..x...x..x...x.", "..x-....x-..x-.."),
          ("5--3--1-..3--5--", "8-.5-.3-8-.5-.3-"), programs=(16, 81)),
    Style("techno", "dance", (126, 140), "x...x...x...x...",
          ("..1...1...1...1.", ".111.111.111.111", "1.1.1.1.1.1.1.1.", "..11..11..11..18"),
          ("x.....x.....x...", "..x..x..x..x..x.", "...x...x...x...x"),
          ("1.1.8.1.5.1.8.1.", "1..3..5..8..5..3"), programs=(90, 81)),
    Style("trance", "dance", (132, 142), "x...x...x...x...",
          ("..1-..1-..1-..1-", ".11-.11-.11-.11-"),
          ("x.x.x.x.x.x.x.x.", "x..x..x.x..x..x."),
          ("1.3.5.8.5.3.1.3.", "8.5.3.5.8.5.3.1."), pad=True, programs=(90, 81)),
    Style("drum'n'bass", "dance", (165, 176), "x.........x.....",
          ("1-----------....", "1-----1---..5-a-", "1-..1-....8-5---", "1---------------"),
          ("x---------x-----", "x-----......x---", "......x-......x-"),
          ("5-------3-------", "8---5-----3-----"), pad=True, programs=(4, 80)),
    Style("ambient", "", (60, 90), "................",
          ("1---------------", "1-------5-------", "1---------------"),
          ("x---------------", "x-------o-------", "b---t-----------"),
          ("5-------3-------", "8---------------", "1-----5---------"), pad=True, programs=(89, 88)),
    Style("country", "country", (90, 150), "x.......x.......",
          ("1---....5---....", "1-------5---a---", "1---..1-5---3-a-"),
          ("b...t...b...t...", "b...t.o.b...t.o.", "..x...x...x...x."),
          ("3-u-5-d-1---....", "5---3---u-d-1---"), programs=(25, 22)),
    Style("second line", "neworleans", (88, 120), "x.....x...x.....",
          ("1-----1---5-8-5-", "1--1--5-..3-5-a-"),
          ("x..x..x...x.x...", "..x-..x-..x---x-"), late=3, programs=(0, 56)),
)  # fmt: skip
