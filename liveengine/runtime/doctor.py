"""`liveengine doctor`: what this machine can do for the beat, and how to improve it.

Everything that may be missing is looked at, never needed: the doctor works on a bare machine.
"""

from __future__ import annotations

import json as json_text
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence

from liveengine import kernel_cache
from liveengine.runtime import model_checks, sound_checks, system_checks
from liveengine.runtime.findings import CANNOT, READY, Check, Report

#: A step of compilation: its name, and a call that makes numba compile it.
Step = tuple[str, Callable[[], None]]
#: Told before each step and after the last: (label, steps done, steps in all, seconds since the start).
Progress = Callable[[str, int, int, float], None]

_SIGNS = {"ok": ("✓", "\033[32m"), "warn": ("!", "\033[33m"), "fail": ("✗", "\033[31m")}
_PLAIN = "\033[0m"
_WIDTH = 100


def examine() -> Report:
    """Look at everything. Takes a second or so on a healthy machine, and ends on a sick one."""
    checks = [look() for look in (*system_checks.CHECKS, *model_checks.CHECKS, *sound_checks.CHECKS)]
    return Report((*checks, sound_checks.way_out(checks)))


def compile_kernels(progress: Progress, steps: Sequence[Step] | None = None) -> float:
    """Compile every kernel and keep the machine code on disk; return the seconds that took.

    Raises whatever a step raises, and OSError where the cache cannot be written. Steps already kept only load.
    """
    began = time.monotonic()
    if steps is None:
        progress("loading", 0, 1, 0.0)
        from liveengine.runtime.warmup import STEPS

        steps = STEPS
    for number, (label, step) in enumerate(steps):
        progress(label, number, len(steps), time.monotonic() - began)
        step()
    kernel_cache.mark_complete()
    kernel_cache.forget_oldest()
    seconds = time.monotonic() - began
    progress("done", len(steps), len(steps), seconds)
    return seconds


def show_progress(label: str, done: int, total: int, seconds: float) -> None:
    """Show where compilation stands: one changing line on a terminal, a line a step elsewhere."""
    line = f"compiling: {label} ({min(done + 1, total)}/{total}, {seconds:.0f} s)"
    if done == total:
        line = f"compiled: {total} of {total} steps in {seconds:.1f} s"
    if sys.stdout.isatty():
        print(f"\r{line}\033[K", end="\n" if done == total else "", flush=True)
    else:
        print(line, flush=True)


def told(report: Report, colour: bool = False) -> str:
    """Write a report out for a person: a line a check, cures below, the verdict last."""
    width = max(len(check.name) for check in report.checks)
    lines = [line for check in report.checks for line in _lines(check, width, colour)]
    return "\n".join([*lines, "", report.verdict.capitalize() + "."])


def _lines(check: Check, width: int, colour: bool) -> Iterable[str]:
    sign, tint = _SIGNS[check.state]
    yield (
        f"{tint}{sign}{_PLAIN} {check.name:{width}}  {check.found}"
        if colour
        else (f"{sign} {check.name:{width}}  {check.found}")
    )
    if check.state != "ok":
        margin = " " * (width + 4)
        yield from textwrap.wrap(check.why, _WIDTH, initial_indent=margin, subsequent_indent=margin)
        if check.fix:
            # On one line, however long: it is there to be copied.
            yield f"{margin}→ {check.fix}"


def main(json: bool, compile: bool) -> int:
    """Run `liveengine doctor`; return its exit code.

    0 when the machine plays, be it with care; 1 when it cannot. With `compile` the kernels are compiled and
    nothing is examined: 0 when all were, 1 when one does not compile.
    """
    if compile:
        return _compile()
    report = examine()
    if json:
        print(json_text.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        print(told(report, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    return 1 if report.verdict == CANNOT else 0


def _compile() -> int:
    try:
        compile_kernels(show_progress)
    except Exception as error:  # numba raises many kinds; the player needs the one line, and that it failed
        print(f"\nthe kernels do not compile: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


__all__ = ["READY", "Check", "Report", "compile_kernels", "examine", "main", "show_progress", "told"]
