"""A function whose loops go through a mapper: what the backends of levels 1 and 3 share."""

from __future__ import annotations

import sys
import threading
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Protocol

from epochly.call import Part, Realized, Refused
from epochly.code.callgraph import call_graph
from epochly.code.function import Function
from epochly.code.giving import changes_something
from epochly.code.harmless import hazard
from epochly.code.helpers import classes_of
from epochly.code.mapper_calls import Lazy
from epochly.code.mapping import MapLoop, Mappable, changed_by_methods, map_loops
from epochly.code.outside import functions_of, outside
from epochly.code.patched import users_parts
from epochly.code.sharing import changeable, repeated_iterator, shared_state
from epochly.code.whereabouts import depth_asked_for, place_asked_for
from epochly.errors import ClosedError, SourceError
from epochly.levels import Level
from epochly.loaded import loaded
from epochly_backends.held import empty_cells, held_by, names_of

_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_READ_AHEAD = frozenset(
    (
        list,
        tuple,
        dict,
        set,
        frozenset,
        range,
        str,
        bytes,
        bytearray,
        memoryview,
        array,
        deque,
        Counter,
        OrderedDict,
        defaultdict,
        *_VIEWS,
    )
)
_UNREAD = "what it iterates over would notice being read ahead"
_UNBOUND = "a local that its items use has no value"
_LIBRARIES = frozenset({"numpy", "pandas"})


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
        self._methods: dict[Any, str | None] = {}
        self._call = threading.local()
        self._closed = False
        plain = mappable.function.plain
        assert plain is not None
        self._judged = {function.__code__ for function in functions_of(plain)}
        self._called = frozenset(member.__code__ for member in call_graph(plain).functions)
        self._changing = [changes_something(plain, loop.node) for loop in mappable.loops]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._mappable.function.qualname)
        self._counts["calls"] += 1
        outer, self._call.ways = self._ways_of_call(), []
        try:
            return self._built(*self._bound.args, *args, **{**self._bound.kwargs, **kwargs})
        finally:
            self._call.in_turn = _why_in_turn(self._call.ways)
            self._call.ways = outer

    def why_in_turn(self) -> str | None:
        """Why this thread's last call ran all its items one by one; None where some did not."""
        why: str | None = getattr(self._call, "in_turn", None)
        return why

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
        sources = iterable.sources if isinstance(iterable, Lazy) else (iterable,)
        missing = self._unbound(body)
        if missing or not all(_can_be_read_ahead(source) for source in sources):
            self._counts["sequential_loops"] += 1
            self._ways[number] = "sequential"
            self._ways_of_call().append(f"sequential: {_UNBOUND if missing else _UNREAD}")
            return self._one_by_one(number, body, iterable, missing)
        loop = self._mappable.loops[number]
        named = held_by(body)
        held, names = list(named.values()), names_of(body)
        items: list[Any] = []
        failure: Exception | None = None
        try:
            items.extend(iterable)
        except Exception as error:  # noqa: BLE001 - raised once the items before it are done
            failure = error
        self._counts["items"] += len(items)
        foreign = users_parts([*held, *set(map(type, items))])
        reason = (
            (_replaced_in(foreign) if self._level is Level.CORES else None)
            or shared_state(held, names)
            or repeated_iterator(items)
            or _handling()
            or _changed(loop, named, names)
        )
        changing = self._changing[number]
        risk = hazard(
            [*held, items, *foreign.values()], names, self._called, changing=changing
        ) or changeable(loop.in_place, [*held, *items], names)
        proven = loop.replayable and risk is None
        if reason is None and not self._mappable.function.independent:
            reason = risk
        elif reason is None:
            reason = self._changed_by_methods(number, body)
        reason = reason or self._replaced(number, body)
        if reason is not None:
            way, values = f"sequential: {reason}", [v for item in items for v in body(item)]
        else:
            way, values = self._runner.run(body, items, replayable=proven)
        self._ways[number] = way
        self._ways_of_call().append(way)
        if failure is not None:
            raise failure
        return values

    def _one_by_one(
        self, number: int, body: FunctionType, iterable: Any, missing: frozenset[str]
    ) -> list[Any]:
        """Run the items; a local without a value, which the body took for a cell, is one again."""
        try:
            return [value for item in iterable for value in body(item)]
        except NameError as error:
            inlined = sys.version_info >= (3, 12)
            is_local = inlined or self._mappable.loops[number].kind == "append-loop"
            if not (is_local and error.name in missing and _raised_in(body, error)):
                raise
            name, where = error.name, error.__traceback__
        what = f"cannot access local variable {name!r} where it is not associated with a value"
        raise UnboundLocalError(what).with_traceback(where)

    def _ways_of_call(self) -> list[str]:
        """How the loops of the call that this thread is in were run so far."""
        ways: list[str] = getattr(self._call, "ways", [])
        return ways

    def _unbound(self, body: FunctionType) -> frozenset[str]:
        """Locals of the function that a body reads, and that have no value now."""
        plain = self._mappable.function.plain
        assert plain is not None
        return frozenset(empty_cells(body)) - set(plain.__code__.co_freevars)

    def _changed_by_methods(self, number: int, body: FunctionType) -> str | None:
        """What methods of the objects that the body holds change, the user's word notwithstanding.

        The classes of arguments are not known before a call.
        """
        plain = self._mappable.function.plain
        assert plain is not None
        held = outside(body)
        for function in functions_of(body)[1:]:
            if function.__code__ in plain.__code__.co_consts:
                held = outside(function) | held
        classes = classes_of(held)
        key = (number, frozenset(classes.items()))
        if key not in self._methods:
            node = self._mappable.loops[number].node
            refused = (
                changed_by_methods(self._mappable.function, node, classes) if classes else None
            )
            self._methods[key] = None if refused is None else refused.reason
        return self._methods[key]

    def _replaced(self, number: int, body: FunctionType) -> str | None:
        """Whether a helper took the place of one that was looked at, and must not run like it."""
        codes = {function.__code__ for function in functions_of(body)[1:]}
        if codes <= self._judged:
            return None
        again = map_loops(self._mappable.function)
        old = self._mappable.loops[number]
        for loop in () if isinstance(again, Refused) else again.loops:
            if loop.node is old.node and loop.replayable >= old.replayable:
                same = [c.what for c in loop.in_place] == [c.what for c in old.in_place]
                if same:
                    self._judged |= codes
                    return None
        return "a helper was replaced by one that does more"


def _why_in_turn(ways: list[str]) -> str | None:
    """The first reason, where every loop had one; a single item is none, and no loop at all."""
    whys = [way.partition(": ")[2] for way in ways if way.startswith("sequential")]
    return next(filter(None, whys), None) if len(whys) == len(ways) else None


def _raised_in(body: FunctionType, error: BaseException) -> bool:
    """Whether a body itself raised an exception, and no function that it calls."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code is body.__code__


def _replaced_in(foreign: Mapping[str, FunctionType]) -> str | None:
    where = next(iter(foreign), None)
    return where and f"{where} was replaced, which another process would not see"


def _handling() -> str | None:
    """Why items must run in this thread, one by one: they can ask for what it alone has."""
    if sys.exc_info()[1] is not None:
        return "an exception is being handled"
    numpy = loaded("numpy")
    if numpy is not None and numpy.geterrcall() is not None:
        return "NumPy calls a function at floating-point errors"
    return None


def _changed(loop: MapLoop, held: Mapping[str, Any], names: frozenset[str]) -> str | None:
    """What items change in place that all of them share, the user's word notwithstanding."""
    causes = tuple(cause for cause in loop.in_place if loop.is_shared(cause))
    roots = {cause.root for cause in causes}
    given = [value for name, value in held.items() if name.partition(".")[2] in roots]
    return changeable(causes, given, names)


def _can_be_read_ahead(iterable: Any) -> bool:
    """Whether reading items before their turn cannot be noticed, not even after an exception."""
    kind = type(iterable)
    if kind in _READ_AHEAD:
        return True
    return kind.__module__.partition(".")[0] in _LIBRARIES and iter(iterable) is not iterable


def prepare_mapped(
    function: Function, level: Level, backend: str, runner: Runner
) -> Mapped | Refused:
    """Map the loops of a function, or say why none can be mapped."""
    mappable = map_loops(function)
    if isinstance(mappable, Refused):
        runner.close()
        return mappable
    plain = mappable.function.plain
    if plain is not None and depth_asked_for(plain):
        runner.close()
        reason = "it catches RecursionError, and calls may go less deep within items"
        return Refused(reason, function.line, "bound the depth by a count of its own")
    place = plain and place_asked_for(plain, processes=level is Level.CORES)
    if place:
        runner.close()
        return Refused(place, function.line, "put the loop into a function that does without it")
    try:
        return Mapped(mappable, level, backend, runner)
    except SourceError as error:
        runner.close()
        return Refused(error.what, function.line, error.remedy or "")
