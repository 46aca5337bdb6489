"""Measure how well time is kept: the drivers, the machine's own limit, and other sequencers, all in one run.

    .venv/bin/python tools/bench_timing.py --seconds 30 --load both --json timing.json --picture docs/timing.svg

Every case plays sixteenths at 120 BPM, alone and beside full load, and is heard by another process. docs/timing.md
tells what each figure means. Instead of the cases there are

    --driver jack --events 10000 --minutes 5    one long run beside full load: how many events are off their sample
    --dashboard, --inference                    with it and without, in alternating segments of one run

 Needs the `bench` extra for the peers and for inference, Debian's rt-tests for the
limit, and jackd for what goes through JACK; what is missing is left out, and told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from timing.cases import CASES
from timing.chart import chart
from timing.long_run import measure_long, seconds_for
from timing.processes import SERVER, Missing
from timing.rows import Row, table, targets
from timing.side_by_side import compare

TOOLS = Path(__file__).parent


def machine() -> dict[str, Any]:
    """Say what this was measured on."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "virtual": "hypervisor" in info,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


def measure(cases: Sequence[str], loads: Sequence[bool], seconds: float) -> list[Row]:
    """Measure the cases one after another; tell what is left out."""
    rows: list[Row] = []
    for loaded in loads:
        for case in cases:
            print(f"{case}, load {'full' if loaded else 'none'} …", file=sys.stderr, flush=True)
            try:
                rows += CASES[case](loaded, seconds)
            except (Missing, subprocess.TimeoutExpired) as problem:
                print(f"  left out: {problem}", file=sys.stderr, flush=True)
    return rows


def chosen(asked: argparse.Namespace) -> list[Row]:
    """Measure what is asked for instead of the cases; return nothing where nothing is."""
    rows: list[Row] = []
    if asked.driver:
        asked.seconds = seconds_for(asked.events, asked.minutes)
        rows += measure_long(asked.events, asked.minutes)
    for what in ("dashboard", "inference"):
        if getattr(asked, what):
            rows += compare(what, asked.seconds)
    return rows


def main() -> None:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each case plays (default: 30)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="default: all")
    parser.add_argument("--load", choices=("none", "full", "both"), default="both")
    parser.add_argument("--driver", choices=("jack",), help="one long run of this driver, beside full load")
    parser.add_argument("--events", type=int, default=10_000, help="so many at least, in a long run (default: 10000)")
    parser.add_argument("--minutes", type=float, default=5.0, help="so long at least, a long run (default: 5)")
    parser.add_argument("--dashboard", action="store_true", help="with the dashboard drawing, and without")
    parser.add_argument("--inference", action="store_true", help="with a model that proposes each bar, and without")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--picture", type=Path, help="write a chart here, SVG")
    asked = parser.parse_args()
    # The children find this folder's package, and only our own JACK server.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(TOOLS), os.environ.get("PYTHONPATH"))))
    os.environ |= {"JACK_DEFAULT_SERVER": SERVER, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    loads = {"none": [False], "full": [True], "both": [False, True]}[asked.load]
    rows = chosen(asked) or measure(asked.cases, loads, asked.seconds)
    held = targets(rows)
    print(table(rows))
    for target in held:
        print(f"{'kept  ' if target.kept else 'MISSED'} {target.promise}: {target.measured}")
    result = {
        "machine": machine(),
        "seconds": asked.seconds,
        "rows": [asdict(row) for row in rows],
        "targets": [asdict(target) for target in held],
    }
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.picture:
        asked.picture.write_text(chart(rows, result["machine"], asked.seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
