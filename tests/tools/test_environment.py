"""Set-up: from nothing to ready, once; and ready again after whatever went wrong."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

READY = "print(environment.is_ready(()))"
SOUND = "print(environment._is_sound())"
PROVIDE = "print(environment.provide((), ()))"


def forge(clone: Any, packages: tuple[str, ...] = ("numpy-2.0.dist-info", "pip-23.0.dist-info")) -> None:
    """Put a finished environment there without the seconds that a real one takes."""
    for package in packages:
        (clone.venv / "lib/python3.11/site-packages" / package).mkdir(parents=True)
    (clone.venv / "bin").mkdir()
    (clone.venv / "bin" / "python").symlink_to(sys.executable)
    (clone.venv / "pyvenv.cfg").touch()
    clone.ask("environment._write_stamp(['test'])")


def test_a_bare_clone_becomes_ready_and_is_then_left_alone(clone: Any) -> None:
    assert clone.ask(READY) == "False"
    assert "making .venv: done" in clone.ask(PROVIDE)
    assert clone.ask(READY) == "True"
    assert subprocess.run([clone.venv / "bin/python", "-c", "import tiny"], check=False).returncode == 0
    stamp = (clone.venv / "liveengine-setup.json").stat()
    assert clone.ask(PROVIDE) == "[]"
    assert (clone.venv / "liveengine-setup.json").stat() == stamp


def test_a_set_up_killed_at_any_moment_is_made_anew(clone: Any) -> None:
    mark = clone.venv / "liveengine-setup-unfinished"
    first = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, 'tools'); import environment; {PROVIDE}"],
        cwd=clone.root,
        env=clone.environment(),
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while not mark.exists() and time.monotonic() < deadline:
        pass
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert clone.ask(READY) == "False"
    assert "making .venv: done" in clone.ask(PROVIDE)
    assert clone.ask(READY) == "True"
    assert not mark.exists()


def test_what_is_half_made_is_not_sound(clone: Any) -> None:
    forge(clone)
    assert clone.ask(SOUND) == "True"
    (clone.venv / "liveengine-setup-unfinished").touch()
    assert (clone.ask(SOUND), clone.ask(READY)) == ("False", "False")


def test_an_environment_without_pip_is_not_sound(clone: Any) -> None:
    forge(clone, packages=("numpy-2.0.dist-info",))
    assert clone.ask(SOUND) == "False"


def test_an_environment_made_by_hand_is_kept(clone: Any) -> None:
    forge(clone)
    (clone.venv / "liveengine-setup.json").unlink()
    assert (clone.ask(SOUND), clone.ask(READY)) == ("True", "False")


def test_a_changed_pyproject_is_installed_again_but_not_made_anew(clone: Any) -> None:
    forge(clone)
    assert clone.ask(READY) == "True"
    with (clone.root / "pyproject.toml").open("a") as file:
        file.write("# a new dependency\n")
    assert (clone.ask(SOUND), clone.ask(READY)) == ("True", "False")


def test_a_library_that_is_gone_is_noticed_and_one_more_does_no_harm(clone: Any) -> None:
    forge(clone)
    library = clone.venv / "lib/python3.11/site-packages"
    (library / "mine-1.dist-info").mkdir()
    assert clone.ask(READY) == "True"
    (library / "numpy-2.0.dist-info").rmdir()
    assert clone.ask(READY) == "False"


def test_wanting_more_extras_is_not_ready(clone: Any) -> None:
    forge(clone)
    assert clone.ask("print(environment.is_ready(('test',)), environment.is_ready(('training',)))") == "True False"


def test_a_clone_that_moved_is_made_anew(clone: Any) -> None:
    forge(clone)
    moved = type(clone)(clone.root.parent / "elsewhere")
    shutil.move(clone.root, moved.root)
    assert (moved.ask(SOUND), moved.ask(READY)) == ("False", "False")


def test_a_python_that_is_gone_or_another_is_noticed(clone: Any) -> None:
    forge(clone)
    (clone.venv / "bin" / "python").unlink()
    assert (clone.ask(SOUND), clone.ask(READY)) == ("False", "False")
    (clone.venv / "bin" / "python").symlink_to("/bin/sh")
    assert (clone.ask(SOUND), clone.ask(READY)) == ("False", "False")


def test_a_stamp_that_was_cut_off_is_no_stamp(clone: Any) -> None:
    forge(clone)
    (clone.venv / "liveengine-setup.json").write_text('{"fingerprint": ')
    assert clone.ask(READY) == "False"
    (clone.venv / "liveengine-setup.json").write_text(json.dumps([1]))
    assert clone.ask(READY) == "False"


def test_what_pip_said_is_shown_when_it_fails(clone: Any) -> None:
    forge(clone)
    with (clone.root / "pyproject.toml").open("a") as file:
        file.write("this is not TOML\n")
    (clone.venv / "bin" / "python").unlink()
    run = clone.run("tools/play.py")
    assert run.returncode == 1
    assert "installing the Python libraries: failed" in run.stdout
    assert "-m pip" in run.stderr
    assert "at line 13" in run.stderr


def test_a_python_without_ensurepip_is_told_the_exact_line(clone: Any) -> None:
    code = (
        "environment.importlib.util.find_spec = lambda name: None\n"
        "environment.debian.here = lambda: False\n"
        "try: environment.provide((), ())\n"
        "except environment.Failed as error: print(error)"
    )
    assert f"apt-get install -y python3.{sys.version_info.minor}-venv" in clone.ask(code)
