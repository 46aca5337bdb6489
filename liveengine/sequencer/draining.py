"""What the data plane hands to Python: its log, and what came in.

The control thread alone reads them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.event import EVENT
from liveengine.sequencer.records.rings import INBOX_SIZE, LOG, LOG_SIZE, READ
from liveengine.sequencer.ring import release, waiting
from liveengine.sequencer.state import State


@compiled
def _drain(ring: NDArray[Any], ends: NDArray[np.int64], into: NDArray[Any]) -> int:
    count = min(waiting(ends), into.size)
    for i in range(count):
        into[i] = ring[(ends[READ] + i) % ring.size]
    release(ends, count)
    return count


def drain_log(state: State) -> NDArray[Any]:
    """Return the log records (dtype LOG) that came since the last call."""
    into = np.empty(LOG_SIZE, LOG)
    return into[: _drain(state.log, state.log_ends, into)]


def drain_inbox(state: State) -> NDArray[Any]:
    """Return the messages (dtype EVENT) that came in since the last call."""
    into = np.empty(INBOX_SIZE, EVENT)
    return into[: _drain(state.inbox, state.inbox_ends, into)]
