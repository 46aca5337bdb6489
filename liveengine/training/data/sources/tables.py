"""Tables in JSON that come with collections.

Waits for the disk.
"""

from __future__ import annotations

import json
from pathlib import Path

from liveengine.formats import disk


def read_json(place: Path) -> object:
    """Return what a table of a collection holds. Raises OSError, ValueError naming it."""
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise disk.explained(error, place, "read") from error
    except ValueError as error:
        raise ValueError(f"{place}: not a table in JSON: {error}") from error
