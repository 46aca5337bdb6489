"""PROPOSALS: everything that proposes a bar, behind one shape, found in one catalogue."""
