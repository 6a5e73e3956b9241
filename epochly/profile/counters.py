"""Calls under counters: time by several clocks, and what the kernel counted meanwhile."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

_SCHEDULER = "/proc/thread-self/schedstat"
_IO = Path("/proc/self/io")
_STATUS = Path("/proc/self/status")
_STAT = Path("/proc/stat")
# A tenth of a second on one core, as a rule.
_MANY_TICKS = 10
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
_IO_NAMES = {
    "read_bytes": "rchar",
    "written_bytes": "wchar",
    "storage_read_bytes": "read_bytes",
    "storage_written_bytes": "write_bytes",
}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that calls took, by several clocks.

    Parameters
    ----------
    wall_s : float
    thread_cpu_s, process_cpu_s : float
        CPU time of the calling thread, and of all threads.
    queue_s : float
        Time in which the calling thread was ready to run and had no core, from the scheduler's
        ``schedstat``; 0 where there is none.
    """

    wall_s: float = 0.0
    thread_cpu_s: float = 0.0
    process_cpu_s: float = 0.0
    queue_s: float = 0.0

    def __add__(self, other: Times) -> Times:
        return Times(
            self.wall_s + other.wall_s,
            self.thread_cpu_s + other.thread_cpu_s,
            self.process_cpu_s + other.process_cpu_s,
            self.queue_s + other.queue_s,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What one call did, as the kernel counted it; None where it does not say.

    Faults, switches and bytes include those of child processes that ended during the call.

    Parameters
    ----------
    read_bytes, written_bytes : int or None
        Through ``read`` and ``write`` calls, sockets and pipes included.
    storage_read_bytes, storage_written_bytes : int or None
        Of those, what went to and from storage instead of the page cache.
    peak_memory_bytes : int or None
        Highest resident memory of the process.
    peak_of_call : bool
        Whether the peak is of this call, or of the process since it began.
    """

    minor_faults: int | None = None
    major_faults: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    storage_read_bytes: int | None = None
    storage_written_bytes: int | None = None
    peak_memory_bytes: int | None = None
    peak_of_call: bool = False


def run_calls(
    call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], times: int
) -> Any:
    """Call again and again; what a sampled stack holds above this frame is the call's.

    Returns
    -------
    object
        What the first call returned.
    """
    first = call(*args, **kwargs)
    for _ in range(times - 1):
        call(*args, **kwargs)
    return first


def timed(action: Callable[[], Any]) -> tuple[Any, Times]:
    """Run an action and return what it returned, with its times; what it raises propagates."""
    queue = queued_s()
    value, times = _clocked(action)
    return value, times + Times(queue_s=queued_s() - queue)


def counted(action: Callable[[], Any]) -> tuple[Any, Times, Counts]:
    """Run an action once under all counters; what it raises propagates.

    The highest memory is reset before, where the kernel lets a process do that
    (``/proc/self/clear_refs``, see proc(5)).
    """
    peak_of_call = _reset_peak()
    queue = queued_s()
    before, reading = _counters()
    value, times = _clocked(action)
    after, _ = _counters()
    times += Times(queue_s=queued_s() - queue)
    grown = {name: after[name] - start for name, start in before.items() if name in after}
    if "read_bytes" in grown:
        grown["read_bytes"] -= reading
    peak = _peak_bytes()
    return value, times, Counts(**grown, peak_memory_bytes=peak, peak_of_call=peak_of_call)


def _clocked(action: Callable[[], Any]) -> tuple[Any, Times]:
    process, thread, wall = process_time(), thread_time(), perf_counter()
    value = action()
    wall = perf_counter() - wall
    thread = thread_time() - thread
    process = process_time() - process
    return value, Times(wall, thread, process)


def queued_s() -> float:
    """Seconds this thread has waited for a core so far; 0 where the system does not tell."""
    try:
        descriptor = os.open(_SCHEDULER, os.O_RDONLY)
    except OSError:
        return 0.0
    try:
        return int(os.read(descriptor, 100).split()[1]) / 1e9
    finally:
        os.close(descriptor)


class Steal:
    """Time that a hypervisor takes from this machine while it has something to run.

    Clocks of CPU time leave it out, as the scheduler's queue does. The system counts it in ticks
    for the whole machine, so it means something only over many of them.
    """

    def __init__(self) -> None:
        self._busy, self._stolen = _ticks()

    def from_thread(self, cpu_s: float) -> float:
        """Seconds taken since from a thread that got ``cpu_s``, if it took all alike."""
        busy, stolen = _ticks()
        busy, stolen = busy - self._busy, stolen - self._stolen
        if busy + stolen < _MANY_TICKS:
            return 0.0
        return cpu_s * stolen / busy if busy > 0 else 0.0


def _ticks() -> tuple[int, int]:
    """Ticks of work and of steal on all cores; see proc(5)."""
    name, *ticks = _text(_STAT).partition("\n")[0].split() or [""]
    if name != "cpu" or len(ticks) < 8:
        return 0, 0
    user, nice, system, _, _, irq, softirq, stolen = map(int, ticks[:8])
    return user + nice + system + irq + softirq, stolen


def _counters() -> tuple[dict[str, int], int]:
    """What the kernel has counted so far, and the bytes that were read to learn it."""
    found: dict[str, int] = {}
    if sys.platform != "win32":
        import resource

        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        found = {
            "minor_faults": sum(one.ru_minflt for one in used),
            "major_faults": sum(one.ru_majflt for one in used),
            "voluntary_switches": sum(one.ru_nvcsw for one in used),
            "involuntary_switches": sum(one.ru_nivcsw for one in used),
        }
    text = _text(_IO)
    told = _fields(text)
    found |= {name: told[key] for name, key in _IO_NAMES.items() if key in told}
    return found, len(text)


def _reset_peak() -> bool:
    try:
        _CLEAR.write_text(_RESET_PEAK)
    except OSError:
        return False
    return "VmHWM" in _fields(_text(_STATUS))


def _peak_bytes() -> int | None:
    status = _fields(_text(_STATUS))
    if "VmHWM" in status:
        return status["VmHWM"] * 1024
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _text(path: Path) -> str:
    """What a file of the kernel says; nothing where there is none, or it may not be read."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _fields(text: str) -> dict[str, int]:
    """The whole numbers of lines such as ``name: 12 kB``."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdigit():
            found[name] = int(words[0])
    return found
