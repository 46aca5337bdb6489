"""The two commands a newcomer types: what they hand on, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

#: What tests need of the project's extras.
EXTRAS = ("test", "training", "tensorboard", "wandb", "link")

ECHO = "import json, sys; print(json.dumps(sys.argv[1:]))\n"
MARK = "sys.path.insert(0, '.'); from liveengine import kernel_cache; kernel_cache.mark_complete()"


def forge(clone: Any, *extras: str) -> None:
    """Put a finished environment there, whose programs only tell what they were asked."""
    (clone.venv / "lib/python3.11/site-packages/pip-23.0.dist-info").mkdir(parents=True)
    (clone.venv / "bin").mkdir()
    (clone.venv / "bin" / "python").symlink_to(sys.executable)
    (clone.venv / "pyvenv.cfg").touch()
    clone.script("liveengine", ECHO)
    clone.ask(f"environment._write_stamp({list(extras)!r})")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--headless", "--seconds", "10", "--record", "out.mid"],
        ["my set.toml", "--headless"],
        ["--help"],
    ],
)
def test_every_argument_of_play_is_handed_on_as_it_stands(clone: Any, arguments: list[str]) -> None:
    forge(clone)
    clone.ask(MARK)
    run = clone.run("tools/play.py", *arguments)
    assert json.loads(run.stdout) == ["play", *arguments]
    assert run.returncode == 0


def test_kernels_are_compiled_once_before_the_first_note(clone: Any) -> None:
    forge(clone)
    first = clone.run("tools/play.py").stdout.splitlines()
    assert [json.loads(line) for line in first] == [["doctor", "--compile"], ["play"]]
    clone.ask(MARK)
    assert [json.loads(line) for line in clone.run("tools/play.py").stdout.splitlines()] == [["play"]]


def test_kernels_that_do_not_compile_end_it_before_playing(clone: Any) -> None:
    forge(clone)
    clone.script("liveengine", "import sys; print(sys.argv[1:]); sys.exit('play' not in sys.argv)\n")
    run = clone.run("tools/play.py")
    assert run.returncode == 1
    assert "play" not in run.stdout


def test_plays_exit_code_is_liveengines(clone: Any) -> None:
    forge(clone)
    clone.ask(MARK)
    clone.script("liveengine", "import sys; sys.exit(7)\n")
    assert clone.run("tools/play.py").returncode == 7


CHECKING = """
import json, os, sys
words = sys.argv[1:]
if words[:1] == ["-m"]:
    print(json.dumps([*words[1:], os.environ.get("LIVEENGINE_REQUIRE_ALL")]), flush=True)
    sys.exit(words[1] in os.environ.get("FAILING", "").split())
os.execv({python!r}, [{python!r}, *words])
"""


def checks(run: subprocess.CompletedProcess[str]) -> list[list[str | None]]:
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]


@pytest.mark.parametrize("failing", ["", "ruff", "mypy", "liveengine", "pytest"])
def test_every_check_runs_and_one_failure_fails_all(clone: Any, failing: str) -> None:
    forge(clone, *EXTRAS)
    clone.script("python", CHECKING.format(python=sys.executable))
    run = clone.run("tools/test.py", "--quick", "tests/music", "-x", FAILING=failing)
    assert checks(run) == [
        ["ruff", "check", ".", None],
        ["ruff", "format", "--check", ".", None],
        ["mypy", None],
        ["liveengine", "doctor", "--compile", None],
        ["pytest", "tests/music", "-x", None],
    ]
    assert run.returncode == (1 if failing else 0)
    assert '"pytest"' in run.stdout.splitlines()[-1]


def test_where_ci_is_set_nothing_may_be_skipped(clone: Any) -> None:
    forge(clone, *EXTRAS)
    clone.script("python", CHECKING.format(python=sys.executable))
    for is_ci, required in (("true", "1"), ("false", None)):
        called = [check for check in checks(clone.run("tools/test.py", "--quick", CI=is_ci)) if check[0] == "pytest"]
        assert {check[-1] for check in called} == {required}
        assert len(called) == 2  # what waits for no clock, and the rest


def test_every_test_is_run_once(clone: Any, repository: Path) -> None:
    forge(clone, *EXTRAS)
    clone.script("python", CHECKING.format(python=sys.executable))
    timeless, rest = [check for check in checks(clone.run("tools/test.py", "--quick")) if check[0] == "pytest"]
    rooms = {f"tests/{place.name}" for place in (repository / "tests").iterdir()}
    first = [word for word in timeless if word in rooms]
    assert first and [f"--ignore={room}" for room in first] == [
        word for word in rest if str(word).startswith("--ignore")
    ]
    assert "tests" in rest


def test_an_older_python_is_told_in_one_line(clone: Any) -> None:
    for tool in ("play", "test"):
        code = (
            f"import sys, runpy; sys.version_info = (3, 9); sys.version = '3.9.2 (x)'; sys.path.insert(0, 'tools')\n"
            f"runpy.run_path('tools/{tool}.py', run_name='__main__')"
        )
        run = clone.run("-c", code)
        assert run.returncode == 1
        assert run.stderr.strip() == "This needs Python 3.11 or newer; this is 3.9.2."
