"""Timelines: the claves, bells and dance rhythms that whole musics are played round.

Sources, by the short names in the table:

* Toussaint 2002: "A mathematical analysis of African, Brazilian and Cuban clave rhythms", BRIDGES.
* Toussaint 2003: "Classification and phylogenetic analysis of African ternary rhythm timelines", BRIDGES.
* Toussaint 2005: "The Euclidean algorithm generates traditional musical rhythms", BRIDGES.
* Toussaint 2013: "The Geometry of Musical Rhythm".
* Wikipedia: the article named.
* Common practice: as lesson books have it.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liveengine.music.rhythm import BAR_TICKS, Rhythm


@dataclass(frozen=True, slots=True)
class Timeline:
    """A rhythm with a name: its signs, what it is, who wrote it down.

    One with two `sides` is written with its 3-side first.
    """

    signs: str
    meaning: str
    source: str
    sides: bool = False


#: Every timeline by the name that patches call it.
TIMELINES: dict[str, Timeline] = {
    "son": Timeline("x..x..x...x.x...", "Cuba, the son clave", "Toussaint 2002", sides=True),
    "rumba": Timeline("x..x...x..x.x...", "Cuba, the rumba clave", "Toussaint 2002", sides=True),
    "bossa": Timeline("x..x..x...x..x..", "Brazil, the bossa-nova clave", "Toussaint 2002", sides=True),
    "gahu": Timeline("x..x..x...x...x.", "Ghana, the bell of the Gahu", "Toussaint 2002"),
    "shiko": Timeline("x...x.x...x.x...", "West Africa, the bell of the Shiko", "Toussaint 2002"),
    "soukous": Timeline("x..x..x...xx....", "Congo, the Soukous", "Toussaint 2002"),
    "cascara": Timeline("x.xx.x.xx.x.xx.x", "Cuba, on the shell of the timbales", "Wikipedia: Cáscara", sides=True),
    "montuno": Timeline(".x.x.x.xx.xx.x.x", "Cuba, the piano's guajeo", "common practice", sides=True),
    "samba": Timeline("x.x..x.x.x..x.x.", "Brazil, the samba", "Toussaint 2005"),
    "baiao": Timeline("x..x....", "Brazil, the zabumba of the baião", "common practice"),
    "tresillo": Timeline("x..x..x.", "Cuba and beyond, 3+3+2", "Toussaint 2005"),
    "cinquillo": Timeline("x.xx.xx.", "Cuba, 2+1+2+1+2", "Toussaint 2005"),
    "habanera": Timeline("x..xx.x.", "Cuba, the bass of the habanera and the tango", "Toussaint 2013"),
    "bembe": Timeline("x.x.xx.x.x.x", "West Africa and Cuba, the standard bell in twelve", "Toussaint 2003"),
    "fume_fume": Timeline(
        "x.x.x..x.x..", "Ghana, the bell of the Fume-fume: the son clave in twelve", "Toussaint 2013"
    ),
    "columbia": Timeline(
        "x.x..x.x.x..", "Cuba, the columbia bell: the rumba clave in twelve", "Wikipedia: Bell pattern"
    ),
    "venda": Timeline("x..x.x..x.x.", "South Africa, clapping of the Venda", "Toussaint 2005"),
    "ashanti": Timeline("x.xx.x.xx.x.", "Ghana, the Mpre bell of the Ashanti", "Toussaint 2005"),
    "aka": Timeline("x..x.x.x.x.x..x.x.x.x.x.", "Central Africa, the Aka, in 24", "Toussaint 2005"),
    "cumbia": Timeline("x.xx", "Colombia, the cumbia; Trinidad, the calypso", "Toussaint 2005"),
    "khafif": Timeline("x.x..", "Persia, 13th century, khafif-e-ramal: 2+3", "Toussaint 2005"),
    "ruchenitza": Timeline("x.x.x..", "Bulgaria, the ruchenitza: 2+2+3", "Toussaint 2005"),
    "nawakhat": Timeline("x.xx.xx", "Arabia, the nawakhat", "Toussaint 2005"),
    "aksak": Timeline("x.x.x.x..", "Turkey, the aksak: 2+2+2+3", "Toussaint 2005"),
    "moussorgsky": Timeline("x.x.x.x.x..", "Russia, from Pictures at an Exhibition: 2+2+2+2+3", "Toussaint 2005"),
}


def _sided(name: str, line: Timeline) -> Callable[..., Rhythm]:
    def played(side: int = 32, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
        if side not in (23, 32):
            raise ValueError(f"{name} begins on its three side (32) or its two side (23), not {side}")
        rhythm = Rhythm.from_text(line.signs, length)
        return rhythm.rotated(rotation + (rhythm.steps // 2 if side == 23 else 0))

    return played


def _plain(line: Timeline) -> Callable[..., Rhythm]:
    def played(rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
        return Rhythm.from_text(line.signs, length).rotated(rotation)

    return played


def _named(name: str, line: Timeline) -> Callable[..., Rhythm]:
    """Make the function of a timeline, of the same shape as every other rhythm's."""
    played = _sided(name, line) if line.sides else _plain(line)
    played.__name__ = name
    played.__doc__ = f"{line.meaning} ({line.source})."
    return played


#: The function of every timeline, in the table's order.
FUNCTIONS: tuple[Callable[..., Rhythm], ...] = tuple(_named(name, line) for name, line in TIMELINES.items())
