"""Keys, pedals and controls: what each event does to the voices.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.drum import begin_drum
from liveengine.instruments.kit import DRUM_OF_NOTE
from liveengine.instruments.rack import GRID, HELD_KEYS, POLYPHONY, VOICES, Rack
from liveengine.instruments.ticks import tick_strip, tick_voice
from liveengine.instruments.voice import ATTACK, FADE_S, FADING, FREE, HELD, PEDAL, RELEASED, tuned
from liveengine.music.event import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
    SUSTAIN,
    TUNE,
)
from liveengine.music.sound import (
    CHOOSE_SOUND,
    CONTROL_ROOM,
    MASTER_CONTROLS,
    SOUND_CONTROLS,
    SOUND_NUMBER,
    SOUNDS,
    STRIPS,
    SoundControl,
)

DRUMS = SOUND_NUMBER["drums"]
BASS = SOUND_NUMBER["bass"]
PAD = SOUND_NUMBER["pad"]

MODULATION = 1
BEND_SEMITONES = 2.0

#: Loudness goes with velocity to this power.
CURVE = 1.6

#: A drum or key that is struck again gives way to its next self a little slower than a stolen voice.
RESTRIKE_S = 0.02

#: Waves that start a golden angle apart never line up.
SCATTER = 0.6180339887498949


def _range_of(table: tuple[SoundControl, ...]) -> NDArray[np.float64]:
    """Return the lowest and highest value of each control number, float64 (2, CONTROL_ROOM)."""
    ends = np.zeros((2, CONTROL_ROOM))
    for control in table:
        ends[:, control.number] = control.low, control.high
    return ends


STRIP_RANGE = _range_of(SOUND_CONTROLS)
MASTER_RANGE = _range_of(MASTER_CONTROLS)


@compiled
def take_event(rack: Rack, event: Any) -> None:
    """Do what one event asks. Whatever it does not know it leaves alone."""
    track = event.track
    if event.size == 0:
        if event.b0 == TUNE:
            tune(rack, event.b1, event.value)
        else:
            set_control(rack, track, event.b1, event.value)
        return
    if track < 0 or track >= STRIPS:
        return
    kind = event.b0 & 0xF0
    if kind == NOTE_ON and event.b2 > 0:
        strike(rack, track, event.b1 & 0x7F, event.b2 & 0x7F)
    elif kind in (NOTE_OFF, NOTE_ON):
        let_go(rack, track, event.b1 & 0x7F)
    elif kind == CONTROL_CHANGE:
        _take_controller(rack, track, event.b1, event.b2)
    elif kind == PITCH_BEND:
        rack.strips[track].bend_goal = (event.b1 + 128 * event.b2 - 8192) / 8192.0 * BEND_SEMITONES


@compiled
def _take_controller(rack: Rack, track: int, number: int, value: int) -> None:
    strip = rack.strips[track]
    if number == ALL_SOUND_OFF:
        silence(rack, track)
    elif number == ALL_NOTES_OFF:
        let_all_go(rack, track)
    elif number == SUSTAIN:
        strip.pedal = 1 if value >= 64 else 0
        if strip.pedal == 0:
            for voice in rack.voices:
                if voice.strip == track and voice.state == PEDAL:
                    voice.state = RELEASED
    elif number == MODULATION:
        strip.mod_goal = value / 127.0


@compiled
def set_control(rack: Rack, track: int, number: int, value: float) -> None:
    """Set a control of a strip, or of the master where `track` is -1, within its range; NaN is dropped."""
    if number >= CONTROL_ROOM or track >= STRIPS or track < -1 or not np.isfinite(value):
        return
    if number != CHOOSE_SOUND:
        table = MASTER_RANGE if track < 0 else STRIP_RANGE
        base = (STRIPS if track < 0 else track) * CONTROL_ROOM
        rack.goals[base + number] = min(max(value, table[0, number]), table[1, number])
    elif track >= 0 and 0 <= value < len(SOUNDS) and rack.strips[track].sound != int(value):
        silence(rack, track)
        rack.strips[track].sound = int(value)


@compiled
def tune(rack: Rack, key: int, semitones: float) -> None:
    """Tune a key, or move all by so much; what sounds goes there smoothly. What is no pitch is dropped."""
    if key >= rack.tuning.size or not np.isfinite(semitones):
        return
    rack.tuning_goals[key] = semitones
    for strip in rack.strips:
        if strip.busy:
            return
    rack.tuning[key] = semitones


@compiled
def silence(rack: Rack, track: int) -> None:
    """Fade all voices of a strip within a few milliseconds."""
    rack.strips[track].held = 0
    for voice in rack.voices:
        if voice.strip == track and voice.state != FREE:
            _give_way(voice, FADE_S)


@compiled
def let_all_go(rack: Rack, track: int) -> None:
    """Let go of every key of a strip, whatever the pedal."""
    rack.strips[track].held = 0
    for voice in rack.voices:
        if voice.strip == track and voice.state in (HELD, PEDAL) and voice.sound != DRUMS:
            voice.state = RELEASED


@compiled
def _give_way(voice: Any, seconds: float) -> None:
    if voice.state != FADING:
        voice.fade_s = seconds
    voice.fade_s = min(voice.fade_s, seconds)
    voice.state = FADING


@compiled
def strike(rack: Rack, track: int, pitch: int, velocity: int) -> None:
    """Begin a note, or slide a mono sound's voice to it."""
    sound = rack.strips[track].sound
    if sound == DRUMS:
        if DRUM_OF_NOTE[pitch] >= 0:
            _choke(rack, track, DRUM_OF_NOTE[pitch])
            _begin(rack, track, pitch, velocity)
        return
    if sound == BASS:
        _press(rack, track, pitch)
    for voice in rack.voices:
        if voice.strip != track or voice.sound != sound or voice.state in (FREE, FADING):
            continue
        if sound == BASS:
            _strike_again(rack, voice, pitch, velocity)
            return
        if voice.pitch == pitch:
            _give_way(voice, RESTRIKE_S)
    _begin(rack, track, pitch, velocity)


@compiled
def _strike_again(rack: Rack, voice: Any, pitch: int, velocity: int) -> None:
    """Move the one voice of a mono sound: tied if a key is still down, else struck from where it is."""
    if voice.state == RELEASED:
        voice.stage = ATTACK
        voice.contour = 1.0
        voice.note = tuned(rack, pitch)
    voice.state = HELD
    voice.pitch = pitch
    voice.velocity = velocity / 127.0
    voice.curve = voice.velocity**CURVE


@compiled
def _choke(rack: Rack, track: int, row: int) -> None:
    """Silence the last stroke of this drum and of the drums that share its group."""
    group = rack.kit[row].group
    for voice in rack.voices:
        if voice.strip == track and voice.sound == DRUMS and voice.state != FREE:
            same_group = group > 0 and rack.kit[voice.drum].group == group
            if voice.drum == row or same_group:
                _give_way(voice, RESTRIKE_S)


@compiled
def _begin(rack: Rack, track: int, pitch: int, velocity: int) -> None:
    """Start a voice. With every voice fading at once there is none to start, and the note is not played."""
    number = _free_voice(rack)
    if number < 0:
        return
    master, voice = rack.master[0], rack.voices[number]
    master.strikes += 1
    if rack.strips[track].busy == 0:
        # A silent strip's controls are not moved; now they are wanted where they were set.
        tick_strip(rack, track)
        rack.strips[track].busy = 1
    voice.state, voice.strip, voice.sound, voice.pitch = HELD, track, rack.strips[track].sound, pitch
    voice.age, voice.stage, voice.velocity = master.strikes, ATTACK, velocity / 127.0
    voice.curve = voice.velocity**CURVE
    voice.noise = np.uint64(master.strikes) * np.uint64(0x9E3779B97F4A7C15)
    voice.note = tuned(rack, pitch)
    voice.fade, voice.envelope, voice.contour, voice.spark = 1.0, 0.0, 1.0, 1.0
    voice.amp = 0.0
    for index in range(6):
        scatter = SCATTER * (index * 7 + master.strikes % 16)
        voice.phase[index] = 0.0 if index == 0 or voice.sound != PAD else scatter - int(scatter)
    for index in range(4):
        voice.filter[index] = 0.0
    for index in range(6):
        voice.metal[index] = np.uint32(0)
    if voice.sound == DRUMS:
        voice.drum = DRUM_OF_NOTE[pitch]
        begin_drum(voice, rack.kit[voice.drum], rack.controls, master.rate)
    tick_voice(rack, voice, GRID - master.clock % GRID, True)


@compiled
def _free_voice(rack: Rack) -> int:
    """Return a free voice, or -1. If the house is full the least missed one starts to fade first."""
    free, sounding, victim, least = -1, 0, -1, 1e9
    newest = rack.master[0].strikes
    for number in range(VOICES):
        voice = rack.voices[number]
        if voice.state == FREE:
            free = number
        elif voice.state != FADING:
            sounding += 1
            missed = voice.amp * (0.25 if voice.state == RELEASED else 1.0)
            if newest - voice.age < 8:
                missed += 1.0
            if missed < least:
                victim, least = number, missed
    if sounding >= POLYPHONY and free >= 0:
        _give_way(rack.voices[victim], FADE_S)
    return free


@compiled
def let_go(rack: Rack, track: int, pitch: int) -> None:
    """Let go of a key: release its voice, leave it to the pedal, or slide back to a key still down."""
    strip = rack.strips[track]
    back = _lift(rack, track, pitch) if strip.sound == BASS else -1
    for voice in rack.voices:
        if voice.strip == track and voice.state == HELD and voice.sound != DRUMS and voice.pitch == pitch:
            if back >= 0:
                voice.pitch = back
            else:
                voice.state = PEDAL if strip.pedal else RELEASED


@compiled
def _press(rack: Rack, track: int, pitch: int) -> None:
    """Remember a key, last; the oldest is forgotten when there are too many."""
    _lift(rack, track, pitch)
    strip, first = rack.strips[track], track * HELD_KEYS
    if strip.held == HELD_KEYS:
        for index in range(HELD_KEYS - 1):
            rack.keys[first + index] = rack.keys[first + index + 1]
        strip.held -= 1
    rack.keys[first + strip.held] = pitch
    strip.held += 1


@compiled
def _lift(rack: Rack, track: int, pitch: int) -> int:
    """Forget a key and return the last one still down, or -1."""
    strip, first = rack.strips[track], track * HELD_KEYS
    kept = 0
    for index in range(strip.held):
        key = rack.keys[first + index]
        if key != pitch:
            rack.keys[first + kept] = key
            kept += 1
    strip.held = kept
    return int(rack.keys[first + kept - 1]) if kept > 0 else -1
