"""Where compiled kernels are kept, and when they count as all there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ASK = "from liveengine import kernel_cache as k; print(k.CACHE_DIR.name, k.is_complete())"
MARK = "from liveengine import kernel_cache as k; k.mark_complete()"


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """Copy what the cache looks at, so that its sources can be changed."""
    package = tmp_path / "copy" / "liveengine"
    (package / "sequencer").mkdir(parents=True)
    for name in ("__init__.py", "kernel_cache.py", "compiled.py", "memory.py"):
        shutil.copy(repository / "liveengine" / name, package / name)
    (package / "sequencer" / "ring.py").write_text("SIZE = 1\n")
    return tmp_path / "copy"


def ask(copy: Path, code: str = ASK) -> list[str]:
    setting = {**os.environ, "LIVEENGINE_CACHE": str(copy.parent / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=copy, env=setting
    )
    return run.stdout.split()


def test_kernels_are_complete_once_marked(copy: Path) -> None:
    assert ask(copy)[1] == "False"
    ask(copy, MARK)
    assert ask(copy)[1] == "True"


def test_a_changed_word_in_a_compiled_room_means_another_folder(copy: Path) -> None:
    ask(copy, MARK)
    before = ask(copy)
    (copy / "liveengine" / "sequencer" / "ring.py").write_text("SIZE = 2\n")
    after = ask(copy)
    assert before[0] != after[0]
    assert after[1] == "False"


def test_a_folder_within_a_compiled_room_counts_as_well(copy: Path) -> None:
    before = ask(copy)
    (copy / "liveengine" / "sequencer" / "records").mkdir()
    (copy / "liveengine" / "sequencer" / "records" / "ports.py").write_text("PORTS = 16\n")
    assert ask(copy)[0] != before[0]


def test_a_touched_file_is_compiled_again_as_numba_would(copy: Path) -> None:
    ask(copy, MARK)
    before = ask(copy)
    os.utime(copy / "liveengine" / "sequencer" / "ring.py", (1, 1))
    assert ask(copy) == [before[0], "False"]


def test_a_word_elsewhere_changes_nothing(copy: Path) -> None:
    ask(copy, MARK)
    before = ask(copy)
    (copy / "liveengine" / "engine.py").write_text("x = 1\n")
    assert ask(copy) == before


def test_only_the_longest_untouched_kernels_are_forgotten(copy: Path) -> None:
    ask(copy, MARK)
    cache = copy.parent / "cache"
    for age in range(10):
        old = cache / f"kernels-old{age}"
        old.mkdir()
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    (cache / "something-else").mkdir()
    ask(copy, "from liveengine import kernel_cache as k; k.forget_oldest(keep=4)")
    left = {place.name for place in cache.iterdir()}
    assert left == {ask(copy)[0], "kernels-old0", "kernels-old1", "kernels-old2", "something-else"}


def test_the_compiler_keeps_its_kernels_there() -> None:
    from liveengine import compiled, kernel_cache

    assert compiled.CACHE_DIR == kernel_cache.CACHE_DIR
    assert Path(os.environ["NUMBA_CACHE_DIR"]) == kernel_cache.CACHE_DIR


def test_asking_needs_the_standard_library_only() -> None:
    code = "import sys; from liveengine import kernel_cache; print({'numba', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "set()"
