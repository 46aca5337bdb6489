"""Ableton Link: beat and tempo shared with everybody on the network.

aalink is GPL, so it is an optional extra: `pip install liveengine[link]`. A
thread asks the session where the beat is and passes it on; what it says
between two askings is the tempo, so a stalled Python changes nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

#: How often the session is asked.
ASK_S = 0.02

#: A peer that joins as soon as it is made may overwrite the session's tempo (Link issue 146, aalink issue 7: half a
#: second is enough): it joins after so long.
JOIN_S = 0.6

#: A session is found half a second after joining (0.50 to 0.52 s on the loopback); what is said before is nobody's.
FIND_S = 0.75


class LinkPeer:
    """A peer of the Link session on this network.

    `hear(beat, tempo in BPM, playing, peers)` is called every ASK_S on a thread of its own, at the instant that
    `beat` belongs to; the first time when the session has been found, where there is one. Raises OSError where
    aalink is not installed.
    """

    def __init__(self, tempo_bpm: float, quantum: float, hear: Callable[[float, float, bool, int], None]) -> None:
        try:
            import aalink
        except ImportError:
            raise OSError("Ableton Link needs the extra: pip install 'liveengine[link]' (aalink, GPL)") from None
        self._aalink = aalink
        self._tempo_bpm = tempo_bpm
        self._quantum = quantum
        self._hear = hear
        self._wanted: dict[str, Any] = {}
        self._running = True
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="link", daemon=True)
        self._thread.start()

    def set_tempo(self, tempo_bpm: float) -> None:
        """Change the session's tempo."""
        self._wanted["tempo"] = tempo_bpm

    def set_playing(self, playing: bool) -> None:
        """Start or stop the session, for those peers that share that."""
        self._wanted["playing"] = playing

    def close(self) -> None:
        """Leave the session."""
        self._running = False
        self._thread.join(2.0)

    async def _run(self) -> None:
        link = self._aalink.Link(self._tempo_bpm)
        link.quantum = self._quantum
        link.start_stop_sync_enabled = True
        await asyncio.sleep(JOIN_S)
        link.enabled = True
        await asyncio.sleep(FIND_S)
        while self._running:
            await asyncio.sleep(ASK_S)
            while self._wanted:
                name, value = self._wanted.popitem()
                setattr(link, name, value)
            self._hear(link.beat, link.tempo, link.playing, link.num_peers)
        link.enabled = False
