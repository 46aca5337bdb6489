"""`liveengine rhythm`: see, measure, look for and hear one rhythm."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liveengine.engine.mapping import load_mapping, resolve_mapping
from liveengine.engine.spec import Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms import catalogue, necklace
from liveengine.rhythms.measures.polyphonic import polyphonic_syncopation
from liveengine.rhythms.measures.table import MEASURES, Measure, find, measured
from liveengine.rhythms.metre import Tree, grouping, metre_for, parse_metre, tree
from liveengine.rhythms.notation import parse
from liveengine.rhythms.search import Found, search
from liveengine.runtime.options import Options
from liveengine.runtime.play import play

#: A name that begins a rhythm said in words: `euclid 5 16`.
_NAME = re.compile(r"(?![xX]+\Z)[A-Za-z_]\w+")

#: What stands where there is nothing to measure.
_NO_VALUE = "–"

#: A rhythm is written in lines of so many steps: they fit a terminal, and most beats divide them.
LINE_STEPS = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """One rhythm in its metre; `tree` is None where the metre's beats do not fall on its steps."""

    name: str
    rhythm: Rhythm
    metre: Metre
    tree: Tree | None

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.name.removesuffix("()")

    @property
    def beats(self) -> tuple[int, ...]:
        """The steps on which beats begin, from 0."""
        return self.tree.beats if self.tree else ()


def notation(words: Sequence[str]) -> str:
    """Return what was said on a command line as a patch would write it.

    >>> notation(["euclid", "5", "16", "rotation=2"]), notation(["x..x", "..x."])
    ('euclid(5, 16, rotation=2)', 'x..x ..x.')
    """
    if words and _NAME.fullmatch(words[0]) and not any(sign in word for word in words for sign in "(+"):
        return f"{words[0]}({', '.join(words[1:])})"
    return " ".join(words)


def subject_of(text: str, metre_text: str = "") -> Subject:
    """Read a rhythm and its metre. Raises ValueError, naming what was meant."""
    steps = parse(text).steps
    metre, groups = parse_metre(metre_text) if metre_text else (metre_for(steps), ())
    return Subject(text, parse(text, metre.bar_ticks), metre, tree(steps, metre, groups))


# -- telling -----------------------------------------------------------------------


def drawn(subject: Subject) -> str:
    """Return a rhythm as text, its beats numbered above, and as a necklace."""
    rhythm = subject.rhythm
    written = f"{_many(rhythm.steps, 'step')}, {_many(len(rhythm.onsets), 'onset')}, {subject.metre}"
    title = f"{subject.title}: {written}" if subject.name != str(rhythm) else written
    return "\n".join([title, "", *_lines(subject), "", necklace.in_text(rhythm, subject.beats)])


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _lines(subject: Subject) -> Iterator[str]:
    """Yield the rhythm in lines of LINE_STEPS at most, each under the numbers of its beats."""
    pattern = str(subject.rhythm)
    ruler = [" "] * (len(pattern) + 2)
    for number, step in enumerate(subject.beats, 1):
        ruler[step : step + len(str(number))] = str(number)
    for first in range(0, len(pattern), LINE_STEPS):
        if subject.beats:
            yield "".join(ruler[first : first + LINE_STEPS]).rstrip()
        yield pattern[first : first + LINE_STEPS]


def measures_told(subject: Subject) -> str:
    """Return every measure on a line: name, value, meaning; and what is missing where there is no value."""
    lines = []
    for name, value in measured(subject.rhythm, subject.tree).items():
        measure = MEASURES[name]
        said = _NO_VALUE if value is None else f"{value:.4g}"
        lines.append(f"{name:<12}{said:>7} {measure.unit:<6}  {measure.meaning}")
    if subject.tree is None:
        lines += ["", f"{subject.rhythm.steps} steps do not share the beats of {subject.metre}; --metre says another."]
    return "\n".join(lines)


def as_json(subject: Subject, found: Found | None = None, kit: int | None = None) -> str:
    """Return a rhythm and its measures for programs; onsets are steps from 0, null is nothing to measure."""
    told: dict[str, Any] = {
        "name": subject.name,
        "pattern": str(subject.rhythm),
        "steps": subject.rhythm.steps,
        "metre": str(subject.metre),
        "onsets": list(subject.rhythm.hits),
        "accents": list(subject.rhythm.accents),
        "measures": measured(subject.rhythm, subject.tree),
    }
    if found:
        told["reached"] = dict(found.reached)
    if kit is not None:
        told["polyphonic_syncopation"] = kit
    return json.dumps(told, indent=1, ensure_ascii=False)


def catalogue_told(with_measures: bool) -> str:
    """Return every rhythm there is, as it is written, and if asked for every measure."""
    lines = [f"{usage}\n    {meaning}" for usage, meaning in catalogue.reference().items()]
    lines.append("\nOr written out: x hit, X accent, . rest. liveengine rhythm euclid 5 16; liveengine rhythm x..x..x.")
    if with_measures:
        lines.append("")
        lines += [_measure_line(measure) for measure in MEASURES.values()]
    return "\n".join(lines)


def _measure_line(measure: Measure) -> str:
    return f"{measure.name:<12}{measure.range:<14}{measure.meaning}\n{'':<12}{'':<14}{measure.source}"


# -- looking for one ----------------------------------------------------------------


def wanted_of(texts: Sequence[str]) -> dict[str, float]:
    """Read `syncopation=0.4 density=0.3`. Raises ValueError, naming the nearest measure."""
    wanted: dict[str, float] = {}
    for text in texts:
        name, sign, number = text.partition("=")
        find(name)
        try:
            wanted[name] = float(number)
        except ValueError:
            raise ValueError(f"--search {text}: write it like {name}=0.4") from None
        if not sign:
            raise ValueError(f"--search {text}: write it like {name}=0.4")
    return wanted


def _steps_of(option: str, text: str, steps: int) -> frozenset[int]:
    """Return the steps that a rhythm strikes, which must have as many as are searched."""
    if not text:
        return frozenset()
    rhythm = parse(text)
    if rhythm.steps != steps:
        raise ValueError(f"{option} {text}: has {rhythm.steps} steps, not {steps}")
    return frozenset(rhythm.hits)


def searched(arguments: argparse.Namespace) -> tuple[Subject, Found]:
    """Look for the rhythm that the command line describes. Raises ValueError for what cannot be."""
    steps = arguments.steps
    metre, groups = parse_metre(arguments.metre) if arguments.metre else (metre_for(steps), ())
    bar = tree(steps, metre, groups or grouping(metre))
    if bar is None:
        raise ValueError(f"{steps} steps do not share the beats of {metre}; --metre says another")
    must = _steps_of("--must", arguments.must, steps)
    never = _steps_of("--never", arguments.never, steps)
    found = search(wanted_of(arguments.search), bar, must, never, arguments.seed or 0, metre.bar_ticks)
    return Subject(str(found.rhythm), found.rhythm, metre, bar), found


# -- hearing it ---------------------------------------------------------------------


def loop(subject: Subject, tempo_bpm: float, kit: dict[str, str]) -> Patch:
    """Return a patch that loops a rhythm: on the kick with the drums of `kit`, or on the rim over a hat on beats."""
    lanes = {"kick": subject.name, **kit} if kit else {"rim": subject.name}
    if not kit and subject.beats:
        beats = ["."] * subject.rhythm.steps
        for step in subject.beats:
            beats[step] = "x"
        lanes["hat"] = "".join(beats)
    pattern = PatternSpec("loop", "euclid", lanes=lanes)
    return Patch(
        path=Path("rhythm"),
        title=subject.title,
        tempo_bpm=tempo_bpm,
        metres=(subject.metre,),
        tracks=(TrackSpec("rhythm", "drums", "drums", channel=10, patterns=(pattern,)),),
        scenes=(SceneSpec("loop", {"rhythm": "loop"}),),
    )


def main(arguments: argparse.Namespace) -> int:
    """Run `liveengine rhythm`; return its exit code. Raises ValueError and OSError with what is wrong."""
    found = None
    if arguments.search and arguments.words:
        raise ValueError(f"--search finds a rhythm of its own; leave {' '.join(arguments.words)} out")
    if arguments.search:
        subject, found = searched(arguments)
    elif arguments.words:
        subject = subject_of(notation(arguments.words), arguments.metre)
    else:
        print(catalogue_told(arguments.measure))
        return 0
    kit = {drum: text for drum in ("snare", "hat") if (text := getattr(arguments, drum))}
    together = _together(subject, kit)
    if arguments.json:
        print(as_json(subject, found, together))
    else:
        _print(subject, found, together, arguments.measure)
    if arguments.svg:
        arguments.svg.write_text(necklace.in_svg(subject.rhythm, subject.title, subject.beats), encoding="utf-8")
    if arguments.play:
        keys = [load_mapping(resolve_mapping("keyboard"))]
        patch = loop(subject, arguments.tempo, kit)
        return play(patch, Options(mappings=keys), headless=False, seconds=arguments.seconds, plain=True)
    return 0


def _together(subject: Subject, kit: dict[str, str]) -> int | None:
    """Return the polyphonic syncopation with the other drums, None where there are none or no beats."""
    if not kit or subject.tree is None:
        return None
    silent = Rhythm.on_steps([], subject.rhythm.steps, subject.rhythm.length)
    drums = {drum: parse(text, subject.rhythm.length) for drum, text in kit.items()}
    return polyphonic_syncopation(subject.rhythm, drums.get("snare", silent), drums.get("hat", silent), subject.tree)


def _print(subject: Subject, found: Found | None, together: int | None, with_measures: bool) -> None:
    print(drawn(subject))
    if found:
        print(
            "\n" + ", ".join(f"{name} {share:.2f}" for name, share in found.reached.items()) + " of the most there is"
        )
    if with_measures:
        print("\n" + measures_told(subject))
    if together is not None:
        print(f"\npolyphonic syncopation with snare and hat: {together} (Witek et al. 2014)")
