"""A function whose loops go through a mapper: what the backends of levels 1 and 3 share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Protocol

from epochly.code.function import Function
from epochly.code.mapping import Mappable, map_loops
from epochly.errors import ClosedError
from epochly.levels import Level
from epochly.model import Part, Realized, Refused

_LAZY_BUT_KNOWN = (enumerate, zip, reversed)


class Runner(Protocol):
    """Runs the bodies of one loop side by side."""

    def run(
        self, body: FunctionType, items: list[Any], *, replayable: bool
    ) -> tuple[str, list[Any]]:
        """The joined results in order, and the name of how they were run.

        ``replayable`` tells whether an item may run a second time.
        """
        ...

    def stats(self) -> Mapping[str, float]: ...

    def close(self) -> None: ...


class Mapped:
    """A function prepared by mapping its loops.

    Parameters
    ----------
    mappable : Mappable
    level : Level
    backend : str
    runner : Runner
    """

    def __init__(self, mappable: Mappable, level: Level, backend: str, runner: Runner) -> None:
        self._mappable = mappable
        self._level = level
        self._backend = backend
        self._runner = runner
        self._built = mappable.build(self._map)
        self._bound = mappable.function.bound
        self._ways: dict[int, str] = {}
        self._counts: Counter[str] = Counter()
        self._closed = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._mappable.function.qualname)
        self._counts["calls"] += 1
        return self._built(*self._bound.args, *args, **{**self._bound.kwargs, **kwargs})

    @property
    def realized(self) -> Realized:
        """Each loop with how it was run last; level 0 when none was run side by side."""
        loops = self._mappable.loops
        parts = tuple(
            Part(loops[number].line, loops[number].end_line, way, loops[number].kind)
            for number, way in sorted(self._ways.items())
            if way != "sequential"
        )
        if self._ways and all(way.startswith("sequential") for way in self._ways.values()):
            return Realized(Level.MONITOR, "monitor", parts)
        return Realized(self._level, self._backend, parts)

    def stats(self) -> Mapping[str, float]:
        """Calls, mapped items, loops that had to stay sequential, and the runner's own counts."""
        return {**self._counts, **self._runner.stats()}

    def close(self) -> None:
        """Give the workers back."""
        self._closed = True
        self._runner.close()

    def _map(self, number: int, body: FunctionType, iterable: Any) -> list[Any]:
        if iter(iterable) is iterable and type(iterable) not in _LAZY_BUT_KNOWN:
            self._counts["sequential_loops"] += 1
            self._ways[number] = "sequential"
            return [value for item in iterable for value in body(item)]
        items = list(iterable)
        self._counts["items"] += len(items)
        way, values = self._runner.run(
            body, items, replayable=self._mappable.loops[number].replayable
        )
        self._ways[number] = way
        return values


def prepare_mapped(
    function: Function, level: Level, backend: str, runner: Runner
) -> Mapped | Refused:
    """Map the loops of a function, or say why none can be mapped."""
    mappable = map_loops(function)
    if isinstance(mappable, Refused):
        runner.close()
        return mappable
    return Mapped(mappable, level, backend, runner)
