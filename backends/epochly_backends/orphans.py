"""A worker process ends soon after the program that started it, however that ended."""

from __future__ import annotations

import os
import threading
import time

POLL_S = 0.5


def end_with(parent: int) -> None:
    """End this worker once another process is its parent.

    Linux could send a signal instead, but does so when the thread that started the worker ends.

    Parameters
    ----------
    parent : int
        The process that started this one.
    """
    if os.name == "posix":
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="epochly-parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_S)
    os._exit(1)
