"""What went through each port, counted from the data plane's log."""

from __future__ import annotations

import numpy as np

from liveengine.runtime.traffic import TELL_S, Traffic
from liveengine.sequencer import outlet
from liveengine.sequencer.state import LOG


def _records(*sent: tuple[int, int]) -> np.ndarray:
    records = np.zeros(len(sent), LOG)
    for record, (kind, port) in zip(records, sent, strict=True):
        record["kind"], record["port"] = kind, port
    return records


def test_what_is_sent_and_what_comes_is_counted_by_port() -> None:
    traffic = Traffic(["midi_out", "synth"])
    traffic.send(_records((outlet.SENT, 0), (outlet.SENT, 2), (outlet.BAR, 1), (outlet.SENT, 2)))
    traffic.come("pads")
    traffic.come("synth")
    told = traffic.told(0.0)
    assert told is not None
    assert told.ports.splitlines() == ["instruments=1/0", "synth=2/1", "pads=0/1"]


def test_it_is_told_now_and_then_and_only_where_there_is_news() -> None:
    traffic = Traffic([])
    assert traffic.told(0.0) is None
    traffic.come("pads")
    assert traffic.told(0.0) is not None
    assert traffic.told(1.0) is None
    traffic.send(_records((outlet.SENT, 1)))
    assert traffic.told(TELL_S / 2) is None
    assert traffic.told(TELL_S) is not None
    traffic.send(_records())
    assert traffic.told(9.0) is None
