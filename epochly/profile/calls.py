"""Calls that are profiled in their own process, and what is told of them as JSON values."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from time import monotonic
from typing import Any

from epochly.call import Arguments
from epochly.profile.counters import Steal, Times, counted, run_calls, timed
from epochly.profile.sampler import Sampler
from epochly.profile.stacks import write_stacks

BATCH_S = 0.01


def call_once(
    call: Callable[..., Any], arguments: Arguments, *, in_process: bool
) -> tuple[Any, dict[str, Any]]:
    """One call under counters; what it raises propagates.

    Parameters
    ----------
    call : callable
    arguments : Arguments
    in_process : bool
        Sample it from a thread of this process.

    Returns
    -------
    tuple of object and dict
        What it returned; ``calls``, ``times``, ``counts`` and, where sampled, ``samples``.
    """
    sampler = Sampler() if in_process else None
    steal = Steal()
    with sampler or contextlib.nullcontext(), _watching(sampler):
        value, times, counts = counted(lambda: run_calls(call, arguments.args, arguments.kwargs, 1))
    return value, {"counts": asdict(counts), **_told(1, times, steal, sampler)}


def call_repeatedly(
    call: Callable[..., Any],
    fresh: Callable[[], Arguments],
    *,
    call_s: float,
    same_inputs: bool,
    wanted_s: float,
    limit_s: float,
    in_process: bool,
) -> dict[str, Any]:
    """Call a short function until its calls have taken long enough; what it raises propagates.

    Parameters
    ----------
    call : callable
    fresh : callable
        Makes the inputs, outside of what is timed.
    call_s : float
        About how long one call takes, in seconds.
    same_inputs : bool
        Whether a call leaves its inputs alone, so that many may share them.
    wanted_s : float
        Seconds that the calls should take altogether.
    limit_s : float
        Seconds after which no further call is begun, whatever making the inputs has taken.
    in_process : bool
        Sample them from a thread of this process.

    Returns
    -------
    dict
        ``calls``, their ``times`` and, where sampled, ``samples``.
    """
    times, calls = Times(), 0
    sampler = Sampler() if in_process else None
    deadline = monotonic() + limit_s
    size = max(1, int(BATCH_S / call_s)) if same_inputs and call_s > 0 else 1
    arguments = fresh()
    steal = Steal()
    with sampler or contextlib.nullcontext():
        while True:
            with _watching(sampler):
                taken = _batch(call, arguments, size)
            times, calls = times + taken, calls + size
            if times.wall_s >= wanted_s or monotonic() >= deadline:
                return _told(calls, times, steal, sampler)
            if not same_inputs:
                del arguments
                arguments = fresh()


def _batch(call: Callable[..., Any], arguments: Arguments, size: int) -> Times:
    return timed(lambda: run_calls(call, arguments.args, arguments.kwargs, size))[1]


@contextlib.contextmanager
def _watching(sampler: Sampler | None) -> Iterator[None]:
    if sampler is None:
        yield
        return
    sampler.watching = True
    try:
        yield
    finally:
        sampler.watching = False


def _told(calls: int, times: Times, steal: Steal, sampler: Sampler | None) -> dict[str, Any]:
    told: dict[str, Any] = {"calls": calls}
    times += Times(queue_s=steal.from_thread(times.thread_cpu_s))
    if sampler is not None:
        times += Times(process_cpu_s=-sampler.cpu_s)
        told["samples"] = {
            "stacks": write_stacks(sampler.stacks()),
            "held": sampler.held,
            "looks": sampler.looks,
            "lost_s": sampler.lost_s,
        }
    return {**told, "times": asdict(times)}
