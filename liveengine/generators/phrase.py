"""A phrase model as a Proposer: bass, chords and lead, said token by token by a network that someone else runs.

Density is a rank: 0.5 asks for a bar as full as the median of what the model learnt from in that role. Accent is how
far velocities spread, 0.5 being as the model plays. A `rhythm` is struck as it is written, with the model's pitches. A
fill is asked to be fuller. The last bars of a `source` are what the line goes on from. No two bars are meant to be ones
that the model learnt from.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from liveengine.generators.codecs import events, lines, sections
from liveengine.generators.codecs import vocabulary as words
from liveengine.generators.codecs.events import STEP_TICKS, Measure, Phrase
from liveengine.generators.codecs.lines import IS_SPOKEN, QUARTERS, Told
from liveengine.generators.codecs.vocabulary import BAR, BEGIN, END, FAMILIES, STYLES, token
from liveengine.generators.codecs.windows import NOTHING, Known
from liveengine.generators.contract import Controls
from liveengine.generators.hearing import Memory
from liveengine.generators.limits import Limits
from liveengine.generators.neural import spread
from liveengine.generators.performance import locked, untangled
from liveengine.generators.speaking import Say, Tally, spoken, thrown
from liveengine.music.chord import KINDS
from liveengine.music.note import Bar, Note
from liveengine.music.pitch import OCTAVE, SCALES
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.rhythms.notation import parse

#: How many bars of a source are heard before what is asked for, and how many of their tokens at most.
BEFORE_BARS, BEFORE_TOKENS = 2, 96

#: How much fuller than its density a fill is asked to be.
FILL_DENSITY = 0.25

#: The style that is told where none is asked for: that of the collection with basses and chords.
STYLE = "rock"

_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

#: What an instrument is taken for in bars that come from elsewhere.
_FAMILIES = {
    role: FAMILIES.index(name) for role, name in (("bass", "bass"), ("chords", "guitar"), ("lead", "synth lead"))
}


@dataclass(frozen=True, slots=True)
class Phraser:
    """A Proposer over a model. `begin` is called once, with how many bars are wanted, and returns what asks the model.

    What `begin` and its answer raise comes through: a model may say that it is late. `memory` is what it keeps of
    a line; `ranks` the shares of sixteenths struck that lie evenly spaced in what each role learnt from; `known`
    the two-bar windows of that; in `tally` it counts.
    """

    name: str
    begin: Callable[[int], Say]
    memory: Memory
    ranks: Mapping[str, Sequence[float]]
    known: Known = field(default_factory=lambda: NOTHING)
    tally: Tally = field(default_factory=Tally)

    def __call__(
        self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str = ""
    ) -> Bar:
        """Return a bar as the contract says. Raises ValueError for drums, and for metres that the codec has not."""
        if controls.role not in self.ranks:
            raise ValueError(f"it plays {', '.join(sorted(self.ranks))}, not {controls.role}")
        metre = events.metre_index(controls.metre)
        before = _before(source, controls, metre)
        share = self.share(controls)
        told = told_of(controls, before.count(BAR), share)
        pick = thrown(np.random.Generator(np.random.PCG64(seed)))
        limits = limits_of(controls, share)
        say = self.begin(controls.bars)
        tokens = spoken(say, self.memory, told, limits, controls.bars, pick, before, self.known, self.tally)
        notes = played(tokens, metre)
        if not notes and not locks:
            raise ValueError("it struck nothing")
        notes = untangled(spread(notes, controls), controls.length)
        return Bar.of(locked(notes, source, locks, controls.length), controls.length)

    def share(self, controls: Controls) -> float:
        """Return which share of a bar's sixteenths is to be struck."""
        ranks = self.ranks[controls.role]
        density = min(1.0, controls.density + FILL_DENSITY * controls.fill)
        return float(np.interp(density, np.linspace(0, 1, len(ranks)), ranks))


def played(tokens: Sequence[int], metre: int) -> list[Note]:
    """Return the notes of spoken tokens, or of any of their beginnings; what sounds at the end ends there."""
    phrase = events.decode([BEGIN, *tokens[:1], token("metre", metre), *tokens[1:]]).phrase
    families = {tone.family for tone in phrase.tones}
    return [note for family in sorted(families) for note in events.bar_of(phrase, family).notes]


def limits_of(controls: Controls, share: float) -> Limits:
    """Return what the stage holds a line to; `share` of a bar's sixteenths are to be struck."""
    onsets = None
    if controls.rhythm:
        ticks = parse(controls.rhythm, controls.metre.bar_ticks).onsets
        onsets = frozenset(min(round(tick / STEP_TICKS), controls.metre.bar_ticks // STEP_TICKS - 1) for tick in ticks)
    return Limits(
        role=controls.role,
        low=controls.low,
        high=controls.high,
        key=controls.key,
        chords=controls.chords,
        bar_steps=controls.metre.bar_ticks // STEP_TICKS,
        onsets=onsets,
        wanted=share * controls.metre.bar_ticks / TICKS_PER_SIXTEENTH,
    )


def told_of(controls: Controls, before: int, share: float) -> Told:
    """Tell of the bars asked for, and of those `before`, which are taken to be over the first chord.

    `share` of a bar's sixteenths are to be struck. Raises ValueError for a metre that the codec has not.
    """
    chords = [controls.chord_at(max(0, bar - before)) for bar in range(before + controls.bars)]
    rows = np.array([[chord.root, _KIND_NUMBERS[chord.kind], chord.bass] for chord in chords])
    key = controls.key
    return Told(
        role=lines.ROLES.index(controls.role),
        metre=events.metre_index(controls.metre),
        chords=np.repeat(rows[:, None], QUARTERS, axis=1),
        tonic=key.tonic,
        scale=tuple((key.tonic + interval) % OCTAVE for interval in SCALES[key.scale]),
        density=[words.share_level(share)] * len(chords),
        section=[sections.meant(controls.section)] * len(chords),
        style=STYLES.index(controls.style or STYLE),
        # A tempo that is followed trembles, and the same bars are to be proposed all the same.
        tempo_bpm=round(controls.tempo_bpm),
        first=-before % lines.PHRASE_BARS,
    )


def _before(source: Bar | None, controls: Controls, metre: int) -> list[int]:
    """Return the tokens of a source's last whole bars, each from its `bar` on; none where it has another metre."""
    ticks = controls.metre.bar_ticks
    if source is None or source.length % ticks or not source.notes:
        return []
    count = min(BEFORE_BARS, source.length // ticks)
    begin = source.length - count * ticks
    notes = (replace(note, tick=note.tick - begin) for note in source.notes if note.tick >= begin)
    tones = events.tones_of(Bar.of(notes, count * ticks), _FAMILIES[controls.role])
    phrase = Phrase.of([Measure(metre)] * count, tones)
    tokens = [each for each in events.encode(phrase) if IS_SPOKEN[each] and each not in (BEGIN, END)]
    while len(tokens) > BEFORE_TOKENS:
        later = tokens.index(BAR, 1) if BAR in tokens[1:] else len(tokens)
        tokens = tokens[later:]
    return tokens
