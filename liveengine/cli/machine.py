"""Commands about the machine: its ports, what it can do, how well it keeps time."""

from __future__ import annotations

import argparse
from pathlib import Path

from liveengine.cli.arguments import seconds
from liveengine.cli.command import Command


def _ports_arguments(ports: argparse.ArgumentParser) -> None:
    ports.add_argument("--json", action="store_true", help="for programs")


def _ports(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import inventory

    return inventory.main(arguments.json)


def _doctor_arguments(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument("--compile", action="store_true", help="compile everything ahead of the first set")


def _doctor(arguments: argparse.Namespace) -> int:
    from liveengine.runtime import doctor

    return doctor.main(arguments.json, arguments.compile)


# fmt: off
def _litmus_arguments(litmus: argparse.ArgumentParser) -> None:
    add = litmus.add_argument
    add("--audio", action="store_true", help="play clicks from an audio output to an audio input, instead of notes")
    add("--out", default="", metavar="PORT",
        help="output to send to (default: our own MIDI, looped back; with --audio the sound card's first)")
    add("--in", dest="back", default="", metavar="PORT", help="input that the cable comes back to")
    add("--driver", choices=("auto", "jack", "timer"), default="auto",
        help="JACK where it runs, else python-rtmidi, or PortAudio")
    add("--seconds", type=seconds, default=10.0, metavar="N", help="how long to measure (default: 10)")
    add("--json", type=Path, metavar="FILE", help="write every number into a file")
    add("--picture", type=Path, metavar="FILE.svg", help="draw the histogram")
    add("--store", action="store_true", help="keep the way out as that output's latency, without asking")
    add("--forget", metavar="PORT", help="keep an output's latency no longer")
# fmt: on


def _litmus(arguments: argparse.Namespace) -> int:
    from liveengine.runtime.litmus import command

    return command.main(arguments)


PORTS = Command("ports", "list MIDI, audio, JACK and OSC ports", _ports_arguments, _ports)
DOCTOR = Command("doctor", "say what this machine can do, and how to improve it", _doctor_arguments, _doctor)
LITMUS = Command("litmus", "measure how a pair of ports keeps time, by a cable or loop", _litmus_arguments, _litmus)
