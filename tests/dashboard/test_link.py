"""The line to an engine: attached and lost, any number at once, and nothing a stranger sends does harm."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys

import pytest
from attached import live, ready, screen_text, story, until, window
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message_builder import build_msg

from liveengine.dashboard.link import Link


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _deaf(hear: list[tuple[str, object]]) -> Link:
    return Link("127.0.0.1", 9, lambda address, value: hear.append((address, value)), lambda attached: None)


def test_it_waits_for_an_engine_attaches_and_waits_again_when_it_is_gone() -> None:
    port = _free_port()

    async def told() -> None:
        async with window(port) as (app, _):
            await until(lambda: f"no engine at 127.0.0.1:{port}" in screen_text(app))
            with live(port=port):
                await ready(app)
                await until(lambda: "drums" in screen_text(app) and "waiting for it" not in screen_text(app))
            await until(lambda: not app.link.attached)
            await until(lambda: "waiting for it" in screen_text(app) and "drums" not in screen_text(app))
            with live(port=port):
                await ready(app)

    story(told)


def test_a_host_that_is_not_there_is_told() -> None:
    async def told() -> None:
        link = Link("no-such-host.invalid", 9000, lambda *_: None, lambda *_: None)
        await link.knock()
        assert link.problem and not link.attached
        link.send("/ping")
        link.close()

    story(told)


def test_two_windows_show_the_same_and_each_sees_what_the_other_does() -> None:
    async def told() -> None:
        with live() as playing:
            async with window(playing.port) as (one, pilot), window(playing.port, (110, 32)) as (two, other):
                await ready(one)
                await ready(two)
                await pilot.press("w", "plus")
                await until(lambda: two.mirror.number("/track/2/mute") and two.mirror.number("/transport/tempo") == 241)
                await other.press("w", "n")
                await until(lambda: not one.mirror.number("/track/2/mute") and one.mirror.text("/scene/name") == "noon")
                same = "/scene/name", "/transport/tempo", "/track/1/playing", "/track/2/mute"
                await until(lambda: all(one.mirror.values[a] == two.mirror.values[a] for a in same))

    story(told)


def _notes(playing: object, count: int) -> None:
    """Hear so many messages go out."""
    heard = 0
    while heard < count:
        assert playing.output.wait(5.0)  # type: ignore[attr-defined]
        heard += len(playing.output.received())  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_f1_a_window_that_is_killed_or_stopped_is_not_heard(how: signal.Signals) -> None:
    ours, theirs = os.openpty()
    with live() as playing:
        command = [sys.executable, "-m", "liveengine", "dashboard", f"127.0.0.1:{playing.port}"]
        env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
        try:
            shown = b""
            while b"drums" not in shown:
                shown += os.read(ours, 65536)
            late = playing.stage.driver.state.lateness.copy()
            child.send_signal(how)
            _notes(playing, 200)
            # What waited for the window would all be late; a single event may be, by the machine.
            since = playing.stage.driver.state.lateness - late
            assert since[100:].sum() <= 0.1 * since.sum(), "later than 6 ms"
        finally:
            child.kill()
            child.wait()
            os.close(ours)
            os.close(theirs)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_f5_whatever_bytes_come_are_counted_and_nothing_is_heard(data: bytes) -> None:
    heard: list[tuple[str, object]] = []
    link = _deaf(heard)
    asyncio.run(_receive(link, data))
    assert link.garbage == 1 or not data.startswith((b"#bundle", b"/"))  # an empty bundle says nothing at all
    assert heard == []


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/track/1/name", 5),
        ("/track/99/mute", 1),
        ("/transport/tempo", "fast"),
        ("/transport/tempo", float("nan")),
        ("/transport/position", float("inf")),
        ("/nowhere", 1.0),
        ("/track/1/steps", []),
        ("/track/1/mute", [1, 0]),
    ],
)
def test_f5_what_the_parameter_table_does_not_know_is_counted(address: str, value: object) -> None:
    heard: list[tuple[str, object]] = []
    link = _deaf(heard)
    asyncio.run(_receive(link, build_msg(address, value).dgram))
    assert (link.garbage, heard) == (1, [])


def test_f5_words_never_carry_a_terminals_commands() -> None:
    heard: list[tuple[str, object]] = []
    asyncio.run(_receive(_deaf(heard), build_msg("/scene/name", "\x1b[2Jnoon\x07[red]").dgram))
    assert heard == [("/scene/name", "\\x1b[2Jnoon\\x07[red]")]


async def _receive(link: Link, data: bytes) -> None:
    link.datagram_received(data, None)


def test_f5_an_engine_that_talks_garbage_leaves_the_window_standing() -> None:
    """Anything the table allows, in any order and measure, then the real thing."""
    dice = random.Random(5)
    strange = [
        ("/transport/metre", "7/0"), ("/transport/metre", "x/4"), ("/transport/metre", "7/8"),
        ("/track/1/name", "[bold"), ("/track/16/name", "z" * 300), ("/track/1/steps", "no steps at all"),
        ("/track/1/steps", "X" * 1999), ("/track/1/began", -1e9), ("/track/1/due", 10**9), ("/transport/tempo", -3.0),
        ("/transport/bar", 123456789), ("/transport/beat", -4), ("/transport/position", 1e17), ("/scene/current", -1),
        ("/transport/playing", 1), ("/port/activity", "a=1\n=\nb=x/y\nc=9/9\n=1/2"), ("/port/activity", "c=9/10"),
        ("/engine/histogram", "1,,x,-5,99999999999999999999"), ("/engine/histogram", ""), ("/engine/remark", "[/red]"),
        ("/clock/source", "midi:[b]"), ("/clock/state", "?"), ("/track/1/name", ""), ("/engine/late", -1),
    ]  # fmt: skip

    async def told() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
            engine.bind(("127.0.0.1", 0))
            engine.setblocking(False)
            async with window(engine.getsockname()[1], (60, 16)) as (app, pilot):
                _, client = await asyncio.wait_for(_ping(engine), 5.0)
                engine.sendto(build_msg("/pong", [True]).dgram, client)
                await until(lambda: app.link.attached)
                for _ in range(150):
                    engine.sendto(build_msg(*dice.choice(strange)).dgram, client)
                    await asyncio.sleep(0.004)
                await pilot.resize_terminal(30, 8)
                for _ in range(50):
                    engine.sendto(build_msg(*dice.choice(strange)).dgram, client)
                    await asyncio.sleep(0.004)
                assert app.is_running

    story(told)


@pytest.mark.parametrize("size", [(80, 24), (110, 32), (200, 60), (50, 14)])
def test_it_fits_the_terminal(size: tuple[int, int]) -> None:
    """Every part is there, two lines a track, and nothing is wrapped."""

    async def told() -> None:
        with live() as playing:
            async with window(playing.port, size) as (app, pilot):
                await ready(app)
                await pilot.press("w", "n", "down")
                await until(lambda: "other" in screen_text(app))
                lines = screen_text(app).splitlines()
                assert len(lines) == size[1] and {len(line) for line in lines} == {size[0]}
                assert all(row.size.height >= 2 for row in app.query("Track"))
                for number, name in enumerate(("drums", "bass", "chords", "lead"), 1):
                    found = [place for place, line in enumerate(lines) if f"{number} {name}" in line]
                    if size[1] >= 24:
                        assert len(found) == 1
                        assert set("▌▖█▄") & set(lines[found[0] + 1]), lines[found[0] + 1]
                if size[1] >= 24:
                    for word in ("lateness", "ports", "messages", "instruments", "liveengine", "? help", "BPM"):
                        assert word in screen_text(app), word

    story(told)


async def _ping(engine: socket.socket) -> tuple[bytes, tuple[str, int]]:
    while True:
        try:
            data, client = engine.recvfrom(1000)
            return data, client
        except BlockingIOError:
            await asyncio.sleep(0.01)
