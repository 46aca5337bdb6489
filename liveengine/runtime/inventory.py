"""`liveengine ports`: what is connected, and what it is good for."""

from __future__ import annotations

import json as json_text
from typing import Any

from liveengine.ports.rtmidi import quiet
from liveengine.runtime import devices
from liveengine.runtime.patience import within

_GOOD_FOR = {
    "midi_in": "pads, knobs and keys, by a mapping",
    "midi_out": "an instrument: port = in a patch's track",
    ("audio", "source"): "a sound to record",
    ("audio", "destination"): "hearing the built-in instruments",
    ("midi", "source"): "pads, knobs and keys, on their exact sample",
    ("midi", "destination"): "an instrument, on its exact sample",
}

_TITLES = {
    "midi_in": "MIDI inputs",
    "midi_out": "MIDI outputs",
    "audio": "Sound",
    "jack": "JACK",
    "osc": "OSC",
    "missing": "Not there",
}


def list_ports() -> dict[str, list[dict[str, Any]]]:
    """List MIDI inputs and outputs, sound devices, JACK ports and the OSC address, and what is missing.

    Each entry has a `name` and says what it is good for in `use`; plain values only. Never raises for what is
    missing or frozen.
    """
    found: dict[str, list[dict[str, Any]]] = {title: [] for title in _TITLES}
    for add in (_midi, _audio, _jack, _osc):
        try:
            with quiet():
                within(lambda add=add: add(found))  # type: ignore[misc]
        except (ImportError, OSError) as error:
            found["missing"].append({"name": add.__name__.strip("_"), "problem": str(error), "use": _DOCTOR})
    return found


_DOCTOR = "`liveengine doctor` tells the cure"


def _midi(found: dict[str, list[dict[str, Any]]]) -> None:
    for system in devices.midi_systems():
        if system.problem:
            found["missing"].append({"name": f"{system.name} MIDI", "problem": system.problem, "use": _DOCTOR})
        for key, names in (("midi_in", system.inputs), ("midi_out", system.outputs)):
            found[key].extend({"name": name, "system": system.name, "use": _GOOD_FOR[key]} for name in names)


def _audio(found: dict[str, list[dict[str, Any]]]) -> None:
    for device in devices.audio_devices():
        use = "hearing the built-in instruments" if device.outputs else "a sound to record"
        found["audio"].append(
            {
                "name": device.name,
                "system": device.system,
                "channels_in": device.inputs,
                "channels_out": device.outputs,
                "rate_hz": device.rate_hz,
                "default": device.default,
                "use": use,
            }
        )


def _jack(found: dict[str, list[dict[str, Any]]]) -> None:
    server = devices.jack_server()
    if server is None:
        found["missing"].append({"name": "JACK", "problem": "no server runs", "use": _DOCTOR})
        return
    for name, kind, flow in server.ports:
        found["jack"].append({"name": name, "kind": kind, "flow": flow, "use": _GOOD_FOR[kind, flow]})


def _osc(found: dict[str, list[dict[str, Any]]]) -> None:
    from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT

    use = "remotes and the dashboard; liveengine play listens here"
    found["osc"].append({"name": f"{DEFAULT_HOST}:{DEFAULT_PORT}", "use": use})


def told(found: dict[str, list[dict[str, Any]]]) -> str:
    """Write a list of ports out for a person."""
    lines = []
    for key, title in _TITLES.items():
        lines.append(f"{title}:" if found[key] else f"{title}: none")
        for entry in found[key]:
            detail = entry.get("problem") or entry.get("system") or entry.get("kind") or ""
            lines.append(f"  {entry['name']}" + (f"  [{detail}]" if detail else "") + f"  {entry['use']}")
    return "\n".join(lines)


def main(json: bool) -> int:
    """Run `liveengine ports`; return its exit code, which is 0: an empty list is an answer too."""
    found = list_ports()
    print(json_text.dumps(found, indent=2, ensure_ascii=False) if json else told(found))
    return 0
