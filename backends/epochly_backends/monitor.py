"""Level 0: the function as it is, counted and timed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from epochly.backend import Available, Capabilities
from epochly.call import Arguments, Realized
from epochly.code.function import Function
from epochly.errors import ClosedError
from epochly.levels import Level


class Monitor:
    """Runs the original."""

    name = "monitor"
    level = Level.MONITOR
    capabilities = Capabilities()

    def availability(self) -> Available:
        """Always available."""
        return Available()

    def prepare(self, function: Function, example: Arguments) -> Monitored:
        """Nothing to do: every callable can be watched."""
        return Monitored(function)


class Monitored:
    """The original with a count of its calls and their seconds."""

    realized = Realized(Level.MONITOR, "monitor")

    def __init__(self, function: Function) -> None:
        self._call = function.original
        self._name = function.qualname
        self._closed = False
        self._calls = 0
        self._seconds = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._name)
        started = time.perf_counter()
        try:
            return self._call(*args, **kwargs)
        finally:
            self._seconds += time.perf_counter() - started
            self._calls += 1

    def stats(self) -> Mapping[str, float]:
        """Calls and seconds so far."""
        return {"calls": self._calls, "seconds": self._seconds}

    def close(self) -> None:
        """A later call is an error."""
        self._closed = True
