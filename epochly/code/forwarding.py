"""Functions that only hand their arguments on to another one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import CellType, FunctionType
from typing import Any

from epochly.code.mark import original_of
from epochly.code.scopes import binding_of
from epochly.code.source import FunctionNode, source_of
from epochly.errors import SourceError


@dataclass(frozen=True, slots=True, eq=False)
class Forwarded:
    """The function that another one hands all its arguments on to.

    Parameters
    ----------
    name : str
        The global or closure variable that the wrapper calls.
    target : FunctionType
        What that stood for when it was looked up.
    keywords : bool
        Whether keyword arguments are handed on too; without, the wrapper takes none.
    """

    name: str
    target: FunctionType
    keywords: bool
    cell: CellType | None
    namespace: dict[str, Any]

    def holds(self, kwargs: Mapping[str, Any]) -> bool:
        """Whether a call with these keyword arguments still goes to the target."""
        if kwargs and not self.keywords:
            return False
        if self.cell is None:
            return self.namespace.get(self.name) is self.target
        try:
            return self.cell.cell_contents is self.target
        except ValueError:
            return False


def forwarded_by(function: FunctionType) -> Forwarded | None:
    """Look through ``def wrapper(*args, **kwargs): return other(*args, **kwargs)``.

    What is called must be a Python function without our own decorator, which does its own
    counting.
    """
    try:
        node = source_of(function).node
    except SourceError:
        return None
    call = _only_call(node)
    if call is None or not isinstance(call.func, ast.Name) or not _hands_on(node, call):
        return None
    name = call.func.id
    code = function.__code__
    if name in code.co_varnames:
        return None
    target = binding_of(function, name).value
    if not isinstance(target, FunctionType) or target is function:
        return None
    if original_of(target) is not target:
        return None
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    keywords = node.args.kwarg is not None
    return Forwarded(name, target, keywords, cells.get(name), function.__globals__)


def _only_call(node: FunctionNode) -> ast.Call | None:
    if isinstance(node, ast.AsyncFunctionDef):
        return None
    body: list[ast.stmt] | ast.expr = node.body
    if isinstance(body, list):
        first = body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            body = body[1:]
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
            return None
        body = body[0].value
    return body if isinstance(body, ast.Call) else None


def _hands_on(node: FunctionNode, call: ast.Call) -> bool:
    given = node.args
    if given.vararg is None or given.posonlyargs or given.args or given.kwonlyargs:
        return False
    passed = [ast.unparse(argument) for argument in call.args]
    named = [(keyword.arg, ast.unparse(keyword.value)) for keyword in call.keywords]
    wanted = [] if given.kwarg is None else [(None, given.kwarg.arg)]
    return passed == [f"*{given.vararg.arg}"] and named == wanted
