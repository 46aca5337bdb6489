"""The built-in sounds and everything on them that can be turned.

One table for the strips, one for the master. The engine's parameters, the
screen, the remote layouts and the compiled voices all read these, so that
a control has one number, one range and one meaning everywhere.

Where a control runs from 0 to 1 with 0.5 in the middle, 0.5 is the sound as
it was voiced, and each end is as far as it still makes music.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The built-in sounds, in the order of their numbers.
SOUNDS = ("drums", "bass", "keys", "pad")
SOUND_NUMBER = {name: number for number, name in enumerate(SOUNDS)}

#: Control 0 of a strip chooses its sound; the value is a SOUND_NUMBER. A word, so it is no SoundControl.
CHOOSE_SOUND = 0
DEFAULT_SOUND = "keys"

#: How many strips the rack has: one a track.
STRIPS = 16

#: General MIDI's note for each drum that the kit is built of.
DRUM_NOTES = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "hat": 42,
    "open": 46,
    "lowtom": 45,
    "midtom": 47,
    "hightom": 50,
    "crash": 49,
    "ride": 51,
}

#: Every General MIDI note that strikes a drum, its neighbours' notes included.
NOTE_DRUM = {
    35: "kick",
    36: "kick",
    37: "rim",
    38: "snare",
    39: "clap",
    40: "snare",
    41: "lowtom",
    42: "hat",
    43: "lowtom",
    44: "hat",
    45: "lowtom",
    46: "open",
    47: "midtom",
    48: "hightom",
    49: "crash",
    50: "hightom",
    51: "ride",
    53: "ride",
    57: "crash",
    59: "ride",
}

#: At or below this a level is silence.
SILENCE_DB = -60.0


@dataclass(frozen=True, slots=True)
class SoundControl:
    """One control: what it is called, its number in an event's `b1`, its range, and what it does.

    `sounds` names the sounds that listen to it; it is empty for a master control.
    """

    name: str
    number: int
    low: float
    high: float
    default: float
    unit: str
    meaning: str
    sounds: tuple[str, ...] = SOUNDS

    def clamp(self, value: float) -> float:
        """Bring `value` into the control's range."""
        return min(max(value, self.low), self.high)


SOUND_CONTROLS: tuple[SoundControl, ...] = (
    SoundControl("level", 1, SILENCE_DB, 6.0, 0.0, "dB", "Loudness of the strip; the bottom is silence"),
    SoundControl("pan", 2, -1.0, 1.0, 0.0, "", "Place between left (-1) and right (1)"),
    SoundControl("reverb", 3, 0.0, 1.0, 0.2, "", "How much goes to the reverb"),
    SoundControl("delay", 4, 0.0, 1.0, 0.0, "", "How much goes to the delay"),
    SoundControl("tone", 5, 0.0, 1.0, 0.5, "", "From dark to bright"),
    SoundControl("decay", 6, 0.0, 1.0, 0.5, "", "How long a struck sound rings, from short to long"),
    SoundControl("drive", 7, 0.0, 1.0, 0.0, "", "From clean to saturated"),
    SoundControl("shape", 8, 0.0, 1.0, 0.5, "",
                 "Drums from body to noise, bass and pad from saw to square, keys from round to bell"),
    SoundControl("tune", 9, -24.0, 24.0, 0.0, "semitones", "Higher or lower than played"),
    SoundControl("attack", 10, 0.0, 1.0, 0.5, "", "How slowly a note comes in", ("bass", "keys", "pad")),
    SoundControl("release", 11, 0.0, 1.0, 0.5, "", "How slowly a note goes away", ("bass", "keys", "pad")),
    SoundControl("edge", 12, 0.0, 1.0, 0.3, "", "Resonance of the filter", ("bass", "pad")),
    SoundControl("glide", 13, 0.0, 1.0, 0.05, "s", "Time to slide between tied notes", ("bass",)),
    SoundControl("spread", 14, 0.0, 1.0, 0.5, "", "From narrow to wide", ("drums", "pad")),
)  # fmt: skip

MASTER_CONTROLS: tuple[SoundControl, ...] = (
    SoundControl("level", 1, SILENCE_DB, 6.0, 0.0, "dB", "Loudness before the limiter", ()),
    SoundControl("delay_time", 3, 0.02, 2.5, 0.375, "s", "Time between the delay's repeats", ()),
    SoundControl("delay_feedback", 4, 0.0, 0.95, 0.4, "", "How much of each repeat comes again", ()),
    SoundControl("reverb_size", 5, 0.0, 1.0, 0.5, "", "From a small room to a great hall", ()),
    SoundControl("reverb_damping", 6, 0.0, 1.0, 0.5, "", "How soon the high notes die in the room", ()),
)

#: Room for control numbers in the rack's tables: numbers run from 0 to one below this.
CONTROL_ROOM = 16

assert all(0 < control.number < CONTROL_ROOM for control in SOUND_CONTROLS + MASTER_CONTROLS)


#: The same two tables, by name.
STRIP_CONTROL = {control.name: control for control in SOUND_CONTROLS}
MASTER_CONTROL = {control.name: control for control in MASTER_CONTROLS}
