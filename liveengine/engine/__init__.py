"""CONTROL: events in, commands out. What can be turned, what a set holds, what a pad does."""
