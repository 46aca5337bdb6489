"""What a step shows, on a terminal and elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import Any

SAY = """
import sys; sys.path.insert(0, 'tools')
from progress import Failed, Step, run
try:
    with Step('tuning') as step:
        run(step, [sys.executable, '-c', {code!r}])
except Failed as error:
    print('told:', error)
"""


def test_elsewhere_a_step_is_plain_lines(clone: Any) -> None:
    lines = clone.run("-c", SAY.format(code="print('a')")).stdout.splitlines()
    assert lines[0] == "tuning …"
    assert lines[1].startswith("tuning: done in ")
    assert len(lines) == 2


def test_on_a_terminal_it_is_one_changing_line(clone: Any) -> None:
    inside, outside = pty.openpty()
    code = SAY.format(code="import time; print('strings', flush=True); time.sleep(0.5)")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=clone.root, stdout=outside)
    os.close(outside)
    shown = b""
    try:
        while piece := os.read(inside, 4096):
            shown += piece
    except OSError:
        pass  # the other end of a terminal is closed like this on Linux
    process.wait()
    os.close(inside)
    assert "tuning … 0 s  strings" in shown.decode()
    assert shown.decode().count("\n") == 1


def test_a_command_that_fails_shows_the_end_of_what_it_said(clone: Any) -> None:
    code = "import sys\nfor n in range(100): print('line', n)\nprint('the reason', file=sys.stderr); sys.exit(3)"
    told = clone.run("-c", SAY.format(code=code)).stdout
    assert "tuning: failed in " in told
    assert "ended with 3:" in told
    assert "line 99\nthe reason" in told
    assert "line 50\n" not in told


def test_a_command_that_is_not_there_is_told(clone: Any) -> None:
    code = SAY.replace("[sys.executable, '-c', {code!r}]", "['no-such-program']")
    assert "told: cannot run no-such-program: " in clone.run("-c", code).stdout
