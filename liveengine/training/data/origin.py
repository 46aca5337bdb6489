"""Where a row with pitches comes from: which bar of which piece, in which key, metre, style and tempo, by whom.

Pure.
"""

from __future__ import annotations

from liveengine.generators.codecs.vocabulary import METRES, STYLES
from liveengine.music.pitch import Key
from liveengine.music.time import Metre
from liveengine.training.data.shards import Field
from liveengine.training.data.source import Entry

#: What `told` returns, in a shard's words.
FIELDS = (
    Field("tonic", "int8", ()),
    Field("minor", "bool", ()),
    Field("metre", "int8", ()),
    Field("style", "int16", ()),
    Field("performer", "int16", ()),
    Field("piece", "int32", ()),
    Field("bar", "int32", ()),
    Field("tempo", "float32", ()),
)


def told(key: Key, metre: Metre, entry: Entry, performer: int, number: int, bar: int, bpm: float) -> dict[str, object]:
    """Return what FIELDS says of a row that begins at a bar of piece `number`; a style that none tells is -1."""
    return {
        "tonic": key.tonic,
        "minor": key.scale == "minor",
        "metre": METRES.index(metre),
        "style": STYLES.index(entry.style) if entry.style else -1,
        "performer": performer,
        "piece": number,
        "bar": bar,
        "tempo": bpm,
    }
