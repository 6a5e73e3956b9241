"""Exceptions that a signal handler has raised in the middle of our own work, such as a timeout.

They are the program's, so they go on to it; to us they would look like a defect of the work.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import CodeType


def let_through(error: BaseException) -> None:
    """Raise an exception again, or the one that it was raised from, if a handler raised it."""
    if threading.current_thread() is not threading.main_thread():
        return
    handlers = frozenset(_handlers())
    while handlers:
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code in handlers:
                raise error
            step = step.tb_next
        if error.__cause__ is None:
            return
        error = error.__cause__


def _handlers() -> Iterator[CodeType]:
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        code = getattr(getattr(handler, "__func__", handler), "__code__", None)
        if code is not None:
            yield code
