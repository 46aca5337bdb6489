"""What sections of songs are called, in collections and in scenes, by what a model is told of them.

Pure.
"""

from __future__ import annotations

from liveengine.generators.codecs.vocabulary import SECTIONS

_MEANT = {
    **{name: name for name in SECTIONS},
    "pre-verse": "intro", "pre-intro": "intro", "refrain": "chorus", "pre-chorus": "bridge", "prechorus": "bridge",
    "middle": "bridge", "instrumental": "solo", "trans": "interlude", "transition": "interlude",
    "break": "interlude", "coda": "outro", "fadeout": "outro", "fade": "outro", "ending": "outro", "strophe": "verse",
}  # fmt: skip


def meant(name: str) -> int:
    """Return the place in SECTIONS of what a name says in any of its words, -1 for none.

    >>> SECTIONS[meant("Chorus 2")], meant("drop")
    ('chorus', -1)
    """
    known = (_MEANT[word] for word in name.lower().split() if word in _MEANT)
    return next((SECTIONS.index(section) for section in known), -1)
