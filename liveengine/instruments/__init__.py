"""VOICES: the built-in drums, bass, keys and pad, compiled; shared by the stage and the studio."""
