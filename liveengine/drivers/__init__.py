"""CRANKS: what turns `render`, each by a clock of its own: offline, timer, jack, audio."""
