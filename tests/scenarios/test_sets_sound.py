"""The sets that come with the engine: each is heard, and its sound has its onsets where its file says.

What is expected is worked out here from the words of the file by plain
arithmetic, and what is heard is measured in the sound: a drum alone, dry,
and where its energy jumps. The sequencer is not asked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from liveengine.engine.patch import load_patch, resolve_patch
from liveengine.engine.spec import Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.engine.written import WrittenLanes, WrittenSteps
from liveengine.instruments.rack import look_ahead_frames
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.rhythms.notation import parse
from liveengine.runtime.offline import RATE_HZ, Rendering, blocks_until

SETS = ("fibonacci_techno", "golden_drift", "five_four_three", "seven_and_eight", "two_claves", "jungle_174")
BARS = 2
WHOLE = 4 * TICKS_PER_BEAT
SIXTEENTH = WHOLE // 16

#: How far an onset may be heard from where the file says, in seconds.
NEAR_S = 0.002

#: Every drum sounds at its first frame, and the limiter looks this far ahead: all that is heard comes so much later.
LATE_S = look_ahead_frames(RATE_HZ) / RATE_HZ

#: So firm is that: what is left is the hop in which the sound is looked at, and a drum's first quarter wave.
FIRM_S = 0.0005

ONE_HIT_A_BAR = """
[[track]]
name = "one"
role = "drums"
controls = {{ reverb = 0.0, decay = 0.0 }}
[[track.pattern]]
name = "hit"
lanes = {{ {drum} = {{ rhythm = ".x..", velocity = 100 }} }}
"""

#: A strike of these is itself several: a clap is struck again thrice, 10.5 ms apart. No two hits lie nearer.
APART_S = {"clap": 0.045}

#: The drum patterns whose sound is measured: set, scene, track.
MEASURED = (
    ("fibonacci_techno", "peak", "floor"),
    ("fibonacci_techno", "acid", "hats"),
    ("golden_drift", "rain", "drops"),
    ("golden_drift", "heart", "drops"),
    ("five_four_three", "five on all", "pulses"),
    ("five_four_three", "lengths", "twelve"),
    ("five_four_three", "lengths", "ten"),
    ("five_four_three", "lengths", "seven"),
    ("five_four_three", "all", "seven"),
    ("seven_and_eight", "seven and eight", "kit"),
    ("seven_and_eight", "rubber", "kit"),
    ("seven_and_eight", "five", "kit"),
    ("two_claves", "son", "clave"),
    ("two_claves", "rumba", "clave"),
    ("two_claves", "son", "congas"),
    ("two_claves", "rumba", "congas"),
    ("jungle_174", "drop", "drums"),
    ("jungle_174", "half", "drums"),
)


# -- what the file says, by arithmetic ---------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """An onset at `tick`; one that is left to chance need not sound."""

    tick: float
    sure: bool = True


@dataclass(frozen=True)
class Page:
    """A pattern as its file words it, and the bars that it is to be heard over, in ticks."""

    words: dict[str, Any]
    bars: tuple[int, ...]
    seconds_per_tick: float

    @property
    def ticks(self) -> int:
        """How long the bars are."""
        return sum(self.bars[bar % len(self.bars)] for bar in range(BARS))

    @property
    def step(self) -> int:
        """What a step is."""
        return int(Fraction(self.words.get("step", "1/16")) * WHOLE)

    @property
    def stray_s(self) -> float:
        """How far `humanise` lets an onset stray: the page says 21 ms at 120 BPM, a sixth of a sixteenth."""
        return float(self.words.get("humanise", 0.0)) * SIXTEENTH / 6 * self.seconds_per_tick


def read_page(name: str, scene_name: str, track_name: str) -> Page:
    """Read a pattern's words straight from the file."""
    words = tomllib.loads(resolve_patch(name).read_text(encoding="utf-8"))
    scene = named(words["scene"], scene_name)
    track = named(words["track"], track_name)
    pattern = {**track, **named(track["pattern"], scene["patterns"][track_name])}
    metre = scene.get("metre", words.get("metre", "4/4"))
    bars = tuple(int(Fraction(one) * WHOLE) for one in ([metre] if isinstance(metre, str) else metre))
    return Page(pattern, bars, 60 / words["tempo"] / TICKS_PER_BEAT)


def named(tables: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the table of that name."""
    return next(table for table in tables if table["name"] == name)


def drums_of(page: Page) -> list[str]:
    """Return the drums that a pattern strikes."""
    if "lanes" in page.words:
        return list(page.words["lanes"])
    return sorted(set(re.findall(r"\w+", page.words["steps"])))


def one_round(page: Page, drum: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the length of a round, and of each hit of a drum its number, tick and step, as written."""
    if "steps" in page.words:
        steps = re.findall(r"\[[^]]*\]|[^\s|]+", page.words["steps"])
        places = [place for place, struck in enumerate(steps) if drum in re.findall(r"\w+", struck)]
        return len(steps) * page.step, [(n, place * page.step, page.step) for n, place in enumerate(places)]
    lane = page.words["lanes"][drum]
    hits, line = [], 0
    for bar in range(lcm(page.words.get("bars", 1), len(page.bars))):
        length = page.bars[bar % len(page.bars)]
        rhythm = parse(lane if isinstance(lane, str) else lane["rhythm"], length)
        hits += [(line + onset, length // rhythm.steps) for onset in rhythm.onsets]
        line += length
    return line, [(number, tick, step) for number, (tick, step) in enumerate(hits)]


def due(page: Page, drum: str) -> list[Due]:
    """Return every onset of a drum within the bars, in order.

    What belongs to the time after them may come early: it is given as left to chance.
    """
    lane = page.words.get("lanes", {}).get(drum, {})
    carried = lane if isinstance(lane, dict) else {}
    length, hits = one_round(page, drum)
    length = page.words.get("length", 0) * page.step or length
    rate = Fraction(page.words.get("rate", 1))
    found = []
    for round_ in range(int((page.ticks + SIXTEENTH) * rate / length) + 1):
        for number, tick, step in hits:
            if tick < length and may_sound(nth(carried, "condition", number, ""), round_):
                owned = (round_ * length + tick) / rate
                begun = owned + nth(carried, "push", number, 0) * step / rate + swung(page, owned)
                strikes = int(str(nth(carried, "ratchet", number, 1)).split()[0])
                sure = nth(carried, "probability", number, 1) == 1
                places = [float(begun + k * step / rate / strikes) for k in range(strikes)]
                found += [Due(place, sure and place < page.ticks) for place in places]
    return sorted(found, key=lambda one: one.tick)


def nth(carried: dict[str, Any], key: str, number: int, otherwise: Any) -> Any:
    """Return what a hit carries: one value, or a list that goes round over the hits."""
    value = carried.get(key, otherwise)
    return value[number % len(value)] if isinstance(value, list) else value


def may_sound(condition: str, round_: int) -> bool:
    """Say whether a condition holds in a round, counted from 0; no fill is held."""
    if condition in ("first", "fill"):
        return condition == "first" and round_ == 0
    turn, _, cycle = condition.partition(":")
    return not condition or round_ % int(cycle) == int(turn) - 1


def swung(page: Page, owned: Fraction) -> Fraction:
    """Return how much later swing lets a place come, in its bar: the off-beat by all of it, the rest by its share."""
    unit = int(Fraction(page.words.get("swing_unit", "1/16")) * WHOLE)
    line = owned % sum(page.bars)
    for bar in page.bars:
        if line < bar:
            break
        line -= bar
    place = line % (2 * unit)
    return 2 * (Fraction(page.words.get("swing", 0.5)) - Fraction(1, 2)) * min(place, 2 * unit - place)


# -- what is heard -----------------------------------------------------------------------------------


def alone(patch: Patch, scene: SceneSpec, track: TrackSpec, drum: str) -> Patch:
    """Return a set of one drum in one scene: dry, short, all its hits alike, so that none hides in another's ring."""
    pattern = next(one for one in track.patterns if one.name == scene.patterns[track.name])
    controls = {**track.controls, "reverb": 0.0, "delay": 0.0, "pan": 0.0, "level": 0.0, "decay": 0.0}
    alike = replace(pattern.reading, velocity_low=100, velocity_high=100)
    track = replace(track, controls=controls, patterns=(replace(only(pattern, drum), reading=alike, follow=None),))
    return replace(
        patch,
        tracks=(track,),
        scenes=(replace(scene, patterns={track.name: pattern.name}, metres=patch_metres(patch, scene), follow=None),),
        song=None,
    )


def patch_metres(patch: Patch, scene: SceneSpec) -> tuple[Any, ...]:
    """Return the metres in force."""
    return scene.metres or patch.metres


def only(pattern: PatternSpec, drum: str) -> PatternSpec:
    """Return a pattern with one drum left."""
    match pattern.written:
        case WrittenLanes() as written:
            lanes = tuple(lane for lane in written.lanes if lane.drum == drum)
            return replace(pattern, written=replace(written, lanes=lanes))
        case WrittenSteps() as written:
            struck = [step for step in written.steps.struck if DRUM_NOTES[drum] in step.pitches]
            steps = replace(written.steps, struck=tuple(replace(s, pitches=(DRUM_NOTES[drum],)) for s in struck))
            return replace(pattern, written=replace(written, steps=steps))
    return pattern


def rendered(patch: Patch) -> NDArray[np.float64]:
    """Render the bars and return the sound, (frames, 2)."""
    return np.concatenate(list(blocks_until(Rendering(patch), BARS))).astype(np.float64)


#: Energy is looked at so many frames at a time; behind a place over the shorter time, before it over the longer.
HOP, AFTER, BEFORE = 12, 6, 20

#: An onset has so many times the energy of what went before it, and is no quieter than -55 dB.
JUMP, QUIET = 3.0, 10 ** (-55 / 10)


def heard(sound: NDArray[np.float64], apart_s: float) -> list[float]:
    """Return where energy jumps, in seconds: for each jump the place where it is greatest.

    The energy is that of the sound's second difference, in which the attack of a drum stands out from what rings.
    """
    edges = np.diff(sound.sum(axis=1), n=2, prepend=(0.0, 0.0))
    energy = (edges[: len(edges) // HOP * HOP] ** 2).reshape(-1, HOP).mean(axis=1)
    total = np.concatenate(([0.0] * (BEFORE + 1), np.cumsum(energy), [energy.sum()] * AFTER))
    here = np.arange(len(energy)) + BEFORE
    after = (total[here + AFTER] - total[here]) / AFTER
    before = (total[here] - total[here - BEFORE]) / BEFORE
    loud = after > QUIET * max(after.max(), 1e-12)
    jump = np.where(loud, after / (before + 1e-3 * QUIET * after.max()), 0.0)
    return list(peaks(jump, round(apart_s * RATE_HZ / HOP)))


def peaks(jump: NDArray[np.float64], apart: int) -> Iterator[float]:
    """Yield the places of the greatest jumps, none nearer than `apart` to one before it."""
    place = 0
    while place < len(jump):
        if jump[place] > JUMP:
            place += int(np.argmax(jump[place : place + BEFORE]))
            yield place * HOP / RATE_HZ
            place += apart
        place += 1


# -- promises ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETS)
def test_every_scene_of_a_set_is_heard_and_not_too_loud(name: str) -> None:
    patch = load_patch(resolve_patch(name))
    for scene in patch.scenes[1:]:
        first = replace(scene, metres=patch_metres(patch, scene), follow=None)
        sound = rendered(replace(patch, scenes=(first,), song=None))
        assert np.isfinite(sound).all()
        assert 0.02 < np.abs(sound).max() < 1.0, scene.name


@pytest.mark.parametrize("drum", DRUM_NOTES)
def test_a_drum_is_heard_so_late_as_the_limiter_looks_ahead_and_no_later(drum: str, tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(ONE_HIT_A_BAR.format(drum=drum), encoding="utf-8")
    found = heard(rendered(load_patch(path)), apart_s=0.05)
    assert found == [pytest.approx(at + LATE_S, abs=FIRM_S) for at in (0.5, 2.5)]


@pytest.mark.parametrize(("name", "scene_name", "track_name"), MEASURED)
def test_t6_onsets_are_heard_where_the_file_says(name: str, scene_name: str, track_name: str) -> None:
    patch, page = load_patch(resolve_patch(name)), read_page(name, scene_name, track_name)
    scene = next(one for one in patch.scenes if one.name == scene_name)
    track = next(one for one in patch.tracks if one.name == track_name)
    near = NEAR_S + page.stray_s
    for drum in drums_of(page):
        wanted = [(one.tick * page.seconds_per_tick, one.sure) for one in due(page, drum)]
        if not wanted:
            continue
        sound = rendered(alone(patch, scene, track, drum))
        found = [second - LATE_S for second in heard(sound, APART_S.get(drum, 0.012))]
        missing = [at for at, sure in wanted if sure and not any(abs(at - one) < near for one in found)]
        extra = [one for one in found if not any(abs(at - one) < near for at, _ in wanted)]
        assert not missing, f"{drum}: {missing} of {wanted} are missing in {found}"
        assert not extra, f"{drum}: {extra} are not among {wanted}"
        assert len(found) <= len(wanted)
