"""The list that a loop appends to: who else can see it, and what is left in it when it fails."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.kinds import OPENING, is_fresh_local, is_load, qualified_name
from epochly.code.scopes import live_value, scope_of
from epochly.code.source import source_of
from epochly.code.trees import nodes_within
from epochly.errors import SourceError

_SWALLOWING = frozenset(
    {"contextlib.suppress", "contextlib.ExitStack", "contextlib.AsyncExitStack"}
)


def is_private_list(
    function: FunctionType, whole: ast.FunctionDef, loop: ast.For, out: str
) -> bool:
    """Whether only the function itself can see the list before the loop is over."""
    scope = scope_of(whole)
    # Other containers may refuse what is appended, and must do so at once.
    if not is_fresh_local(function, whole, out, lists=True):
        return False
    if out in scope.globals_written | scope.nonlocals_written:
        return False
    if any(_names(part, out) for part in (loop.iter, loop.target)) or _has_second_name(whole, out):
        return False
    inside = set(map(id, nodes_within(loop)))
    owners = {
        id(inner.func.value)
        for inner in nodes_within(whole)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
    }
    again = _repeated(whole, loop, out)
    return not any(
        isinstance(inner, ast.Name)
        and inner.id == out
        and is_load(inner)
        and (inner.lineno <= loop.lineno or id(inner) in again)
        and id(inner) not in inside
        and id(inner) not in owners
        for inner in nodes_within(whole)
    )


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def _has_second_name(whole: ast.FunctionDef, out: str) -> bool:
    """``out = other = []`` gives the list two names, and ``other(out := [])`` gives it away."""
    for inner in nodes_within(whole):
        if isinstance(inner, ast.NamedExpr) and inner.target.id == out:
            return True
        targets = inner.targets if isinstance(inner, ast.Assign) else []
        if len(targets) > 1 and any(_names(target, out) for target in targets):
            return True
    return False


def _repeated(whole: ast.FunctionDef, loop: ast.For, out: str) -> set[int]:
    """What stands behind the loop, but runs before its next round: in an outer loop."""
    found: set[int] = set()
    for outer in nodes_within(whole):
        if isinstance(outer, (ast.For, ast.While)) and outer is not loop:
            parts = nodes_within(outer)
            if loop in parts and not _made_before(outer, loop, out):
                found |= set(map(id, parts))
    return found


def _made_before(outer: ast.AST, loop: ast.For, out: str) -> bool:
    """Whether every round of an outer loop assigns the list on its way to the loop."""
    for _, block in ast.iter_fields(outer):
        for number, part in enumerate(block if isinstance(block, list) else ()):
            if part is loop or loop in nodes_within(part):
                before = block[:number]
                return any(
                    isinstance(one, ast.Assign) and any(_names(t, out) for t in one.targets)
                    for one in before
                ) or _made_before(part, loop, out)
    return False


def may_swallow(function: FunctionType, node: ast.With, *, unknown: bool = True) -> bool:
    """Whether a ``with`` may end without the exception that was raised in it.

    Parameters
    ----------
    function : FunctionType
    node : ast.With
    unknown : bool
        What to say where the source does not tell which context manager it is.
    """
    return any(_may_swallow(function, item.context_expr, unknown) for item in node.items)


def records_warnings(function: FunctionType, node: ast.With) -> bool:
    """Whether a ``with`` collects the warnings raised in it, which are those of one process."""
    for item in node.items:
        made = item.context_expr
        if isinstance(made, ast.Call):
            known, value = live_value(function, made.func)
            if known and qualified_name(value) == "warnings.catch_warnings":
                return bool(made.args or made.keywords)
    return False


def _may_swallow(function: FunctionType, made: ast.expr, unknown: bool) -> bool:
    known, value = live_value(function, made.func if isinstance(made, ast.Call) else made)
    if not known:
        return unknown
    if not isinstance(made, ast.Call):
        value = type(value)
    name = qualified_name(value)
    if isinstance(value, FunctionType) and is_users(getattr(value, "__wrapped__", value)):
        return _catches(getattr(value, "__wrapped__", value))
    if isinstance(value, type):
        leave = inspect.getattr_static(value, "__exit__", None)
        if isinstance(leave, FunctionType) and is_users(leave):
            return _returns_something(leave)
    home = str(getattr(value, "__module__", "")).partition(".")[0]
    known_home = home in sys.stdlib_module_names or home in {"numpy", "pandas", "requests"}
    return name in _SWALLOWING or not (known_home or name in OPENING)


def _catches(maker: FunctionType) -> bool:
    """Whether a context manager written as a generator yields within what catches."""
    return any(
        (
            (isinstance(node, (ast.Try, ast.TryStar)) and node.handlers)
            or (isinstance(node, ast.With) and may_swallow(maker, node))
        )
        and any(isinstance(inner, ast.Yield) for part in node.body for inner in ast.walk(part))
        for node in _nodes(maker)
    )


def _returns_something(leave: FunctionType) -> bool:
    return any(
        isinstance(node, ast.Return)
        and node.value is not None
        and not (isinstance(node.value, ast.Constant) and not node.value.value)
        for node in _nodes(leave)
    )


def _nodes(function: FunctionType) -> Iterator[Any]:
    try:
        whole = source_of(function).node
    except SourceError:
        return iter([ast.Return(ast.Name("unknown", ast.Load()))])
    return ast.walk(whole)
