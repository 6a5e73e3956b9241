"""A worker and every process that came from it: its memory, its CPU time and its end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable, Set
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

RUN_VARIABLE = "EPOCHLY_RUN"
PARENT_DEATH_SIGNAL = 1
CHILD_SUBREAPER = 36
SET_PTRACER = 0x59616D61


def belong_to_parent() -> None:
    """Let this process die with its parent, and keep all descendants of its own.

    On Linux alone, through ``prctl``; both hold across ``exec``. An orphan then stays a descendant
    instead of becoming one of process 1. A profiler that the parent starts may look into the
    process, which Yama would keep to ancestors.
    """
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
        system.prctl(CHILD_SUBREAPER, 1)
        system.prctl(SET_PTRACER, ctypes.c_ulong(os.getppid()), 0, 0, 0)


def how_it_ended(status: int) -> str:
    """What to say of a process with that return code: its status, or the signal if negative."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def descendants(pid: int) -> list[int]:
    """Process ids of all descendants of ``pid`` that are alive, nearest first."""
    found: list[int] = []
    front = [pid]
    while front:
        front = [child for parent in front for child in _children(parent)]
        found += front
    return found


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    try:
        return [
            int(child)
            for task in tasks.iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        if tasks.exists():
            return []
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def resident_bytes(pid: int) -> int:
    """Resident memory of the whole tree, in bytes; shared pages count once for each process."""
    import psutil

    total = 0
    for member in (pid, *descendants(pid)):
        with contextlib.suppress(psutil.Error):
            total += psutil.Process(member).memory_info().rss
    return total


def proportional_bytes(pid: int) -> int:
    """Memory of the whole tree, in bytes; a shared page is divided among those that share it."""
    import psutil

    total = 0
    for member in (pid, *descendants(pid)):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(member)
            try:
                total += process.memory_full_info().pss
            except (psutil.AccessDenied, AttributeError):
                total += process.memory_info().rss
    return total


def cpu_seconds_of_descendants(pid: int) -> float:
    """CPU time, user and system, that the living descendants of ``pid`` have used so far."""
    import psutil

    total = 0.0
    for member in descendants(pid):
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(member).cpu_times()
            total += times.user + times.system
    return total


def identified(pids: Iterable[int]) -> set[psutil.Process]:
    """Processes that a later one of the same id cannot be taken for."""
    import psutil

    found = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            found.add(psutil.Process(pid))
    return found


def strays(mark: str, session: int, family: Set[psutil.Process] = frozenset()) -> list[int]:
    """Processes of a worker's session, of its family, or with its mark in their environment."""
    import psutil

    found: list[int] = [process.pid for process in family if process.is_running()]
    for process in psutil.process_iter():
        if process.pid == os.getpid() or process.pid in found:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == session or process.environ().get(RUN_VARIABLE) == mark:
                found.append(process.pid)
    return found


def end_strays(
    mark: str, session: int, *, family: Set[psutil.Process] = frozenset(), grace_s: float = 1.0
) -> list[str]:
    """End every process that a worker left, and remove the semaphores they leave.

    Resource trackers are given ``grace_s`` seconds to tidy up after the process they serve.

    Returns
    -------
    list of str
        Names of the processes that had to be ended, trackers excepted.
    """
    import psutil

    ended: list[str] = []
    dead: list[int] = []
    killed: list[int] = []
    for pid in strays(mark, session, family):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            tracks = "resource_tracker" in " ".join(process.cmdline())
            if tracks:
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(grace_s)
                    continue
            dead.append(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if not tracks:
                ended.append(process.name())
            process.kill()
            killed.append(pid)
    wait_until_gone(killed, grace_s)
    remove_semaphores(dead)
    return ended


def remove_semaphores(pids: list[int]) -> None:
    """Unlink the named semaphores of processes that ended without doing so themselves."""
    shared = Path("/dev/shm")
    for pid in pids:
        for left in shared.glob(f"sem.loky-{pid}-*"):
            left.unlink(missing_ok=True)


def wait_until_gone(pids: list[int], timeout_s: float) -> list[int]:
    """Wait for processes that are not our children to end; returns those still there."""
    import psutil

    deadline = time.monotonic() + timeout_s
    left = [pid for pid in pids if psutil.pid_exists(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [pid for pid in left if psutil.pid_exists(pid)]
    return left
