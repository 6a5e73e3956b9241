"""What a function does besides returning: nothing, reading the world, drawing, or writing."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from epochly.code.callgraph import Call, calls_in, is_users
from epochly.code.function import undecorated
from epochly.code.scopes import scope_of
from epochly.code.source import source_of
from epochly.errors import SourceError

_READING_MODES = frozenset({"r", "rb", "rt", "br", "tr"})
_FRESH = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Tuple)
_MAKERS = frozenset({"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter"})


class Effect(enum.IntEnum):
    """What a call does besides returning, from the harmless to the unknown."""

    PURE = 0
    READS = 1
    DRAWS = 2
    WRITES = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a stretch of code has an effect.

    Parameters
    ----------
    effect : Effect
    line : int
        Line in the file of the function that was asked about.
    what : str
        The call or the store, as written.
    outside : bool
        Whether it reaches beyond this process; a store to an argument or a global does not.
    """

    effect: Effect
    line: int
    what: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of a stretch of code, in the order of its lines."""

    causes: tuple[Cause, ...]

    @property
    def worst(self) -> Effect:
        """The gravest effect."""
        return max((cause.effect for cause in self.causes), default=Effect.PURE)

    def first(self, effect: Effect) -> Cause | None:
        """The first cause of an effect."""
        return next((cause for cause in self.causes if cause.effect is effect), None)


def effects_of(function: FunctionType) -> Effects:
    """Effects of a whole function, found through its helpers.

    A function without source is unknown as a whole.
    """
    return _effects_of(function, frozenset())


def effects_in(function: FunctionType, nodes: Sequence[ast.AST]) -> Effects:
    """Effects of a stretch of a function's body."""
    return Effects(tuple(_causes(function, nodes, frozenset({function.__code__}))))


def _effects_of(function: FunctionType, open_codes: frozenset[Any]) -> Effects:
    code = function.__code__
    if code in open_codes:
        return Effects(())
    try:
        node = source_of(function).node
    except SourceError as error:
        return Effects((Cause(Effect.UNKNOWN, code.co_firstlineno, error.what, False),))
    body = node.body if isinstance(node.body, list) else [node.body]
    return Effects(tuple(_causes(function, body, open_codes | {code})))


def _causes(
    function: FunctionType, nodes: Sequence[ast.AST], open_codes: frozenset[Any]
) -> Iterator[Cause]:
    whole = source_of(function).node
    fresh = fresh_locals(whole)
    outer = scope_of(whole).globals_written | scope_of(whole).nonlocals_written
    found: list[Cause] = []
    for node in nodes:
        for call in calls_in(function, node):
            found += _of_call(function, call, fresh, open_codes)
        for inner in ast.walk(node):
            found += _of_store(inner, fresh, outer)
    yield from sorted(found, key=lambda cause: cause.line)


def _of_call(
    function: FunctionType, call: Call, fresh: frozenset[str], open_codes: frozenset[Any]
) -> Iterator[Cause]:
    if any(keyword.arg == "out" for keyword in call.node.keywords):
        yield Cause(Effect.WRITES, call.line, f"{call.text}(out=...)", False)
    if not call.found:
        yield from _of_method(call, fresh)
        return
    if isinstance(call.value, FunctionType) and is_users(call.value):
        for cause in _effects_of(call.value, open_codes).causes:
            yield Cause(cause.effect, call.line, f"{call.text}: {cause.what}", cause.outside)
        return
    if isinstance(call.value, type) and call.value.__module__ != "builtins":
        made = _of_class(call, open_codes)
        if made is not None:
            yield from made
            return
    name = qualified_name(call.value)
    if name in ("open", "io.open"):
        yield Cause(_effect_of_open(call.node), call.line, call.text, True)
    elif name == "print":
        yield Cause(Effect.WRITES, call.line, call.text, False)
    else:
        effect = _known(name)
        if effect is not Effect.PURE:
            yield Cause(effect, call.line, call.text, True)


def _of_class(call: Call, open_codes: frozenset[Any]) -> list[Cause] | None:
    """Effects of making an instance of a user's plain class; None for any other class."""
    cls = call.value
    if type(cls) is not type:
        return None
    found: list[Cause] = []
    for name in ("__new__", "__init__", "__post_init__"):
        maker = inspect.getattr_static(cls, name, None)
        maker = maker.__func__ if isinstance(maker, staticmethod) else maker
        if not isinstance(maker, FunctionType):
            owner = next((c for c in cls.__mro__ if name in vars(c)), object)
            if owner.__module__ != "builtins":
                return None
        elif is_users(maker):
            harmless = [f"{own}." for own in maker.__code__.co_varnames[:1]]
            rest = [vars(base)[name] for base in cls.__mro__[1:] if name in vars(base)]
            if not any(isinstance(other, FunctionType) for other in rest):
                harmless.append(f"super().{name}")
            for cause in _effects_of(maker, open_codes).causes:
                if not cause.what.startswith(tuple(harmless)):
                    what = f"{call.text}: {cause.what}"
                    found.append(Cause(cause.effect, call.line, what, cause.outside))
        elif not (dataclasses.is_dataclass(cls) and maker.__code__.co_filename == "<string>"):
            return None
    return found


def _of_method(call: Call, fresh: frozenset[str]) -> Iterator[Cause]:
    function = call.node.func
    if not isinstance(function, ast.Attribute):
        yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        return
    table = _table()
    if function.attr in table["pure_methods"]:
        return
    owner = function.value
    if function.attr in table["changing_methods"]:
        if not (isinstance(owner, ast.Name) and owner.id in fresh):
            yield Cause(Effect.WRITES, call.line, call.text, False)
        return
    if function.attr in {"read", "readline", "readlines"}:
        yield Cause(Effect.READS, call.line, call.text, True)
        return
    yield Cause(Effect.UNKNOWN, call.line, call.text, True)


def _of_store(node: ast.AST, fresh: frozenset[str], outer: frozenset[str]) -> Iterator[Cause]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, (ast.For, ast.comprehension)):
        targets = [node.target]
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and part.id in outer and not _is_load(part):
                yield Cause(Effect.WRITES, part.lineno, part.id, False)
            elif isinstance(part, (ast.Subscript, ast.Attribute)) and not _is_load(part):
                owner = part.value
                if not (isinstance(owner, ast.Name) and owner.id in fresh):
                    yield Cause(Effect.WRITES, part.lineno, ast.unparse(part), False)
    if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)):
        yield Cause(Effect.UNKNOWN, node.lineno, ast.unparse(node), True)


def _is_load(node: ast.Name | ast.Subscript | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def fresh_locals(node: ast.AST) -> frozenset[str]:
    """Locals that only ever hold containers which the function itself made."""
    made: dict[str, bool] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            made[inner.arg] = False
        elif isinstance(inner, ast.Assign):
            for target in inner.targets:
                for place, value in _paired(target, inner.value):
                    for part in ast.walk(place):
                        if isinstance(part, ast.Name) and not _is_load(part):
                            good = part is place and _is_fresh(value)
                            made[part.id] = made.get(part.id, True) and good
        elif isinstance(inner, (ast.For, ast.comprehension, ast.NamedExpr)):
            for part in ast.walk(inner.target):
                if isinstance(part, ast.Name):
                    made[part.id] = False
        elif isinstance(inner, ast.withitem) and isinstance(inner.optional_vars, ast.Name):
            made[inner.optional_vars.id] = False
    return frozenset(name for name, good in made.items() if good)


def _paired(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """``a, b = x, y`` as two assignments."""
    if (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
        and not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
    ):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _is_fresh(value: ast.expr) -> bool:
    if isinstance(value, _FRESH):
        return True
    if isinstance(value, ast.Call):
        last = value.func.attr if isinstance(value.func, ast.Attribute) else None
        name = value.func.id if isinstance(value.func, ast.Name) else last
        return name in _MAKERS or name in {"zeros", "ones", "empty", "full", "arange", "zeros_like"}
    return False


def _effect_of_open(node: ast.Call) -> Effect:
    """What opening a file does, as far as the mode is written out."""
    mode: ast.expr | None = node.args[1] if len(node.args) > 1 else None
    for keyword in node.keywords:
        if keyword.arg == "mode":
            mode = keyword.value
        elif keyword.arg in (None, "opener"):
            return Effect.UNKNOWN
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return Effect.UNKNOWN
    if mode is None:
        return Effect.READS
    if not isinstance(mode, ast.Constant):
        return Effect.UNKNOWN
    return Effect.READS if mode.value in _READING_MODES else Effect.WRITES


def qualified_name(value: Any) -> str:
    """The name under which a callable stands in the table: its module and its own name."""
    value = undecorated(value)
    module = getattr(value, "__module__", None)
    owner = getattr(value, "__self__", None)
    if module is None and owner is not None and not isinstance(owner, type(ast)):
        module = getattr(type(owner), "__module__", None)
        module = {"numpy.random.mtrand": "numpy.random"}.get(module or "", module)
    elif owner is not None and isinstance(owner, type(ast)):
        module = owner.__name__
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    if type(value).__module__.partition(".")[0] == "numpy" and module is None:
        module = "numpy"
    module = _PUBLIC.get(module or "", module or "")
    return str(name) if module == "builtins" else f"{module}.{name}"


_PUBLIC = {
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
    "numpy.random.mtrand": "numpy.random",
}


@cache
def _known(name: str) -> Effect:
    table = _table()
    prefix, best, effect = name, -1, Effect.UNKNOWN
    while prefix:
        for candidate in Effect:
            listed = table.get(candidate.name.lower(), frozenset())
            wanted = prefix if prefix == name else f"{prefix}.*"
            if wanted in listed and len(prefix) > best:
                best, effect = len(prefix), candidate
        prefix = prefix.rpartition(".")[0]
    return effect


@cache
def _table() -> dict[str, frozenset[str]]:
    import yaml

    text = Path(__file__).with_name("effects.yaml").read_text(encoding="utf-8")
    return {kind: frozenset(names) for kind, names in yaml.safe_load(text).items()}
