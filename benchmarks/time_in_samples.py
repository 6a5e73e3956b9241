"""How much of a run's wall time is spent in samples and first calls: at least 85 %.

A function of 50 ms, levels 0 and 2, a budget of 20 s. Start-up is what comes before the first
worker is started; workers that are started again later count as wall time.
"""

from __future__ import annotations

import statistics
import sys
import time

from command import HERE, rounds_of

from epochly.levels import Level
from epochly.measure.session import Options, measure
from epochly.workload import Workload

REPEATS = 5
CALL_S = 0.05


def share() -> tuple[float, float, int]:
    """The share, the wall time after start-up and the generations of one run."""
    target = f"{HERE / 'programs.py'}:busy"
    workload = Workload(target, str(HERE), args=str(rounds_of(CALL_S)))
    seen: list[float] = []
    options = Options(levels=(Level.MONITOR, Level.COMPILE), budget_s=20.0)
    report = measure(workload, options, lambda _: seen.append(time.perf_counter()))
    wall = time.perf_counter() - seen[0]
    measured = sum(row.measured_s for row in report.levels)
    return measured / wall, wall, max(row.generations for row in report.levels)


def main() -> int:
    shares = []
    for _ in range(REPEATS):
        found, wall, generations = share()
        shares.append(found)
        print(f"{found:.1%} of {wall:.1f} s, {generations} generations")
    median = statistics.median(shares)
    print(f"median {median:.1%} of the wall time in samples and first calls (at least 85 %)")
    return 0 if median >= 0.85 else 1


if __name__ == "__main__":
    sys.exit(main())
