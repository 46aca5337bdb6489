"""Ask something that may never answer, and go on without it.

A frozen sound server keeps its clients waiting for ever inside native code; nothing that only looks around may
be caught in that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE_S = 5.0


def within(question: Callable[[], Answer], seconds: float = PATIENCE_S) -> Answer:
    """Return what `question` returns, or raise what it raises; TimeoutError after `seconds`.

    The question is then left behind in a daemon thread, which does not hold up the end of the program.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            answers.append(question())
        except BaseException as error:  # handed on to the caller, below
            errors.append(error)

    thread = threading.Thread(target=ask, name="question", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError(f"did not answer within {seconds:g} s")
    return answers[0]
