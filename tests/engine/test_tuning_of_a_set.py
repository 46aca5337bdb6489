"""The tuning of a set: what a patch may say of it, what is sent for it, and how a player turns it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from sets import Desk

from liveengine.engine.engine import Engine
from liveengine.engine.events import Asked, TrafficTold
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Report, Say, SendLong, ToSequencer
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.tuning import KEYS_A_PIECE, PIECES
from liveengine.formats.scala import format_scale
from liveengine.music.mts import bulk_dump, octave_change
from liveengine.music.temperament import find_scale
from liveengine.music.tuning import ALL_KEYS
from liveengine.sequencer import commands as do

TRACKS = """
[[track]]
name = "keys"
role = "chords"
port = "Synth"
[[track.pattern]]
name = "one"
generator = "euclid"

[[track]]
name = "kit"
role = "drums"
port = "Synth"
[[track.pattern]]
name = "one"
generator = "euclid"
"""


def patch(folder: Path, text: str):
    path = folder / "set.toml"
    path.write_text(text + TRACKS, encoding="utf-8")
    return load_patch(path)


def output(text: str) -> str:
    return f'[[output]]\nport = "Synth"\n{text}\n'


def problems(folder: Path, text: str) -> str:
    with pytest.raises(FileError) as refused:
        patch(folder, text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "pitch", "hz"),
    [
        ("", 69, 440.0),
        ("a4 = 432", 69, 432.0),
        ("c5 = 528", 72, 528.0),
        ("eb4 = 310", 63, 310.0),
        ('"f#3" = 184', 54, 184.0),
    ],
)
def test_one_keys_frequency_fixes_all_others(tmp_path, text, pitch, hz):
    tuning = patch(tmp_path, f"[tuning]\n{text}\n").tuning
    assert tuning.hz(pitch) == hz
    assert tuning.hz(pitch + 12) == pytest.approx(2 * hz)


def test_a_scale_has_a_root_and_may_be_a_file_beside_the_patch(tmp_path):
    just = patch(tmp_path, '[tuning]\nscale = "just"\nroot = "D"\n').tuning
    assert just.hz(69) / just.hz(62) == pytest.approx(3 / 2)
    (tmp_path / "mine.scl").write_text(format_scale(find_scale("harmonic")), encoding="utf-8")
    mine = patch(tmp_path, '[tuning]\nscale = "mine.scl"\n').tuning
    assert mine.mapping == "nearest"
    assert mine.hz(67) / mine.hz(60) == pytest.approx(12 / 8)
    row = patch(tmp_path, '[tuning]\nscale = "19edo"\nmapping = "linear"\n').tuning
    assert row.hz(60 + 19) / row.hz(60) == pytest.approx(2)


WHITE_KEYS = "! white.kbm\n12\n21\n108\n60\n69\n432.0\n7\n0\nx\n1\nx\n2\n3\nx\n4\nx\n5\nx\n6\n"


def test_a_keyboard_mapping_may_be_a_file_beside_the_patch(tmp_path):
    (tmp_path / "white.kbm").write_text(WHITE_KEYS, encoding="utf-8")
    (tmp_path / "seven.scl").write_text(format_scale(find_scale("7edo")), encoding="utf-8")
    tuning = patch(tmp_path, '[tuning]\nscale = "seven.scl"\nmapping = "white.kbm"\n').tuning
    assert tuning.hz(69) == 432.0
    assert tuning.hz(71) / tuning.hz(69) == pytest.approx(2 ** (1 / 7))
    assert tuning.hz(72) / tuning.hz(60) == pytest.approx(2)
    assert tuning.hz(61) == tuning.hz(60)
    assert tuning.hz(20) == pytest.approx(25.9565, abs=1e-4)
    told = problems(tmp_path, '[tuning]\nroot = "D"\na4 = 440\nmapping = "white.kbm"\n')
    assert 'key "a4": cannot stand beside white.kbm' in told and 'key "root": cannot stand' in told


def test_another_scale_leaves_the_keyboard_mapping_and_the_patchs_own_brings_it_back(tmp_path):
    (tmp_path / "white.kbm").write_text(WHITE_KEYS, encoding="utf-8")
    desk = Desk(patch(tmp_path, '[tuning]\nscale = "7edo"\nmapping = "white.kbm"\n'))
    desk.engine.begin()
    own = desk.engine.tuner.tuning
    ask(desk, "/tuning/scale", "just")
    assert desk.engine.tuner.tuning.hz(69) == 432.0
    assert desk.engine.tuner.tuning.hz(61) / desk.engine.tuner.tuning.hz(60) == pytest.approx(16 / 15)
    ask(desk, "/tuning/scale", "patch")
    assert desk.engine.tuner.tuning == own


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tuning]\na4 = 300", 'tuning, key "a4": 300 is outside 400–480 Hz'),
        ("[tuning]\na4 = 432\nc5 = 528", 'key "c5": cannot stand beside a4'),
        ('[tuning]\nscale = "jst"', 'no scale called "jst"'),
        ('[tuning]\nscale = "none.scl"', "none.scl: cannot be read"),
        ('[tuning]\nroot = "H"', 'key "root"'),
        ('[tuning]\nmapping = "liner"', 'did you mean "linear"'),
        ("[tuning]\nmapping = 3", 'key "mapping": 3 is not words'),
        ('[tuning]\nmapping = "none.kbm"', "none.kbm: cannot be read"),
        ('[tuning]\nscale = "19edo"\nmapping = "linear"\n' + output('tuning = "mts octave"'), "is not an octave"),
        (
            "[tuning]\na4 = 420\n" + output('tuning = "mts octave"'),
            '"mts octave" cannot tell this tuning ("mts" can): ',
        ),
        ("[tuning]\na4 = 400\n" + output('tuning = "mts octave fine"'), "lies -165.0 cents from equal temperament"),
        ("[tuning]\nscal = 1", 'did you mean "scale"'),
        (output('tuning = "bent"'), 'did you mean "bend"'),
        (output("zone = [2, 8]"), 'belongs beside tuning = "bend"'),
        (output('tuning = "bend"\nzone = [3, 8]'), "a zone is one channel, or begins at 2, or ends at 15"),
        (output('tuning = "bend"\nzone = [8, 3]'), "is not [first, last]"),
        (output('tuning = "bend"\nzone = [2, 9]\nbend_range = 100'), "100 is outside"),
        (output('tuning = "bend"'), 'track "kit": drums on channel 10, in the zone 2-16'),
    ],
)
def test_f3_what_is_wrong_is_told_by_file_key_and_value(tmp_path, text, words):
    assert words in problems(tmp_path, text + "\n")


def test_a_broken_scale_file_is_told_with_its_line(tmp_path):
    (tmp_path / "bad.scl").write_text("about\n2\n3/2\nfifth\n", encoding="utf-8")
    told = problems(tmp_path, '[tuning]\nscale = "bad.scl"\n')
    assert 'set.toml: tuning, key "scale"' in told
    assert 'bad.scl: line 4: "fifth"' in told


def test_a_zone_takes_pitched_tracks_and_leaves_drums_their_channel(tmp_path):
    desk = Desk(patch(tmp_path, output('tuning = "bend"\nzone = [2, 9]')), ports=[2, 2])
    orders = desk.engine.begin()
    told = [order for order in orders if isinstance(order, ToSequencer)]
    assert ToSequencer(do.DO_ZONE, 2, a=1, b=8, x=48) in told
    assert ToSequencer(do.DO_ROUTE, 0, a=2, b=0, x=1.0) in told
    assert ToSequencer(do.DO_ROUTE, 1, a=2, b=9, x=0.0) in told


def test_one_channel_is_a_zone_of_its_own_with_the_range_that_synthesizers_have(tmp_path):
    one = patch(tmp_path, output('tuning = "bend"\nzone = [5, 5]')).outputs[0].zone
    assert (one.first, one.last, one.master, one.bend_range) == (4, 4, 4, 2)


def tuned(orders) -> dict[int, float]:
    return {order.a: order.x for order in orders if isinstance(order, ToSequencer) and order.kind == do.DO_TUNE}


def test_only_keys_that_are_not_in_their_place_are_told(tmp_path):
    assert tuned(Engine(patch(tmp_path, "")).begin()) == {}
    assert list(tuned(Engine(patch(tmp_path, "[tuning]\na4 = 432\n")).begin())) == [ALL_KEYS]
    just = tuned(Engine(patch(tmp_path, '[tuning]\nscale = "just"\n')).begin())
    assert 69 not in just and 60 in just and ALL_KEYS not in just


def ask(desk, address, value):
    return desk.engine.handle(Asked(Action(address, value), "client"))


def test_a_player_turns_a4_and_the_scale(tmp_path):
    desk = Desk(patch(tmp_path, '[tuning]\nc5 = 528\nscale = "just"\n'))
    desk.engine.begin()
    orders = ask(desk, "/tuning/a4", 432.0)
    assert desk.engine.tuner.tuning.hz(69) == 432.0
    assert set(tuned(orders))
    orders = ask(desk, "/tuning/scale", "19edo")
    assert desk.engine.tuner.tuning.hz(69) == 432.0
    assert desk.engine.panel.values["/tuning/scale"] == "19edo"
    ask(desk, "/tuning/scale", "patch")
    assert desk.engine.tuner.tuning.scale.name == "just"
    assert desk.engine.panel.values["/tuning/scale"] == "just"


def test_a_scale_that_there_is_not_changes_nothing_and_is_told(tmp_path):
    desk = Desk(patch(tmp_path, ""))
    desk.engine.begin()
    before = desk.engine.tuner.tuning
    orders = ask(desk, "/tuning/scale", "pythagorian")
    assert desk.engine.tuner.tuning == before
    assert tuned(orders) == {}
    assert not any(isinstance(order, Report) and order.value == "pythagorian" for order in orders)


def test_a_device_is_told_all_before_the_first_note(tmp_path):
    desk = Desk(patch(tmp_path, "[tuning]\na4 = 432\n" + output('tuning = "mts"')), ports=[2, 2])
    longs = [order for order in desk.engine.begin() if isinstance(order, SendLong)]
    assert longs == [SendLong(2, bulk_dump(semitones(432.0), "equal C"))]


def semitones(a4_hz: float) -> list[float]:
    return [key + 12 * math.log2(a4_hz / 440.0) for key in range(128)]


def test_while_it_plays_what_changed_is_told_a_little_at_a_time_until_all_is(tmp_path):
    desk = Desk(patch(tmp_path, output('tuning = "mts"')), ports=[2, 2])
    desk.engine.begin()
    desk.engine.playing = True
    assert not any(isinstance(order, SendLong) for order in ask(desk, "/tuning/a4", 432.0))
    heard: list[int] = []
    for _ in range(10):
        pieces = [o for o in desk.engine.handle(TrafficTold("")) if isinstance(o, SendLong)]
        assert len(pieces) <= PIECES
        for piece in pieces:
            assert piece.data[:6] == bytes((0xF0, 0x7F, 0x7F, 0x08, 0x02, 0x00))
            assert len(piece.data) <= 8 + 4 * KEYS_A_PIECE
            heard += piece.data[7:-1:4]
    assert sorted(heard) == list(range(128))
    assert heard[0] == 60
    desk.engine.playing = False
    ask(desk, "/tuning/a4", 440.0)
    assert [len(o.data) for o in desk.engine.handle(TrafficTold("")) if isinstance(o, SendLong)] == [408]


@pytest.mark.parametrize(("word", "fine"), [("mts octave", False), ("mts octave fine", True)])
def test_a_device_that_takes_twelve_notes_is_told_them_at_the_start_and_when_they_change(tmp_path, word, fine):
    desk = Desk(patch(tmp_path, '[tuning]\nscale = "just"\n' + output(f'tuning = "{word}"')), ports=[2, 2])
    longs = [order for order in desk.engine.begin() if isinstance(order, SendLong)]
    just = [desk.engine.tuner.tuning.semitones(60 + note) * 100 - 6000 - 100 * note for note in range(12)]
    assert longs == [SendLong(2, octave_change(just, fine))]
    assert not any(isinstance(order, SendLong) for order in desk.engine.handle(TrafficTold("")))
    desk.engine.playing = True
    ask(desk, "/tuning/scale", "equal")
    told = [order for order in desk.engine.handle(TrafficTold("")) if isinstance(order, SendLong)]
    assert told == [SendLong(2, octave_change([0.0] * 12, fine))]


def test_a_tuning_that_cannot_be_told_by_octaves_is_said_once_and_the_device_keeps_its_own(tmp_path):
    desk = Desk(patch(tmp_path, output('tuning = "mts octave"')), ports=[2, 2])
    desk.engine.begin()
    ask(desk, "/tuning/a4", 420.0)
    orders = [order for _ in range(3) for order in desk.engine.handle(TrafficTold(""))]
    said = [order.text for order in orders if isinstance(order, Say)]
    assert len(said) == 1 and said[0].startswith("Synth keeps the tuning that it has")
    assert not any(isinstance(order, SendLong) for order in orders)
