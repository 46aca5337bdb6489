"""Small patches for the tests to start from, and a writer of TOML."""

import json

SMALLEST = """
[[track]]
name = "drums"
role = "drums"
[[track.pattern]]
name = "beat"
generator = "euclid"
"""
BASS = """
[[track]]
name = "bass"
role = "bass"
[[track.pattern]]
name = "walk"
generator = "phi"
"""

#: Every key that a patch, a track and a pattern may hold, but for the tables within.
TOP_KEYS = ("title", "about", "tempo", "metre", "seed", "key", "chords", "quantum", "clock", "song", "master")
TRACK_KEYS = ("name", "role", "sound", "controls", "port", "channel", "program", "low", "high", "mute_group")
PATTERN_KEYS = (
    "name", "generator", "bars", "density", "accent", "rhythm", "lanes", "style", "every", "steps", "follow", "midi",
    "groove", "groove_timing", "groove_velocity",
    "direction", "rate", "rotation", "length", "step", "swing", "swing_unit", "humanise", "quantise", "transpose",
    "scale", "velocity_range", "velocity_curve",
    "velocity", "gate", "probability", "condition", "ratchet", "push", "locks",
)  # fmt: skip


def toml(value):
    """Write a value as TOML does. JSON's strings, numbers and lists are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)
