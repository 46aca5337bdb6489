"""The doctor: a verdict as good as the worst check, a cure for every fault, and no fault of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine import kernel_cache
from liveengine.runtime import doctor, inventory, model_checks, sound_checks, system_checks
from liveengine.runtime.findings import CANNOT, READY, WITH_CARE, Check, Report
from liveengine.runtime.patience import within

states = st.sampled_from(["ok", "warn", "fail"])
reports = st.lists(states, min_size=1, max_size=8).map(
    lambda found: Report(tuple(Check(f"c{n}", state, "found", "why", "cure") for n, state in enumerate(found)))
)


@given(reports)
def test_the_verdict_is_as_good_as_the_worst_check(report: Report) -> None:
    worst = max(report.checks, key=lambda check: ["ok", "warn", "fail"].index(check.state)).state
    assert report.verdict == {"ok": READY, "warn": WITH_CARE, "fail": CANNOT}[worst]


@given(reports)
def test_what_is_told_shows_every_check_and_the_cure_of_every_fault(report: Report) -> None:
    text = doctor.told(report)
    assert all(check.name in text for check in report.checks)
    assert text.count("→ cure") == sum(check.state != "ok" for check in report.checks)
    assert text.splitlines()[-1] == f"{report.verdict.capitalize()}."
    assert "\033" not in text
    assert "\033" in doctor.told(report, colour=True)


def test_this_machine_is_examined_in_full() -> None:
    report = doctor.examine()
    names = [check.name for check in report.checks]
    assert (
        len(names)
        == len(set(names))
        == 1 + sum(len(each.CHECKS) for each in (system_checks, model_checks, sound_checks))
    )
    for check in report.checks:
        assert check.found and check.why
        assert check.fix or check.state == "ok", f"{check.name}: a fault without a cure"


def test_the_json_is_the_report_and_alone_on_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    code = doctor.main(json=True, compile=False)
    out, err = capfd.readouterr()
    found = json.loads(out)
    assert (found["verdict"] == CANNOT) == (code == 1)
    assert {"name", "state", "found", "why", "fix"} == set(found["checks"][0])
    assert err == ""  # what ALSA and JACK print of their own accord is kept off


HIDE = """
import sys
for name in ("rtmidi", "jack", "sounddevice", "pythonosc", "mido"):
    sys.modules[name] = None
from liveengine.runtime import doctor, inventory
print(doctor.examine().verdict)
print(len(inventory.list_ports()["missing"]))
"""


def test_a_machine_without_any_library_is_examined_too() -> None:
    run = subprocess.run([sys.executable, "-c", HIDE], check=True, capture_output=True, text=True)
    assert run.stdout.split("\n")[:2] == [CANNOT, "4"]
    assert run.stderr == ""


def test_a_missing_library_is_named_with_the_line_that_installs_it() -> None:
    check = sound_checks.libraries(("numpy", "no-such-library"))
    assert check.state == "fail"
    assert check.found == "missing: no-such-library"
    assert check.fix.endswith("-m pip install no-such-library")


def test_a_server_that_never_answers_is_left_behind() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError, match=r"did not answer within 0\.05 s"):
        within(never.wait, seconds=0.05)
    never.set()
    assert within(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(lambda: 1 // 0)


def test_a_frozen_sound_system_is_told_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def frozen(_question: object) -> None:
        raise TimeoutError("did not answer within 5 s")

    monkeypatch.setattr(sound_checks, "within", frozen)
    for look in (sound_checks.jack, sound_checks.audio, sound_checks.midi):
        check = look()
        assert check.state == "warn"
        assert "did not answer" in check.found


def test_a_taken_osc_port_is_told_with_another_to_use() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        check = sound_checks.osc(port)
        assert check.state == "warn"
        assert f"--osc 127.0.0.1:{port + 1}" in check.fix
    assert sound_checks.osc(port).state == "ok"


def test_a_running_jack_server_is_found_with_its_rate_and_ports(jack_server) -> None:
    check = sound_checks.jack()
    assert check.state == "ok"
    assert check.found.startswith("48000 Hz, 128 frames")
    names = {port["name"]: port["use"] for port in inventory.list_ports()["jack"]}
    assert names["system:playback_1"] == "hearing the built-in instruments"


NO_SERVER = """
from liveengine.runtime import devices, sound_checks
print(devices.jack_server(), [s.problem for s in devices.midi_systems() if "jack" in s.name.lower()])
"""


def test_without_a_jack_server_its_midi_is_not_said_to_answer() -> None:
    setting = {**os.environ, "JACK_DEFAULT_SERVER": "nobody-runs-this"}
    run = subprocess.run([sys.executable, "-c", NO_SERVER], check=True, capture_output=True, text=True, env=setting)
    assert run.stdout.startswith("None ")
    assert "''" not in run.stdout


@pytest.mark.parametrize(("governors", "state"), [("performance", "ok"), ("powersave", "warn"), ("", "ok")])
def test_a_governor_that_saves_power_is_told(tmp_path: Path, governors: str, state: str) -> None:
    if governors:
        place = tmp_path / "devices/system/cpu/cpu0/cpufreq"
        place.mkdir(parents=True)
        (place / "scaling_governor").write_text(f"{governors}\n")
    assert system_checks.governor(tmp_path).state == state


@pytest.mark.parametrize(
    ("free_swap", "available", "state"), [(1 << 20, 1 << 20, "ok"), (0, 1 << 20, "ok"), (0, 1 << 16, "warn")]
)
def test_swap_matters_when_memory_is_short(tmp_path: Path, free_swap: int, available: int, state: str) -> None:
    (tmp_path / "meminfo").write_text(
        f"SwapTotal: {1 << 20} kB\nSwapFree: {free_swap} kB\nMemAvailable: {available} kB\n"
    )
    assert system_checks.swap(tmp_path).state == state


def test_the_sequencer_device_is_asked_for(tmp_path: Path) -> None:
    assert sound_checks.alsa_sequencer(tmp_path / "seq").state == "warn"
    (tmp_path / "seq").touch()
    assert sound_checks.alsa_sequencer(tmp_path / "seq").state == "ok"


def test_asking_for_priority_leaves_this_thread_as_it_was() -> None:
    before = os.sched_getscheduler(0)
    system_checks.priority()
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("midi", "card", "state"),
    [("ok", "ok", "ok"), ("ok", "warn", "ok"), ("warn", "ok", "ok"), ("warn", "warn", "fail")],
)
def test_one_way_out_is_enough(midi: str, card: str, state: str) -> None:
    checks = [Check(sound_checks.MIDI, midi, "", ""), Check(sound_checks.SOUND_CARD, card, "", "")]  # type: ignore[arg-type]
    assert sound_checks.way_out(checks).state == state


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the marks of these tests out of the player's cache."""
    monkeypatch.setattr(kernel_cache, "CACHE_DIR", tmp_path / "kernels-test")


@pytest.mark.usefixtures("own_cache")
def test_compiling_runs_every_step_in_order_and_leaves_the_mark() -> None:
    ran: list[str] = []
    told: list[tuple[str, int, int]] = []
    steps = [(name, lambda name=name: ran.append(name)) for name in ("a", "b", "c")]
    doctor.compile_kernels(lambda label, done, total, _seconds: told.append((label, done, total)), steps)
    assert ran == ["a", "b", "c"]
    assert told == [("a", 0, 3), ("b", 1, 3), ("c", 2, 3), ("done", 3, 3)]
    assert sound_checks.kernels().state == "ok"


@pytest.mark.usefixtures("own_cache")
def test_a_step_that_fails_leaves_no_mark() -> None:
    with pytest.raises(ZeroDivisionError):
        doctor.compile_kernels(lambda *_: None, [("a", lambda: None), ("b", lambda: 1 // 0)])  # type: ignore[list-item, return-value]
    assert sound_checks.kernels().state == "warn"


@pytest.mark.usefixtures("own_cache")
def test_progress_is_a_plain_line_a_step_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.compile_kernels(doctor.show_progress, [("bass", lambda: None), ("keys", lambda: None)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("compiling: bass (1/2")
    assert lines[1].startswith("compiling: keys (2/2")
    assert lines[2].startswith("compiled: 2 of 2 steps")


def test_ports_are_listed_for_people_and_for_programs(capfd: pytest.CaptureFixture[str]) -> None:
    assert inventory.main(json=True) == 0
    out, err = capfd.readouterr()
    found = json.loads(out)
    assert set(found) == {"midi_in", "midi_out", "audio", "jack", "osc", "missing"}
    assert all(entry["name"] and entry["use"] for entries in found.values() for entry in entries)
    assert err == ""
    assert inventory.main(json=False) == 0
    assert "127.0.0.1:9000" in capfd.readouterr().out
