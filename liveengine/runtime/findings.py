"""What an examination finds: one check a line, and a verdict over all.

Pure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "warn", "fail"]

READY = "ready to play"
WITH_CARE = "plays, with care"
CANNOT = "cannot play"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, why it matters on stage, and the exact cure where there is one."""

    name: str
    state: State
    found: str
    why: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    checks: tuple[Check, ...]

    @property
    def verdict(self) -> str:
        """READY, WITH_CARE or CANNOT: as good as the worst check."""
        states = {check.state for check in self.checks}
        return CANNOT if "fail" in states else WITH_CARE if "warn" in states else READY

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {"verdict": self.verdict, "checks": [asdict(check) for check in self.checks]}
