"""RHYTHMS: one idea a file, all of one shape (numbers in, a Rhythm out), and the notation that names them."""

from liveengine.rhythms.notation import parse

__all__ = ["parse"]
