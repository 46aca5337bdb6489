"""WINDOW: the terminal one watches and plays a set through; another process, attached over OSC alone."""
