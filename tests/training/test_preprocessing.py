"""Roles, chords, voices, velocities: what is made of notes before they are rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import data_folder

from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import SCALES, Key
from liveengine.music.time import TICKS_PER_BEAT as BEAT
from liveengine.training.data.harmony import HEARD, chord_between, class_weights, key_of
from liveengine.training.data.levels import Levels
from liveengine.training.data.piece import Notes, Piece, notes_of
from liveengine.training.data.reduction import reduced
from liveengine.training.data.roles import Part, parts, role_of, without_doubles


def notes(*rows: tuple[int, int, int], channel: int = 0, program: int = 0, track: int = 0) -> Notes:
    """Notes of (tick, gate, pitch), as loud as they are high."""
    return notes_of([(tick, gate, pitch, max(1, pitch), channel, program, track) for tick, gate, pitch in rows])


def line(pitch: int, count: int = 16) -> Notes:
    return notes(*((place * BEAT, BEAT // 2, pitch) for place in range(count)))


def chords(pitch: int, gate: int = BEAT) -> Notes:
    return notes(*((place * 4 * BEAT, gate, pitch + up) for place in range(8) for up in (0, 4, 7)))


@pytest.mark.parametrize(
    ("played", "name", "program", "channel", "role"),
    [
        (line(36), "", 0, 9, "drums"),
        (line(36), "", 33, 0, "bass"),
        (line(36), "Piano", 0, 0, "bass"),
        (line(72), "", 80, 0, "lead"),
        (line(72), "Bass", 33, 0, "lead"),  # a name left from a template
        (line(43), "", 30, 0, "lead"),  # a guitar's riff
        (chords(60), "", 0, 0, "chords"),
        (chords(60, 4 * BEAT), "", 0, 0, "pad"),
        (chords(60), "Warm Pad", 89, 0, "pad"),
        (line(28), "", 87, 0, "bass"),  # bass and lead
    ],
)
def test_roles_go_by_channel_name_program_and_what_is_played(
    played: Notes, name: str, program: int, channel: int, role: str
) -> None:
    assert role_of(played, name, program, channel) == role


def test_a_part_that_doubles_another_is_left_out_in_whatever_octave() -> None:
    bass, octave, other = line(36), line(48, 15), line(41)
    kept = without_doubles([Part("bass", "1", 0, octave), Part("bass", "2", 0, bass), Part("bass", "3", 0, other)])
    assert [part.name for part in kept] == ["2", "3"]
    # Another role may play the same: a lead over its bass is music.
    assert len(without_doubles([Part("bass", "1", 0, bass), Part("lead", "2", 0, bass)])) == 2


def test_parts_are_what_a_track_plays_on_a_channel() -> None:
    both = np.concatenate([line(36), notes((0, BEAT, 70), channel=2, program=80, track=1)])
    piece = Piece("x", np.sort(both, order=["tick", "pitch"]), 64 * BEAT, track_names=("Bass", "Lead"))
    assert [(part.role, part.name, len(part.notes)) for part in parts(piece)] == [
        ("bass", "Bass", 16),
        ("lead", "Lead", 1),
    ]


@given(st.sampled_from([kind for kind in HEARD if kind not in ("6", "sus2")]), st.integers(0, 11))
def test_a_chord_played_from_its_root_is_heard(kind: str, root: int) -> None:
    played = notes(*((0, BEAT, 48 + root + interval) for interval in KINDS[kind]))
    heard = chord_between(played, 0, BEAT)
    assert heard is not None and heard.fit == pytest.approx(1.0)
    expected = Chord(root, kind)
    assert set(heard.chord.classes) == set(expected.classes)
    if kind not in ("aug", "dim7"):  # whose every tone may be the root
        assert heard.chord == expected


def test_an_inversion_keeps_its_bass_and_a_passing_note_is_ignored() -> None:
    played = notes((0, 4 * BEAT, 52), (0, 4 * BEAT, 55), (0, 4 * BEAT, 60), (2 * BEAT, BEAT // 8, 61))
    heard = chord_between(played, 0, 4 * BEAT)
    assert heard is not None and str(heard.chord) == "C/E" and 0.9 < heard.fit < 1.0


def test_silence_and_one_note_are_no_chord_and_drums_are_not_heard() -> None:
    assert chord_between(notes((0, BEAT, 60)), 0, BEAT) is None
    kit = notes((0, BEAT, 36), (0, BEAT, 40), (0, BEAT, 43), channel=9)
    assert chord_between(kit, 0, BEAT) is None


@given(st.integers(0, 11), st.sampled_from(("major", "minor")))
def test_a_scale_that_rests_on_its_triad_is_heard_in_its_key(tonic: int, scale: str) -> None:
    degrees = SCALES[scale]
    played = [*degrees, degrees[0], degrees[0], degrees[2], degrees[4]]
    pitches = np.array([60 + tonic + degree for degree in played])
    assert key_of(class_weights(pitches, np.full(len(pitches), BEAT))) == Key(tonic, scale)


loose = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 8), st.integers(36, 84)),
    max_size=30,
    unique_by=lambda row: (row[0], row[2]),
).map(lambda rows: notes(*((tick * BEAT // 4, gate * BEAT // 4, pitch) for tick, gate, pitch in rows)))


@given(loose, st.integers(2, 5))
def test_never_more_voices_sound_than_asked_for_and_bass_and_melody_stay(played: Notes, voices: int) -> None:
    fewer = reduced(played, voices)
    for tick in np.unique(played["tick"]):
        sounding = fewer[(fewer["tick"] <= tick) & (fewer["tick"] + fewer["gate"] > tick)]
        assert len(sounding) <= voices
        struck = played[played["tick"] == tick]["pitch"]
        kept = set(fewer[fewer["tick"] == tick]["pitch"].tolist())
        held = [int(pitch) for pitch in sounding["pitch"]]
        if int(struck.min()) <= min(held):
            assert int(struck.min()) in kept
        if int(struck.max()) >= max(held):
            assert int(struck.max()) in kept


@given(loose)
def test_what_is_thin_enough_is_left_as_it_is(played: Notes) -> None:
    assert (reduced(played, 60) == played).all()


def test_the_tones_that_tell_the_chord_stay() -> None:
    ninth = notes(*((0, BEAT, pitch) for pitch in (36, 43, 52, 55, 58, 62, 67)))  # C G E G Bb D G
    assert reduced(ninth, 4)["pitch"].tolist() == [36, 52, 58, 67]
    with pytest.raises(ValueError, match="two voices"):
        reduced(ninth, 1)


velocities = st.lists(st.integers(1, 127), max_size=50).map(lambda found: np.array(found, np.uint8))


@given(velocities, velocities)
def test_normalised_velocities_come_back_exactly(of: np.ndarray, played: np.ndarray) -> None:
    levels = Levels.of(of)
    assert (levels.restored(levels.normalised(played)) == played).all()


@given(velocities)
def test_order_stays_and_the_middle_is_the_middle(played: np.ndarray) -> None:
    found = Levels.of(played).normalised(played)
    assert (np.argsort(found, kind="stable") == np.argsort(played, kind="stable")).all()
    if len(played):
        assert found.mean() == pytest.approx(0.5, abs=1e-4)


def test_two_drummers_who_accent_alike_look_alike() -> None:
    soft, loud = np.array([20, 30, 60, 30]), np.array([40, 60, 120, 60])
    assert np.allclose(Levels.of(soft).normalised(soft), Levels.of(loud).normalised(loud))
    with pytest.raises(ValueError, match="above 0"):
        Levels(64, 0)


@pytest.mark.timeout(120)
def test_freedoms_basses_are_told_by_their_programs() -> None:
    from liveengine.training.data.sources.freedoom import Freedoom

    folder, source = data_folder("freedoom"), Freedoom()
    of = [
        (part.role, part.program)
        for entry in list(source.entries(folder))[:20]
        for part in parts(source.read(folder, entry))
    ]
    basses = [role for role, program in of if 32 <= program <= 39 and role != "drums"]
    assert basses.count("bass") > 0.9 * len(basses)
