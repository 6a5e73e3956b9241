"""Variables by which an iteration of a loop reaches another one, or the code behind the loop."""

from __future__ import annotations

import ast
from typing import Any

from epochly.call import Refused
from epochly.code.collected import may_swallow
from epochly.code.function import Function
from epochly.code.loops import Role, loop_at, stored_names
from epochly.code.trees import nodes_within

_ALL = frozenset({"eval", "exec", "locals"})
_OWN_IF_BARE = frozenset({"dir", "vars"})
_OWN = "assign it at the start of every iteration"


def reached_by_name(function: Function, whole: ast.FunctionDef, node: ast.For) -> Refused | None:
    """Why the variables of a loop are seen outside the iteration that assigned them, or None."""
    return _outlives(whole, node) or _seen_by_name(whole) or _left_over(function, node)


def _no(reason: str, node: Any, remedy: str) -> Refused:
    return Refused(reason, node.lineno, remedy)


def _outlives(whole: ast.FunctionDef, node: ast.For) -> Refused | None:
    """A variable by which one iteration reaches another, or the code after the loop."""
    loop = loop_at(whole, node)
    for role in (Role.REDUCTION, Role.CARRIED):
        for name in loop.named(role):
            return _no(f"{name!r} may hold the value of an earlier iteration", node, _OWN)
    for name in loop.named(Role.LASTPRIVATE):
        return _no(
            f"{name!r} is used outside the loop as well",
            node,
            "let each iteration work on names of its own",
        )
    return None


def _seen_by_name(whole: ast.FunctionDef) -> Refused | None:
    """A call by which the function may ask for its locals by name, those of the loop too."""
    for inner in nodes_within(whole):
        if not (isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)):
            continue
        name = inner.func.id
        if name in _ALL or (name in _OWN_IF_BARE and not inner.args):
            return _no(f"the function calls {name}()", inner, "name what it needs")
    return None


def _left_over(function: Function, node: ast.For) -> Refused | None:
    """A variable that keeps its earlier value where a ``with`` swallows an exception."""
    assert function.plain is not None
    for inner in ast.walk(node):
        if isinstance(inner, ast.With) and may_swallow(function.plain, inner, unknown=False):
            within = {id(part) for part in ast.walk(inner)}
            stored = {name for part in inner.body for name in stored_names(part)}
            for name in ast.walk(node):
                if isinstance(name, ast.Name) and name.id in stored and id(name) not in within:
                    return _no(
                        f"{name.id!r} may hold the value of an earlier iteration", name, _OWN
                    )
    return None
