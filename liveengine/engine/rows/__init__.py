"""Rows of the table of everything that can be turned, by what they belong to."""
