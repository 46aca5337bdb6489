"""Grooves and takes as they are heard: whole sets rendered, and the MIDI that comes out of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from played import HAT, LATE, LOUD, hats, save

from liveengine.engine.patch import load_patch
from liveengine.formats import midifile
from liveengine.formats.take import parts
from liveengine.music.note import Note
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.runtime.offline import Rendering, blocks_until
from liveengine.runtime.takes import MidiLibrary, groove_of, open_take

STRAIGHT = """
[[track]]
name = "drums"
role = "drums"
[[track.pattern]]
name = "beat"
"""
GENERATED = STRAIGHT + 'generator = "euclid"\naccent = 0.0\nlanes = { hat = "xxxxxxxxxxxxxxxx" }\n'
#: One frame of the renderer's clock at 120 BPM, in ticks: what a rendering cannot place more finely.
FRAME = 2 * 720_720 // 48_000 + 1


def rendered(folder: Path, patch: str, bars: int = 2) -> tuple[Path, list[Note]]:
    """Render a patch that stands in `folder` into a MIDI file; return that and the notes of its drums."""
    (folder / "set.toml").write_text(patch)
    rendering = Rendering(load_patch(folder / "set.toml", MidiLibrary()), with_sound=False)
    for _ in blocks_until(rendering, bars):
        pass
    rendering.stop()
    midifile.write(folder / "out.mid", rendering.recorder.score())
    return folder / "out.mid", [*parts(midifile.read(folder / "out.mid"))[0].notes]


def late(notes: list[Note]) -> list[int]:
    """Return how late each of the hats is on its sixteenth."""
    return [note.tick - step * TICKS_PER_SIXTEENTH for step, note in enumerate(notes)]


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_a_groove_taken_from_a_file_is_heard_by_its_strength(tmp_path: Path, strength: float) -> None:
    save(tmp_path / "live.mid", {"kit": hats()})
    follow = f'groove = "live.mid"\ngroove_timing = {strength}\ngroove_velocity = {strength}\n'
    _, plain = rendered(tmp_path, GENERATED)
    _, notes = rendered(tmp_path, GENERATED + follow)
    assert len(notes) == len(plain) == 32
    assert late(notes) == pytest.approx([strength * LATE[step % 4] for step in range(32)], abs=FRAME)
    levels = [1.0 + strength * (4 * LOUD[step % 4] / sum(LOUD) - 1.0) for step in range(32)]
    wanted = [min(note.velocity * level, 127) for note, level in zip(plain, levels, strict=True)]
    assert [note.velocity for note in notes] == pytest.approx(wanted, abs=1)


def test_what_follows_a_groove_gives_the_same_groove_back(tmp_path: Path) -> None:
    source = save(tmp_path / "live.mid", {"kit": hats()})
    recorded, _ = rendered(tmp_path, GENERATED + 'groove = "live.mid"\n')
    given, back = groove_of(open_take(source)), groove_of(open_take(recorded))
    assert [step.offset for step in back.steps] == pytest.approx([step.offset for step in given.steps], abs=FRAME)
    assert [step.level for step in back.steps] == pytest.approx([step.level for step in given.steps], abs=0.02)


def test_a_formula_swings_what_is_heard(tmp_path: Path) -> None:
    _, notes = rendered(tmp_path, GENERATED + 'groove = "swing(60)"\n')
    assert late(notes) == pytest.approx([0, 0.2 * TICKS_PER_SIXTEENTH] * 16, abs=FRAME)


def test_a_take_is_heard_as_it_was_played_and_round_again(tmp_path: Path) -> None:
    save(tmp_path / "live.mid", {"kit": hats()})
    _, notes = rendered(tmp_path, STRAIGHT + 'midi = "live.mid"\n', bars=4)
    assert {note.pitch for note in notes} == {HAT}
    assert late(notes) == pytest.approx([*LATE] * 16, abs=FRAME)
    assert [note.velocity for note in notes] == [*LOUD] * 16


def test_a_take_quantised_is_heard_so(tmp_path: Path) -> None:
    save(tmp_path / "live.mid", {"kit": hats()})
    half = 'midi = { file = "live.mid", quantise = { strength = 0.5 } }\n'
    _, notes = rendered(tmp_path, STRAIGHT + half)
    assert late(notes) == pytest.approx([LATE[step % 4] / 2 for step in range(32)], abs=FRAME)


def test_r1_what_the_engine_recorded_can_be_taken_again(tmp_path: Path) -> None:
    save(tmp_path / "live.mid", {"kit": hats()})
    recorded, first = rendered(tmp_path, STRAIGHT + 'midi = "live.mid"\n')
    recorded.rename(tmp_path / "again.mid")
    _, second = rendered(tmp_path, STRAIGHT + 'midi = { file = "again.mid", track = "drums" }\n')
    assert [note.velocity for note in second] == [note.velocity for note in first]
    assert np.max(np.abs(np.subtract(late(second), late(first)))) <= 2 * FRAME
