"""Reading a function, its helpers and the arguments of a call; nothing of it is run."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from epochly.code.accelerated import Inner, accelerated_in, cold_calls, request_of
from epochly.code.callgraph import call_graph, calls_in
from epochly.code.effects import Effect, effects_of
from epochly.code.function import Function, signature_of
from epochly.code.io_calls import IoCall, io_calls
from epochly.code.kinds import qualified_name
from epochly.code.loops import LoopNode, loops_of
from epochly.code.mapping import map_loops
from epochly.code.source import FunctionNode, source_of
from epochly.code.trips import Values
from epochly.errors import SourceError
from epochly.model import Arguments, Finding, Refused
from epochly.recommend.facts import Facts, LoopFact, Vectorized
from epochly.recommend.findings import about_io, about_loop, about_size, about_vectorized
from epochly.recommend.sizes import Size, sizes_given, sizes_made, sizes_outside

_LIBRARIES = ("numpy.", "pandas.", "scipy.")
_MAKERS = frozenset(
    "numpy.zeros numpy.ones numpy.empty numpy.full numpy.arange numpy.array numpy.copy "
    "numpy.concatenate numpy.append numpy.stack numpy.vstack numpy.hstack numpy.linspace "
    "pandas.DataFrame pandas.concat".split()
)
_COPYING = frozenset({"numpy.append", "numpy.concatenate", "numpy.vstack", "numpy.hstack"})


def understand(function: Function, arguments: Arguments | None) -> Facts:
    """Read a function, its helpers, and the arguments of a call; nothing of it is run.

    Parameters
    ----------
    function : Function
    arguments : Arguments or None
        Those of the call; None where there are none to give, so that sizes stay unknown.

    Returns
    -------
    Facts
        With the findings in the order of their lines; empty without source.
    """
    if function.plain is None:
        return Facts()
    try:
        root = function.source.node
    except SourceError:
        return Facts()
    reader = _Reader(function, root, _bound(function, arguments))
    return reader.facts()


class _Reader:
    """Collects the facts of one function."""

    def __init__(self, function: Function, root: FunctionNode, bound: Mapping[str, Any]) -> None:
        assert function.plain is not None
        self._function = function
        self._plain = function.plain
        self._root = root
        self._bound = bound
        self._graph = call_graph(function.plain)
        self._values = Values(function.plain, root, bound)

    def facts(self) -> Facts:
        loops = tuple(self._loops())
        io = tuple(self._io())
        sizes = self._sizes()
        vectorized = tuple(dict.fromkeys(self._vectorized()))
        findings = [
            *(about_loop(loop) for loop in loops),
            *(about_io(call) for call in io),
            *(about_size(size) for size in sizes),
            *(about_vectorized(part) for part in vectorized),
            *self._writes(),
            *self._recursion(),
            *self._allocations(loops),
        ]
        trusted = map_loops(self._function.trusted())
        in_loops = () if isinstance(trusted, Refused) else tuple(p.node for p in trusted.loops)
        return Facts(
            findings=tuple(sorted(findings, key=lambda finding: finding.line or 0)),
            loops=loops,
            io=io,
            sizes=sizes,
            vectorized=vectorized,
            request=request_of(self._plain),
            inner=accelerated_in(self._plain, self._body()),
            inner_in_loops=accelerated_in(self._plain, in_loops),
            cold=tuple(self._cold()),
            arrays_possible="numpy" in sys.modules or self._imports(),
            contained=self._contained(),
        )

    def _members(self) -> Iterator[tuple[FunctionType, FunctionNode]]:
        """The function and those of its helpers that stand in its file."""
        for member in self._graph.functions:
            if member.__code__.co_filename == self._plain.__code__.co_filename:
                try:
                    yield member, source_of(member).node
                except SourceError:
                    continue

    def _body(self) -> list[ast.AST]:
        body = self._root.body
        return list(body) if isinstance(body, list) else [body]

    def _loops(self) -> Iterator[LoopFact]:
        answer = map_loops(self._function)
        if isinstance(answer, Refused):
            mapped: set[int] = set()
            refused = {answer.line: answer.reason}
        else:
            mapped = {id(loop.node) for loop in answer.loops}
            refused = {one.line: one.reason for one in answer.refused}
        for member, node in self._members():
            own = member is self._plain
            values = self._values if own else Values(member, node, {})
            found = loops_of(node)
            for loop in found:
                around = [other for other in found if _repeats(other.node, loop.node)]
                inside = any(_repeats(loop.node, other.node) for other in found)
                trips = values.trips(loop)
                total = trips if own else None
                for other in around:
                    times = values.trips(other)
                    total = None if total is None or times is None else total * times
                within = (r for at, r in refused.items() if at and loop.line <= at <= loop.end_line)
                mappable = id(loop.node) in mapped
                yield LoopFact(
                    kind=_kind(loop.node),
                    line=loop.line,
                    end_line=loop.end_line,
                    depth=len(around),
                    function=member.__name__,
                    trips=trips,
                    total=total,
                    innermost=not inside,
                    mappable=mappable,
                    why_not=None if mappable else next(within, None),
                )

    def _io(self) -> Iterator[IoCall]:
        for member in self._graph.functions:
            try:
                node = source_of(member).node
            except SourceError:
                continue
            for call in io_calls(member, node):
                if member.__code__.co_filename == self._plain.__code__.co_filename:
                    yield call
                else:
                    yield dataclasses.replace(
                        call,
                        line=self._plain.__code__.co_firstlineno,
                        what=f"{call.what} (in {member.__module__}, line {call.line})",
                    )

    def _sizes(self) -> tuple[Size, ...]:
        line = self._plain.__code__.co_firstlineno
        found = [
            *sizes_given(line, self._bound),
            *sizes_made(self._plain, self._root, self._values),
        ]
        for member, node in self._members():
            found += sizes_outside(member, node)
        return tuple(dict.fromkeys(found))

    def _vectorized(self) -> Iterator[Vectorized]:
        for member, node in self._members():
            inside = {id(n) for loop in loops_of(node) for n in ast.walk(loop.node)}
            for call in calls_in(member, node):
                name = qualified_name(call.value) if call.found else ""
                random = name.startswith("numpy.random.") and not call.node.args
                if name.startswith(_LIBRARIES) and not random:
                    yield Vectorized(call.line, f"{call.text}(...)", id(call.node) in inside)
            if member is not self._plain:
                continue
            for part in ast.walk(node):
                if isinstance(part, ast.BinOp) and any(
                    isinstance(side, ast.Name) and self._values.is_array(side.id)
                    for side in (part.left, part.right)
                ):
                    yield Vectorized(part.lineno, ast.unparse(part), id(part) in inside)

    def _writes(self) -> Iterator[Finding]:
        for cause in effects_of(self._plain).causes:
            if cause.effect is Effect.WRITES and cause.outside:
                message = f"{cause.what} writes outside"
                yield Finding("writes", None, cause.line, message, "high")

    def _recursion(self) -> Iterator[Finding]:
        for member, node in self._members():
            for call in calls_in(member, node):
                if not call.found or not isinstance(call.value, FunctionType):
                    continue
                if call.value is member:
                    message = f"{member.__name__} calls itself"
                elif call.value is self._plain and member is not self._plain:
                    message = f"{member.__name__} calls {self._plain.__name__} again"
                else:
                    continue
                text = f"{message}: its calls depend on each other, so no loop to spread"
                yield Finding("recursion", None, call.line, text, "high")

    def _allocations(self, loops: tuple[LoopFact, ...]) -> Iterator[Finding]:
        for member, node in self._members():
            for call in calls_in(member, node):
                name = qualified_name(call.value) if call.found else ""
                around = [
                    loop
                    for loop in loops
                    if loop.function == member.__name__ and loop.line <= call.line <= loop.end_line
                ]
                if name not in _MAKERS or not around:
                    continue
                inmost = max(around, key=lambda loop: loop.depth)
                copies = ", a copy of all before it" if name in _COPYING else ""
                times = "each turn" if inmost.total is None else f"{inmost.total:,} times a call"
                message = f"{call.text} makes an array{copies}, {times}"
                yield Finding("allocation", None, call.line, message, "medium")

    def _cold(self) -> Iterator[Inner]:
        for member, node in self._members():
            yield from cold_calls(member, node)

    def _contained(self) -> bool:
        inside = (Effect.PURE, Effect.DRAWS)
        return all(
            cause.effect in inside or (cause.effect is Effect.WRITES and not cause.outside)
            for cause in effects_of(self._plain).causes
        )

    def _imports(self) -> bool:
        return any(
            isinstance(inner, ast.Import | ast.ImportFrom)
            for _, node in self._members()
            for inner in ast.walk(node)
        )


def _bound(function: Function, arguments: Arguments | None) -> dict[str, Any]:
    """The parameters of the plain function in a call; empty where they are not known."""
    if arguments is None or function.plain is None:
        return {}
    given = function.arguments_of_plain(arguments)
    try:
        bound = signature_of(function.plain).bind(*given.args, **given.kwargs)
    except (TypeError, ValueError):
        return {}
    bound.apply_defaults()
    return dict(bound.arguments)


def _repeats(outer: LoopNode, inner: LoopNode) -> bool:
    """Whether a loop stands in another where every turn reaches it; an iterable is made once."""
    parts: list[ast.AST]
    if isinstance(outer, ast.For):
        parts = [*outer.body]
    elif isinstance(outer, ast.While):
        parts = [outer.test, *outer.body]
    else:
        first = outer.generators[0]
        once = {id(node) for node in ast.walk(first.iter)}
        parts = [node for node in ast.walk(outer) if node is not outer and id(node) not in once]
        return any(node is inner for node in parts)
    return any(node is inner for part in parts for node in ast.walk(part))


def _kind(node: ast.AST) -> Any:
    if isinstance(node, ast.For):
        return "for"
    return "while" if isinstance(node, ast.While) else "comprehension"
