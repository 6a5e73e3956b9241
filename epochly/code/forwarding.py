"""Functions that only hand their arguments on to another one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import CellType, FunctionType, ModuleType
from typing import Any

from epochly.code.mark import original_of
from epochly.code.source import FunctionNode, source_of
from epochly.errors import SourceError


@dataclass(frozen=True, slots=True, eq=False)
class Forwarded:
    """The function that another one hands all its arguments on to.

    Parameters
    ----------
    path : tuple of str
        What the wrapper calls: a global or closure variable, or a module's function through that.
    target : FunctionType
        What that stood for when it was looked up.
    keywords : bool
        Whether keyword arguments are handed on too; without, the wrapper takes none.
    """

    path: tuple[str, ...]
    target: FunctionType
    keywords: bool
    cell: CellType | None
    namespace: dict[str, Any]

    @property
    def name(self) -> str:
        """As it is written."""
        return ".".join(self.path)

    def holds(self, kwargs: Mapping[str, Any]) -> bool:
        """Whether a call with these keyword arguments still goes to the target."""
        if kwargs and not self.keywords:
            return False
        return _found(self.path, self.cell, self.namespace) is self.target


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
    if call is None or not _hands_on(node, call):
        return None
    path, code = _path_of(call.func), function.__code__
    if not path or path[0] in code.co_varnames:
        return None
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    cell = cells.get(path[0])
    target = _found(path, cell, function.__globals__)
    if not isinstance(target, FunctionType) or target is function:
        return None
    if original_of(target) is not target:
        return None
    keywords = node.args.kwarg is not None
    return Forwarded(path, target, keywords, cell, function.__globals__)


def _path_of(node: ast.expr) -> tuple[str, ...]:
    """The parts of a dotted name; empty for all else, and where a class would mangle one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    path = (node.id, *parts) if isinstance(node, ast.Name) else ()
    mangled = any(part.startswith("__") and not part.endswith("__") for part in path)
    return () if mangled else path


def _found(path: tuple[str, ...], cell: CellType | None, namespace: Mapping[str, Any]) -> object:
    """What a name stands for now; None where that is nothing, or is no part of a module."""
    try:
        value = namespace.get(path[0]) if cell is None else cell.cell_contents
    except ValueError:
        return None
    for part in path[1:]:
        # The class of another module may have a property of that name.
        if type(value) is not ModuleType:
            return None
        value = vars(value).get(part)
    return value


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
