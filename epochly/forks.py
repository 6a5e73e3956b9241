"""Locks that are of the whole process, and open again in a forked child.

A thread of the parent may hold one while another forks; in the child there is nobody to open it.
"""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class ProcessLock:
    """A re-entrant lock, for use as a context manager; made once, for a module."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _renew(self) -> None:
        self._lock = RLock()
