"""Quiet to measure in: a process that has settled, and a core that others leave alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from time import monotonic, process_time, sleep

QUIET_SHARE = 0.2
QUIET_STEP_S = 0.001
QUIET_LIMIT_S = 0.2
GLANCE_S = 0.1


def settle() -> None:
    """Wait until threads that a library leaves spinning have gone to sleep."""
    with contextlib.suppress(OSError):
        if len(os.listdir("/proc/self/task")) == 1:
            return
    deadline = monotonic() + QUIET_LIMIT_S
    while monotonic() < deadline:
        before = process_time()
        sleep(QUIET_STEP_S)
        if process_time() - before < QUIET_SHARE * QUIET_STEP_S:
            return


def move_to(core: int) -> None:
    """Go on on a core, free to leave it again: what runs in turns should meet the same rivals."""
    with contextlib.suppress(OSError, AttributeError):
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        os.sched_setaffinity(0, allowed)


@contextlib.contextmanager
def held_to(core: int) -> Iterator[None]:
    """Stay on a core: programs that share one meet the same weather, some milliseconds each."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def quietest_core() -> int | None:
    """The core that is least busy in a short glance, while we ourselves are idle.

    Returns
    -------
    int or None
        None where cores cannot be told apart.
    """
    import psutil

    if not hasattr(os, "sched_getaffinity"):
        return None
    before = psutil.cpu_times(percpu=True)
    sleep(GLANCE_S)
    after = psutil.cpu_times(percpu=True)
    idle = {
        core: after[core].idle - before[core].idle
        for core in os.sched_getaffinity(0)
        if core < len(before)
    }
    return max(idle, key=lambda core: idle[core]) if len(idle) > 1 else None
