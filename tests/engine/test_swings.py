"""LFOs, lanes and arpeggiators in a patch: what is read, and how each mistake is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_sets import BASS, SMALLEST

from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.spans import parse_rate, parse_span
from liveengine.engine.spec import ArpSpec, LfoSpec
from liveengine.music.arpeggio import Arpeggio
from liveengine.music.modulation import Lfo
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT, Metre

FOUR, SEVEN, ROUND = (Metre(4, 4),), (Metre(7, 8),), (Metre(4, 4), Metre(4, 4), Metre(7, 8))


def bass_with(arp: str) -> str:
    return BASS.replace("[[track.pattern]]", f"arp = {arp}\n[[track.pattern]]")


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    path = tmp_path_factory.mktemp("patches") / "set.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        return load_patch(path)

    return read


@pytest.mark.parametrize(
    ("text", "metres", "beats"),
    [
        ("1 bar", FOUR, 4), ("2 bars", SEVEN, 7), ("3 beats", SEVEN, 3), ("1.5 beats", FOUR, 1.5),
        ("1/16", FOUR, 1 / 4), ("3 bars", ROUND, 11.5), ("7.5 bars", ROUND, 29),
        ("1/12", FOUR, 1 / 3), (" 1 / 4 ", FOUR, 1), ("180180 ticks", FOUR, 1 / 4),
    ],
)  # fmt: skip
def test_spans_are_exact(text, metres, beats):
    assert parse_span(text, metres) == round(beats * TICKS_PER_BEAT)


@given(st.text(max_size=20))
def test_any_words_are_a_rate_or_a_clear_refusal(text):
    try:
        period, rate_hz = parse_rate(text, FOUR)
    except ValueError as error:
        assert str(error)
    else:
        assert (period > 0) != (rate_hz > 0)


def test_a_free_rate_is_in_Hz_or_has_a_name():
    assert parse_rate("7.83 Hz", FOUR) == parse_rate("schumann", FOUR) == (0, 7.83)
    with pytest.raises(ValueError, match='did you mean "schumann"'):
        parse_rate("shumann", FOUR)
    with pytest.raises(ValueError, match=r"0\.01–40 Hz"):
        parse_rate("100 Hz", FOUR)


def test_everything_that_can_be_said(load):
    patch = load(
        SMALLEST
        + bass_with('{ mode = "golden", octaves = 2, rate = "1/8", hold = true }')
        + """
[[track.lfo]]
target = "tone"
[[track.lfo]]
target = "cc 1"
shape = "smooth"
rate = "schumann"
depth = 0.25
centre = 0.75
phase = 0.5
along = "pattern"
on = false
[[track.lane]]
target = "cc 74"
over = "4 bars"
points = [[0, 0.1], [8, 0.9]]
once = true
[[lfo]]
target = "/track/drums/pan"
rate = "3 beats"
[[lfo]]
target = "osc /visuals/hue"
high = 360
"""
    )
    bar = 4 * TICKS_PER_BEAT
    bass = patch.tracks[1]
    assert bass.arp == ArpSpec(Arpeggio("golden", 2, TICKS_PER_BEAT // 2, 0.8, latch=True), on=True)
    assert patch.tracks[0].arp == ArpSpec() and not patch.tracks[0].arp.on
    assert bass.lfos == (
        LfoSpec(Lfo(Target.parse("tone"), period=bar, depth=0.5)),
        LfoSpec(
            Lfo(
                Target.parse("cc 1"), "smooth", bar // 16 // 4, 7.83, 0.25, 0.75, 0.5, with_pattern=True
            ),
            on=False,
        ),
        LfoSpec(
            Lfo(Target.parse("cc 74"), "drawn", 4 * bar, centre=0.5, points=((0.0, 0.1), (0.5, 0.9)), once=True)
        ),
    )  # fmt: skip
    assert patch.lfos == (
        LfoSpec(Lfo(None, period=3 * TICKS_PER_BEAT, depth=0.5, low=-1.0, high=1.0), address="/track/drums/pan"),
        LfoSpec(Lfo(None, period=bar, depth=0.5, high=360.0), address="/visuals/hue", is_foreign=True),
    )


LFO = '[[track.lfo]]\ntarget = "cc 74"\n'
LANE = '[[track.lane]]\ntarget = "cc 74"\nover = "1 bar"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[track.lfo]]", 'track "bass", lfo 1, key "target": is missing'),
        ('[[track.lfo]]\ntarget = "tonee"', 'key "target": nothing to turn is called "tonee" (did you mean "tone"?)'),
        ('[[track.lfo]]\ntarget = "/master/levle"', '(did you mean "/master/level"?)'),
        ('[[track.lfo]]\ntarget = "/transport/tempo"', "/transport/tempo is nothing that an LFO can turn"),
        ('[[track.lfo]]\ntarget = "/track/1/lfo/1/depth"', "is nothing that an LFO can turn"),
        ('[[track.lfo]]\ntarget = "/track/bas/pan"', '/track/bas/pan: no track "bas" (did you mean "bass"?)'),
        ('[[track.lfo]]\ntarget = "osc hue"', "is no OSC address (write it like osc /visuals/hue)"),
        (LFO + 'shape = "sinus"', 'key "shape": "sinus" is not among its words (did you mean "sine"?)'),
        (LFO + 'rate = "2 bras"', 'no span is counted in bras (did you mean "bars"?)'),
        (LFO + 'rate = "1/256"', 'key "rate": a swing takes a 64th note at least'),
        (LFO + "depth = 2", 'key "depth": 2 is outside 0–1'),
        (LFO + LFO, "lfo 2, key \"target\": cc 74 is turned by an earlier one"),
        (LFO + LANE + "points = [[0, 1]]", "lane 1, key \"target\": cc 74 is turned by an earlier one"),
        (LANE, 'key "points": is missing'),
        (LANE + "points = [0, 1]", 'key "points": a list is not a list of pairs'),
        (LANE + "points = [[0, 2]]", "height 2 is outside 0–1"),
        (LANE + "points = [[5, 1]]", "beat 5 lies outside the lane, which has 4"),
        (LANE + "points = [[2, 1], [1, 0]]", "do not stand in the order of their beats"),
        (LANE + "points = [[0, 1]]\nalong = \"scene\"", 'key "along": "scene" is not among its words'),
        ("\n".join(f'[[track.lfo]]\ntarget = "cc {n}"' for n in range(9)), 'key "lfo": stands 9 times; 8 at most'),
        ('[[lfo]]\ntarget = "tone"', "is a track's (write the set's own as"),
    ],
)  # fmt: skip
def test_F3_each_mistake_is_told_where_it_stands(load, text, told):
    with pytest.raises(FileError) as caught:
        load(SMALLEST + BASS + text)
    assert len(caught.value.problems) == 1, caught.value.problems
    assert told in caught.value.problems[0]


@pytest.mark.parametrize(
    ("arp", "told"),
    [
        ('{ mode = "upp" }', 'arp, key "mode": "upp" is not among its words (did you mean "up"?)'),
        ("{ octaves = 9 }", 'arp, key "octaves": 9 is outside 1–5'),
        ('{ rate = "1/999" }', 'arp, key "rate": is outside'),
        ("{ swing = 0.6 }", 'arp, key "swing": no such part of an arpeggio'),
        ('"up"', 'key "arp": "up" is not a table'),
    ],
)
def test_F3_each_mistake_of_an_arpeggio_is_told(load, arp, told):
    with pytest.raises(FileError) as caught:
        load(SMALLEST + bass_with(arp))
    assert len(caught.value.problems) == 1, caught.value.problems
    assert told in caught.value.problems[0]
