"""Replaces loops in a function's source by calls of a mapper."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from types import FunctionType
from typing import Any

from epochly.code.loops import stored_names
from epochly.code.scopes import live_value

MAPPER = "__epochly_map__"
LAZY = "__epochly_lazy__"
_ITEM = "__epochly_item__"
_FUNCTION = "__epochly_body__"
_LAZY_CALLS = (enumerate, zip, reversed)


class Lazy:
    """``enumerate``, ``zip`` or ``reversed`` in the head of a loop, with what it reads.

    Parameters
    ----------
    make : type
    sources : object
        Its positional arguments.
    options : object
        Its keyword arguments.
    """

    def __init__(self, make: Callable[..., Any], *sources: Any, **options: Any) -> None:
        self._made = make(*sources, **options)
        self.sources = sources[:1] if make is enumerate else sources

    def __iter__(self) -> Any:
        return self._made


def appended(node: ast.For) -> str | None:
    """The one list that a loop appends to, or None."""
    names = {
        inner.func.value.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr == "append"
        and isinstance(inner.func.value, ast.Name)
    }
    stored = {name for part in node.body for name in stored_names(part)}
    outer = names - stored
    return next(iter(outer)) if len(outer) == 1 else None


class Copier:
    """Copies a tree and carries the marks of chosen nodes over to their copies."""

    def copy(self, node: ast.FunctionDef | Any, changer: Changer) -> Any:
        memo: dict[int, Any] = {}
        copied = copy.deepcopy(node, memo)
        changer.marks = {id(memo[key]): number for key, number in changer.marks.items()}
        return copied


class Changer(ast.NodeTransformer):
    """Replaces marked loops by calls of the mapper."""

    def __init__(self, marks: dict[int, int], function: FunctionType) -> None:
        self.marks = marks
        self.function = function

    def mapped(self, number: int, body: ast.expr, iterable: ast.expr) -> ast.Call:
        if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name):
            known, called = live_value(self.function, iterable.func)
            if known and any(called is lazy for lazy in _LAZY_CALLS):
                arguments = [iterable.func, *iterable.args]
                iterable = ast.Call(ast.Name(LAZY, ast.Load()), arguments, iterable.keywords)
        return ast.Call(ast.Name(MAPPER, ast.Load()), [ast.Constant(number), body, iterable], [])

    def visit_ListComp(self, node: ast.ListComp) -> Any:
        number = self.marks.get(id(node))
        if number is None:
            return self.generic_visit(node)
        generator = node.generators[0]
        iterable = generator.iter
        generator.iter = ast.Tuple([ast.Name(_ITEM, ast.Load())], ast.Load())
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg(_ITEM)], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        body = ast.Lambda(arguments, node)
        return _located(self.mapped(number, body, iterable), node)

    def visit_For(self, node: ast.For) -> Any:
        number = self.marks.get(id(node))
        if number is None:
            return self.generic_visit(node)
        out = appended(node)
        assert out is not None
        template = ast.parse(f"def {_FUNCTION}({_ITEM}):\n {out} = []\n return {out}").body[0]
        assert isinstance(template, ast.FunctionDef)
        iterable = node.iter
        node.iter = ast.Tuple([ast.Name(_ITEM, ast.Load())], ast.Load())
        first, last = template.body
        template.body = [first, node, last]
        for inner in (template, *ast.walk(template.args), *ast.walk(first), *ast.walk(last)):
            ast.copy_location(inner, node)
        call = self.mapped(number, ast.Name(_FUNCTION, ast.Load()), iterable)
        extend = ast.Attribute(ast.Name(out, ast.Load()), "extend", ast.Load())
        return [template, _located(ast.Expr(ast.Call(extend, [call], [])), node)]


def _located(node: Any, like: ast.AST) -> Any:
    """Give the new nodes, and only those, the place of the loop that they replace."""
    located: Any = ast.fix_missing_locations(ast.copy_location(node, like))
    return located
