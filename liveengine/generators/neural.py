"""A groove model as a Proposer: drums in 4/4, drawn from a network that someone else runs.

Density is a rank, and seen to: 0.5 asks for as many hits as the median of what the model learnt from. Style and tempo
are told, where they are known. Accent is how
far velocities spread, 0.5 being as drummers play. Notes stand on sixteenths and triplets, and are early or late as
drummers are; a pattern's `quantise` takes that away. A `rhythm` is the kick, and the rest answers it; `lanes` stay as
written, and the model plays them. A fill is drawn into the last half bar, with what comes before it in view.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from liveengine.generators.codecs.frames import (
    BARS,
    FRAMES,
    SUBSTEPS,
    TEMPO_FULL_BPM,
    VOICE_COUNT,
    Flags,
    Floats,
    Frames,
    condition,
    framed,
)
from liveengine.generators.codecs.grid import GATE, NAMES, STEP_TICKS, VELOCITY_MAX, VOICE_OF, VOICES, encode
from liveengine.generators.contract import Controls, Proposer
from liveengine.generators.drawing import Drummer, drawn, felt, silence
from liveengine.generators.performance import locked, untangled
from liveengine.generators.rules import RULES
from liveengine.music.note import Bar, Note
from liveengine.music.time import Metre
from liveengine.rhythms.notation import parse

#: Who writes down lanes, and who plays where a model cannot.
RULE: Proposer = RULES["euclid"]

BAR_FRAMES = FRAMES // BARS
FOUR_FOUR = Metre(4, 4)

#: Frames of a fill: the last half bar.
FILL = range(FRAMES - BAR_FRAMES // 2, FRAMES)

_KICK = NAMES.index("kick")


@dataclass(frozen=True, slots=True)
class Groove:
    """A Proposer over a model. `begin` is called once, with how many bars are wanted, and returns what asks the model.

    What `begin` and its answer raise comes through: a model may say that it is late. `latent` is how many numbers
    its latent has, `density` the hits a sixteenth that lie evenly spaced in what it learnt from.
    """

    name: str
    begin: Callable[[int], Drummer]
    latent: int
    density: tuple[float, ...]

    def __call__(
        self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str = ""
    ) -> Bar:
        """Return a bar as the contract says. Raises ValueError for what is not drums in 4/4."""
        if controls.role != "drums":
            raise ValueError(f"it plays drums, not {controls.role}")
        if controls.metre.bar_ticks != FOUR_FOUR.bar_ticks:
            raise ValueError(f"it plays 4/4, not {controls.metre}")
        asked, chance = self.begin(controls.bars), np.random.Generator(np.random.PCG64(seed))
        latent = _normal(chance, self.latent)
        if controls.lanes:
            notes = self._played(asked, RULE(None, frozenset(), controls, seed, ""), controls, chance, latent)
        else:
            notes = self._grooves(asked, controls, chance, latent)
        if not notes and not locks:
            raise ValueError("it struck nothing")
        return Bar.of(locked(untangled(notes, controls.length), source, locks, controls.length), controls.length)

    def _grooves(self, model: Drummer, controls: Controls, chance: np.random.Generator, latent: Floats) -> list[Note]:
        """Draw two bars; of further ones the first stays and the second is drawn anew."""
        told = _told(controls)
        given, known = _kick(controls)
        wanted = FRAMES * np.interp([controls.density], np.linspace(0, 1, len(self.density)), self.density)
        groove = drawn(model, told, latent, chance, given, known, wanted)
        # A fill of one bar ends the second of two, so that it has a groove to come from.
        begins = 1 if controls.fill and controls.bars == 1 else 0
        notes: list[Note] = []
        for bar in range(0, controls.bars, BARS):
            if bar:
                stays = np.zeros_like(known)
                stays[:, :BAR_FRAMES] = True
                groove = drawn(model, told, latent, chance, groove, stays | known, wanted)
            last = bar + BARS >= controls.bars
            if last and controls.fill:
                groove = self._filled(model, groove, controls, chance, latent)
            for note in _notes(groove, controls):
                at = note.tick + (bar - begins) * FOUR_FOUR.bar_ticks
                if 0 <= at < controls.length:
                    notes.append(replace(note, tick=at))
        return notes

    def _filled(
        self, model: Drummer, groove: Frames, controls: Controls, chance: np.random.Generator, latent: Floats
    ) -> Frames:
        ends = BAR_FRAMES if controls.bars % BARS and controls.bars > 1 else FRAMES
        stays = np.ones(groove.pattern.shape, np.bool_)
        stays[:, ends - len(FILL) : ends] = False
        return drawn(model, _told(controls, fill=True), latent, chance, groove, stays)

    def _played(
        self, model: Drummer, bar: Bar, controls: Controls, chance: np.random.Generator, latent: Floats
    ) -> list[Note]:
        """Play a bar's notes with the model's velocities and timing, every pitch as it stands."""
        notes: list[Note] = []
        pair = BARS * FOUR_FOUR.bar_ticks
        for begins in range(0, controls.length, pair):
            here = [replace(n, tick=n.tick - begins, offset=0) for n in bar.notes if 0 <= n.tick - begins < pair]
            grid = encode(Bar.of(here, pair)).grid
            pattern = framed(grid.velocity[None], grid.offset[None]).pattern
            feel = felt(model, pattern, _told(controls), latent, chance)
            for note in here:
                frame, sub = divmod((note.tick // STEP_TICKS + 1) % (FRAMES * SUBSTEPS), SUBSTEPS)
                cell = (0, frame, VOICE_OF[note.pitch], sub)
                played = _note(note.tick, note.pitch, float(feel.velocity[cell]), float(feel.offset[cell]))
                notes.append(replace(played, tick=note.tick + begins, gate=note.gate))
        return spread(notes, controls)


def _normal(chance: np.random.Generator, count: int) -> Floats:
    """Throw numbers of the normal distribution, (1, count), from even ones alone."""
    radius = np.sqrt(-2.0 * np.log1p(-chance.random((1, count))))
    normal: Floats = (radius * np.cos(2 * np.pi * chance.random((1, count)))).astype(np.float32)
    return normal


def _told(controls: Controls, fill: bool = False) -> Floats:
    asked: dict[str, float | None] = {"density": controls.density}
    if controls.tempo_bpm:
        # A tempo that is followed trembles, and the same bars are to be proposed all the same.
        asked["tempo"] = round(controls.tempo_bpm) / TEMPO_FULL_BPM
    return condition(asked, controls.style, fill, latent=True)[None]


def _kick(controls: Controls) -> tuple[Frames, Flags]:
    """Return what of a groove is given: the kick's rhythm, if there is one."""
    known = np.zeros((1, FRAMES, VOICE_COUNT), np.bool_)
    if not controls.rhythm:
        return silence(), known
    rhythm = parse(controls.rhythm, FOUR_FOUR.bar_ticks)
    struck = [
        Note(tick + bar * FOUR_FOUR.bar_ticks, VOICES[_KICK].note) for tick in rhythm.onsets for bar in range(BARS)
    ]
    grid = encode(Bar.of(struck, BARS * FOUR_FOUR.bar_ticks)).grid
    known[:, :, _KICK] = True
    return framed(grid.velocity[None], grid.offset[None]), known


def _notes(groove: Frames, controls: Controls) -> list[Note]:
    return spread(list(_struck(groove)), controls)


def _struck(groove: Frames) -> Iterator[Note]:
    """Turn the first groove into notes, each on the sixteenth or triplet that it is meant for."""
    hits = groove.hits[0] > 0
    for frame, row, sub in np.argwhere(hits):
        away = 0 if _is_triplet(frame, sub) or hits[frame, row].sum() > 1 else sub - 1
        step = (SUBSTEPS * frame + sub - 1 - away) % (FRAMES * SUBSTEPS)
        velocity, offset = float(groove.velocity[0, frame, row, sub]), float(groove.offset[0, frame, row, sub])
        yield _note(int(step) * STEP_TICKS, VOICES[row].note, velocity, away + offset)


def _is_triplet(frame: int, sub: int) -> bool:
    """Say whether a step is one of the two thirds of a beat that no sixteenth stands on."""
    return (frame % 4, sub) in ((1, 2), (3, 0))


def _note(tick: int, pitch: int, velocity: float, away: float) -> Note:
    """Make a note of velocity 0-1, `away` steps from its tick."""
    return Note(tick, pitch, min(max(round(velocity * VELOCITY_MAX), 1), VELOCITY_MAX), GATE, round(away * STEP_TICKS))


def spread(notes: list[Note], controls: Controls) -> list[Note]:
    """Spread velocities about their mean as far as the accent slider says."""
    mean = np.mean([note.velocity for note in notes]) if notes else 0.0
    far = 2.0 * controls.accent
    return [
        replace(note, velocity=min(max(round(mean + far * (note.velocity - mean)), 1), VELOCITY_MAX)) for note in notes
    ]
