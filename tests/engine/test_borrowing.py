"""What patches borrow: the keys, the files beside the patch, and every mistake told where it stands."""

from pathlib import Path

import pytest
from small_sets import BASS, SMALLEST

from liveengine.engine.engine import Engine
from liveengine.engine.events import Asked
from liveengine.engine.groovefile import groove_text
from liveengine.engine.mapping import Action
from liveengine.engine.orders import RequestBar, ToSequencer, WriteGroove, WriteSlot
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.spec import Patch
from liveengine.engine.takespec import TakeSpec
from liveengine.music.groove import Groove
from liveengine.music.groove_formulas import named
from liveengine.music.note import Bar, Note
from liveengine.music.quantise import GRIDS, Quantise
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.commands import DO_READING
from liveengine.sequencer.reading import GROOVE_TIMING

BAR = 4 * TICKS_PER_BEAT
TAKEN = Bar((Note(0, 36, offset=700), Note(BAR, 38)), 2 * BAR)
TAKE = SMALLEST.replace('generator = "euclid"\n', "")


class Shelf:
    """A library of one take, which remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, object, bool]] = []

    def take(self, path: Path, asked: TakeSpec, drums: bool) -> Bar:
        self.asked.append((path, asked, drums))
        if path.name == "gone.mid":
            raise OSError("cannot read gone.mid: there is no such file")
        return TAKEN

    def groove(self, path: Path) -> Groove:
        self.asked.append((path, None, False))
        if path.name == "empty.mid":
            raise ValueError("empty.mid: has no such notes")
        return named("swing(60)")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def load(tmp_path: Path, shelf: Shelf):
    def read(text: str) -> Patch:
        (tmp_path / "set.toml").write_text(text, encoding="utf-8")
        return load_patch(tmp_path / "set.toml", shelf)

    return read


@pytest.fixture
def problems(load):
    def told(text: str) -> list[str]:
        with pytest.raises(FileError) as caught:
            load(text)
        return [line.split("set.toml: ", 1)[1] for line in caught.value.problems]

    return told


def test_a_file_beside_the_patch_is_taken_whole_unless_more_is_said(load, shelf: Shelf, tmp_path: Path) -> None:
    pattern = load(TAKE + 'midi = "takes/one.mid"').tracks[0].patterns[0]
    assert shelf.asked == [(tmp_path / "takes" / "one.mid", TakeSpec("takes/one.mid"), True)]
    assert pattern.generator == ""
    assert pattern.written is not None and pattern.written.notes == TAKEN


def test_a_table_says_which_notes_and_how_quantised(load, shelf: Shelf) -> None:
    load(
        TAKE + 'bars = 4\nmidi = { file = "a.mid", track = "kit", channel = 10, first = 5, loudest = 100,'
        ' quantise = { grid = "1/12", strength = 0.8, mode = "groove" } }'
    )
    quantise = Quantise(GRIDS["1/12"], 0.8, "groove")
    assert shelf.asked[0][1] == TakeSpec("a.mid", "kit", 10, 5, 4, quantise, 100)
    load(TAKE + 'midi = { file = "a.mid", track = 2, quantise = {} }')
    assert shelf.asked[1][1] == TakeSpec("a.mid", 2, quantise=Quantise())


def test_grooves_are_numbered_and_each_is_read_once(load, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(groove_text(named("phi")))
    patch = load(
        SMALLEST
        + 'groove = "live.mid"\ngroove_timing = 0.25\n'
        + BASS
        + 'groove = "mine.toml"\ngroove_velocity = 0.5\n'
        + '[[track.pattern]]\nname = "other"\ngenerator = "phi"\ngroove = "live.mid"\n'
        + '[[track.pattern]]\nname = "none"\ngenerator = "phi"\n'
        + '[[track.pattern]]\nname = "formula"\ngenerator = "phi"\ngroove = "swing(58)"'
    )
    readings = [pattern.reading for track in patch.tracks for pattern in track.patterns]
    assert [(r.groove, r.groove_timing, r.groove_velocity) for r in readings] == [
        (0, 0.25, 1.0), (1, 1.0, 0.5), (0, 1.0, 1.0), (-1, 1.0, 1.0), (2, 1.0, 1.0),
    ]  # fmt: skip
    assert patch.grooves == (named("swing(60)"), named("phi"), named("swing(58)"))
    assert len(shelf.asked) == 1


def test_a_track_may_name_a_groove_for_all_its_patterns(load) -> None:
    text = BASS.replace('role = "bass"', 'role = "bass"\ngroove = "phi"\ngroove_timing = 0.5')
    more = '[[track.pattern]]\nname = "own"\nsteps = "C2 . C3 ."\ngroove = "swing(58)"\n'
    patch = load(text + more)
    assert [(p.groove, p.reading.groove, p.reading.groove_timing) for p in patch.tracks[0].patterns] == [
        ("phi", 0, 0.5), ("swing(58)", 1, 0.5),
    ]  # fmt: skip


def test_a_set_of_files_and_formulas_alone_needs_no_library(tmp_path: Path) -> None:
    place = tmp_path / "set.toml"
    place.write_text(SMALLEST + 'groove = "phi"')
    assert load_patch(place).grooves == (named("phi"),)
    place.write_text(TAKE + 'midi = "a.mid"')
    with pytest.raises(FileError, match='pattern "beat", key "midi": MIDI files are not read here'):
        load_patch(place)


# -- what the engine does with it ---------------------------------------------------


def test_the_engine_launches_what_is_written_and_asks_nobody(load) -> None:
    engine = Engine(load(TAKE + 'midi = "a.mid"\ngroove = "live.mid"\ngroove_timing = 0.5'))
    orders = engine.begin()
    assert not [order for order in orders if isinstance(order, RequestBar)]
    assert [order for order in orders if isinstance(order, WriteGroove)] == [WriteGroove(0, named("swing(60)"))]
    (slot,) = [order for order in orders if isinstance(order, WriteSlot)]
    assert (slot.bar, slot.reading.groove, slot.reading.groove_timing) == (TAKEN, 0, 0.5)


def test_how_much_of_a_groove_is_followed_can_be_turned(load) -> None:
    engine = Engine(load(SMALLEST + 'groove = "phi"'))
    engine.begin()
    (turned,) = [
        order
        for order in engine.handle(Asked(Action("/track/1/groove_timing", 0.25, None), "me"))
        if isinstance(order, ToSequencer)
    ]
    assert (turned.kind, turned.a, turned.x) == (DO_READING, GROOVE_TIMING, 0.25)


# -- mistakes -----------------------------------------------------------------------

MISTAKES = [
    ("midi = 3", 'key "midi": 3 is not a table (write it { name = value })'),
    ('midi = { flie = "a.mid" }', 'midi, key "file": is missing'),
    ('midi = { file = "a.mid", chanel = 1 }', 'midi, key "chanel": no such word about a MIDI file'),
    ('midi = { file = "a.mid", channel = 17 }', 'midi, key "channel": 17 is outside 1–16'),
    ('midi = { file = "a.mid", first = 0 }', 'midi, key "first": 0 is outside 1–9999'),
    (
        'midi = { file = "a.mid", quantise = { grid = "1/17" } }',
        'midi, quantise, key "grid": "1/17" is not among its words (did you mean "1/',
    ),
    (
        'midi = { file = "a.mid", quantise = { mode = "strcit" } }',
        'midi, quantise, key "mode": "strcit" is not among its words (did you mean "strict"?)',
    ),
    (
        'midi = { file = "a.mid", quantise = { mode = "adaptive", grid = "1/6" } }',
        "midi, quantise: a grid that adapts has to divide the beat: 1/4, 1/8, 1/16, 1/32",
    ),
    ('midi = "gone.mid"', 'key "midi": cannot read gone.mid: there is no such file'),
    ('midi = "a.mid"\ndensity = 0.5', 'key "density": cannot stand beside midi, which brings its own notes'),
    ('midi = "a.mid"\ngroove = "swnig"', 'key "groove": no groove called "swnig" (did you mean "swing"?)'),
    ('midi = "a.mid"\ngroove = "swing(90)"', 'key "groove": swing lies in 50-75 %, not 90'),
    ('midi = "a.mid"\ngroove = "empty.mid"', 'key "groove": empty.mid: has no such notes'),
    ('midi = "a.mid"\ngroove = "phi"\ngroove_timing = 2', 'key "groove_timing": 2 is outside 0–1'),
    ('midi = "a.mid"\ngroove_timing = 1.0', 'key "groove_timing": needs a groove to follow: groove = …'),
]


@pytest.mark.parametrize(("lines", "said"), MISTAKES)
def test_f3_a_mistake_names_track_pattern_key_and_value(problems, lines: str, said: str) -> None:
    assert any(line.startswith(f'track "drums", pattern "beat", {said}') for line in problems(TAKE + lines))


def test_f3_a_mistake_in_a_groove_file_names_both_files(problems, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("late = [0, 9]")
    (line,) = problems(SMALLEST + 'groove = "mine.toml"')
    assert line.startswith('track "drums", pattern "beat", key "groove": ')
    assert line.endswith('mine.toml: key "late": 9 is outside -8 to 8')


def test_f3_more_grooves_than_there_is_room_for_are_told(problems) -> None:
    text = SMALLEST + "".join(
        f'[[track.pattern]]\nname = "{n}"\ngenerator = "phi"\ngroove = "push({n % 16 + 1}.{n // 16})"\n'
        for n in range(15)
    )
    more = text + "".join(
        f'[[track]]\nname = "t{t}"\nrole = "bass"\n'
        + "".join(
            f'[[track.pattern]]\nname = "{n}"\ngenerator = "phi"\ngroove = "swing({50 + t}.{n})"\n' for n in range(10)
        )
        for t in range(2)
    )
    assert problems(more) == ["its patterns follow 35 grooves; 32 at most"]
