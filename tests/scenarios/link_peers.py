"""Two peers of an Ableton Link session, as two other musicians' programs would be, and JACK's frames beside them.

    python link_peers.py NAME

Both share start and stop. What they are to do comes on standard input, a line each, and every line is answered
by one on standard output:

    join 97           both join at that tempo, and find each other
    joined 2          once the first has found so many others
    tempo 132         the first changes the session's tempo
    play 1            the first starts (0: stops) the session
    read 2            for so many seconds, what both say: [[frame, beat, tempo, beat, tempo], …] in JSON
    tempi             the tempo, and whether it plays, as both see it, in JSON
    end               both leave

A process of its own, so that nothing that happens to the engine, or to the test, touches the session.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable

import aalink
import jack

PATIENCE_S = 20.0
QUANTUM = 4.0
READ_EVERY_S = 0.01
#: A reading during which more frames than this went by is left out: the machine stood still in it.
AT_ONCE_FRAMES = 10


class Peers:
    """Two peers, and a JACK client that tells the frame."""

    def __init__(self, name: str) -> None:
        self.client = jack.Client(name, no_start_server=True)
        self.client.activate()
        self._peers: list[aalink.Link] = []

    async def join(self, tempo_bpm: str) -> str:
        for _ in range(2):
            link = aalink.Link(float(tempo_bpm))
            link.quantum = QUANTUM
            link.start_stop_sync_enabled = True
            link.enabled = True
            self._peers.append(link)
            await _until(lambda: self._peers[0].num_peers == len(self._peers) - 1, "the peers do not meet")
        return "joined"

    async def joined(self, others: str) -> str:
        await _until(lambda: self._peers[0].num_peers >= int(others), "nobody joins")
        return "joined"

    async def tempo(self, tempo_bpm: str) -> str:
        self._peers[0].tempo = float(tempo_bpm)
        return "changed"

    async def play(self, playing: str) -> str:
        self._peers[0].playing = playing == "1"
        return "told"

    async def read(self, seconds: str) -> str:
        readings = []
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until:
            before = self.client.frame_time
            said = [(link.beat, link.tempo) for link in self._peers]
            if self.client.frame_time - before <= AT_ONCE_FRAMES:
                readings.append([before, *said[0], *said[1]])
            await asyncio.sleep(READ_EVERY_S)
        return json.dumps(readings)

    async def tempi(self) -> str:
        return json.dumps([[link.tempo, link.playing] for link in self._peers])

    async def end(self) -> str:
        for link in self._peers:
            link.enabled = False
        self.client.close()
        return "ended"


async def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        await asyncio.sleep(0.005)


async def main() -> None:
    peers = Peers(sys.argv[1])
    print(peers.client.name, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        word, *rest = line.split()
        try:
            answer = await getattr(peers, word)(*rest)
        except TimeoutError as error:
            answer = f"! {error}"
        print(answer, flush=True)
        if word == "end":
            return


if __name__ == "__main__":
    asyncio.run(main())
