"""Comprehensions and conditional expressions, each written out as the statements it stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable

Comprehension = ast.ListComp | ast.GeneratorExp


def appending(node: Comprehension, result: str) -> list[ast.stmt]:
    """Statements that make the list `result` of all elements."""

    def append(element: ast.expr) -> list[ast.stmt]:
        method = ast.Attribute(_read(result), "append", ast.Load())
        return [ast.Expr(ast.Call(func=method, args=[element], keywords=[]))]

    return [_set(result, ast.List([], ast.Load())), _loop(node, result, append, list)]


def searching(node: ast.GeneratorExp, result: str, *, wanted: bool) -> list[ast.stmt]:
    """Statements that set `result` to whether an element's truth is as wanted; the rest is left."""

    def found() -> list[ast.stmt]:
        return [ast.If(_read(result), [ast.Break()], [])]

    def look(element: ast.expr) -> list[ast.stmt]:
        test = element if wanted else _not(element)
        return [ast.If(test, [_set(result, ast.Constant(True)), ast.Break()], [])]

    return [_set(result, ast.Constant(False)), _loop(node, result, look, found)]


def choosing(values: list[ast.expr], result: str, *, wanted: bool) -> list[ast.stmt]:
    """Statements that set `result` to one value after another, while its truth is as wanted."""
    body: list[ast.stmt] = []
    for value in reversed(values):
        go_on = _read(result) if wanted else _not(_read(result))
        body = [_set(result, value), *([ast.If(go_on, body, [])] if body else [])]
    return body


def branching(node: ast.IfExp, result: str) -> list[ast.stmt]:
    """Statements that set `result` to what a conditional expression is."""
    return [ast.If(node.test, [_set(result, node.body)], [_set(result, node.orelse)])]


def _loop(
    node: Comprehension,
    result: str,
    innermost: Callable[[ast.expr], list[ast.stmt]],
    after_inner: Callable[[], list[ast.stmt]],
) -> ast.stmt:
    """The loops of a comprehension, with variables of its own; after an inner loop comes more."""
    targets = {
        name.id
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name)
    }
    renaming = _Renaming({name: f"{result}{name}" for name in targets})
    first = node.generators[0].iter
    body = innermost(renaming.visit(node.elt))
    for generator in reversed(node.generators):
        for condition in reversed(generator.ifs):
            body = [ast.If(test=renaming.visit(condition), body=body, orelse=[])]
        # The first iterable belongs to the scope outside.
        outermost = generator.iter is first
        iterable = first if outermost else renaming.visit(generator.iter)
        loop = ast.For(target=renaming.visit(generator.target), iter=iterable, body=body, orelse=[])
        body = [loop] if outermost else [loop, *after_inner()]
    return loop


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node


def _read(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _not(value: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), value)
