"""How many cores the program keeps busy."""

from __future__ import annotations

from time import perf_counter, process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Of all cores; threads that take turns with others never quite keep theirs.
ALL = 0.8
# Clocks of CPU time may tick only so often.
LEAST_S = 0.005


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

    def begin(self) -> None:
        """From now on it is looked at."""
        self._since = self._clock(), self._cpu()

    def takes_all_cores(self) -> bool:
        """Whether it did since it was last looked at; not as long as that is not known."""
        from epochly.cores import usable_cores

        now, spent = self._clock(), self._cpu()
        since, self._since = self._since, (now, spent)
        if since is None or now - since[0] < LEAST_S:
            return False
        return spent - since[1] >= ALL * usable_cores() * (now - since[0])


# A core is busy for all functions alike.
load = Load()
