"""Steps written by hand: what is written is what is struck, lists go round over the hits, slips are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import DRUMS, playing, small_set
from small_sets import SMALLEST, toml

from liveengine.engine.orders import ToSequencer
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.spec import PatternSpec, SceneSpec, TrackSpec
from liveengine.engine.written import Lane, Touch, WrittenLanes
from liveengine.music.condition import Condition
from liveengine.music.note import Ratchet
from liveengine.music.sound import DRUM_NOTES, STRIP_CONTROL
from liveengine.music.target import Lock, Target
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms import parse
from liveengine.sequencer import commands as do

STEP = TICKS_PER_SIXTEENTH
KEYS = SMALLEST + '[[track]]\nname = "keys"\nrole = "lead"\n[[track.pattern]]\nname = "line"\n'
KIT = SMALLEST.replace('generator = "euclid"', "")


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    path = tmp_path_factory.mktemp("patches") / "set.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        return load_patch(path)

    return read


def written(load, text):
    """Return the notes of a patch's last pattern, as one bar of 4/4 has them."""
    return load(text).tracks[-1].patterns[0].written.bar((Metre(),))


# -- what is written is what is struck ------------------------------------------------------------


def test_steps_are_pitches_chords_rests_and_ties(load):
    bar = written(load, KEYS + 'steps = "C3 . Eb3 _ | [C3 E3 G3] . G2 ."\ngate = 1')
    struck = [(note.tick // STEP, note.pitch, note.gate // STEP) for note in bar.notes]
    assert struck == [(0, 48, 1), (2, 51, 2), (4, 48, 1), (4, 52, 1), (4, 55, 1), (6, 43, 1)]
    assert bar.length == 8 * STEP


def test_degrees_count_from_the_lowest_tonic_of_the_track(load):
    bar = written(
        load, 'key = "D dorian"\n' + KEYS.replace('"lead"', '"lead"\nlow = "C3"\nhigh = "C6"') + 'steps = "1 3 8 0"'
    )
    assert [note.pitch for note in bar.notes] == [50, 53, 62, 48]


def test_a_step_may_be_any_note_value_and_a_pattern_any_number_of_them(load):
    bar = written(load, KEYS + 'step = "1/12"\nsteps = "C3 D3 E3 F3 G3"')
    assert [note.tick for note in bar.notes] == [k * 4 * STEP // 3 for k in range(5)]
    assert bar.length == 5 * 4 * STEP // 3


def test_drums_are_called_by_their_names_in_steps_too(load):
    bar = written(load, KIT + 'steps = "kick . [kick hat] snare"')
    assert [note.pitch for note in bar.notes] == [36, 36, 42, 38]


def test_notes_struck_together_share_their_luck(load):
    bar = written(load, KEYS + 'steps = "[C3 E3 G3]"\nprobability = 0.5')
    assert len({(note.die, note.probability) for note in bar.notes}) == 1


@given(
    rhythm=st.sampled_from(["x..x..x.", "euclid(7, 16)", "xXx", "euclid(5, 12) + X"]),
    bars=st.integers(1, 3),
    cycle=st.lists(st.sampled_from([Metre(), Metre(7, 8), Metre(3, 4)]), min_size=1, max_size=3),
    velocities=st.lists(st.integers(1, 127), max_size=5),
    pushes=st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=4),
)
def test_a_lane_strikes_its_rhythm_in_every_bar_and_its_lists_go_round_over_the_hits(
    rhythm, bars, cycle, velocities, pushes
):
    touch = Touch(velocity=tuple(velocities), push=tuple(pushes))
    lanes = WrittenLanes((Lane("hat", rhythm, touch),), bars)
    notes = sorted(lanes.bar(cycle).notes)
    expected, line = [], 0
    for number in range(PatternSpec("", bars=bars).bars_under(cycle)):
        length = cycle[number % len(cycle)].bar_ticks
        expected += [line + tick for tick in parse(rhythm, length).onsets]
        line += length
    assert [note.tick for note in notes] == expected
    assert lanes.bar(cycle).length == line
    if velocities:
        assert [note.velocity for note in notes] == [velocities[k % len(velocities)] for k in range(len(notes))]
    signs = [(note.offset > 0) - (note.offset < 0) for note in notes]
    assert all(sign == 0 or sign * pushes[k % len(pushes)] > 0 for k, sign in enumerate(signs))


def test_a_lane_carries_all_that_a_hit_can(load):
    lane = {
        "rhythm": "x.x.x.x.x.x.x.x.", "velocity": [100, 70], "gate": [1, 0.5], "probability": [1, 0.5],
        "ratchet": ["1", "3 rising", 2], "condition": ["", "2:4", "not fill"], "push": [0, 0.25],
        "locks": {"tone": [0.2, "", 0.8], "cc 74": 5},
    }  # fmt: skip
    first, second, third, *_ = written(load, KIT + f"lanes = {toml({'hat': lane, 'kick': 'x...'})}").notes[1:]
    assert first.pitch == DRUM_NOTES["hat"]
    tone, cutoff = Target.parse("tone"), Target.parse("cc 74")
    assert (first.velocity, first.gate, first.offset, str(first.condition)) == (100, STEP, 0, "always")
    assert first.locks == (Lock(tone, 0.2), Lock(cutoff, 5.0))
    assert (second.velocity, second.gate, second.probability) == (70, STEP // 2, 0.5)
    assert (second.offset, second.condition) == (STEP // 4, Condition.parse("2:4"))
    assert second.ratchet == Ratchet(3, STEP, 0.75)
    assert second.locks == (Lock(cutoff, 5.0),)
    assert (third.ratchet.count, str(third.condition), third.locks[0].value) == (2, "not fill", 0.8)


def test_lanes_without_a_generator_are_played_as_written_and_with_one_as_it_thins_them(load):
    lanes = 'lanes = { kick = "X...x...", hat = "xxxx" }'
    assert [note.velocity for note in written(load, KIT + lanes).notes if note.pitch == 36] == [107, 88]
    pattern = load(SMALLEST + lanes).tracks[0].patterns[0]
    assert pattern.written is None
    assert pattern.lanes == {"kick": "X...x...", "hat": "xxxx"}


# -- on stage -----------------------------------------------------------------------------------

TONE = Touch(locks=((Target.parse("tone"), (0.2, None)),))
HAND = WrittenLanes((Lane("kick", "x.x.x.x.", TONE),))
HANDMADE = TrackSpec(
    "hand", "drums", "drums", channel=10, patterns=(PatternSpec("beat", written=HAND), DRUMS.patterns[0])
)


ONE_SCENE = (SceneSpec("all", {"hand": "beat"}),)


def test_what_is_written_is_launched_at_once_for_nobody_needs_to_propose_it():
    desk = playing(small_set(tracks=(HANDMADE,), scenes=ONE_SCENE))
    assert desk.engine.tracks[0].home == HAND.bar((Metre(),))
    assert desk.engine.panel.values["/track/1/playing"] == "beat (written)"
    desk.ask("/track/1/pattern", 2)
    (launch,) = desk.ask("/track/1/pattern", 1).launches
    assert (launch.track, desk.requests) == (0, [])
    assert desk.ask("/track/1/reroll").orders == desk.ask("/track/1/density", 0.9).requests == []


def test_what_steps_lock_is_said_at_the_start_so_that_it_can_come_back():
    desk = playing(small_set(tracks=(HANDMADE,), scenes=ONE_SCENE))
    said = desk.engine.begin()
    tone = STRIP_CONTROL["tone"]
    assert ToSequencer(do.DO_CONTROL, 0, a=tone.number, x=tone.default) in said


# -- slips --------------------------------------------------------------------------------------

SLIPS = [
    ('steps = "C3 Q3"', 'key "steps": step 2: "Q3" is neither a pitch (C3, Eb3) nor a degree of the key (1, 5, 8)'),
    (
        'steps = "C3"\ngenerator = "phi"',
        'key "generator": is a generator\'s business: leave it out where the steps are written',
    ),
    ('steps = "C3"\nbars = 2', 'key "bars": cannot stand beside steps'),
    ('steps = "C3"\nvelocity = [100, 200]', 'key "velocity": 200 is outside 1–127'),
    ('steps = "C3"\nvelocity = []', 'key "velocity": holds 0 entries; 1–512 are wanted'),
    ('steps = "C3"\ngate = "long"', 'key "gate": "long" is not a number (0.01–64)'),
    ('steps = "C3"\nprobability = 2', 'key "probability": 2 is outside 0–1'),
    (
        'steps = "C3"\nratchet = "3 risng"',
        'key "ratchet": "3 risng" is no ratchet (write it like 3, "3 rising" or "3 falling")',
    ),
    ('steps = "C3"\nratchet = 17', 'key "ratchet": a note is struck 1–16 times, not 17'),
    ('steps = "C3"\nstep = "1/64"', 'key "steps": is shorter than a sixteenth'),
    ('steps = "C3 _ _ . . ."\nstep = "1/64"\nratchet = 16', None),
    ('steps = "C3 . . ."\nstep = "1/64"\nratchet = 16', 'key "steps": 16 strikes do not fit in 45045 ticks'),
    ('steps = "C3"\ncondition = "2:1"', 'key "condition": 2:1 is no turn'),
    (
        'steps = "C3"\ncondition = ["", "fil"]',
        'key "condition": "fil" is no condition (first, A:B, fill, previous, or not …) (did you mean "fill"?)',
    ),
    (
        'steps = "C3"\nlocks = { tome = 0.5 }',
        'locks, key "tome": nothing to turn is called "tome" (did you mean "tone"?)',
    ),
    ('steps = "C3"\nlocks = { tone = [0.5, 2] }', 'locks, key "tone": 2 is outside 0–1'),
    ('steps = "C3"\nstep = "1/7"', None),
    ('steps = "C3"\nstep = "1/17"', 'key "step": "1/17" is no note value from 1/64 to 4/1 that a beat can be cut into'),
    (
        'steps = "C3"\nrate = "fast"',
        'key "rate": not a rate: "fast" (write it like "2", "1/2" or "3/2"; no number above 16)',
    ),
    ('steps = "C3"\nscale = "dorain"', 'key "scale": no scale called "dorain" (did you mean "dorian"?)'),
    ('steps = "C3"\nscale = [0, 12]', 'key "scale": 12 is outside 0–11'),
    (
        'steps = "C3"\nvelocity_range = [1]',
        'key "velocity_range": holds one number; write the softest and the loudest: [20, 110]',
    ),
    ('lanes = { kick = { rhythm = "x" } }', 'key "lanes": belongs to drums; lead takes steps = …'),
]


@pytest.mark.parametrize(("line", "told"), SLIPS)
def test_f3_a_slip_names_file_key_value_and_nearest_word(load, line, told):
    if told is None:
        load(KEYS + line)
        return
    with pytest.raises(FileError) as caught:
        load(KEYS + line)
    assert any(f'track "keys", pattern "line", {told}' in problem for problem in caught.value.problems), caught.value


def test_f3_a_slip_in_a_lane_names_the_drum(load):
    with pytest.raises(FileError) as caught:
        load(KIT + 'lanes = { kick = { rhythm = "x", velocty = 3 }, hat = { velocity = 3 }, kik = { rhythm = "x" } }')
    assert [problem.split("set.toml: ")[1] for problem in caught.value.problems] == [
        'track "drums", pattern "beat", lanes, hat, key "rhythm": is missing',
        'track "drums", pattern "beat", lanes, key "kik": no such drum (did you mean "kick"?)',
        'track "drums", pattern "beat", lanes, kick, key "velocty": no such key (did you mean "velocity"?)',
    ]


def test_f3_more_than_a_slot_holds_is_told(load):
    with pytest.raises(FileError, match="holds 2048 notes; 1024 at most"):
        load(KIT + 'bars = 16\nlanes = { kick = "' + "x" * 64 + '", hat = "' + "x" * 64 + '" }')
    with pytest.raises(FileError, match="holds 300 locks; 256 at most"):
        load(KEYS + 'steps = "' + "C3 " * 300 + '"\nlocks = { tone = 0.5 }')
