"""Whether operators and methods of the user's give new objects, as those of built-in types do."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import FunctionType

from epochly.code.kinds import fresh_locals, is_load, qualified_name
from epochly.code.known_calls import CALLS
from epochly.code.loops import root_name
from epochly.code.mapper_calls import appended
from epochly.code.scopes import live_value
from epochly.code.source import source_of
from epochly.code.stores import Locals
from epochly.errors import SourceError

_BINARY = (
    "add and divmod floordiv lshift matmul mod mul or pow rshift sub truediv xor".split(),
    ("__{}__", "__r{}__", "__i{}__"),
)
_OTHERS = "abs copy eq ge gt invert le lt ne neg pos round".split()
METHODS = frozenset({"copy", "mean", "sum"})
# Static effects take what these give for new.
GIVING = (
    frozenset(
        [form.format(name) for name in _BINARY[0] for form in _BINARY[1]]
        + [f"__{name}__" for name in _OTHERS]
    )
    | METHODS
)
_FUNCTIONS = frozenset("abs all any bool float hash int isinstance len repr round str".split())
_LATE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def gives_new(cls: type, method: FunctionType) -> bool:
    """Whether a method of a class only returns what it made, or, changed in place, itself."""
    try:
        body = source_of(method).node.body
    except SourceError:
        return False
    names = Locals(method)
    parts = _own_nodes(body) if isinstance(body, list) else [ast.Return(body)]
    if any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in parts):
        return True
    own = method.__code__.co_varnames[:1] if method.__name__.startswith("__i") else ()
    return all(
        part.value is None or _is_new(cls, method, part.value, names, own)
        for part in parts
        if isinstance(part, ast.Return)
    )


def _own_nodes(body: Iterable[ast.AST]) -> list[ast.AST]:
    found: list[ast.AST] = []
    todo = list(body)
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, (*_LATE, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
    return found


def _is_new(
    cls: type, method: FunctionType, value: ast.expr, names: Locals, own: tuple[str, ...]
) -> bool:
    if isinstance(value, ast.Name) and value.id in ("NotImplemented", *own):
        return True
    if isinstance(value, (ast.Constant, ast.Tuple)) or names.makes_new(value):
        return True
    if isinstance(value, ast.BoolOp):
        return all(_is_new(cls, method, part, names, own) for part in value.values)
    if isinstance(value, ast.IfExp):
        return all(_is_new(cls, method, part, names, own) for part in (value.body, value.orelse))
    if not isinstance(value, ast.Call):
        return False
    known, called = (True, cls) if _is_own_class(value.func) else live_value(method, value.func)
    if not known:
        return False
    if isinstance(called, type):
        # What a `__new__` or a metaclass returns is theirs to say.
        return type(called) is type and not isinstance(called.__new__, FunctionType)
    name = qualified_name(called)
    return name in _FUNCTIONS or name.startswith("math.") or type(called).__name__ == "ufunc"


def _is_own_class(called: ast.expr) -> bool:
    """``type(self)`` or ``self.__class__``."""
    if isinstance(called, ast.Call) and isinstance(called.func, ast.Name):
        return called.func.id == "type" and len(called.args) == 1
    return isinstance(called, ast.Attribute) and called.attr == "__class__"


def changes(function: FunctionType, nodes: Iterable[ast.AST], own: frozenset[str]) -> bool:
    """Whether a stretch of code changes anything but containers that it makes there and then.

    Parameters
    ----------
    function : FunctionType
        The function that the nodes are of.
    nodes : iterable of ast node
    own : frozenset of str
        Variables that may be changed, with their parts.
    """
    fresh = fresh_locals(function)
    return any(_changes(function, inner, own, fresh) for node in nodes for inner in ast.walk(node))


def changes_more(function: FunctionType, *, is_method: bool) -> bool:
    """Whether a function changes more than containers of its own, or than its object.

    Parameters
    ----------
    function : FunctionType
    is_method : bool
        Whether it may change its object.
    """
    try:
        body = source_of(function).node.body
    except SourceError:
        return True
    own = frozenset(function.__code__.co_varnames[:1] if is_method else ())
    return changes(function, body if isinstance(body, list) else [body], own)


def _changes(
    function: FunctionType, node: ast.AST, own: frozenset[str], fresh: frozenset[str]
) -> bool:
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return node.target.id not in own | fresh
    if isinstance(node, (ast.Subscript, ast.Attribute)) and not is_load(node):
        return not _is_own(node, own, fresh)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in CALLS["changing_methods"]:
        return not _is_own(node.func, own, fresh)
    known, value = live_value(function, node.func)
    return known and qualified_name(value) in CALLS["changing_first"]


def _is_own(
    part: ast.Subscript | ast.Attribute, own: frozenset[str], fresh: frozenset[str]
) -> bool:
    name = part.value.id if isinstance(part.value, ast.Name) else ""
    return name in fresh or root_name(part) in own


def changes_something(function: FunctionType, loop: ast.ListComp | ast.For) -> bool:
    """Whether the body of a loop changes more than the list that it appends to."""
    out = appended(loop) if isinstance(loop, ast.For) else None
    return changes(function, [loop], frozenset({out} if out else ()))
