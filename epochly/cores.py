"""How many cores this process may keep busy."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from epochly.errors import UsageError

VARIABLE = "EPOCHLY_MAX_WORKERS"
CGROUPS = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """Cores by affinity, by the cgroup's CPU quota, and by ``EPOCHLY_MAX_WORKERS``.

    Raises
    ------
    UsageError
        When the variable is not a positive whole number.
    """
    cores = granted_cores()
    asked = os.environ.get(VARIABLE)
    if not asked:
        return cores
    if not asked.isdecimal() or int(asked) < 1:
        raise UsageError(f"{VARIABLE}={asked!r} is not a number of workers", remedy="set 1 or more")
    return min(cores, int(asked))


def granted_cores() -> int:
    """Cores by affinity and by the cgroup's CPU quota."""
    quota = cores_by_quota()
    cores = cores_by_affinity()
    return cores if quota is None else min(cores, max(1, math.ceil(quota)))


def cores_by_affinity() -> int:
    """Cores that the scheduler may put this process on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cores_by_quota(root: Path = CGROUPS) -> float | None:
    """Cores' worth of CPU time that the cgroup grants, version 2 or 1; None without a limit."""
    with suppress(OSError, ValueError):
        quota, period = (root / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError):
        granted = int((root / "cpu/cpu.cfs_quota_us").read_text())
        period_us = int((root / "cpu/cpu.cfs_period_us").read_text())
        return granted / period_us if granted > 0 else None
    return None
