"""The names of a function: its own, those from outside, and what these are now."""

from __future__ import annotations

import ast
import builtins
import inspect
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, Literal, NamedTuple

from epochly.code.trees import kept_with_tree

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NAMED = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
)


class Scope(NamedTuple):
    """The names of one function body, nested functions and comprehensions counted in.

    Parameters
    ----------
    parameters : tuple of str
    locals : frozenset of str
        Parameters and names that the body binds.
    outer : frozenset of str
        Names that it reads from outside: cells, globals and builtins.
    globals_written, nonlocals_written : frozenset of str
        Names declared ``global`` or ``nonlocal`` anywhere in it, its own locals left out.
    """

    parameters: tuple[str, ...]
    locals: frozenset[str]
    outer: frozenset[str]
    globals_written: frozenset[str]
    nonlocals_written: frozenset[str]


class Binding(NamedTuple):
    """What an outer name stands for now."""

    kind: Literal["global", "cell", "builtin", "missing"]
    value: Any


class _Names(NamedTuple):
    """What a body binds, reads and declares; `passed` are the ``nonlocal`` of inner functions."""

    bound: set[str]
    read: set[str]
    globals: set[str]
    nonlocals: set[str]
    passed: set[str]


@kept_with_tree
def scope_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Scope:
    """The names of a function."""
    parameters = tuple(argument.arg for argument in arguments_of(node))
    names = _Names(set(parameters), set(), set(), set(), set())
    for statement in node.body if isinstance(node.body, list) else [node.body]:
        _visit(statement, names)
    bound = names.bound - names.globals - names.nonlocals
    return Scope(
        parameters,
        frozenset(bound),
        frozenset(names.read - bound),
        frozenset(names.globals),
        frozenset(names.nonlocals | (names.passed - bound)),
    )


def arguments_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    """Every parameter, starred ones included, in order."""
    found = node.args
    starred = [argument for argument in (found.vararg, found.kwarg) if argument is not None]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *starred]


def names_bound_by(node: ast.AST) -> list[str]:
    """Names that one node itself binds or deletes, the nodes within it left out."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).partition(".")[0]]
    if isinstance(node, _NAMED):
        return [node.name] if node.name else []
    if isinstance(node, ast.MatchMapping):
        return [node.rest] if node.rest else []
    return []


def _visit(node: ast.AST, names: _Names) -> None:
    if isinstance(node, ast.Global):
        names.globals.update(node.names)
    elif isinstance(node, ast.Nonlocal):
        names.nonlocals.update(node.names)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
        names.read.add(node.id)
    names.bound.update(names_bound_by(node))
    if isinstance(node, _NESTED):
        _visit_nested(node, names)
        return
    if isinstance(node, _COMPREHENSIONS):
        _visit_comprehension(node, names)
        return
    for child in ast.iter_child_nodes(node):
        _visit(child, names)


def _visit_nested(node: ast.AST, names: _Names) -> None:
    if isinstance(node, ast.ClassDef):
        own = names._replace(bound=set(), read=set())
        for child in ast.iter_child_nodes(node):
            _visit(child, own)
        names.read.update(own.read)
        return
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    inner = scope_of(node)
    names.read.update(inner.outer | inner.nonlocals_written)
    names.globals.update(inner.globals_written)
    names.passed.update(inner.nonlocals_written)
    outside = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    if not isinstance(node, ast.Lambda):
        outside += node.decorator_list
    for child in outside:
        _visit(child, names)


def _visit_comprehension(node: ast.AST, names: _Names) -> None:
    own = names._replace(bound=set(), read=set())
    walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
    assert isinstance(node, _COMPREHENSIONS)
    # There the names of the comprehension still mean what they mean outside.
    _visit(node.generators[0].iter, names)
    for child in ast.iter_child_nodes(node):
        _visit(child, own)
    names.bound.update(walrus)
    names.read.update(own.read - (own.bound - walrus))


def binding_of(function: FunctionType, name: str) -> Binding:
    """What a name that a function takes from outside stands for now; nothing is executed."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if name in cells:
        try:
            return Binding("cell", cells[name].cell_contents)
        except ValueError:
            return Binding("missing", None)
    if name in function.__globals__:
        return Binding("global", function.__globals__[name])
    if hasattr(builtins, name):
        return Binding("builtin", getattr(builtins, name))
    return Binding("missing", None)


def live_value(function: FunctionType, expression: ast.expr) -> tuple[bool, Any]:
    """The object that a name or a dotted name stands for now.

    Properties and the user's own ``__getattr__`` are never run, so the value of an attribute of
    anything but a module or a class is not found.

    Returns
    -------
    (bool, object)
        Whether it was found, and the object.
    """
    if isinstance(expression, ast.Name):
        if expression.id in bound_names(function.__code__):
            return False, None
        binding = binding_of(function, expression.id)
        return binding.kind != "missing", binding.value
    if isinstance(expression, ast.Attribute):
        found, owner = live_value(function, expression.value)
        if found and isinstance(owner, ModuleType):
            return (
                (True, vars(owner)[expression.attr])
                if expression.attr in vars(owner)
                else _lazy(owner, expression.attr)
            )
        if found and isinstance(owner, type):
            try:
                raw = inspect.getattr_static(owner, expression.attr)
            except AttributeError:
                return False, None
            plain = raw.__func__ if isinstance(raw, (staticmethod, classmethod)) else raw
            return not isinstance(plain, property), plain
    return False, None


@lru_cache(maxsize=1024)
def bound_names(code: CodeType) -> frozenset[str]:
    """Names bound in a function or in a scope within it, where they hide outer ones."""
    names = {*code.co_varnames, *code.co_cellvars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= bound_names(constant)
    return frozenset(names)


def _lazy(module: ModuleType, name: str) -> tuple[bool, Any]:
    """An attribute that a library module makes on demand, such as ``scipy.stats``."""
    if module.__name__.partition(".")[0] in {"numpy", "scipy"} and hasattr(module, name):
        return True, getattr(module, name)
    return False, None
