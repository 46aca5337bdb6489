"""WORDS: the values the whole house speaks in. No I/O, no clock, no thread."""
