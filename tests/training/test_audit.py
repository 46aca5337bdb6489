"""The audit: it finds what is twice, what leaks and what is refused, and writes pages that can be read."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from made import BEAT, groove_midi, midi, rock

from liveengine.cli import main
from liveengine.training.data import report
from liveengine.training.data.audit import Audit, audit
from liveengine.training.data.collections import Collection, find
from liveengine.training.data.plots import ROWS_MAX, bars
from liveengine.training.data.source import Entry, Licence
from liveengine.training.data.sources.gmd import GrooveMidi


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = [(place * BEAT // 4 * 3 % (8 * BEAT), 38, 90, 30) for place in range(9)]
    return groove_midi(
        tmp_path / "gmd",
        [
            ("drummer1/session1", "rock", "beat", midi(rock(8))),
            ("drummer1/session1", "rock", "beat", midi([(t, p, v // 2, g) for t, p, v, g in rock(8)], bpm=90)),
            ("drummer3/session1", "jazz", "beat", midi(rock(4))),
            ("drummer7/session1", "funk", "fill", midi(sorted(own))),
            ("drummer8/session1", "funk", "beat", b"nothing"),
        ],
    )


def test_the_audit_finds_what_is_twice_and_what_was_seen(folder: Path) -> None:
    found = audit(find("gmd"), folder)
    assert (found.pieces, found.notes) == (4, 12 * 20 + 9)
    assert [Path(other).name[0] for pair in found.duplicates for other in pair] == ["0", "1"]  # whatever its loudness
    assert found.split_duplicates == [] and found.leaking_groups == []
    assert found.seen["test"] == 1.0 and found.seen["validation"] == 0.0
    assert list(found.quarantine) == ["drummer8/session1/4_funk_120_beat_4-4.mid"]
    assert found.lengths == {"8-15 bars": 2, "4-7 bars": 1, "2-3 bars": 1} and found.bars == {"4/4": 22}
    assert found.roles == {"drums": 4} and found.styles == {"rock": 2, "jazz": 1, "funk": 1}


class Leaking(GrooveMidi):
    """The same, split file by file, as one should not."""

    def entries(self, folder: Path):
        for number, entry in enumerate(super().entries(folder)):
            yield Entry(entry.path, entry.group, ("train", "test")[number % 2], entry.style, entry.performer)


def test_a_split_that_leaks_is_found_out(folder: Path) -> None:
    found = audit(Collection(Leaking(), find("gmd").rows), folder)
    assert found.leaking_groups == ["drummer1/session1"]
    assert len(found.split_duplicates) == 1
    assert "group in more than one split: drummer1/session1" in report.page(found)


def test_a_report_is_a_page_numbers_and_charts(folder: Path, tmp_path: Path) -> None:
    report.write(audit(find("gmd"), folder), tmp_path / "out")
    written = {place.name for place in (tmp_path / "out").iterdir()}
    assert written >= {"audit.md", "audit.json", "lengths.svg", "tempos.svg", "roles.svg", "splits.svg", "metres.svg"}
    for place in (tmp_path / "out").glob("*.svg"):
        ElementTree.parse(place)
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["licence"]["name"] == "CC BY 4.0"
    page = (tmp_path / "out" / "audit.md").read_text()
    assert "![Bars by metre](metres.svg)" in page and "not a MIDI file" in page


def test_an_empty_audit_has_a_page() -> None:
    assert report.page(Audit("x", Licence("CC0", "nobody"))).startswith("# x\n")


def test_a_chart_sums_up_what_would_not_fit_and_escapes_names() -> None:
    chart = bars("A & B", {f"<{number}>": float(number) for number in range(ROWS_MAX + 5)}, "h")
    words = [text.text for text in ElementTree.fromstring(chart).iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "A & B" and "5 others" in words and "130 h" in words


def test_the_commands_prepare_audit_and_mind_the_cache(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = str(tmp_path / "cache")
    prepare = ["data", "prepare", "gmd", "--from", str(folder), "--to", cache]
    assert main(prepare) == 0 and "rows: train 14, validation 1, test 3" in capsys.readouterr().out
    assert main(prepare) == 0 and "4 of them from the cache" in capsys.readouterr().out
    assert main(["data", "audit", "gmd", "--from", str(folder), "--cache", cache]) == 0
    assert "## Between the splits" in capsys.readouterr().out
    assert main(["data", "audit", "gmd", "--from", str(folder), "--to", str(tmp_path / "page")]) == 0
    assert (tmp_path / "page" / "audit.md").is_file()
    assert main(["data", "cache", cache]) == 0 and capsys.readouterr().out.splitlines()[-1].startswith("4 pieces")
    assert main(["data", "cache", cache, "--prune", "0"]) == 0
    assert capsys.readouterr().out.startswith("4 pieces thrown away")


def test_what_is_asked_wrongly_is_answered_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "prepare", "gdm", "--from", str(tmp_path), "--to", str(tmp_path)]) == 2
    assert 'did you mean "gmd"' in capsys.readouterr().err
    assert main(["data", "audit", "gmd", "--from", str(tmp_path)]) == 1
    assert "cannot read" in capsys.readouterr().err
    (tmp_path / "info.csv").write_text("a,b\n1,2\n")
    assert main(["data", "audit", "gmd", "--from", str(tmp_path)]) == 2
    assert "is this Groove MIDI?" in capsys.readouterr().err
