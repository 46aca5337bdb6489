"""CODECS: bars as the numbers that models read and write, and back, exactly."""
