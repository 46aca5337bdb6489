"""From a fresh clone to the first note: `python3 tools/play.py [PATCH] [options of liveengine play]`.

The first time it makes `.venv`, installs what playing needs and compiles the kernels; later it goes straight to
`liveengine play`, which gets every argument as it stands. Needs nothing but Python 3.11.
"""

import os
import subprocess
import sys
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - said here, before anything that an older one cannot read
    sys.exit("This needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")


import debian
import environment
from environment import ROOT, SCRIPTS
from progress import Failed

LIVEENGINE = SCRIPTS / ("liveengine.exe" if os.name == "nt" else "liveengine")


def _kernels_are_compiled() -> bool:
    sys.path.insert(0, str(ROOT))
    from liveengine import kernel_cache

    return kernel_cache.is_complete()


def _compile() -> None:
    """Compile what plays, ahead of the first note."""
    if subprocess.run([str(LIVEENGINE), "doctor", "--compile"], check=False).returncode:
        raise Failed("`liveengine doctor` may tell why.")


def prepare() -> None:
    """Do what is still to be done before the first note."""
    if not environment.is_ready(()):
        lacking = environment.provide((), debian.PLAYING)
        if lacking:
            print(f"for sound and MIDI, also run:\n  {debian.install_line(lacking)}", flush=True)
        elif not debian.here():
            print("not a Debian system: `liveengine doctor` tells which sound libraries are missing", flush=True)
        _compile()  # also when kept: another numba compiles anew
    elif not _kernels_are_compiled():
        _compile()


def _become(command: list[str]) -> NoReturn:
    """Go on as another program, so that signals and the terminal are its own."""
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def main() -> None:
    """Prepare, and play."""
    try:
        prepare()
    except Failed as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit("\nset-up was stopped; the next start goes on from a clean place")
    _become([str(LIVEENGINE), "play", *sys.argv[1:]])


if __name__ == "__main__":
    main()
