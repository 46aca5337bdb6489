"""What becomes of trained models on this machine: whether each can be asked, and in which precision `play` would.

Waits for the disk; where a model came along in both precisions, it measures time.
"""

from __future__ import annotations

from pathlib import Path

from liveengine.generators import models
from liveengine.runtime.findings import Check
from liveengine.runtime.inference import loaded
from liveengine.runtime.precision import AUTO, BENCHMARK_S, Precisions


def trained_models(home: Path = models.HOME) -> Check:
    """Open every model that came along, as `play` would."""
    why = "a pattern that names a model which cannot be asked is played by a rule"
    there, told, precisions = models.shipped(home), list[str](), Precisions(AUTO)
    for name, folder in there.items():
        loaded(name, folder, told.append, None, precisions, BENCHMARK_S / len(there))
    found = ", ".join(f"{name} in {taken.upper()}" for name, taken in precisions.taken.items()) or "none"
    missing = [name for name in there if name not in precisions.taken]
    if missing:
        words = "; ".join(text for text in told if text.split()[0] in missing)
        return Check("models", "warn", f"{found}; {words}", why, "pip install --upgrade onnxruntime")
    return Check("models", "ok", found, why)


CHECKS = (trained_models,)
