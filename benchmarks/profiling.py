"""What sampling level 0 adds to a run: at most 2 s for functions under 200 ms.

Runs of level 0 with and without the step that repeats the function under a sampler, alternated.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import AbstractContextManager
from unittest import mock

from command import HERE, rounds_of

from epochly.levels import Level
from epochly.measure.profiling import Profiling
from epochly.measure.session import Options, measure
from epochly.workload import Workload

REPEATS = 5
LIMIT_S = 2.0
SIZES_S = (50e-6, 0.005, 0.05, 0.19)
SLOW_INPUTS_S = 0.05


def seconds(workload: Workload) -> tuple[float, str, int]:
    """Wall time of a run, its sampler and the number of samples."""
    options = Options(levels=(Level.MONITOR,), budget_s=0.2)
    started = time.perf_counter()
    profile = measure(workload, options).profile
    assert profile is not None
    return time.perf_counter() - started, str(profile.sampler), profile.samples


def without() -> AbstractContextManager[object]:
    """A stand-in that leaves the step out."""
    return mock.patch.object(Profiling, "repeat", return_value=None)


def added(name: str, workload: Workload) -> float:
    """Median seconds that the step adds, over alternated runs."""
    differences = []
    for _ in range(REPEATS):
        with without():
            plain_s, _, _ = seconds(workload)
        sampled_s, sampler, samples = seconds(workload)
        differences.append(sampled_s - plain_s)
    median = statistics.median(differences)
    print(
        f"{name}: {median:.2f} s added, largest {max(differences):.2f} s; "
        f"{samples} samples by {sampler}",
        flush=True,
    )
    return median


def main() -> int:
    target = f"{HERE / 'programs.py'}:busy"
    found = []
    for size_s in SIZES_S:
        workload = Workload(target, str(HERE), args=str(max(1, rounds_of(size_s))))
        found.append(added(f"{1000 * size_s:g} ms a call", workload))
    appending = Workload(
        f"{HERE / 'programs.py'}:append",
        str(HERE),
        setup="import time",
        args=f"time.sleep({SLOW_INPUTS_S}) or [], {rounds_of(0.005)}",
    )
    found.append(added(f"5 ms a call, inputs made afresh in {SLOW_INPUTS_S:g} s", appending))
    print(f"at most {max(found):.2f} s are added (at most {LIMIT_S:g} s)")
    return 0 if max(found) <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
