"""`liveengine play`: put a set on stage, watch it, and take it down in silence."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from pathlib import Path

from liveengine import kernel_cache
from liveengine.drivers.jack import JackDriver
from liveengine.engine.events import KeyPressed
from liveengine.engine.spec import Patch
from liveengine.formats.disk import write_whole
from liveengine.ports.keyboard import Keyboard, open_keyboard
from liveengine.runtime import doctor
from liveengine.runtime.options import Options
from liveengine.runtime.stage import Stage
from liveengine.runtime.status import Screen, line
from liveengine.runtime.window import Window, can_open

#: The keys that end a set; every other is the mapping's.
QUIT_KEYS = ("escape", "\x03", "\x04")

REDRAW_S = 0.1

#: Python hands the GIL over this often instead of every 5 ms, so that no background thread holds up a pad.
SWITCH_S = 0.0005


#: What ends a set in silence: Ctrl-C, the system, and the terminal's window when it is closed.
END_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class _Wanted:
    """Whether the set is to go on: until a signal, a key, or the time says otherwise."""

    def __init__(self) -> None:
        self.ends_s: float | None = None
        self.stopped = False
        for number in END_SIGNALS:
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        self.stopped = True

    def __bool__(self) -> bool:
        return not self.stopped and (self.ends_s is None or time.monotonic() < self.ends_s)


def play(patch: Patch, options: Options, headless: bool, seconds: float | None, plain: bool = False) -> int:
    """Play a set until it is ended; return the exit code: 0, or 1 when the recording could not be written.

    In a terminal it is watched through the dashboard; where that is not wanted (`plain`), cannot be, or is
    gone, through the status line.
    Raises OSError, in one clear line, where what was asked for by name is not there, or is lost on the way.
    """
    _check_folder(options.record)
    _check_folder(options.telemetry)
    sys.setswitchinterval(SWITCH_S)
    screen = Screen(live=not headless)
    if not kernel_cache.is_complete():
        screen.say("the first time, everything is compiled; this takes a minute or two")
        doctor.compile_kernels(doctor.show_progress)
    with open_keyboard(wanted=not headless) as keyboard:
        stage = Stage(patch, options, screen.say)
        screen.say(_greeting(stage))
        wanted = _Wanted()  # Before the first note can sound.
        stage.start()
        gc.collect()
        gc.freeze()
        wanted.ends_s = None if seconds is None else time.monotonic() + seconds
        try:
            _watch(stage, screen, keyboard, wanted, with_window=keyboard is not None and not plain and can_open())
        finally:
            screen.close()
            stage.stop()
            if options.telemetry:
                write_whole(options.telemetry, stage.telemetry().encode())
    screen.say(_farewell(stage))
    if stage.lost:
        raise OSError(stage.lost)
    return 1 if stage.recorder.problem else 0


def _watch(stage: Stage, screen: Screen, keyboard: Keyboard | None, wanted: _Wanted, with_window: bool) -> None:
    """Watch the set until it is to end. The window opens once the music plays, for it takes its time."""
    window = None
    try:
        while wanted and not stage.lost:
            if with_window and stage.osc and stage.engine.bar >= 0:
                with_window = False
                screen.hold()
                window = Window(stage.osc.address)
            if window is None:
                screen.show(line(stage))
                ends = _keys(stage, keyboard)
            elif not window.stands(REDRAW_S):
                closed, window = window, None
                screen.release()
                ends = closed.ends_set
                if not ends:
                    screen.say(closed.last_words)
            else:
                continue
            # Not `|=`: that would read `stopped` first, and forget a signal that comes meanwhile.
            if ends:
                wanted.stopped = True
    finally:
        if window is not None:
            window.close()
        screen.release()


def _check_folder(record: Path | None) -> None:
    """Say before the first note what would only show after the last. Raises OSError."""
    if record is None:
        return
    if record.is_dir():
        raise OSError(f"cannot write {record}: a folder has that name")
    if not record.parent.is_dir():
        raise OSError(f"cannot write {record}: there is no folder {record.parent}")
    if not os.access(record.parent, os.W_OK):
        raise OSError(f"cannot write {record}: writing there is not allowed")


def _keys(stage: Stage, keyboard: Keyboard | None) -> bool:
    """Hand the keys of the next moment to the engine; say whether one of them ends the set."""
    if keyboard is None:
        time.sleep(REDRAW_S)
        return False
    keys = keyboard.read(REDRAW_S)
    for key in keys:
        if key not in QUIT_KEYS:
            stage.inbox.put(KeyPressed(key))
    return any(key in QUIT_KEYS for key in keys)


def _greeting(stage: Stage) -> str:
    patch = stage.patch
    outputs = ", ".join(output.name for output in stage.rig.outputs.values()) or "none"
    sound = "built-in audio" if stage.rig.audio else "none"
    if isinstance(stage.driver, JackDriver):
        outputs = f"JACK ports of client {stage.driver.client.name}"
        sound = "JACK"
    lines = [
        f"{patch.title}: {patch.tempo_bpm:g} BPM, {' '.join(map(str, patch.metres))}, {len(patch.tracks)} tracks, "
        f"{len(patch.scenes)} scenes",
        f"driver {stage.driver.name} · MIDI out: {outputs} · sound: {sound}",
    ]
    return "\n".join(lines)


def _farewell(stage: Stage) -> str:
    words = [f"stopped after {max(0, stage.engine.bar + 1)} bars"]
    if stage.recorder.path and not stage.recorder.problem:
        words.append(f"recorded {stage.recorder.path}")
    if stage.engine.unknown:
        words.append(f"{stage.engine.unknown} inputs meant nothing")
    if stage.engine.failures:
        words.append(f"{stage.engine.failures} bars could not be made")
    if stage.engine.modelled:
        words.append(f"{stage.engine.gave_way.total()} of {stage.engine.modelled} bars of models gave way to a rule")
    if stage.engine.said_again:
        words.append(f"{stage.engine.said_again} bars stood in what a model learnt from, and were said again")
    if stage.errors:
        words.append(f"{stage.errors} errors survived")
    return " · ".join(words)
