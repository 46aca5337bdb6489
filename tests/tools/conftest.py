"""The set-up tools as a fresh clone has them: a small project of their own, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

# A build back end of a few lines, so that pip has something to install and needs no network for it.
PYPROJECT = """
[build-system]
requires = []
build-backend = "tiny"
backend-path = ["."]
[project]
name = "tiny"
version = "1"
[project.optional-dependencies]
test = []
training = []
link = []
"""

BACKEND = """
import zipfile
META = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\nProvides-Extra: test\\nProvides-Extra: training\\n" \
       "Provides-Extra: link\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
def build_editable(folder, settings=None, metadata=None):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        for path, text in (("tiny.py", ""), ("tiny-1.dist-info/METADATA", META), ("tiny-1.dist-info/WHEEL", WHEEL)):
            wheel.writestr(path, text)
        wheel.writestr("tiny-1.dist-info/RECORD", "tiny.py,,\\ntiny-1.dist-info/METADATA,,\\n"
                       "tiny-1.dist-info/WHEEL,,\\ntiny-1.dist-info/RECORD,,\\n")
    return name
build_wheel = build_editable
"""


@dataclass(frozen=True, slots=True)
class Clone:
    """A folder with the real tools and a tiny project."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def run(self, *command: str, **setting: str) -> subprocess.CompletedProcess[str]:
        """Run a Python command in the clone, without a terminal; returns when it has ended."""
        return subprocess.run(
            [sys.executable, *command],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            env={**self.environment(), **setting},
        )

    def ask(self, code: str) -> str:
        """Run code that has the tools at hand, and return what it prints."""
        run = self.run("-c", f"import sys; sys.path.insert(0, 'tools'); import environment\n{code}")
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def environment(self) -> dict[str, str]:
        """Return the setting of a player's shell, not of this test run."""
        left_out = ("CI", "LIVEENGINE_REQUIRE_ALL", "VIRTUAL_ENV", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return {**kept, "LIVEENGINE_CACHE": str(self.root / "cache"), "PIP_NO_INDEX": "1"}

    def script(self, name: str, text: str) -> Path:
        """Put an executable into `.venv/bin`."""
        place = self.venv / "bin" / name
        place.unlink(missing_ok=True)
        place.write_text(f"#!{sys.executable}\n{text}")
        place.chmod(0o755)
        return place


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Clone:
    """Return a clone in which nothing has been set up."""
    root = tmp_path / "clone"
    shutil.copytree(repository / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "liveengine").mkdir()
    for name in ("__init__.py", "kernel_cache.py", "compiled.py", "memory.py"):
        shutil.copy(repository / "liveengine" / name, root / "liveengine" / name)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "tiny.py").write_text(BACKEND)
    return Clone(root)
