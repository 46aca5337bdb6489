"""Ask the MIDI, JACK and sound systems what they have.

Each raises ImportError or OSError where its library is missing; run them under `patience.within`, since a frozen
server never answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.ports.names import plain
from liveengine.ports.rtmidi import quiet


@dataclass(frozen=True, slots=True)
class MidiSystem:
    """One of python-rtmidi's back ends: its ports, or why it does not answer."""

    name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JackServer:
    """A running JACK server and its ports: (name, "audio" or "midi", "source" or "destination")."""

    rate_hz: int
    period_frames: int
    ports: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class AudioDevice:
    """A sound card, or a server that acts as one; `inputs` and `outputs` count channels."""

    name: str
    system: str
    inputs: int
    outputs: int
    rate_hz: float
    default: bool


def midi_systems() -> tuple[MidiSystem, ...]:
    """Ask every back end that python-rtmidi was built with."""
    import rtmidi

    return tuple(_midi_system(api) for api in rtmidi.get_compiled_api() if api != rtmidi.API_RTMIDI_DUMMY)


def _no_jack() -> bool:
    """Say whether JACK has no server: python-rtmidi then opens ports to nowhere, and calls that a success."""
    try:
        return jack_server() is None
    except (ImportError, OSError):
        return True


def _midi_system(api: int) -> MidiSystem:
    import rtmidi

    name = rtmidi.get_api_display_name(api)
    if api == rtmidi.API_UNIX_JACK and _no_jack():
        return MidiSystem(name, problem="no server runs")
    ports: list[tuple[str, ...]] = []
    for kind in (rtmidi.MidiIn, rtmidi.MidiOut):
        try:
            with quiet():
                port = kind(api, name="liveengine ports")
        except Exception as error:  # python-rtmidi's own, which are no OSError
            return MidiSystem(name, problem=str(error).rstrip(".").split(": ", 1)[-1])
        try:
            with quiet():
                ports.append(tuple(plain(port_name) for port_name in port.get_ports()))
        finally:
            port.delete()
    return MidiSystem(name, inputs=ports[0], outputs=ports[1])


def jack_server() -> JackServer | None:
    """Ask the JACK server; None where none runs. Never starts one."""
    import jack

    jack.set_error_function(lambda _message: None)
    jack.set_info_function(lambda _message: None)
    try:
        client = jack.Client("liveengine ports", no_start_server=True)
    except jack.JackError:
        return None
    try:
        ports = tuple(
            (port.name, "midi" if port.is_midi else "audio", "source" if port.is_output else "destination")
            for port in client.get_ports()
        )
        return JackServer(client.samplerate, client.blocksize, ports)
    finally:
        client.close()


def audio_devices() -> tuple[AudioDevice, ...]:
    """Ask PortAudio for every device."""
    import sounddevice

    systems = sounddevice.query_hostapis()
    defaults = {system["default_output_device"] for system in systems}
    return tuple(
        AudioDevice(
            name=device["name"],
            system=systems[device["hostapi"]]["name"],
            inputs=device["max_input_channels"],
            outputs=device["max_output_channels"],
            rate_hz=device["default_samplerate"],
            default=number in defaults,
        )
        for number, device in enumerate(sounddevice.query_devices())
    )
