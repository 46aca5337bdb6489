"""Patches: what is written is what is read, and what comes with the engine plays."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sets import BASS, PATTERN_KEYS, SMALLEST, TOP_KEYS, TRACK_KEYS, toml

from liveengine.engine.patch import QUANTA, load_patch, resolve_patch
from liveengine.engine.problems import FileError
from liveengine.engine.readings import KNOBS
from liveengine.engine.tomlfile import shipped
from liveengine.generators.catalogue import BUILT_IN, find
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.generators.contract import ROLES, Controls
from liveengine.music.chord import KINDS, Chord
from liveengine.music.pitch import SCALES, Key, pitch_name
from liveengine.music.sound import DRUM_NOTES, MASTER_CONTROLS, SOUND_CONTROLS, SOUNDS
from liveengine.music.time import Metre
from liveengine.runtime.inference import load_models

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    path = tmp_path_factory.mktemp("patches") / "set.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        return load_patch(path)

    return read


# -- what is written is what is read -------------------------------------------------------------

words = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), min_size=1, max_size=30)
names = st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True)
unit = st.floats(0.0, 1.0)
rhythm_words = st.sampled_from(["x..x..x.", "euclid(5, 16)", "phi(7, 16) + x...", "polyrhythm(3, 4)"])


@st.composite
def patterns(draw, role):
    written = {
        "name": draw(words.filter(str.strip)),
        "generator": draw(st.sampled_from(sorted(BUILT_IN))),
        "bars": draw(st.integers(1, 16)),
        "density": draw(unit),
        "swing": draw(st.floats(0.5, 0.75)),
        "humanise": draw(unit),
        "accent": draw(unit),
        "every": draw(st.integers(0, 128)),
        "style": draw(st.sampled_from(STYLES)),
    }
    if role == "drums":
        written["lanes"] = draw(st.dictionaries(st.sampled_from(sorted(DRUM_NOTES)), rhythm_words))
    else:
        written["rhythm"] = draw(rhythm_words)
    return written


@st.composite
def tracks(draw):
    role, sound = draw(st.sampled_from(ROLES)), draw(st.sampled_from((*SOUNDS, "none")))
    heard = [control for control in SOUND_CONTROLS if sound in control.sounds]
    low = draw(st.integers(0, 115))
    return {
        "name": draw(names),
        "role": role,
        "sound": sound,
        "controls": {
            control.name: draw(st.floats(control.low, control.high)) for control in heard if draw(st.booleans())
        },
        "port": draw(words),
        "channel": draw(st.integers(1, 16)),
        "program": draw(st.integers(1, 128)),
        "low": draw(st.sampled_from([low, pitch_name(low)])),
        "high": draw(st.integers(low + 12, 127)),
        "pattern": draw(st.lists(patterns(role), min_size=1, max_size=3, unique_by=lambda p: p["name"])),
    }


@st.composite
def sets(draw):
    voices = draw(st.lists(tracks(), min_size=1, max_size=3, unique_by=lambda track: track["name"]))
    return {
        "title": draw(words),
        "about": draw(words),
        "tempo": draw(st.floats(20, 400)),
        "metre": [draw(st.sampled_from(["4/4", "7/8", "5/4", "3/4"]))],
        "seed": draw(st.integers(0, 2**63 - 1)),
        "key": draw(st.sampled_from(["D dorian", "F# minor", "Bb lydian"])),
        "chords": draw(st.lists(st.sampled_from(["Dm9", "G13", "C/E", "F#m7b5"]), min_size=1, max_size=5)),
        "quantum": draw(st.sampled_from(QUANTA)),
        "clock": draw(st.lists(words, max_size=3)),
        "master": {c.name: draw(st.floats(c.low, c.high)) for c in MASTER_CONTROLS if draw(st.booleans())},
        "track": voices,
        "scene": [
            {
                "name": f"scene {number}",
                "patterns": {
                    track["name"]: draw(st.sampled_from(["", *(p["name"] for p in track["pattern"])]))
                    for track in voices
                    if draw(st.booleans())
                },
            }
            for number in range(draw(st.integers(1, 3)))
        ],
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(written=sets())
def test_a_patch_reads_back_as_it_was_written(load, written):
    patch = load("\n".join(f"{key} = {toml(value)}" for key, value in written.items()))
    assert (patch.title, patch.about, patch.seed) == (written["title"], written["about"], written["seed"])
    assert (patch.tempo_bpm, patch.quantum) == (written["tempo"], written["quantum"])
    assert ([str(metre) for metre in patch.metres], str(patch.key)) == (written["metre"], written["key"])
    assert [str(chord) for chord in patch.chords] == written["chords"]
    assert [output.port for output in patch.outputs] == list(dict.fromkeys(written["clock"]))
    assert all(output.clock for output in patch.outputs)
    assert patch.master == written["master"]
    for track, told in zip(patch.tracks, written["track"], strict=True):
        for key in ("name", "role", "sound", "controls", "port", "channel", "program", "high"):
            assert getattr(track, key) == told[key]
        assert told["low"] in (track.low, pitch_name(track.low))
        for pattern, asked in zip(track.patterns, told["pattern"], strict=True):
            for key, value in asked.items():
                read = pattern.reading if key in KNOBS else pattern
                assert getattr(read, key) == value
    assert [(scene.name, scene.patterns) for scene in patch.scenes] == [
        (scene["name"], scene["patterns"]) for scene in written["scene"]
    ]


def test_the_smallest_patch_is_one_track_with_one_pattern(load):
    patch = load(SMALLEST)
    (track,) = patch.tracks
    assert (patch.title, patch.tempo_bpm, patch.metre, patch.key) == ("set", 120.0, Metre(), Key())
    assert patch.chords == (Chord.parse("Cm"),)
    assert (patch.quantum, patch.outputs, patch.master) == ("bar", (), {})
    assert (track.sound, track.controls, track.port, track.channel) == ("drums", {}, "", 10)
    assert track.program is None


def test_a_patch_without_scenes_has_one_of_every_tracks_first_pattern(load):
    (scene,) = load(SMALLEST + BASS).scenes
    assert scene.patterns == {"drums": "beat", "bass": "walk"}


def test_a_scene_tells_silence_from_going_on(load):
    patch = load(SMALLEST + BASS + '[[scene]]\nname = "end"\npatterns = { bass = "" }')
    assert patch.scenes[0].patterns == {"bass": ""}


def test_channels_are_the_tracks_numbers_and_10_for_drums(load):
    assert [track.channel for track in load(SMALLEST + BASS).tracks] == [10, 2]


@pytest.mark.parametrize("key", ["C major", "C minor", "C dorian", "C blues", "C whole tone", "C chromatic"])
def test_a_patch_without_chords_has_the_keys_own_triad(load, key):
    (chord,) = load(f'key = "{key}"\n' + SMALLEST).chords
    assert set(KINDS[chord.kind]) - {7} <= set(SCALES[Key.parse(key).scale])


# -- what comes with the engine ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped("patches")))
def test_every_shipped_patch_loads_and_all_its_patterns_can_be_proposed(name):
    patch = load_patch(resolve_patch(name))
    models = load_models(patch, pytest.fail)
    for track in patch.tracks:
        for pattern in track.patterns:
            if pattern.written is not None:
                assert pattern.written.bar(patch.metres).notes, f"{name}: {track.name} {pattern.name} is silent"
                continue
            controls = Controls(
                role=track.role,
                bars=pattern.bars,
                metre=patch.metre,
                key=patch.key,
                chords=patch.chords,
                low=track.low,
                high=track.high,
                density=pattern.density,
                accent=pattern.accent,
                rhythm=pattern.rhythm,
                lanes=pattern.lanes,
                style=pattern.style,
                tempo_bpm=patch.tempo_bpm,
            )
            propose = models.get(pattern.generator) or find(pattern.generator)
            bar = propose(None, frozenset(), controls, patch.seed, "")
            assert bar.notes, f"{name}: {track.name} {pattern.name} is silent"


def test_first_light_has_every_role_sounding_from_the_first_scene_on():
    patch = load_patch(resolve_patch("first_light"))
    assert {track.role for track in patch.tracks} == set(ROLES)
    assert all(patch.scenes[0].patterns[track.name] for track in patch.tracks)
    played = {(track, name) for scene in patch.scenes for track, name in scene.patterns.items()}
    assert played == {(track.name, pattern.name) for track in patch.tracks for pattern in track.patterns}


def test_a_patch_is_found_by_path_or_bare_name(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALLEST)
    assert resolve_patch(str(path)) == path
    assert resolve_patch("first_light").name == "first_light.toml"


@pytest.mark.parametrize("name", ["frist_light", "patches/frist_light.toml", "nul\0", "x" * 5000])
def test_a_patch_that_is_not_there_is_told_with_what_there_is(name):
    with pytest.raises(FileError, match=r"no such file, nor one in patches.*first_light"):
        resolve_patch(name)


# -- the page ----------------------------------------------------------------------------------------


def test_the_page_names_everything_a_patch_can_say():
    text = (DOCS / "patches.md").read_text(encoding="utf-8")
    controls = [control.name for control in SOUND_CONTROLS + MASTER_CONTROLS]
    for word in (*controls, *TOP_KEYS, *TRACK_KEYS, *PATTERN_KEYS, *DRUM_NOTES):
        assert f"`{word}`" in text or f"`[{word}]`" in text, word
    for word in (*SOUNDS, *ROLES, *QUANTA, *BUILT_IN):
        assert f'`"{word}"`' in text, word


def test_the_examples_on_the_page_load(load):
    examples = re.findall(r"```toml\n(.*?)```", (DOCS / "patches.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        load(example)
