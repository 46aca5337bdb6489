"""LFOs, automation lanes and arpeggios, read from a patch.

    [[track.lfo]]  target, shape, rate, depth, centre, phase, once, along, on
    [[track.lane]] target, over, points, stepped, once, along, on
    [[lfo]]        the same for the set, which turns parameters and other programs only
    arp = { mode, octaves, rate, gate, hold, on }

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from liveengine.engine.parameters import TRACKS_MAX, find
from liveengine.engine.schema import Section
from liveengine.engine.spans import parse_rate, parse_span
from liveengine.engine.spec import ArpSpec, LfoSpec, TrackSpec
from liveengine.engine.wording import near, shown
from liveengine.music.arpeggio import GATE_SHARE_MIN, MODES, OCTAVES_MAX, STEP_MAX, STEP_MIN, Arpeggio
from liveengine.music.modulation import LFOS, PERIOD_MIN, POINTS_MAX, SHAPES, Lfo
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre

#: The ends that a value for another program may have.
FOREIGN_MAX = 1e6

_ALONG = ("song", "pattern")

#: A target that stands where a file's own was wrong.
_NOWHERE = LfoSpec(Lfo(None))


def read_lfos(section: Section, metres: Sequence[Metre], on_track: bool = True) -> tuple[LfoSpec, ...]:
    """Read the LFOs of a track, and then its lanes; or those of the set."""
    lfos = section.tables("lfo", LFOS)
    lanes = section.tables("lane", LFOS)
    if len(lfos) + len(lanes) > LFOS:
        section.problem("lane", f"there are {LFOS} LFOs and lanes at most, not {len(lfos)} and {len(lanes)}")
    specs = [_lfo(lfo, metres, on_track) for lfo in lfos] + [_lane(lane, metres, on_track) for lane in lanes]
    turned = [lane.shown_target for lane in specs]
    for index, table in enumerate([*lfos, *lanes]):
        if turned[index] and turned[index] in turned[:index]:
            table.problem("target", f"{turned[index]} is turned by an earlier one")
    return tuple(specs[:LFOS])


def _lfo(section: Section, metres: Sequence[Metre], on_track: bool) -> LfoSpec:
    aim = _target(section, on_track)
    period, rate_hz = section.parsed("rate", partial(parse_rate, metres=metres), (metres[0].bar_ticks, 0.0))
    if rate_hz == 0.0 and period < PERIOD_MIN:
        section.problem("rate", "a swing takes a 64th note at least")
    lfo = replace(
        aim.lfo,
        shape=section.choice("shape", [shape for shape in SHAPES if shape != "drawn"], "sine"),
        period=max(period, PERIOD_MIN),
        rate_hz=rate_hz,
        depth=section.number("depth", 0.0, 1.0, 0.5),
        centre=section.number("centre", 0.0, 1.0, 0.5) if "centre" in section else None,
        phase=section.number("phase", 0.0, 1.0, 0.0),
    )
    return _finished(section, aim, lfo)


def _lane(section: Section, metres: Sequence[Metre], on_track: bool) -> LfoSpec:
    aim = _target(section, on_track)
    period = section.parsed("over", partial(parse_span, metres=metres), metres[0].bar_ticks, needed=True)
    period = max(period, PERIOD_MIN)
    points = _points(section, period)
    stepped = section.toggle("stepped", False)
    lfo = replace(aim.lfo, shape="drawn", period=period, centre=0.5, points=points, stepped=stepped)
    return _finished(section, aim, lfo)


def _finished(section: Section, aim: LfoSpec, lfo: Lfo) -> LfoSpec:
    along = section.choice("along", _ALONG, "song")
    once = section.toggle("once", False)
    return replace(aim, lfo=replace(lfo, with_pattern=along == "pattern", once=once), on=section.toggle("on", True))


def _points(section: Section, period: int) -> tuple[tuple[float, float], ...]:
    """Read [[beat, height], …] and return them as shares of the period."""
    beats = period / TICKS_PER_BEAT
    pairs = section.pairs("points", POINTS_MAX)
    for beat, height in pairs:
        if not 0.0 <= beat <= beats:
            section.problem("points", f"beat {beat:g} lies outside the lane, which has {beats:g}")
        if not 0.0 <= height <= 1.0:
            section.problem("points", f"height {height:g} is outside 0–1")
    if pairs != sorted(pairs, key=lambda pair: pair[0]):
        section.problem("points", "do not stand in the order of their beats")
    fitting = [(beat / beats, height) for beat, height in pairs if 0.0 <= beat <= beats and 0.0 <= height <= 1.0]
    return tuple(sorted(fitting, key=lambda point: point[0])) or ((0.0, 0.5),)


def _target(section: Section, on_track: bool) -> LfoSpec:
    """Read what is turned: a track's own target, a parameter by its address, or `osc /an/address` elsewhere."""
    text = section.text("target")
    if text.startswith("osc "):
        low = section.number("low", -FOREIGN_MAX, FOREIGN_MAX, 0.0)
        high = section.number("high", -FOREIGN_MAX, FOREIGN_MAX, 1.0)
        return LfoSpec(Lfo(None, low=low, high=high), address=section.parsed("target", _foreign, "/"), is_foreign=True)
    if not on_track and text and not text.startswith("/"):
        section.problem("target", f'{shown(text)} is a track\'s (write the set\'s own as "/an/address" or "osc /one")')
    elif text:
        return section.parsed("target", _aimed, _NOWHERE)
    return _NOWHERE


def _aimed(text: str) -> LfoSpec:
    if not text.startswith("/"):
        return LfoSpec(Lfo(Target.parse(text)))
    try:
        parameter = find(text).parameter
    except LookupError as error:
        raise ValueError(f'{error} (another program\'s address is written "osc {text}")') from None
    swings = parameter.address.startswith(("/master/", "/track/")) and "/lfo/" not in parameter.address
    if parameter.kind != "float" or parameter.read_only or not swings:
        raise ValueError(f"{text} is nothing that an LFO can turn: it takes a track's or the master's sliders")
    return LfoSpec(Lfo(None, low=parameter.low, high=parameter.high), address=text)


def _foreign(text: str) -> str:
    address = text.removeprefix("osc ").strip()
    if not address.startswith("/") or not address.isascii() or any(sign in address for sign in " #*,?[]{}"):
        raise ValueError(f"{shown(address)} is no OSC address (write it like osc /visuals/hue)")
    return address


def check_addresses(section: Section, lfos: tuple[LfoSpec, ...], tracks: tuple[TrackSpec, ...]) -> None:
    """Note every LFO that turns a parameter of a track which is not there."""
    names = [track.name for track in tracks]
    for spec in lfos:
        track = None if spec.is_foreign or not spec.address else find(spec.address).track
        numbers = [str(number) for number in range(1, min(len(names), TRACKS_MAX) + 1)]
        if track is not None and track not in (*names, *numbers):
            section.problem("lfo", f"{spec.address}: no track {shown(track)}{near(track, names)}")


def read_arp(section: Section, metres: Sequence[Metre]) -> ArpSpec:
    """Read a track's arpeggiator: on where the key is there at all, unless it says otherwise."""
    arp = section.table("arp", "part of an arpeggio")
    rate = arp.parsed("rate", partial(parse_span, metres=metres), TICKS_PER_SIXTEENTH)
    if not STEP_MIN <= rate <= STEP_MAX:
        arp.problem("rate", "is outside 1/120–4/1 of a whole note")
        rate = TICKS_PER_SIXTEENTH
    arpeggio = Arpeggio(
        mode=arp.choice("mode", MODES, "up"),
        octaves=arp.whole("octaves", 1, OCTAVES_MAX, 1),
        rate=rate,
        gate=arp.number("gate", GATE_SHARE_MIN, 1.0, 0.8),
        latch=arp.toggle("hold", False),
    )
    return ArpSpec(arpeggio, arp.toggle("on", "arp" in section))
