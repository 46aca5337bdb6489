"""`liveengine render`: a set into a MIDI or WAV file, on a virtual clock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from liveengine.engine.orders import Say, Told
from liveengine.engine.spec import Patch
from liveengine.formats import midifile
from liveengine.formats.wavfile import WavWriter
from liveengine.instruments.rack import look_ahead_frames
from liveengine.runtime.offline import RATE_HZ, Rendering, blocks_until
from liveengine.runtime.precision import FP32

SUFFIXES = (".mid", ".wav")

#: Silence after the last bar, for reverb and release to ring out.
TAIL_S = 3.0


def render_file(patch: Patch, bars: int, path: Path, precision: str = FP32) -> int:
    """Render `bars` bars into `path`, with a progress bar; return 0, or 130 when it was cancelled.

    Models are asked in `precision`. A cancelled rendering leaves no file. Raises ValueError for a name that ends in
    neither .mid nor .wav, and OSError, naming the path, where it cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path}: the name must end in .mid or .wav")
    began_s = time.perf_counter()
    try:
        seconds = _render(patch, bars, path, precision)
    except KeyboardInterrupt:
        Console(stderr=True).print(f"cancelled; {path} was not written")
        return 130
    took_s = time.perf_counter() - began_s
    print(f"{path}: {bars} bars, {seconds:.1f} s of music in {took_s:.2f} s ({seconds / took_s:.0f} times real time)")
    return 0


def _render(patch: Patch, bars: int, path: Path, precision: str) -> float:
    """Render and return the length of the music in seconds."""
    with_sound = path.suffix.lower() == ".wav"
    console = Console(stderr=True)
    columns = (TextColumn("rendering"), BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f} bars"),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip

    def tell(told: Told) -> None:
        if isinstance(told, Say):
            console.print(told.text)

    rendering = Rendering(patch, with_sound, tell, precision)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("render", total=bars)
        if with_sound:
            _write_sound(rendering, bars, path, lambda: progress.update(task, completed=_bars_done(rendering)))
        else:
            for _ in blocks_until(rendering, bars):
                progress.update(task, completed=_bars_done(rendering))
            rendering.stop()
            midifile.write(path, rendering.recorder.score())
    return rendering.driver.now() / RATE_HZ


def _write_sound(rendering: Rendering, bars: int, path: Path, progress: Callable[[], None]) -> None:
    """Write the sound beside its place and move it there when it is whole."""
    beside = path.with_name(f".{path.name}.part")
    try:
        # The limiter looks ahead, so all sound comes a little late: what comes before is no music.
        early = look_ahead_frames(RATE_HZ)
        with WavWriter(beside, RATE_HZ) as file:
            for sound in blocks_until(rendering, bars):
                file.write(sound[early:])
                early = max(0, early - len(sound))
                progress()
            rendering.stop()
            file.write(rendering.turn(round(TAIL_S * RATE_HZ))[1])
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _bars_done(rendering: Rendering) -> float:
    bars = rendering.session.engine.metre.bars
    bar = bars.bar_at(rendering.song_tick)
    return bar + (rendering.song_tick - bars.line_of(bar)) / bars.metre_of(bar).bar_ticks
