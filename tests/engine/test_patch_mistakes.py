"""Patches with mistakes in them: each is told where it stands, and garbage is refused."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sets import BASS, PATTERN_KEYS, SMALLEST, TOP_KEYS, TRACK_KEYS, toml

from liveengine.engine.patch import load_patch
from liveengine.engine.problems import PROBLEM_LIMIT, FileError
from liveengine.engine.tomlfile import FILE_LIMIT_BYTES


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    path = tmp_path_factory.mktemp("patches") / "set.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        return load_patch(path)

    return read


@pytest.fixture(scope="module")
def problems(load):
    def told(text):
        with pytest.raises(FileError) as caught:
            load(text)
        assert str(caught.value).splitlines() == list(caught.value.problems)
        return [line.split("set.toml: ", 1)[1] for line in caught.value.problems]

    return told


# -- every mistake is told where it stands ----------------------------------------------------------

MISTAKES = [
    ("tempo = 900", 'key "tempo": 900 is outside 20–400 BPM'),
    ("tempo = nan", 'key "tempo": nan is outside 20–400 BPM'),
    ('tempo = "fast"', 'key "tempo": "fast" is not a number (20–400 BPM)'),
    ("tempo = true", 'key "tempo": true is not a number (20–400 BPM)'),
    ("tempi = 120", 'key "tempi": no such key (did you mean "tempo"?)'),
    ('metre = "4/5"', 'key "metre": no such metre: 4/5 (beats 1-32, unit 1, 2, 4, 8 or 16)'),
    ('key = "D dorain"', 'key "key": no scale called "dorain" (did you mean "dorian"?)'),
    ("key = 3", 'key "key": 3 is not words (write it in quotes: "like this")'),
    ('chords = ["Dm9", "Gm99"]', 'key "chords": not a chord: \'Gm99\' (did you mean "Gm9"?)'),
    ("chords = []", 'key "chords": is an empty list (leave it out for the key\'s own chord)'),
    ("chords = 7", 'key "chords": 7 is not a list (write it ["like this", "and this"])'),
    ("seed = 1.5", 'key "seed": 1.5 is not a whole number (0–9,223,372,036,854,775,807)'),
    ('quantum = "2 bras"', 'key "quantum": "2 bras" is not among its words (did you mean "2 bars"?)'),
    ("master = { levle = 1 }", 'master, key "levle": no such master control (did you mean "level"?)'),
    ("master = { level = 9 }", 'master, key "level": 9 is outside -60 to 6 dB'),
    ("master = 3", 'key "master": 3 is not a table (write it { name = value })'),
    ("scene = 3", 'key "scene": is not a list of tables (write each of them under [[scene]])'),
]
TRACK_MISTAKES = [
    ('role = "bas"', 'track "bass", key "role": "bas" is not among its words (did you mean "bass"?)'),
    ('sound = "pda"', 'track "bass", key "sound": "pda" is not among its words (did you mean "pad"?)'),
    ("channel = 17", 'track "bass", key "channel": 17 is outside 1–16'),
    ("program = 0", 'track "bass", key "program": 0 is outside 1–128'),
    ('low = "H2"', 'track "bass", key "low": not a pitch: \'H2\' (write it like C4, F#3 or Bb2)'),
    ('low = "C3"\nhigh = "E3"', 'track "bass", key "high": E3 is not an octave above C3'),
    ("level = -3", 'track "bass", key "level": belongs among the controls: controls = { level = … }'),
    (
        "controls = { spread = 1 }",
        'track "bass", controls, key "spread": no such control of sound "bass" (known: attack, decay, delay,'
        " drive, edge, glide, level, pan, release, reverb, shape, tone, tune)",
    ),
    ("controls = { glide = 7 }", 'track "bass", controls, key "glide": 7 is outside 0–1 s'),
    ("chanel = 2", 'track "bass", key "chanel": no such key (did you mean "channel"?)'),
]
PATTERN_MISTAKES = [
    ('generator = "euclyd"', 'key "generator": no generator called "euclyd" (did you mean "euclid"?)'),
    ('rhythm = "euclyd(3, 8)"', 'key "rhythm": no rhythm called "euclyd" (did you mean "euclid"?)'),
    ('rhythm = "x..y"', "key \"rhythm\": 'x..y': 'y' is no rhythm sign (x hit, X accent, . or - rest)"),
    ("density = 1.5", 'key "density": 1.5 is outside 0–1'),
    ("swing = 0.4", 'key "swing": 0.4 is outside 0.5–0.75'),
    ("bars = 0", 'key "bars": 0 is outside 1–16'),
    ("every = -1", 'key "every": -1 is outside 0–128'),
    ('genrator = "phi"', 'key "genrator": no such key (did you mean "generator"?)'),
    ('lanes = { kick = "x" }', 'key "lanes": belongs to drums; bass takes rhythm = …'),
]


@pytest.mark.parametrize(("line", "told"), MISTAKES)
def test_f3_a_mistake_in_the_set_names_key_value_and_nearest_word(problems, line, told):
    assert problems(line + SMALLEST) == [told]


@pytest.mark.parametrize(("line", "told"), TRACK_MISTAKES)
def test_f3_a_mistake_in_a_track_names_the_track(problems, line, told):
    written = BASS.replace('role = "bass"', line if line.startswith("role") else f'role = "bass"\n{line}')
    assert told in problems(SMALLEST + written)


@pytest.mark.parametrize(("line", "told"), PATTERN_MISTAKES)
def test_f3_a_mistake_in_a_pattern_names_track_and_pattern(problems, line, told):
    written = BASS.replace('generator = "phi"', line if line.startswith("gen") else f'generator = "phi"\n{line}')
    assert f'track "bass", pattern "walk", {told}' in problems(SMALLEST + written)


def test_f3_a_lane_that_is_no_drum_names_the_nearest_drum(problems):
    assert problems(SMALLEST + 'lanes = { kik = "x...", snare = "..z." }') == [
        'track "drums", pattern "beat", lanes, key "snare": \'..z.\': \'z\' is no rhythm sign'
        " (x hit, X accent, . or - rest)",
        'track "drums", pattern "beat", lanes, key "kik": no such drum (did you mean "kick"?)',
    ]


def test_f3_a_scene_that_names_what_is_not_there_names_the_nearest(problems):
    scene = '[[scene]]\nname = "drop"\npatterns = { bass = "wlak", drmus = "beat" }'
    assert problems(SMALLEST + BASS + scene) == [
        'scene "drop", patterns, key "bass": no pattern named "wlak" (did you mean "walk"?)',
        'scene "drop", patterns, key "drmus": no such track (did you mean "drums"?)',
    ]


def test_f3_two_of_one_name_are_refused(problems):
    assert problems(SMALLEST + SMALLEST) == ['track "drums", key "name": "drums" is the name of an earlier one']
    pattern = '[[track.pattern]]\nname = "beat"\ngenerator = "phi"'
    assert problems(SMALLEST + pattern) == [
        'track "drums", pattern "beat", key "name": "beat" is the name of an earlier one'
    ]


@pytest.mark.parametrize("name", ["", "2", "a b", "a/b", "ä", "x" * 25])
def test_a_track_is_named_so_that_an_osc_address_can_name_it(problems, name):
    (told,) = problems(SMALLEST.replace('"drums"', f'"{name}"', 1))
    assert 'key "name": a track\'s name is 1–24 letters' in told


def test_f3_what_must_be_there_is_told_as_missing(problems):
    assert problems("title = 'nothing'") == ["a patch needs at least one [[track]]"]
    assert problems("track = []") == ["a patch needs at least one [[track]]"]
    assert problems("[[track]]\nname = 'a'\nrole = 'bass'\npattern = []") == [
        'track "a": a track needs at least one [[track.pattern]]'
    ]
    assert problems("[[track]]") == [
        'track 1, key "name": is missing',
        'track 1, key "role": is missing (one of: drums, bass, chords, lead)',
        "track 1: a track needs at least one [[track.pattern]]",
    ]
    assert problems(SMALLEST + "[[track.pattern]]") == [
        'track "drums", pattern 2, key "name": is missing',
        'track "drums", pattern 2, key "generator": is missing',
    ]


def test_more_than_sixteen_tracks_are_refused(problems):
    many = "".join(SMALLEST.replace('"drums"', f'"drums{number}"', 1) for number in range(17))
    assert 'key "track": stands 17 times; 16 at most' in problems(many)


def test_f3_all_problems_of_a_file_are_told_at_once(problems):
    assert len(problems("tempo = 1\nseed = -1\nkey = 'H'\n" + SMALLEST.replace("euclid", "euclyd"))) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tempo = 120\ntempo = 130", "line 2: this key stands twice in the same table"),
        ("a = 1\n\ntempo 120", "line 3, column 7: expected key = value"),
        ("title = First", 'line 1, column 9: not a value (words need quotes: "like this")'),
        (
            "[master]\n[master]",
            "line 2, column 8: [master] stands twice (several of a kind are written [[master]])",
        ),
        ('title = "First', "line 1: "),
    ],
)
def test_f3_a_slip_of_syntax_is_told_with_its_line(problems, text, told):
    (line,) = problems(text)
    assert line.startswith(told)


# -- garbage ----------------------------------------------------------------------------------------


def settle(load, text):
    """Read `text`, which may be a patch or not; nothing but FileError may come of it."""
    try:
        patch = load(text)
    except FileError as error:
        assert error.problems
        assert str(error).splitlines() == list(error.problems)
    else:
        assert patch.scenes
        assert patch.tracks
        assert all(track.patterns for track in patch.tracks)


values = st.recursive(
    st.one_of(
        st.booleans().map(toml),
        st.integers().map(str),
        st.integers(0, 10**400).map(lambda number: f"0x{number:x}"),
        st.floats().map(repr),
        st.text(st.characters(exclude_categories=("C",))).map(toml),
        st.sampled_from(["1979-05-27T07:32:00Z", "07:32:00", "''", '"\\n"', "1e999", "-0.0"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.lists(inner, max_size=3).map(
            lambda each: "{ " + ", ".join(f"k{i} = {v}" for i, v in enumerate(each)) + " }"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    top=st.dictionaries(st.sampled_from((*TOP_KEYS, "track", "scene", "what")), values, max_size=5),
    track=st.dictionaries(st.sampled_from((*TRACK_KEYS, "pattern", "level", "what")), values, max_size=5),
    pattern=st.dictionaries(st.sampled_from((*PATTERN_KEYS, "what")), values, max_size=5),
    scene=st.dictionaries(st.sampled_from(["name", "patterns", "what"]), values, max_size=3),
)
def test_f5_garbage_values_are_refused_and_nothing_worse(load, top, track, pattern, scene):
    lines = [f"{key} = {value}" for key, value in top.items()]
    for header, table in (("[[track]]", track), ("[[track.pattern]]", pattern), ("[[scene]]", scene)):
        lines += [header, *(f"{key} = {value}" for key, value in table.items())]
    settle(load, "\n".join(lines))


@given(text=st.text(st.characters(exclude_categories=("Cs",))))
def test_f5_garbage_text_is_refused_and_nothing_worse(load, text):
    settle(load, text)


@given(data=st.binary(max_size=200))
def test_f5_garbage_bytes_are_refused_and_nothing_worse(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "garbage.toml"
    path.write_bytes(data)
    with pytest.raises(FileError):
        load_patch(path)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"unheard{number} = 1" for number in range(8000)),
        "[[track]]\n" * 15_000,
        "[[track]]\nname = 'a'\nrole = 'bass'\n" + "[[track.pattern]]\n" * 10_000,
        "x = " + "[" * 3000,
        "\n".join(".".join(["a"] * 1900) + f".b{number} = 1" for number in range(60)),
        "a" * (FILE_LIMIT_BYTES + 1),
    ],
    ids=["keys", "tracks", "patterns", "depth", "dots", "size"],
)
def test_f5_a_huge_file_is_refused_before_long(load, text):
    before = time.process_time()
    with pytest.raises(FileError) as caught:
        load(text)
    assert len(caught.value.problems) <= PROBLEM_LIMIT + 1
    # Each of these took minutes, or the whole stack, without its limit.
    assert time.process_time() - before < 30.0


def test_f5_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml", Path("nul\0.toml"), Path("x" * 5000)):
        with pytest.raises(FileError, match="cannot be read"):
            load_patch(path)
