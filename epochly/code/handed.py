"""Functions that a stretch of code hands to others instead of calling them itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType, ModuleType

from epochly.code.callgraph import Call
from epochly.code.function import undecorated
from epochly.code.imported import value_of
from epochly.code.kinds import is_load
from epochly.code.known_calls import CALLS
from epochly.code.sharing import is_own

_ASKING = (isinstance, issubclass)
_IN_PLACE = "__iadd__ __iand__ __imul__ __ior__ __isub__ __ixor__ __setattr__ __delattr__".split()
_OF_FILES = frozenset(
    name.rpartition(".")[2]
    for name in CALLS["writes"]
    if name.startswith(("file.", "pathlib.Path."))
)
_CHANGING = CALLS["changing_methods"] | _OF_FILES | frozenset([*_IN_PLACE, "shuffle", "permuted"])


def handed_over(function: FunctionType, node: ast.AST) -> Iterator[Call]:
    """What is passed on or kept under a name, as if it were called: whoever has it may do so."""
    passed = _only_looked_at(function, node)
    for inner in ast.walk(node):
        part = _named_attribute(function, inner) if isinstance(inner, ast.Call) else inner
        if isinstance(part, (ast.Name, ast.Attribute)) and is_load(part):
            yield from () if id(part) in passed else _of_part(function, part)


def _of_part(function: FunctionType, part: ast.Name | ast.Attribute) -> Iterator[Call]:
    known, value = value_of(function, part)
    if known and callable(value) and not is_own(type(value)):
        yield _call(part, True, undecorated(value))
    elif known and callable(value):
        yield _call(part, True, value)
    elif isinstance(part, ast.Attribute) and not known:
        held, owner = value_of(function, part.value)
        library = held and not isinstance(owner, (ModuleType, type)) and not is_own(type(owner))
        is_method = library and callable(getattr(type(owner), part.attr, None))
        if part.attr in _CHANGING or is_method:
            yield _call(part, False, None)


def _only_looked_at(function: FunctionType, node: ast.AST) -> set[int]:
    """Names that are called there and then, compared, asked for a part, or tell a type."""
    found: set[int] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=called, args=args):
                found.add(id(called))
                if any(value_of(function, called)[1] is asking for asking in _ASKING):
                    found |= {id(part) for given in args for part in ast.walk(given)}
            case ast.Attribute(value=owner):
                found.add(id(owner))
            case ast.Compare():
                found |= {id(part) for part in (inner.left, *inner.comparators)}
            case ast.AnnAssign(annotation=told) | ast.arg(annotation=ast.expr() as told):
                found |= set(map(id, ast.walk(told)))
            case ast.FunctionDef(returns=ast.expr() as told):
                found |= set(map(id, ast.walk(told)))
            case ast.ExceptHandler(type=ast.expr() as told) | ast.MatchClass(cls=told):
                found |= set(map(id, ast.walk(told)))
    return found


def _named_attribute(function: FunctionType, node: ast.Call) -> ast.Attribute | None:
    """``getattr(owner, "name")`` as ``owner.name``."""
    if value_of(function, node.func)[1] is not getattr or len(node.args) < 2:
        return None
    name = node.args[1]
    text = name.value if isinstance(name, ast.Constant) else None
    made = ast.Attribute(node.args[0], text if isinstance(text, str) else "", ast.Load())
    return ast.copy_location(made, node)


def _call(handed: ast.expr, known: bool, value: object) -> Call:
    made = ast.copy_location(ast.Call(handed, [], []), handed)
    return Call(made, handed.lineno, ast.unparse(handed), known, value)
