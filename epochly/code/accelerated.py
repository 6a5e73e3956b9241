"""Where source asks for acceleration itself: decorators, compilers, pools, `n_jobs`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from epochly.code.callgraph import calls_in, is_users
from epochly.code.kinds import qualified_name
from epochly.code.scopes import live_value
from epochly.code.source import FunctionNode, source_of
from epochly.errors import SourceError
from epochly.levels import Level

_COMPILERS = frozenset({"jit", "njit", "vectorize", "guvectorize", "cfunc", "stencil"})
_POOLS = (
    "joblib.parallel.Parallel",
    "joblib.Parallel",
    "concurrent.futures.thread.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor",
    "multiprocessing.pool.Pool",
    "multiprocessing.pool.ThreadPool",
    "multiprocessing.context.BaseContext.Pool",
    "multiprocessing.Pool",
    "threading.Thread",
    "multiprocessing.context.Process",
    "dask.base.compute",
)
_CLOCKS = frozenset(
    "time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic "
    "time.monotonic_ns time.process_time time.process_time_ns".split()
)
_STEADY = frozenset({"min", "median"})


@dataclass(frozen=True, slots=True)
class Request:
    """A level that the source asks for.

    Parameters
    ----------
    line : int
    text : str
        The decorator as written.
    level : int or None
        None where it is automatic or not a plain number.
    """

    line: int
    text: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Inner:
    """Work inside a function that is accelerated by itself.

    Parameters
    ----------
    line : int
        Line of the outermost call in the function that was asked about.
    what : str
    """

    line: int
    what: str


def request_of(function: Any) -> Request | None:
    """What the decorators of a function ask for; a compiler's own decorator asks for level 2."""
    compiled = getattr(function, "py_func", None)
    if compiled is not None and _is_numbas(type(function)):
        function = compiled
    if not isinstance(function, FunctionType):
        return None
    try:
        node = source_of(function).node
    except SourceError:
        return None
    return None if isinstance(node, ast.Lambda) else _request(function, node)


def accelerated_in(function: FunctionType, nodes: Sequence[ast.AST]) -> tuple[Inner, ...]:
    """Calls that are accelerated by themselves, found through the user's own helpers."""
    return tuple(
        Inner(line, what) for node in nodes for line, what in _accelerated(function, node, ())
    )


def cold_calls(function: FunctionType, node: FunctionNode) -> tuple[Inner, ...]:
    """Accelerated calls between two readings of a clock that nothing has warmed up before.

    A loop of which only the smallest or the median time is kept leaves the cold call out by
    itself.
    """
    fast = _local_names(function, node)
    started: dict[str, int] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and _reads_clock(function, inner.value):
            for target in inner.targets:
                if isinstance(target, ast.Name):
                    started[target.id] = min(inner.lineno, started.get(target.id, inner.lineno))
    ended = {
        inner.right.id: inner.lineno
        for inner in ast.walk(node)
        if isinstance(inner, ast.BinOp)
        and isinstance(inner.op, ast.Sub)
        and isinstance(inner.right, ast.Name)
        and inner.right.id in started
    }
    calls = [
        (call.line, call.text, what)
        for call in calls_in(function, node)
        if (what := _accelerates(function, call.node, call.value if call.found else None, fast))
    ]
    found = []
    for name, last in ended.items():
        first = started[name]
        timed = [call for call in calls if first < call[0] <= last]
        for line, text, what in timed[:1]:
            warmed = any(other == text and at <= first for at, other, _ in calls)
            if not warmed and not _keeps_the_steady(function, node):
                found.append(Inner(line, what))
    return tuple(found)


def _request(
    function: FunctionType, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Request | None:
    from epochly.runtime.optimize import optimize

    for decorator in node.decorator_list:
        maker = decorator.func if isinstance(decorator, ast.Call) else decorator
        known, value = live_value(function, maker)
        if not known:
            continue
        text = f"@{ast.unparse(decorator)}"
        if value is optimize:
            return Request(decorator.lineno, text, _level(decorator))
        if _compiles(value):
            return Request(decorator.lineno, text, int(Level.COMPILE))
    return None


def _level(decorator: ast.expr) -> int | None:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        value = keyword.value
        if keyword.arg == "level" and isinstance(value, ast.Constant) and type(value.value) is int:
            return value.value
    return None


def _compiles(value: Any) -> bool:
    name = getattr(value, "__name__", "")
    return name in _COMPILERS and str(getattr(value, "__module__", "")).startswith("numba")


def _is_numbas(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "numba"


def _accelerated(
    function: FunctionType, node: ast.AST, above: tuple[FunctionType, ...]
) -> Iterator[tuple[int, str]]:
    for call in calls_in(function, node):
        what = _accelerates(function, call.node, call.value if call.found else None, {})
        if what is not None:
            yield call.line, what
        elif (
            call.found
            and isinstance(call.value, FunctionType)
            and is_users(call.value)
            and call.value not in (function, *above)
        ):
            try:
                inner = source_of(call.value).node
            except SourceError:
                continue
            for _, deeper in _accelerated(call.value, inner, (*above, function)):
                yield call.line, f"{call.text}, in which {deeper}"


def _accelerates(
    function: FunctionType, call: ast.Call, value: Any, local: dict[str, str]
) -> str | None:
    """What a call is accelerated by, or None."""
    text = ast.unparse(call.func)
    if text in local:
        return f"{text} is {local[text]}"
    request = request_of(value)
    if request is not None and request.level != int(Level.MONITOR):
        return f"{text} is decorated with {request.text}"
    if value is not None and _is_numbas(type(value)):
        return f"{text} is compiled by Numba"
    if value is not None and qualified_name(value) in _POOLS:
        return f"{text} starts workers of its own"
    for keyword in call.keywords:
        given = keyword.value
        if keyword.arg == "n_jobs" and not (
            isinstance(given, ast.Constant) and given.value in (1, None)
        ):
            return f"{text} spreads its work with n_jobs={ast.unparse(given)}"
    return None


def _local_names(function: FunctionType, node: FunctionNode) -> dict[str, str]:
    """Functions that the function itself accelerates: decorated inside, or wrapped and named."""
    found = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef) and inner is not node:
            request = _request(function, inner)
            if request is not None and request.level != int(Level.MONITOR):
                found[inner.name] = f"decorated with {request.text}"
        elif (
            isinstance(inner, ast.Assign)
            and isinstance(inner.value, ast.Call)
            and len(inner.targets) == 1
            and isinstance(inner.targets[0], ast.Name)
        ):
            maker = inner.value.func
            maker = maker.func if isinstance(maker, ast.Call) else maker
            if _makes_fast(function, maker):
                found[inner.targets[0].id] = f"made by {ast.unparse(inner.value)}"
    return found


def _makes_fast(function: FunctionType, maker: ast.expr) -> bool:
    from epochly.runtime.optimize import optimize

    known, value = live_value(function, maker)
    return known and (value is optimize or _compiles(value))


def _reads_clock(function: FunctionType, value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    known, clock = live_value(function, value.func)
    return known and qualified_name(clock) in _CLOCKS


def _keeps_the_steady(function: FunctionType, node: FunctionNode) -> bool:
    return any(
        call.text.rpartition(".")[2] in _STEADY and call.found for call in calls_in(function, node)
    )
