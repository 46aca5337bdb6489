"""Collections that tests make themselves: MIDI files of a few bars, in folders as the real ones are."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

import mido
import pytest

#: (tick, pitch, velocity, gate) at 480 ticks a quarter.
Hit = tuple[int, int, int, int]

BEAT = 480


def data_folder(name: str) -> Path:
    """Return a real collection's folder, from LIVEENGINE_DATA; skip where there is none."""
    place = os.environ.get("LIVEENGINE_DATA")
    if not place or not (Path(place) / name).is_dir():
        pytest.skip(f"this machine has no {name} (LIVEENGINE_DATA names the folder of collections)")
    return Path(place) / name


def midi(hits: Iterable[Hit], channel: int = 9, bpm: float = 120.0, metre: tuple[int, int] = (4, 4)) -> bytes:
    """Return a type 0 file of these notes."""
    file = mido.MidiFile(type=0, ticks_per_beat=BEAT)
    track = file.add_track("made")
    track.append(mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]))
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    events = []
    for tick, pitch, velocity, gate in hits:
        events.append((tick, 1, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((tick + gate, 0, mido.Message("note_off", channel=channel, note=pitch)))
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def rock(bars: int, late: int = 0) -> list[Hit]:
    """Kick, snare and hats in eighths; hats `late` ticks behind."""
    hits = []
    for bar in range(bars):
        start = bar * 4 * BEAT
        hits += [(start + eighth * BEAT // 2 + late, 42, 60 + 10 * (eighth % 2), 60) for eighth in range(8)]
        hits += [(start + beat * BEAT, 36 if beat % 2 == 0 else 38, 100, 60) for beat in range(4)]
    return hits


GMD_COLUMNS = (
    *("drummer", "session", "id", "style", "bpm", "beat_type", "time_signature", "midi_filename"),
    *("audio_filename", "duration", "split"),
)


def groove_midi(folder: Path, performances: Iterable[tuple[str, str, str, bytes]]) -> Path:
    """Write a collection like Groove MIDI: (session, style, beat or fill, file's bytes) each."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "info.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(GMD_COLUMNS)
        for number, (session, style, kind, data) in enumerate(performances):
            path = f"{session}/{number}_{style.replace('/', '-')}_120_{kind}_4-4.mid"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            drummer = session.split("/")[0]
            table.writerow([drummer, session, f"{session}/{number}", style, 120, kind, "4-4", path, "", 1.0, "train"])
    return folder
