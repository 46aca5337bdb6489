"""What there is to play on: libraries, compiled kernels, MIDI, JACK, sound cards, OSC.

Every library may be missing, and every server may be frozen: that is found and told, never raised.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from liveengine import kernel_cache
from liveengine.ports.rtmidi import quiet
from liveengine.runtime import devices
from liveengine.runtime.findings import Check
from liveengine.runtime.patience import within

#: What the engine cannot do without, by the names they are installed under.
LIBRARIES = ("numpy", "numba", "mido", "python-rtmidi", "python-osc", "sounddevice", "JACK-Client")
SEQUENCER_DEVICE = Path("/dev/snd/seq")
MIDI = "MIDI"
SOUND_CARD = "sound card"
_APT = "sudo apt-get install -y"


def libraries(wanted: tuple[str, ...] = LIBRARIES) -> Check:
    """Look which Python libraries are installed."""
    why = "the engine is built on them"
    found, missing = [], []
    for name in wanted:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        fix = f"{sys.executable} -m pip install {' '.join(missing)}"
        return Check("Python libraries", "fail", f"missing: {', '.join(missing)}", why, fix)
    return Check("Python libraries", "ok", ", ".join(found), why)


def kernels() -> Check:
    """Look whether the compiled code of these sources is kept."""
    why = "what is not compiled ahead is compiled when the set starts, and that takes a while"
    if kernel_cache.is_complete():
        return Check("compiled kernels", "ok", str(kernel_cache.CACHE_DIR), why)
    return Check("compiled kernels", "warn", "not compiled yet", why, "liveengine doctor --compile")


def midi() -> Check:
    """Ask every MIDI system whether it answers."""
    why = "instruments, controllers and other programs are reached through it"
    try:
        systems = within(devices.midi_systems)
    except (ImportError, OSError) as error:
        fix = f"{_APT} libasound2 libjack-jackd2-0" if sys.platform == "linux" else "reinstall python-rtmidi"
        return Check(MIDI, "warn", f"python-rtmidi does not answer: {error}", why, fix)
    working = [system.name for system in systems if not system.problem]
    found = "; ".join(f"{system.name}: {system.problem or 'answers'}" for system in systems)
    if not working:
        fix = "connect a MIDI interface, load the kernel's sequencer, or start JACK"
        return Check(MIDI, "warn", found or "python-rtmidi has no back end", why, fix)
    return Check(MIDI, "ok", found, why)


def alsa_sequencer(device: Path = SEQUENCER_DEVICE) -> Check:
    """Look for ALSA's sequencer, on Linux."""
    why = "USB and DIN MIDI come through it on Linux"
    if sys.platform != "linux":
        return Check("ALSA sequencer", "ok", "not needed on this system", why)
    if not device.exists():
        fix = "sudo modprobe snd-seq (in a container: start it with --device /dev/snd)"
        return Check("ALSA sequencer", "warn", f"{device} is missing", why, fix)
    if not os.access(device, os.R_OK | os.W_OK):
        fix = "sudo usermod -aG audio $USER; then log out and in"
        return Check("ALSA sequencer", "warn", f"{device} may not be opened by you", why, fix)
    return Check("ALSA sequencer", "ok", str(device), why)


def jack() -> Check:
    """Ask the JACK server for its rate and period."""
    why = "through JACK every note falls on its exact sample"
    try:
        with quiet():
            server = within(devices.jack_server)
    except TimeoutError as error:
        return Check("JACK", "warn", f"the server {error}", why, "restart the JACK server")
    except (ImportError, OSError) as error:
        return Check("JACK", "warn", f"the library is missing: {error}", why, f"{_APT} libjack-jackd2-0")
    if server is None:
        fix = "jackd -d alsa -r 48000 -p 128 (or with PipeWire: pw-jack liveengine play)"
        return Check("JACK", "ok", "no server runs; the timer driver is used instead", why, fix)
    period_ms = 1000 * server.period_frames / server.rate_hz
    found = f"{server.rate_hz} Hz, {server.period_frames} frames a period ({period_ms:.1f} ms)"
    if period_ms > 12:
        return Check("JACK", "warn", found, why, "use a shorter period: jackd … -p 128")
    return Check("JACK", "ok", found, why)


def audio() -> Check:
    """Ask PortAudio for its outputs."""
    why = "the built-in instruments sound through it"
    try:
        with quiet():
            outputs = [device for device in within(devices.audio_devices) if device.outputs]
    except TimeoutError as error:
        return Check(SOUND_CARD, "warn", f"the sound system {error}", why, "restart the sound server")
    except (ImportError, OSError) as error:
        return Check(SOUND_CARD, "warn", f"PortAudio is missing: {error}", why, f"{_APT} libportaudio2")
    if not outputs:
        fix = "connect a sound card, or start JACK or PipeWire"
        return Check(SOUND_CARD, "warn", "no output", why, fix)
    return Check(SOUND_CARD, "ok", ", ".join(f"{device.name} ({device.system})" for device in outputs), why)


def pipewire() -> Check:
    """Look for PipeWire, and for its JACK."""
    why = "where PipeWire runs, JACK programs go through it (pw-jack)"
    place = Path(os.environ.get("PIPEWIRE_RUNTIME_DIR") or os.environ.get("XDG_RUNTIME_DIR") or "/run/nowhere")
    if not (place / "pipewire-0").exists():
        return Check("PipeWire", "ok", "does not run here", why)
    if not shutil.which("pw-jack"):
        return Check("PipeWire", "warn", "runs, without its JACK", why, f"{_APT} pipewire-jack")
    return Check("PipeWire", "ok", "runs, with its JACK: pw-jack liveengine play", why)


def osc(port: int | None = None) -> Check:
    """Try whether the OSC port is free."""
    why = "remotes and the dashboard speak to it"
    try:
        from liveengine.ports.osc import DEFAULT_HOST, DEFAULT_PORT
    except ImportError as error:
        return Check("OSC port", "warn", f"python-osc does not load: {error}", why)
    wanted = DEFAULT_PORT if port is None else port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        try:
            door.bind((DEFAULT_HOST, wanted))
        except OSError as error:
            found = f"{DEFAULT_HOST}:{wanted} is taken ({error.strerror})"
            fix = f"end the other program, or choose a port: liveengine play --osc {DEFAULT_HOST}:{wanted + 1}"
            return Check("OSC port", "warn", found, why, fix)
    return Check("OSC port", "ok", f"{DEFAULT_HOST}:{wanted} is free", why)


def way_out(checks: Iterable[Check]) -> Check:
    """Say whether any of what was found can be heard."""
    why = "without one, nothing is heard"
    ways = [check.name for check in checks if check.name in (MIDI, SOUND_CARD) and check.state == "ok"]
    if ways:
        return Check("way out", "ok", " and ".join(ways), why)
    fix = "see MIDI, JACK and sound card; into a file: liveengine play --headless --record set.mid"
    return Check("way out", "fail", "neither MIDI nor sound", why, fix)


#: In the order they are told; `way_out` sums them up.
CHECKS = (libraries, kernels, midi, alsa_sequencer, jack, audio, pipewire, osc)
