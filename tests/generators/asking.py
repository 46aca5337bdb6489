"""What the generators' tests ask for: every built-in proposer, and all manner of controls."""

from hypothesis import strategies as st

from liveengine.generators.contract import ROLES, Controls
from liveengine.generators.rules import RULES, Rule
from liveengine.music.chord import KINDS, Chord
from liveengine.music.note import Bar, Note
from liveengine.music.pitch import SCALES, Key
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre

NO_LOCKS: frozenset[int] = frozenset()

rules: st.SearchStrategy[Rule] = st.sampled_from(sorted(RULES.values(), key=lambda rule: rule.idea.name))
roles = st.sampled_from(ROLES)
seeds = st.integers(0, 2**63)
keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))
chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(KINDS)), st.none() | st.integers(0, 11))
metres = st.builds(Metre, st.integers(1, 13), st.sampled_from([2, 4, 8, 16]))
texts = st.sampled_from(
    [
        "",
        "",
        "",
        "euclid(5, 16)",
        "phi(7, 16) + X",
        "polyrhythm(5, 7)",
        "fibonacci(13)",
        "x",
        "........",
        "xX",
    ]
)
lanes = st.dictionaries(st.sampled_from(sorted(DRUM_NOTES)), texts.filter(bool), max_size=4)
unit = st.floats(0, 1)


@st.composite
def controls(draw: st.DrawFn, **given: object) -> Controls:
    """Draw controls that every proposer must be able to fulfil, but for what is `given`."""
    low = draw(st.integers(24, 72))
    asked = {
        "role": draw(roles),
        "bars": draw(st.integers(1, 3)),
        "metre": draw(metres),
        "key": draw(keys),
        "chords": tuple(draw(st.lists(chords, min_size=1, max_size=3))),
        "low": low,
        "high": draw(st.integers(low + 12, low + 48)),
        "density": draw(unit),
        "accent": draw(unit),
        "fill": draw(st.booleans()),
        "rhythm": draw(texts),
        "lanes": draw(lanes) if draw(st.booleans()) else {},
    }
    return Controls(**{**asked, **given})  # type: ignore[arg-type]


def sixteenth(note: Note) -> int:
    """Return the number of the sixteenth that owns a note."""
    return note.tick // TICKS_PER_SIXTEENTH


def sounding(bar: Bar) -> list[tuple[int, int, int]]:
    """Return (pitch, from, until) of every note, as ticks of the first time round."""
    return sorted((n.pitch, n.tick + n.offset, n.tick + n.offset + n.gate) for n in bar.notes)
