"""PAPERS: bytes to music and back: MIDI files and sound files."""
