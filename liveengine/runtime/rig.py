"""The rig of a set: what turns the beat, and all that it is connected to."""

from __future__ import annotations

from collections.abc import Callable

from liveengine.engine.spec import Patch
from liveengine.runtime.jack_rig import JackRig
from liveengine.runtime.options import Options
from liveengine.runtime.outputs import port_patterns
from liveengine.runtime.timer_rig import TimerRig
from liveengine.sequencer.records.ports import PORTS

Rig = JackRig | TimerRig


def put_up(patch: Patch, options: Options, say: Callable[[str], None]) -> Rig:
    """Open what a patch needs: on JACK where it runs, else on the system's timer.

    Raises ValueError where the patch names more outputs than there can be, OSError where JACK is asked for by
    name and does not run.
    """
    patterns = port_patterns(patch)
    if len(patterns) >= PORTS:
        wanted = len(patterns) - 1
        raise ValueError(f"{patch.path}: names {wanted} MIDI outputs for tracks and clock; {PORTS - 2} at most")
    if options.driver in ("auto", "jack"):
        try:
            return JackRig(patch, patterns, options, say)
        except OSError:
            if options.driver == "jack":
                raise
    return TimerRig(patch, patterns, options, say)
