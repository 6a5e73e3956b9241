"""Whether the program keeps all of its cores busy."""

from __future__ import annotations

import os
from time import perf_counter, process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Of all cores; threads that take turns with others never quite keep theirs.
ALL = 0.8
# CPU time may be counted in ticks, and a shorter while says little.
LEAST_S = 0.01


class Load:
    """Compares the program's CPU time with the time that passed.

    Parameters
    ----------
    clock, cpu : callable
        Seconds that have passed, and of CPU time of all threads.
    """

    def __init__(
        self, clock: Callable[[], float] = perf_counter, cpu: Callable[[], float] = process_time
    ) -> None:
        self._clock, self._cpu = clock, cpu
        self._since: tuple[float, float] | None = None
        self._answer = False

    def begin(self) -> None:
        """What was before counts no more."""
        self._since = self._clock(), self._cpu()

    def takes_all_cores(self) -> bool:
        """Whether it did since it was last asked, or before that, where that is too short ago."""
        from epochly.cores import granted_cores

        now, spent = self._clock(), self._cpu()
        since = self._since
        if since is None:
            self.begin()
        elif now - since[0] >= LEAST_S:
            self._since = now, spent
            self._answer = spent - since[1] >= ALL * granted_cores() * (now - since[0])
        return self._answer


# A core is busy for all functions alike.
load = Load()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=load.begin)
