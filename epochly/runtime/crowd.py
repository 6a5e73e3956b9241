"""Other threads, which may draw from the random streams that a comparison puts back."""

from __future__ import annotations

import threading

CROWDED = "it draws random numbers, so it is tried only while no other thread may draw as well"
# Level 1's threads, which are idle between calls, and those by which loky serves level 3.
_POOLS = ("epochly", "ExecutorManagerThread", "QueueFeederThread")


def is_crowded() -> bool:
    """Whether another thread may run the program's code now."""
    this = threading.current_thread()
    return any(
        thread is not this and not thread.name.startswith(_POOLS)
        for thread in threading.enumerate()
    )
