"""STAGE: threads, processes and what they run on; nothing else in the house imports it."""
