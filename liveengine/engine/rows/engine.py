"""Rows of the engine itself: the patch that it plays, its answers, its faults."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows.kinds import COUNT_MAX, told, trigger, words


def engine() -> Iterator[Parameter]:
    """Yield the patch that plays, and how the engine itself does."""
    yield Parameter("/patch/load", "text", 0, 0, "", "", "next bar", "Let a patch take over, by path or by name")
    yield trigger("/patch/reload", "next bar", "Read the patch that plays once more, and take up what has changed")
    yield trigger("/patch/tempo", "now", "Take up the tempo that the patch names: loading one leaves the tempo alone")
    yield words("/patch/title", "now", "Title of the patch that plays")
    yield trigger("/panic", "now", "Silence everything at once, on every port")
    yield trigger("/refresh", "now", "Tell every value to whoever asks, in bundles")
    yield trigger("/ping", "now", "Answered with /pong")
    yield told("/pong", "trigger", 0, 1, "now", "The answer to /ping")
    yield told("/engine/late", "int", 0, COUNT_MAX, "next bar", "Events that went out late since the start")
    yield told(
        "/engine/lateness_us", "float", 0, COUNT_MAX, "next bar", "Lateness that 99 of 100 events stay under", "µs"
    )
    yield words(
        "/engine/histogram", "next bar", "Events by lateness: under 2 µs, 2–4 µs and so on by octaves, from 32.8 ms on"
    )
    yield words("/engine/remark", "now", "What the engine last said to the player")
    yield words("/engine/faults", "now", "What went wrong since the start, a line each: name=count")
    yield words("/port/activity", "now", "Messages out and in since the start, a line a port: name=out/in")
