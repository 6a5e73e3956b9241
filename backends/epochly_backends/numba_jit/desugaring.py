"""Desugaring: list comprehensions written out as loops, before anything else is analysed."""

from __future__ import annotations

import ast
import copy
from typing import cast

_TAKES_SEQUENCE = frozenset(("sum", "max", "min", "list"))


def desugared(node: ast.FunctionDef) -> ast.FunctionDef:
    """A copy of a function in which `x = [... for ...]` is a loop that appends.

    Comprehensions elsewhere stay, and are refused when they are met. A generator is written out
    only where all of it is taken at once, as by `sum`.
    """
    return cast(ast.FunctionDef, _Desugaring().visit(copy.deepcopy(node)))


class _Desugaring(ast.NodeTransformer):
    def __init__(self) -> None:
        self._made = 0

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        return self._written_out(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        return self._written_out(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        # The target is read before the value is computed, which may change it in between.
        return self._written_out(node) if isinstance(node.target, ast.Name) else [node]

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        return self._written_out(node)

    def _written_out(
        self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return
    ) -> list[ast.stmt]:
        value = node.value
        if isinstance(value, ast.ListComp):
            before, name = self._loops(value)
            node.value = name
            return [*before, node]
        match value:
            case ast.Call(
                func=ast.Name(id=called), args=[ast.ListComp() | ast.GeneratorExp() as made]
            ) if called in _TAKES_SEQUENCE and not value.keywords:
                before, name = self._loops(made)
                value.args = [name]
                return [*before, node]
        return [node]

    def _loops(self, node: ast.ListComp | ast.GeneratorExp) -> tuple[list[ast.stmt], ast.Name]:
        self._made += 1
        result = f"comprehension{self._made}_"
        targets = {
            name.id
            for generator in node.generators
            for name in ast.walk(generator.target)
            if isinstance(name, ast.Name)
        }
        renaming = _Renaming({name: f"{result}{name}" for name in targets})
        first = node.generators[0].iter
        append = ast.Call(
            func=ast.Attribute(ast.Name(result, ast.Load()), "append", ast.Load()),
            args=[renaming.visit(node.elt)],
            keywords=[],
        )
        body: ast.stmt = ast.Expr(append)
        for generator in reversed(node.generators):
            for condition in reversed(generator.ifs):
                body = ast.If(test=renaming.visit(condition), body=[body], orelse=[])
            # The first iterable belongs to the scope outside.
            iterable = first if generator.iter is first else renaming.visit(generator.iter)
            body = ast.For(
                target=renaming.visit(generator.target), iter=iterable, body=[body], orelse=[]
            )
        empty = ast.Assign(targets=[ast.Name(result, ast.Store())], value=ast.List([], ast.Load()))
        statements = [empty, body]
        for statement in statements:
            _locate(statement, node)
        return statements, ast.copy_location(ast.Name(result, ast.Load()), node)


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node


def _locate(statement: ast.stmt, node: ast.expr) -> None:
    for part in ast.walk(statement):
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
