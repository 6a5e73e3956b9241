"""What the names within a function are bound to, and how."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from epochly.code.scopes import names_bound_by
from epochly.code.trees import kept_with_tree, nodes_within

Way = Literal["given", "assigned", "updated", "entered", "looped", "taken", "defined", "else"]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# From Python 3.12 on.
_TYPE_ALIAS: Any = getattr(ast, "TypeAlias", ())


class Bound(NamedTuple):
    """One place that binds a name.

    Parameters
    ----------
    way : str
        ``assigned`` the value itself; ``updated`` in place; ``entered`` as what ``with`` gives for
        the value; ``looped`` over it; ``taken`` out of it; ``given`` as an argument; ``defined`` as
        a function; ``else`` by an import, a class, an exception.
    value : ast node or None
        An expression; None where there is none.
    """

    way: Way
    value: ast.expr | None = None


@kept_with_tree
def bindings_in(whole: ast.AST) -> dict[str, tuple[Bound, ...]]:
    """For each name, the places that bind it, those of nested functions among them."""
    found: defaultdict[str, list[Bound]] = defaultdict(list)
    for node in nodes_within(whole):
        for name, bound in _bound_by(node):
            found[name].append(bound)
    return {name: tuple(places) for name, places in found.items()}


def targets_of(node: ast.AST) -> tuple[list[ast.expr], Way, ast.expr] | None:
    """What one node assigns to, be it names or parts of objects, how, and from what.

    All targets of ``x = y = []`` get the same object.
    """
    if isinstance(node, ast.Assign):
        return node.targets, "assigned", node.value
    if isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        return None if node.value is None else ([node.target], "assigned", node.value)
    if isinstance(node, ast.AugAssign):
        return [node.target], "updated", node.value
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return [node.target], "looped", node.iter
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [node.optional_vars], "entered", node.context_expr
    return None


def _bound_by(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    assigned = targets_of(node)
    if assigned is not None:
        targets, way, value = assigned
        for target in targets:
            exact = way == "assigned"
            yield from _assigned(target, value) if exact else _within(target, way, value)
    elif isinstance(node, ast.arg):
        yield node.arg, Bound("given")
    elif isinstance(node, ast.Match):
        for case in node.cases:
            for part in ast.walk(case.pattern):
                for name in names_bound_by(part):
                    yield name, Bound("taken", node.subject)
    elif isinstance(node, _FUNCTIONS):
        yield node.name, Bound("defined")
    elif isinstance(node, (ast.alias, ast.ClassDef, ast.ExceptHandler)):
        for name in names_bound_by(node):
            yield name, Bound("else")
    elif isinstance(node, _TYPE_ALIAS):
        yield node.name.id, Bound("else")


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Bound]]:
    """``a, b = x, y`` is two assignments."""
    if isinstance(target, ast.Name):
        yield target.id, Bound("assigned", value)
    elif (
        isinstance(target, (ast.Tuple, ast.List))
        and isinstance(value, (ast.Tuple, ast.List))
        and len(target.elts) == len(value.elts)
        and not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
    ):
        for part, held in zip(target.elts, value.elts, strict=True):
            yield from _assigned(part, held)
    else:
        yield from _within(target, "taken", value)


def _within(target: ast.expr, way: Way, value: ast.expr) -> Iterator[tuple[str, Bound]]:
    """What a target binds; the names in a tuple are bound to parts of what that would be."""
    for part in ast.walk(target):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id, Bound(way if part is target else "taken", value)
