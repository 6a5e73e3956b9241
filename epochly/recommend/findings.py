"""What the source says about the levels: calls that wait, loops, vectorized calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from epochly.code.callgraph import calls_in
from epochly.code.effects import Effect, effects_of
from epochly.code.function import Function
from epochly.code.kinds import qualified_name
from epochly.errors import SourceError
from epochly.levels import Level
from epochly.model import Finding

_LOOPS = (ast.For, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def findings(function: Function) -> tuple[Finding, ...]:
    """Read the source of a function.

    Returns
    -------
    tuple of Finding
        In the order of the lines; empty without source.
    """
    if function.plain is None:
        return ()
    try:
        node = function.source.node
    except SourceError:
        return ()
    found = [*_loops(node, 1), *_calls(function), *_effects(function)]
    return tuple(sorted(found, key=lambda finding: finding.line or 0))


def _loops(node: ast.AST, depth: int) -> Iterator[Finding]:
    for child in ast.iter_child_nodes(node):
        inner = depth
        if isinstance(child, _LOOPS):
            text = "a loop" if depth == 1 else f"a loop, {depth} deep"
            yield Finding("loop", Level.COMPILE, child.lineno, f"{text}, in Python", "medium")
            inner = depth + 1
        elif isinstance(child, _COMPREHENSIONS):
            message = "a comprehension: its items may run side by side"
            yield Finding("comprehension", Level.CORES, child.lineno, message, "medium")
        yield from _loops(child, inner)


def _calls(function: Function) -> Iterator[Finding]:
    assert function.plain is not None
    for call in calls_in(function.plain, function.source.node):
        if call.found and call.value is function.plain:
            yield Finding("recursion", None, call.line, "the function calls itself", "high")
        elif call.found and qualified_name(call.value).startswith("numpy."):
            message = f"{call.text} is vectorized already"
            yield Finding("vectorized", Level.GPU, call.line, message, "low")


def _effects(function: Function) -> Iterator[Finding]:
    assert function.plain is not None
    for cause in effects_of(function.plain).causes:
        if cause.effect is Effect.READS:
            message = f"{cause.what} waits for the world outside"
            yield Finding("io", Level.THREADS, cause.line, message, "medium")
        elif cause.effect is Effect.WRITES and cause.outside:
            yield Finding("writes", None, cause.line, f"{cause.what} writes outside", "high")
