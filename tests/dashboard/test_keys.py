"""Every key does in the engine what mappings/keyboard.toml says it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from attached import live, patch, ready, screen_text, story, until, window

from liveengine.dashboard.keys import HELP, STROKES, meant
from liveengine.dashboard.mirror import Mirror
from liveengine.engine.mapping import load_mapping, resolve_mapping
from liveengine.engine.parameters import find
from liveengine.engine.spec import SongSpec

#: What Textual and mappings call the same key.
SIGNS = {"plus": "+", "minus": "-", "equals_sign": "=", "exclamation_mark": "!"}
ARROWS = {"up", "down", "left", "right"}


def test_the_keys_are_those_of_the_keyboard_mapping_but_for_the_arrows() -> None:
    ours = {SIGNS.get(key, key): stroke for key, stroke in STROKES.items() if "{track}" not in stroke.address}
    mapped = {
        str(binding.source): binding
        for binding in load_mapping(resolve_mapping("keyboard")).bindings
        if binding.source not in ARROWS
    }
    assert {key: stroke.address for key, stroke in ours.items()} == {
        key: bound.address for key, bound in mapped.items()
    }
    assert {key: stroke.amount or None for key, stroke in ours.items()} == {k: bound.add for k, bound in mapped.items()}


@pytest.mark.parametrize("key", STROKES)
def test_a_key_means_what_the_parameter_table_takes_or_nothing(key: str) -> None:
    for tracks in (0, 8):
        mirror = Mirror()
        for number in range(1, tracks + 1):
            mirror.hear(f"/track/{number}/name", f"t{number}", 0.0)
        wanted = meant(STROKES[key], 1, mirror)
        if wanted is None:
            assert tracks == 0
        else:
            address, value = wanted
            find(address).parameter.accept(value)


def test_every_key_does_its_deed_in_the_engine() -> None:
    async def told() -> None:
        with live(patch(8)) as playing:
            engine = playing.stage.engine
            async with window(playing.port) as (app, pilot):
                await ready(app, 8)
                await pilot.press(*"qwertyui")
                await until(lambda: all(playing.value(f"/track/{number}/mute") for number in range(1, 9)))
                await pilot.press(*"qwertyui")
                await until(lambda: not any(playing.value(f"/track/{number}/mute") for number in range(1, 9)))
                rolls = [track.rolls for track in engine.tracks]
                await pilot.press(*"12345678")
                await until(lambda: [track.rolls for track in engine.tracks] == [roll + 1 for roll in rolls])
                tickets = engine.tickets
                await pilot.press(*"asdfghjk")
                await until(lambda: engine.tickets == tickets + 8)
                await pilot.press("n")
                await until(lambda: app.mirror.text("/scene/name") == "noon" and engine.scene == 1)
                await pilot.press("p")
                await until(lambda: app.mirror.text("/scene/name") == "dawn" and engine.scene == 0)
                for key, tempo in (("plus", 241), ("equals_sign", 242), ("minus", 241)):
                    await pilot.press(key)
                    await until(lambda t=tempo: playing.value("/transport/tempo") == t)
                for key in ("x", "exclamation_mark"):
                    await pilot.press(key)
                await pilot.press("space")
                await until(lambda: not engine.playing and not app.mirror.playing)
                await pilot.press("space")
                await until(lambda: engine.playing and app.mirror.playing)
                await until(lambda: engine.bar >= 4)
                await pilot.press("enter")
                await until(lambda: engine.bar < 4)
            assert engine.unknown == 0

    story(told)


def test_arrows_choose_a_track_and_turn_it() -> None:
    async def told() -> None:
        with live() as playing:
            async with window(playing.port) as (app, pilot):
                await ready(app)
                assert app.chosen == 1
                await pilot.press("up")
                assert app.chosen == 1
                await pilot.press("down", "down")
                assert [row.chosen for row in app.query("Track").results()] == [False, False, True, False]  # type: ignore[attr-defined]
                await pilot.press("right", "right", "left")
                await until(lambda: playing.value("/track/3/density") == pytest.approx(0.55))
                await pilot.press("m")
                await until(lambda: playing.value("/track/3/mute"))
                rolls = playing.stage.engine.tracks[2].rolls
                await pilot.press("v")
                await until(lambda: playing.stage.engine.tracks[2].rolls == rolls + 1)
                await pilot.press("down", "down", "down")
                assert app.chosen == 4

    story(told)


def test_keys_of_tracks_that_are_not_there_do_nothing() -> None:
    async def told() -> None:
        with live(patch(2)) as playing:
            async with window(playing.port) as (app, pilot):
                await ready(app, 2)
                await pilot.press("3", "e", "d", "8", "i", "k", "q")
                await until(lambda: playing.value("/track/1/mute"))
            assert playing.stage.engine.unknown == 0

    story(told)


def test_help_names_every_key_and_any_key_closes_it_without_doing_more() -> None:
    async def told() -> None:
        with live() as playing:
            async with window(playing.port) as (app, pilot):
                await ready(app)
                await pilot.press("question_mark")
                assert len(app.screen_stack) == 2
                await pilot.press("q")
                assert len(app.screen_stack) == 1
                await pilot.press("w")
                await until(lambda: playing.value("/track/2/mute"))
                assert not playing.value("/track/1/mute")

    story(told)
    assert {"space", "enter", "n  p", "+  -", "1 … 8", "q … i", "a … k", "x"} <= {keys for keys, _ in HELP}


@pytest.mark.parametrize("key", ["escape", "ctrl+q", "ctrl+c"])
def test_f1_the_window_is_left_and_the_engine_plays_on(key: str) -> None:
    async def told() -> None:
        with live() as playing:
            async with window(playing.port) as (app, pilot):
                await ready(app)
                await pilot.press(key)
                await until(lambda: not app.is_running)
                assert app.return_code == 0
            bar = playing.stage.engine.bar
            await until(lambda: playing.stage.engine.bar > bar)

    story(told)


@pytest.mark.parametrize(("keys", "code"), [(("escape", "y"), 3), (("ctrl+c", "ctrl+c"), 3), (("ctrl+q",), 0)])
def test_the_window_of_play_ends_the_set_only_when_asked_twice(keys: tuple[str, ...], code: int) -> None:
    async def told() -> None:
        with live() as playing:
            async with window(playing.port, end_code=3) as (app, pilot):
                await ready(app)
                await pilot.press("escape")
                await pilot.press("q")
                await pilot.press("n")
                assert app.is_running and len(app.screen_stack) == 1
                await pilot.press("w")
                await until(lambda: playing.value("/track/2/mute"))
                assert not playing.value("/track/1/mute") and playing.stage.engine.scene == 0
                await pilot.press(*keys)
                await until(lambda: not app.is_running)
                assert app.return_code == code

    story(told)


def test_the_mapping_is_where_it_is_said_to_be() -> None:
    assert Path(resolve_mapping("keyboard")).name == "keyboard.toml"


def test_a_window_shows_patterns_as_they_are_read_who_is_heard_and_where_the_song_is() -> None:
    given = patch(2)
    tracks = tuple(replace(track, mute_group=3) for track in given.tracks)
    song = SongSpec(((0, 60), (1, 60), (1, 60)), "loop")

    async def told() -> None:
        with live(replace(given, tracks=tracks, song=song)) as playing:
            async with window(playing.port, (110, 32)) as (app, _):
                await ready(app, 2)
                steps = playing.value("/track/1/steps")
                await until(lambda: "song 1 of 3" in screen_text(app) and "group 3" in screen_text(app))
                app.turn("/track/1/rate", "1/2")
                await until(lambda: len(playing.value("/track/1/steps")) == 2 * len(steps))
                app.turn("/track/2/solo", True)
                app.turn("/track/1/direction", "reverse")
                await until(lambda: all(mark in screen_text(app) for mark in ("solo", "←", "×1/2")))
                shown = playing.value("/track/1/steps")
                assert shown[::-2] == steps or shown[-2::-2] == steps
                assert app.mirror.silent(1) and not app.mirror.silent(2)

    story(told)
