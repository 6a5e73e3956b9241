"""A changed function in the place of the original: same closure, defaults, globals and lines."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from types import CellType, CodeType, FunctionType
from typing import Any

from epochly.code.parsing import parsed
from epochly.code.source import FunctionNode, source_of
from epochly.errors import SourceError

_FACTORY = "__epochly_factory__"


def rebuild(
    function: FunctionType, node: FunctionNode, *, names: Mapping[str, Any] | None = None
) -> FunctionType:
    """Build a function from a changed node.

    Parameters
    ----------
    function : FunctionType
        The original; its cells are shared, not copied.
    node : ast node
        The changed definition, with the file's line numbers.
    names : Mapping[str, object], optional
        Further names that the changed body may use; they become cells of their own.

    Returns
    -------
    FunctionType
        Tracebacks through it show the user's file and lines.

    Raises
    ------
    SourceError
        When the original's source cannot be had, or the changed body needs a closure name that
        the original does not have.
    """
    extra = dict(names or {})
    source = source_of(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells |= {name: CellType(value) for name, value in extra.items()}
    changed = copy.deepcopy(node)
    if not isinstance(changed, ast.Lambda):
        changed.decorator_list = []
    code = _code_of(changed, source.class_name, tuple(cells), source.file, function)
    missing = [name for name in code.co_freevars if name not in cells]
    if missing:
        raise SourceError(f"the changed function needs names it has not: {', '.join(missing)}")
    code = code.replace(
        co_filename=function.__code__.co_filename, co_qualname=function.__code__.co_qualname
    )
    closure = tuple(cells[name] for name in code.co_freevars)
    built = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, closure
    )
    built.__kwdefaults__ = copy.copy(function.__kwdefaults__)
    built.__qualname__ = function.__qualname__
    built.__module__ = function.__module__
    built.__doc__ = function.__doc__
    built.__annotations__ = dict(function.__annotations__)
    built.__dict__.update(vars(function))
    return built


def _code_of(
    node: FunctionNode,
    class_name: str | None,
    outer: tuple[str, ...],
    file: str,
    function: FunctionType,
) -> CodeType:
    """Compile the node within a factory whose parameters are the names it may close over."""
    if isinstance(node, ast.Lambda):
        inner: ast.stmt = ast.Expr(node)
    else:
        inner = node
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        node.returns = None
    inner = ast.copy_location(inner, node)
    body: list[ast.stmt] = [inner]
    if class_name is not None:
        holder = parsed(f"class {class_name}: pass").body[0]
        assert isinstance(holder, ast.ClassDef)
        holder.body = body
        body = [holder]
    factory = ast.parse(f"def {_FACTORY}(): pass")
    definition = factory.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.args.args = [ast.arg(name) for name in outer if name != "__class__"]
    definition.body = body
    ast.fix_missing_locations(factory)
    flags = function.__code__.co_flags & _FUTURE
    module = compile(factory, file, "exec", flags=flags, dont_inherit=True)
    for code in _within(module):
        if code.co_name == function.__code__.co_name and code.co_firstlineno >= node.lineno:
            return code
    raise SourceError(f"{function.__qualname__} cannot be compiled again")


def _within(code: CodeType) -> list[CodeType]:
    found = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.append(constant)
            found += _within(constant)
    return found


def _all_future_flags() -> int:
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


_FUTURE = _all_future_flags()
