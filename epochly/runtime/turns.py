"""One preparation at a time in a program: trying levels takes a core from the calls."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Turns:
    """Who may look for a level now, and who waits to be told that they may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: list[Callable[[], None]] = []

    def take(self, otherwise: Callable[[], None]) -> bool:
        """Whether it is the caller's turn.

        Parameters
        ----------
        otherwise : callable
            Where it is not: told once, when another turn has ended, so that it can be asked again.
        """
        with self._lock:
            if self._taken:
                self._waiting.append(otherwise)
                return False
            self._taken = True
            return True

    def pass_on(self) -> None:
        """End a turn and tell all who wait; the first to ask again has it."""
        with self._lock:
            self._taken = False
            waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()
