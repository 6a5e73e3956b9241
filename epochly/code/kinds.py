"""What the source tells of values: their class, and whether the function itself made them."""

from __future__ import annotations

import ast
from functools import cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.bindings import bindings_in
from epochly.code.function import undecorated
from epochly.code.known_calls import CALLS, RETURNS
from epochly.code.scopes import live_value
from epochly.code.source import source_of

CLOSING = "contextlib.closing"
OPENING = frozenset({"open", "io.open", "gzip.open", "bz2.open", "lzma.open"})
_FRESH = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Tuple)
_LISTS = frozenset({"collections.deque", "list"})
_MAKERS = frozenset(
    """
    BytesIO StringIO array.array bytearray dict list set
    collections.Counter collections.OrderedDict collections.defaultdict collections.deque
    hashlib.blake2b hashlib.md5 hashlib.openssl_md5 hashlib.openssl_sha1 hashlib.openssl_sha256
    hashlib.openssl_sha512 _blake2.blake2b
    numpy.arange numpy.empty numpy.empty_like numpy.eye numpy.full numpy.full_like
    numpy.identity numpy.linspace numpy.ones numpy.ones_like numpy.zeros numpy.zeros_like
    """.split()
)


def kind_of(function: FunctionType, node: ast.expr) -> str | None:
    """The qualified name of the class of a value, where the source tells it.

    Parameters
    ----------
    function : FunctionType
    node : ast node
        An expression in its source.

    Returns
    -------
    str or None
        A name of the table: `file` stands for what `open` returns.
    """
    return _kind(function, node, frozenset())


def _kind(function: FunctionType, node: ast.expr, open_names: frozenset[str]) -> str | None:
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.JoinedStr):
        return "str"
    if isinstance(node, ast.Call):
        return _kind_of_call(function, node, open_names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return "pathlib.Path" if _kind(function, node.left, open_names) == "pathlib.Path" else None
    known, value = live_value(function, node)
    if known and not isinstance(value, (ModuleType, type, FunctionType)):
        return _class_name(type(value))
    if isinstance(node, ast.Name) and node.id not in open_names:
        values = assigned(source_of(function).node, node.id)
        kinds = {
            None if value is None else _kind(function, value, open_names | {node.id})
            for value in values
        }
        return kinds.pop() if len(kinds) == 1 else None
    return None


def _kind_of_call(function: FunctionType, node: ast.Call, open_names: frozenset[str]) -> str | None:
    known, value = live_value(function, node.func)
    if known:
        name = qualified_name(value)
        if name == CLOSING and node.args:
            # The block that it opens gets what it was given.
            return _kind(function, node.args[0], open_names)
        return RETURNS.get(name, _class_name(value) if isinstance(value, type) else None)
    if isinstance(node.func, ast.Attribute):
        owner = _kind(function, node.func.value, open_names)
        return RETURNS.get(f"{owner}.{node.func.attr}")
    return None


def _class_name(cls: type) -> str:
    name = qualified_name(cls)
    return {"pathlib.PosixPath": "pathlib.Path", "pathlib._local.Path": "pathlib.Path"}.get(
        name, name
    )


def assigned(whole: ast.AST, name: str) -> list[ast.expr | None]:
    """What is assigned to a local; None for what cannot be told.

    Functions that are defined under the name are left out.
    """
    return [
        bound.value if bound.way in ("assigned", "entered") else None
        for bound in bindings_in(whole).get(name, ())
        if bound.way != "defined"
    ]


def is_load(node: ast.Name | ast.Subscript | ast.Attribute) -> bool:
    """Whether a name or a part of an object is read."""
    return isinstance(node.ctx, ast.Load)


def fresh_locals(
    function: FunctionType, *, lists: bool = False, whole: ast.AST | None = None
) -> frozenset[str]:
    """Locals that only ever hold containers, or lists, which the function itself made.

    With ``whole``, those of a local function, whose node that is.
    """
    whole = source_of(function).node if whole is None else whole
    return frozenset(
        name for name in bindings_in(whole) if is_fresh_local(function, whole, name, lists=lists)
    )


def is_fresh_local(
    function: FunctionType, whole: ast.AST, name: str, *, lists: bool = False
) -> bool:
    """Whether one local is among `fresh_locals`; what updates it in place is left out."""
    values = [
        bound.value if bound.way == "assigned" else None
        for bound in bindings_in(whole).get(name, ())
        if bound.way != "updated"
    ]
    return bool(values) and all(
        value is not None and is_fresh(function, value, lists=lists) for value in values
    )


def is_fresh(function: FunctionType, value: ast.expr, *, lists: bool = False) -> bool:
    """Whether an expression in a function's source makes a new container, or a new list."""
    if isinstance(value, (ast.List, ast.ListComp) if lists else _FRESH):
        return True
    if not isinstance(value, ast.Call):
        return False
    known, called = live_value(function, value.func)
    return known and qualified_name(called) in (_LISTS if lists else _MAKERS)


def qualified_name(value: Any) -> str:
    """The name under which a callable stands in the table: its module and its own name."""
    value = undecorated(value)
    if _calls_python(value):
        return f"{type(value).__qualname__} of {attribute_of(value, '__name__', '')}"
    module = attribute_of(value, "__module__")
    owner = attribute_of(value, "__self__")
    if module is None and owner is not None and not isinstance(owner, type(ast)):
        module = getattr(type(owner), "__module__", None)
        module = {"numpy.random.mtrand": "numpy.random"}.get(module or "", module)
    elif owner is not None and isinstance(owner, type(ast)):
        module = owner.__name__
    elif module is None:
        module = getattr(attribute_of(value, "__objclass__"), "__module__", None)
    name = attribute_of(value, "__qualname__") or attribute_of(value, "__name__", "")
    if type(value).__module__.partition(".")[0] == "numpy" and module is None:
        module = "numpy"
    if module is None and isinstance(value, BuiltinFunctionType):
        # A static method of a type that is built in.
        module = "builtins"
    module = _PUBLIC.get(module or "", module or "")
    return str(name) if module == "builtins" else f"{module}.{name}"


def _calls_python(value: Any) -> bool:
    """Whether it is made by ``np.vectorize`` or ``np.frompyfunc`` and calls a function."""
    if type(value).__module__.partition(".")[0] != "numpy" or isinstance(value, type):
        return False
    return hasattr(value, "pyfunc") or getattr(value, "__name__", "").endswith("(vectorized)")


_PUBLIC = {
    "_bisect": "bisect",
    "_contextvars": "contextvars",
    "_functools": "functools",
    "_heapq": "heapq",
    "_io": "builtins",
    "posix": "os",
    "nt": "os",
    "posixpath": "os.path",
    "genericpath": "os.path",
    "ntpath": "os.path",
    "_operator": "operator",
    "_random": "random",
    "_struct": "struct",
    "_hashlib": "hashlib",
    "_socket": "socket",
    "_sqlite3": "sqlite3",
    "numpy._core._multiarray_umath": "numpy",
    "numpy._core.multiarray": "numpy",
    "numpy.random.mtrand": "numpy.random",
}


@cache
def is_listed_as(kind: str, name: str) -> bool:
    """Whether one list of the table has a name or the module or class that it belongs to."""
    return not CALLS[kind].isdisjoint((name, f"{name.rpartition('.')[0]}.*"))


@cache
def is_listed(name: str) -> bool:
    """Whether the table has an entry for a name or for the class it belongs to."""
    kinds = ("pure", "reads", "draws", "writes", "settings")
    return any(is_listed_as(kind, name) for kind in kinds)
