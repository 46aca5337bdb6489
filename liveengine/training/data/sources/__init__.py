"""SOURCES: one collection a file."""
