"""How the time of calls divides: waiting, holding the GIL, in native code without it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from epochly.profile.counters import Times


@dataclass(frozen=True, slots=True)
class Fractions:
    """Shares (0 to 1) of the time of calls; None is unknown.

    Parameters
    ----------
    wait, gil, native : float
    error : float or None
        Standard error of ``gil`` and ``native``; ``wait`` has none, since it is not sampled.
    """

    wait: float
    gil: float | None = None
    native: float | None = None
    error: float | None = None


def fractions(times: Times, held: int, looks: float, *, exact_looks: bool) -> Fractions:
    """Divide the time of calls.

    What is not waiting follows from CPU clocks, which do not err as samples do. The calls count
    as busy while their own thread computes, and otherwise as far as other threads of the process
    do. Time in which the thread was ready and no core was free is left out: another load of the
    machine is not the function's waiting.

    A thread keeps the GIL while it stands in the queue for a core, so the share of samples with
    the GIL held is one of the computing and the queueing time together.

    Parameters
    ----------
    times : Times
        Of the calls that were sampled.
    held : int
        Samples in which the GIL was held on behalf of the calls.
    looks : float
        Samples altogether; 0 where none were taken.
    exact_looks : bool
        Whether ``looks`` was counted. Otherwise it is what a sampler with exponential intervals
        takes on average, and the error is that of a Poisson count instead of a binomial share.
        Either error holds although neighbouring samples are alike: the sampled instants do not
        depend on the call, and whole calls are sampled.
    """
    wall_s = times.wall_s
    if wall_s <= 0:
        return Fractions(wait=0.0)
    own_s = max(times.thread_cpu_s, 0.0)
    everyone_s = min(max(times.process_cpu_s, own_s), wall_s)
    span_s = max(wall_s - times.queue_s, everyone_s, own_s)
    busy = min(1.0, everyone_s / span_s)
    wait = 1.0 - busy
    if looks <= 0:
        return Fractions(wait)
    ready = min(1.0, max(own_s + times.queue_s, everyone_s) / wall_s)
    share = min(1.0, held / looks)
    spread = share * (1.0 - share) if exact_looks else share
    scale = busy / ready if ready > 0 else 0.0
    gil = min(busy, share * scale)
    # A count of none or of all still leaves the next sample open.
    error = scale * math.sqrt(max(spread, 1.0 / looks) / looks)
    return Fractions(wait, gil, busy - gil, error)
