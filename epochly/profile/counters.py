"""One call under counters: wall and CPU time, waiting, memory, and where it spent its samples."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from epochly.model import Profile
from epochly.profile.sampler import Sampler


def profile_call(call: Callable[[], Any], *, files: tuple[str, ...] = ()) -> Profile:
    """Run a call once and say what it did.

    Parameters
    ----------
    call : callable
        Takes nothing; what it raises propagates.
    files : tuple of str
        Files whose lines count as the user's.

    Returns
    -------
    Profile
        The fractions of the GIL and of native code are unknown in this form.
    """
    before, sampler = _peak_bytes(), Sampler(files)
    with sampler:
        cpu, own, wall = time.process_time(), time.thread_time(), time.perf_counter()
        call()
        wall = time.perf_counter() - wall
        own = time.thread_time() - own
        cpu = time.process_time() - cpu - sampler.cpu_s
    after = _peak_bytes()
    busy = min(1.0, max(own, min(cpu, wall)) / wall) if wall > 0 else 1.0
    return Profile(
        wall_s=wall,
        cpu_s=max(0.0, cpu),
        wait_fraction=1.0 - busy,
        gil_fraction=None,
        native_fraction=None,
        peak_memory_bytes=after if before is not None else None,
        hot_lines=sampler.hot_lines(),
    )


def _peak_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
