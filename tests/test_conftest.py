"""The tests' own JACK server, and the rule that nothing is skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_the_server_is_the_tests_own(jack_server) -> None:
    import jack

    client = jack.Client("test", no_start_server=True)
    try:
        assert (client.samplerate, client.blocksize) == (jack_server.rate, jack_server.period_frames)
        assert str(os.getpid()) in jack_server.name
    finally:
        client.close()


SKIPS = """
import pytest
def test_it():
    pytest.skip({reason!r})
"""


def run_pytest(repository: Path, folder: Path, text: str, required: str) -> subprocess.CompletedProcess[str]:
    """Run one test file, under this project's conftest, in a process of its own."""
    (folder / "conftest.py").write_text((repository / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "LIVEENGINE_REQUIRE_ALL": required},
    )


@pytest.mark.parametrize(
    ("required", "reason", "code"),
    [
        ("", "missing: jackd", 0),
        ("0", "missing: jackd", 0),
        ("1", "missing: jackd", 1),
        ("1", "this machine has no sound card", 0),
    ],
)
def test_a_skip_fails_only_where_all_is_required_and_could_be_there(
    repository: Path, tmp_path: Path, required: str, reason: str, code: int
) -> None:
    run = run_pytest(repository, tmp_path, SKIPS.format(reason=reason), required)
    assert run.returncode == code, run.stdout
    assert not code or reason in run.stdout


def test_a_whole_file_that_skips_fails_too_where_all_is_required(repository: Path, tmp_path: Path) -> None:
    run = run_pytest(repository, tmp_path, "import pytest\npytest.importorskip('no_such_library')\n", "1")
    assert run.returncode != 0
    assert "no_such_library" in run.stdout


def test_an_expected_failure_is_no_skip(repository: Path, tmp_path: Path) -> None:
    text = "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert False\n"
    assert run_pytest(repository, tmp_path, text, "1").returncode == 0
