"""Counts and seconds of the calls that one function made at one level."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random
    from typing import Any

KEPT = 512
NEVER = float("inf")
_chance: Random | None = None


class Tally:
    """Exact counts and seconds, and a uniform sample of the seconds of single calls.

    The sample is drawn by Algorithm L (Li, "Reservoir-Sampling Algorithms of Time Complexity
    O(n(1 + log(N/n)))", 1994), which says how many calls to pass over before the next is kept.
    Methods update in statements without calls, which CPython's threads cannot interrupt.
    """

    __slots__ = (
        "_weight",
        "calls",
        "cpu",
        "errors",
        "high",
        "kept",
        "low",
        "memory",
        "next_kept",
        "seconds",
    )

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.calls = self.errors = 0
        self.seconds = self.high = 0.0
        self.low = NEVER
        self.kept: list[float] = []
        self.cpu: float | None = None
        self.memory: int | None = None
        self.next_kept = 0
        self._weight = 1.0

    def add(self, calls: int, seconds: float, errors: int, low: float, high: float) -> None:
        """Add calls: their number, total seconds, errors, and shortest and longest seconds."""
        self.calls += calls
        self.seconds += seconds
        self.errors += errors
        if low < self.low:
            self.low = low
        if high > self.high:
            self.high = high

    def keep(self, spent: float) -> None:
        """Keep the seconds of one call in the sample."""
        kept = self.kept
        if len(kept) < KEPT:
            kept.append(spent)
            if len(kept) < KEPT:
                return
        else:
            kept[_random().randrange(KEPT)] = spent
        from math import exp, log, log1p

        chance = _random().random
        self._weight *= exp(log(1.0 - chance()) / KEPT)
        skip = int(log(1.0 - chance()) / log1p(-self._weight))
        self.next_kept = self.calls + skip + 1

    def watch(self, cpu: float, memory: int | None) -> None:
        """Note CPU seconds of one call, and by how many bytes resident memory grew in it."""
        self.cpu = cpu if self.cpu is None else 0.8 * self.cpu + 0.2 * cpu
        if memory is not None:
            self.memory = max(memory, self.memory or 0)

    def merge(self, other: Tally) -> None:
        """Add what another tally has counted; samples are joined by their weight in calls."""
        calls, more = self.calls, other.calls
        self.add(more, other.seconds, other.errors, other.low, other.high)
        if other.cpu is not None:
            self.watch(other.cpu, other.memory)
        kept = self.kept + other.kept
        if len(kept) > KEPT and calls + more:
            share = min(len(other.kept), round(KEPT * more / (calls + more)))
            share = max(share, KEPT - len(self.kept))
            kept = _random().sample(other.kept, share)
            kept += _random().sample(self.kept, min(len(self.kept), KEPT - share))
        self.kept = kept

    def numbers(self) -> dict[str, Any]:
        """Totals and percentiles as JSON values; seconds, and None where nothing was seen."""
        seen = self.calls > 0
        kept = sorted(self.kept)
        return {
            "total_calls": self.calls,
            "total_time": self.seconds,
            "avg_time": self.seconds / self.calls if seen else 0.0,
            "min_time": self.low if seen else None,
            "max_time": self.high if seen else None,
            "p50": _percentile(kept, 0.50),
            "p95": _percentile(kept, 0.95),
            "p99": _percentile(kept, 0.99),
            "errors": self.errors,
        }


def merged(tallies: Iterable[Tally]) -> Tally:
    """One tally with what all of them counted."""
    total = Tally()
    for tally in tallies:
        total.merge(tally)
    return total


def _percentile(ordered: list[float], share: float) -> float | None:
    """By nearest rank: the smallest value that at least this share of them does not exceed."""
    if not ordered:
        return None
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _random() -> Random:
    """A generator of our own: the program's stream stays as it is."""
    global _chance
    if _chance is None:
        from random import Random

        _chance = Random()
    return _chance
