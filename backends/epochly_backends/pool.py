"""Worker processes, which all functions of a process share.

They are loky's, in an executor of our own: the reusable one is what the program's own joblib uses.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import cache
from typing import Any

from epochly.errors import EpochlyError
from epochly.forks import ProcessLock
from epochly_backends.orphans import end_with

IDLE_S = 60
_lock = ProcessLock()
_members: set[Membership] = set()
_executor: Any = None
# What loky raises without pipes, semaphores, threads or processes, where its clean-up names what
# it did not come to, or without a standard output, which it flushes first.
_NOT_STARTED = (OSError, RuntimeError, ImportError, NameError, AttributeError, ValueError)
_failed: list[tuple[float, str]] = []


class CannotStartError(EpochlyError):
    """There are no worker processes, and nothing has run in one."""


class Membership:
    """One function's part in the worker processes; they end when the last gives up its own."""

    def executor(self, workers: int) -> Any:
        """What takes work, with that many processes; they end by themselves when idle.

        Parameters
        ----------
        workers : int

        Returns
        -------
        loky.ProcessPoolExecutor
            Open until `end` is called, its processes started.

        Raises
        ------
        CannotStartError
        """
        with _lock:
            _members.add(self)
            return _started(workers)

    def end(self) -> None:
        """Take part no more; what the others have at work goes on."""
        with _lock:
            if self in _members:
                _members.remove(self)
                if not _members:
                    _end_workers()


def _started(workers: int) -> Any:
    global _executor
    # Whatever takes what is left of descriptors or processes takes it from the user's program.
    if _failed and time.monotonic() - _failed[-1][0] < IDLE_S:
        raise _cannot_start(_failed[-1][1])
    try:
        from joblib.externals.loky import ProcessPoolExecutor

        _end_workers_with(os.getpid())
        if not _is_open(workers):
            # Another thread may be at work with the one before, which ends when nobody holds it.
            _executor = ProcessPoolExecutor(
                workers, timeout=IDLE_S, initializer=end_with, initargs=(os.getpid(),)
            )
        with _executor._flags.shutdown_lock:
            _executor._ensure_executor_running()
    except _NOT_STARTED as error:
        reason = _why(error)
        _failed[:] = [(time.monotonic(), reason)]
        raise _cannot_start(reason) from error
    finally:
        _end_half_started()
    return _executor


def _is_open(workers: int) -> bool:
    """Whether there is an executor of that many processes that takes work."""
    if _executor is None or _executor._flags.broken or _executor._flags.shutdown:
        return False
    return bool(_executor._max_workers == workers)


def _cannot_start(reason: str) -> CannotStartError:
    return CannotStartError(
        f"worker processes cannot be started: {reason}", remedy="use level=1, which needs none"
    )


def _why(error: Exception) -> str:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or getattr(stream, "closed", False):
            return f"sys.{name} is closed"
    return str(error.__context__ or error)


def _end_half_started() -> None:
    """End processes that no thread of loky's looks after: the program would wait for them."""
    if _executor is not None and _executor._executor_manager_thread is None:
        for process in _executor._processes.values():
            if os.name == "posix":
                os.kill(process.pid, signal.SIGKILL)
            else:
                process.terminate()
            process.join()
        _executor._processes.clear()


@cache
def _end_workers_with(pid: int) -> None:
    """A child of multiprocessing joins its own children, loky's idle workers too, when it ends."""
    from multiprocessing import util

    util.Finalize(None, _end_workers, exitpriority=100)


def _end_workers() -> None:
    if _executor is not None:
        _executor.shutdown(wait=True)


def _after_fork() -> None:
    """In a forked child the executor has lost its threads, and its workers are not ours."""
    global _executor
    _members.clear()
    _failed.clear()
    _forget_children()
    _executor = None


def _forget_children() -> None:
    """The parent's workers, which multiprocessing would join at the end of this process."""
    multiprocessing: Any = sys.modules.get("multiprocessing.process")
    children: set[Any] = getattr(multiprocessing, "_children", set())
    for child in list(children):
        if type(child).__module__.startswith("joblib.") and child._parent_pid != os.getpid():
            children.discard(child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
