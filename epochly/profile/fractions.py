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


def busy_fraction(times: Times) -> float:
    """The share of calls' time in which they compute, by CPU clocks, which samples do not blur.

    Calls count as busy while their own thread computes, and otherwise as far as other threads of
    the process do. Time in which the thread was ready and no core was free is left out: another
    load of the machine is not the function's waiting.
    """
    busy_s = _busy_s(times)
    span_s = max(times.wall_s - times.queue_s, busy_s)
    return busy_s / span_s if span_s > 0 else 1.0


def fractions(
    busy: float, sampled: Times, held: int, looks: float, *, exact_looks: bool
) -> Fractions:
    """Divide the time of calls.

    A thread keeps the GIL while it stands in the queue for a core, so the share of samples with
    the GIL held is one of the computing and the queueing time together.

    Parameters
    ----------
    busy : float
        As `busy_fraction` gives it, best of calls that no sampler disturbed.
    sampled : Times
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
    if looks <= 0 or sampled.wall_s <= 0:
        return Fractions(1.0 - busy)
    own_s = sampled.thread_cpu_s + sampled.queue_s
    ready = min(1.0, max(own_s, _busy_s(sampled)) / sampled.wall_s)
    share = min(1.0, held / looks)
    spread = share * (1.0 - share) if exact_looks else share
    scale = busy / ready if ready > 0 else 0.0
    gil = min(busy, share * scale)
    # A count of none or of all still leaves the next sample open.
    error = scale * math.sqrt(max(spread, 1.0 / looks) / looks)
    return Fractions(1.0 - busy, gil, busy - gil, error)


def _busy_s(times: Times) -> float:
    return min(max(times.process_cpu_s, times.thread_cpu_s, 0.0), times.wall_s)
