"""MIDI through python-rtmidi: what there is, ports in, ports out.

Works with ALSA, JACK, CoreMIDI and Windows, wherever the wheel has the back
end. Every error here is a MidiPortError in words for the player.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from liveengine.ports.names import first_match, plain

#: After so long a MIDI system is asked once more: JACK may refuse whoever comes while another client is leaving.
AGAIN_S = 0.2


class MidiPortError(OSError):
    """There is no such port, or no MIDI system at all."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what ALSA and JACK print of their own accord off the player's screen."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _library() -> Any:
    try:
        import rtmidi
    except (ImportError, OSError) as error:
        raise MidiPortError(f"python-rtmidi does not load ({error}); Debian: apt install libasound2") from None
    return rtmidi


def _open_any(kind: str) -> Any:
    """Return a MidiIn or MidiOut on the first back end that works here."""
    library = _library()
    refusals: list[str] = []
    for pause_s in (0.0, AGAIN_S):
        time.sleep(pause_s)
        refusals.clear()
        for api in library.get_compiled_api():
            if api == library.API_RTMIDI_DUMMY:
                continue
            try:
                with quiet():
                    return getattr(library, kind)(api, name="liveengine")
            except Exception as refusal:  # python-rtmidi raises its own SystemError and others, by back end
                refusals.append(f"{library.get_api_display_name(api)}: {refusal}")
    raise MidiPortError("no MIDI system answers here (" + "; ".join(refusals) + ")")


def has_midi() -> bool:
    """Say whether any MIDI system answers here."""
    try:
        _open_any("MidiOut").delete()
    except MidiPortError:
        return False
    return True


def output_names() -> list[str]:
    """Name every MIDI output there is. Raises MidiPortError where there is no MIDI system."""
    port = _open_any("MidiOut")
    try:
        return [plain(name) for name in port.get_ports()]
    finally:
        port.delete()


def input_names() -> list[str]:
    """Name every MIDI input there is. Raises MidiPortError where there is no MIDI system."""
    port = _open_any("MidiIn")
    try:
        return [plain(name) for name in port.get_ports()]
    finally:
        port.delete()


def _connect(port: Any, pattern: str, virtual_name: str) -> str:
    """Open the first port that `pattern` means, or a virtual one where it is empty; return its name."""
    if not pattern:
        with _told_as_port_error(port, f"cannot make the MIDI port {virtual_name}"), quiet():
            port.open_virtual_port(virtual_name)
        return f"liveengine:{virtual_name}"
    names = [plain(name) for name in port.get_ports()]
    found = first_match(pattern, names)
    if found is None:
        port.delete()
        known = ", ".join(names) or "none"
        raise MidiPortError(f'no MIDI port called "{pattern}" (there are: {known})')
    with _told_as_port_error(port, f"cannot open the MIDI port {found}"), quiet():
        port.open_port(names.index(found))
    return found


@contextlib.contextmanager
def _told_as_port_error(port: Any, words: str) -> Iterator[None]:
    """Let go of a port that does not open, and say so: python-rtmidi raises its own errors, by back end."""
    try:
        yield
    except Exception as error:
        port.delete()
        raise MidiPortError(f"{words}: {error}") from None


class Output:
    """A MIDI output: the first whose name `pattern` means, or a virtual one where it is empty."""

    def __init__(self, pattern: str = "", virtual_name: str = "midi_out") -> None:
        self._port = _open_any("MidiOut")
        self.name = _connect(self._port, pattern, virtual_name)

    def send(self, data: bytes) -> None:
        """Send one message."""
        self._port.send_message(data)

    def close(self) -> None:
        """Close the port."""
        self._port.close_port()
        self._port.delete()


class Input:
    """A MIDI input that calls `hear(port name, bytes, monotonic ns)` on RtMidi's own thread.

    Active sensing is left out, clock and SysEx are not. The time is taken as the message arrives.
    """

    def __init__(
        self, hear: Callable[[str, bytes, int], None], pattern: str = "", virtual_name: str = "midi_in"
    ) -> None:
        self._port = _open_any("MidiIn")
        self._port.ignore_types(sysex=False, timing=False, active_sense=True)
        self.name = _connect(self._port, pattern, virtual_name)
        self._hear = hear
        self._port.set_callback(self._on_message)

    def _on_message(self, message: tuple[list[int], float], _data: object = None) -> None:
        self._hear(self.name, bytes(message[0]), time.monotonic_ns())

    def close(self) -> None:
        """Close the port."""
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()
