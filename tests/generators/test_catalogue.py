"""The catalogue: built-in names, other packages' proposers, and packages that do not work."""

import sys
from pathlib import Path

import pytest

from liveengine.generators.catalogue import catalogue, find
from liveengine.generators.contract import Controls
from liveengine.generators.models import shipped
from liveengine.generators.rules import RULES
from liveengine.music.note import Bar

PACKAGE = """
from liveengine.music.note import Bar
NUMBER = 7
def silence(source, locks, controls, seed, model):
    return Bar((), controls.length)
"""

ENTRY_POINTS = """
[liveengine.generators]
silence = silent_music:silence
gone = silent_music:gone
broken = broken_music:anything
number = silent_music:NUMBER
phi = silent_music:silence
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a real package with one good entry point and four bad ones."""
    (tmp_path / "silent_music.py").write_text(PACKAGE)
    (tmp_path / "broken_music.py").write_text("raise RuntimeError('no such licence')\n")
    facts = tmp_path / "silent_music-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: silent-music\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("silent_music", "broken_music"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_the_built_in_proposers_are_found_by_name() -> None:
    assert set(RULES) == {"euclid", "fibonacci", "phi", "polyrhythm"}
    assert all(find(name) is rule for name, rule in RULES.items())


@pytest.mark.usefixtures("installed")
def test_another_packages_proposer_is_found() -> None:
    assert find("silence")(None, frozenset(), Controls(), 1, "") == Bar((), Controls().length)


@pytest.mark.usefixtures("installed")
def test_a_broken_package_is_told_and_stops_nothing() -> None:
    told: list[str] = []
    proposers = catalogue(told.append)
    assert set(proposers) == {*RULES, *shipped(), "silence"}
    assert proposers["phi"] is RULES["phi"]
    complaints = {message.split('"')[1]: message for message in told}
    assert set(complaints) == {"gone", "broken", "number", "phi"}
    assert "no such licence" in complaints["broken"]
    assert "the name is taken" in complaints["phi"]


def test_an_unknown_generator_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r'no generator called "fibonaci" .did you mean "fibonacci"'):
        find("fibonaci")
