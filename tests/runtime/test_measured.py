"""What was measured of outputs is kept by name, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.problems import FileError
from liveengine.runtime.measured import forget, load, store

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
kept = st.dictionaries(names, st.floats(0, 500).map(lambda ms: round(ms, 3)), max_size=8)


@given(kept)
def test_what_is_kept_comes_back(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("kept") / "liveengine" / "outputs.toml"
    assert load(path) == {}
    for name, latency_ms in kept.items():
        store(name, latency_ms, path)
    assert load(path) == pytest.approx(kept)


@given(kept, names)
def test_the_latest_counts_and_forgetting_leaves_the_others(tmp_path_factory, kept, name):
    path = tmp_path_factory.mktemp("kept") / "outputs.toml"
    for other, latency_ms in kept.items():
        store(other, latency_ms, path)
    store(name, 1.0, path)
    store(name, 2.0, path)
    assert load(path) == pytest.approx({**kept, name: 2.0})
    forget(name, path)
    kept.pop(name, None)
    assert load(path) == pytest.approx(kept)


def test_forgetting_what_is_not_kept_names_the_nearest(tmp_path):
    path = tmp_path / "outputs.toml"
    with pytest.raises(ValueError, match=r'^nothing is kept of an output "Digitact"$'):
        forget("Digitact", path)
    store("Digitakt", 4.0, path)
    with pytest.raises(ValueError, match=r'did you mean "Digitakt"'):
        forget("Digitact", path)


@pytest.mark.parametrize("latency_ms", [-0.1, 500.1, float("nan")])
def test_what_no_output_can_have_is_not_kept(tmp_path, latency_ms):
    with pytest.raises(ValueError, match=r"is no latency of an output \(0–500 ms\): not kept"):
        store("Digitakt", latency_ms, tmp_path / "outputs.toml")
    assert not (tmp_path / "outputs.toml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[output]]\nport = "a"\n', 'outputs.toml: output "a", key "latency": is missing'),
        ('[[output]]\nport = "a"\nlatency = 900\n', r"900 is outside 0–500 ms"),
        ('[[output]]\nport = "a"\nlatensy = 3\nlatency = 1\n', 'did you mean "latency"'),
        ("nonsense", "outputs.toml: line 1"),
    ],
)
def test_f3_a_file_that_was_spoiled_by_hand_is_told_and_left_as_it_is(tmp_path, text, said):
    path = tmp_path / "outputs.toml"
    path.write_text(text)
    with pytest.raises(FileError, match=said):
        load(path)
    with pytest.raises(FileError):
        store("b", 1.0, path)
    assert path.read_text() == text
