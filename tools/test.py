"""All checks from a fresh clone: `python3 tools/test.py [--quick] [arguments of pytest]`.

Sets up `.venv` with what tests, training and Ableton Link need, then runs ruff, mypy and pytest, all of them, and
fails if one does. `--quick` skips the set-up. Where CI is set, nothing may be missing: a component that cannot be
installed, or a test that skips for want of one, is a failure. Needs nothing but Python 3.11.
"""

import os
import subprocess
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said here, before anything that an older one cannot read
    sys.exit("This needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")


import debian
import environment
from environment import PYTHON, ROOT
from progress import Failed

EXTRAS = ("test", "training", "tensorboard", "wandb", "link")

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    # No test is about how long compiling takes, and many would wait for it.
    ("liveengine", "doctor", "--compile"),
)

#: Rooms whose tests wait for no clock, port or server. The others mostly wait, and go on beside each other afterwards.
TIMELESS = ("music", "rhythms", "formats", "generators", "engine", "instruments", "sequencer", "training")


def _pytests(arguments: list[str]) -> list[tuple[str, ...]]:
    """Return how pytest is called: in two parts, or as the arguments say."""
    if arguments:
        return [("pytest", *arguments)]
    rooms = [f"tests/{room}" for room in TIMELESS]
    return [
        ("pytest", "-q", "--numprocesses", "auto", "--dist", "worksteal", *rooms),
        ("pytest", "-q", "--numprocesses", "3", "--dist", "loadfile", "tests", *(f"--ignore={room}" for room in rooms)),
    ]


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def prepare() -> None:
    """Set up what is missing. Raises Failed where something cannot be, and must be."""
    lacking = environment.provide(EXTRAS, debian.TESTING)
    if lacking:
        line = debian.install_line(lacking)
        if _is_ci():
            raise Failed(f"these tests need more than could be installed:\n  {line}")
        print(f"tests of JACK and OSC will be skipped; for all of them run:\n  {line}", flush=True)


def check(pytest_arguments: list[str]) -> int:
    """Run every check, whatever the ones before said; pytest comes last. Returns the exit code."""
    setting = dict(os.environ)
    if _is_ci():
        setting["LIVEENGINE_REQUIRE_ALL"] = "1"
    failed: list[str] = []
    for command in (*CHECKS, *_pytests(pytest_arguments)):
        print(f"$ {' '.join(command)}", flush=True)
        if command[0] == "pytest" and failed:
            print(f"already failed: {', '.join(failed)}", flush=True)
        code = subprocess.run([str(PYTHON), "-m", *command], check=False, cwd=ROOT, env=setting).returncode
        if code:
            failed.append(" ".join(command[:2]))
    return 1 if failed else 0


def main() -> int:
    """Set up and check; return the exit code."""
    arguments = sys.argv[1:]
    quick = "--quick" in arguments
    try:
        if not quick:
            prepare()
        return check([argument for argument in arguments if argument != "--quick"])
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
