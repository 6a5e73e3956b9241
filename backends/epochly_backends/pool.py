"""loky's worker processes, which all functions of a process share."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

from epochly.forks import ProcessLock
from epochly_backends.orphans import end_with

IDLE_S = 60
_lock = ProcessLock()
_members: set[Membership] = set()


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
            Open until `end` is called.
        """
        from joblib.externals.loky import get_reusable_executor

        with _lock:
            _members.add(self)
            _end_workers_with(os.getpid())
            return get_reusable_executor(
                max_workers=workers, timeout=IDLE_S, initializer=end_with, initargs=(os.getpid(),)
            )

    def end(self) -> None:
        """Take part no more; what the others have at work goes on."""
        with _lock:
            if self in _members:
                _members.remove(self)
                if not _members:
                    _end_workers()


@cache
def _end_workers_with(pid: int) -> None:
    """A child of multiprocessing joins its own children, loky's idle workers too, when it ends."""
    from multiprocessing import util

    util.Finalize(None, _end_workers, exitpriority=100)


def _end_workers() -> None:
    from joblib.externals.loky import reusable_executor

    if reusable_executor._executor is not None:
        reusable_executor._executor.shutdown(wait=True)


def _after_fork() -> None:
    """In a forked child, loky's executor has lost its threads, and its workers are not ours."""
    _members.clear()
    _forget_children()
    loky = sys.modules.get("joblib.externals.loky.reusable_executor")
    if loky is not None:
        loky._executor = loky._executor_kwargs = None  # type: ignore[attr-defined]


def _forget_children() -> None:
    """The parent's workers, which multiprocessing would join at the end of this process."""
    multiprocessing: Any = sys.modules.get("multiprocessing.process")
    children: set[Any] = getattr(multiprocessing, "_children", set())
    for child in list(children):
        if type(child).__module__.startswith("joblib.") and child._parent_pid != os.getpid():
            children.discard(child)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
