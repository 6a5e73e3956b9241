"""What a function does besides returning: nothing, reading the world, drawing, or writing."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

from epochly.code.callgraph import Call, calls_in, is_users
from epochly.code.function import undecorated
from epochly.code.kinds import (
    OPENING,
    fresh_locals,
    is_fresh,
    is_listed,
    is_load,
    kind_of,
    qualified_name,
    table,
)
from epochly.code.loops import root_name
from epochly.code.scopes import bound_names, live_value, scope_of
from epochly.code.source import source_of
from epochly.errors import SourceError

_READING_MODES = frozenset({"r", "rb", "rt", "br", "tr"})


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
    root : str
        The variable through which an object is changed; empty where there is none.
    shared : bool
        Whether what is changed is a global, or an outer function's variable.
    """

    effect: Effect
    line: int
    what: str
    outside: bool
    root: str = ""
    shared: bool = False


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


@cache
def effect_of_name(name: str) -> Effect:
    """The effect that the table gives for a qualified name."""
    known = table()
    prefix, best, effect = name, -1, Effect.UNKNOWN
    while prefix:
        for candidate in Effect:
            listed = known.get(candidate.name.lower(), frozenset())
            wanted = prefix if prefix == name else f"{prefix}.*"
            if wanted in listed and len(prefix) > best:
                best, effect = len(prefix), candidate
        prefix = prefix.rpartition(".")[0]
    return effect


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
        for call in _handed_over(function, node):
            found += _of_call(function, call, fresh, open_codes)
        for inner in ast.walk(node):
            found += _of_store(function, inner, fresh, outer)
    yield from sorted(found, key=lambda cause: cause.line)


def _handed_over(function: FunctionType, node: ast.AST) -> Iterator[Call]:
    """Functions that are passed on instead of called: whoever gets them may call them."""
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Call):
            continue
        for argument in (*inner.args, *(keyword.value for keyword in inner.keywords)):
            known, value = live_value(function, argument)
            if known and callable(value) and not isinstance(value, type):
                made = ast.copy_location(ast.Call(argument, [], []), argument)
                yield Call(made, argument.lineno, ast.unparse(argument), True, undecorated(value))


def _of_call(
    function: FunctionType, call: Call, fresh: frozenset[str], open_codes: frozenset[Any]
) -> Iterator[Cause]:
    if any(keyword.arg == "out" for keyword in call.node.keywords):
        yield Cause(Effect.WRITES, call.line, f"{call.text}(out=...)", False)
    if not call.found:
        yield from _of_method(function, call, fresh)
        return
    if isinstance(call.value, FunctionType) and is_users(call.value):
        for cause in _effects_of(call.value, open_codes).causes:
            yield from _seen_by_caller(function, call, cause, fresh)
        return
    is_class, home = isinstance(call.value, type), getattr(call.value, "__module__", None)
    if is_class and home == "builtins" and issubclass(call.value, BaseException):
        return
    if is_class and home != "builtins":
        made = _of_class(call, open_codes)
        if made is not None:
            yield from made
            return
    name = qualified_name(call.value)
    if name in OPENING:
        yield Cause(_effect_of_open(call.node), call.line, call.text, True)
    elif name == "print":
        yield Cause(Effect.WRITES, call.line, call.text, False)
    else:
        effect = effect_of_name(name)
        if effect is not Effect.PURE:
            yield Cause(effect, call.line, call.text, True)


def _seen_by_caller(
    function: FunctionType, call: Call, cause: Cause, fresh: frozenset[str]
) -> Iterator[Cause]:
    """What a helper's effect is where it is called: its parameters are the call's arguments."""
    root, shared = "", cause.shared
    if cause.root and not shared:
        argument = _argument_for(call, cause.root)
        root = root_name(argument) if argument is not None else ""
        if (isinstance(argument, ast.Name) and root in fresh) or argument is _NEW:
            return
        shared = bool(root) and _is_outer(function, root)
    what = f"{call.text}: {cause.what}"
    yield Cause(cause.effect, call.line, what, cause.outside, root, shared)


_NEW = ast.Constant(None)


def _argument_for(call: Call, parameter: str) -> ast.expr | None:
    """What a call passes for a parameter of the function called, where that can be told."""
    positional = call.value.__code__.co_varnames[: call.value.__code__.co_argcount]
    if any(isinstance(argument, ast.Starred) for argument in call.node.args):
        return None
    for keyword in call.node.keywords:
        if keyword.arg == parameter:
            return _NEW if is_fresh(keyword.value) else keyword.value
    if parameter in positional and positional.index(parameter) < len(call.node.args):
        argument = call.node.args[positional.index(parameter)]
        return _NEW if is_fresh(argument) else argument
    return None


def _is_outer(function: FunctionType, name: str) -> bool:
    return name not in bound_names(function.__code__)


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
                    made = Cause(cause.effect, call.line, what, cause.outside, "", cause.shared)
                    found.append(made)
        elif not (dataclasses.is_dataclass(cls) and maker.__code__.co_filename == "<string>"):
            return None
    return found


def _of_method(function: FunctionType, call: Call, fresh: frozenset[str]) -> Iterator[Cause]:
    method = call.node.func
    if not isinstance(method, ast.Attribute):
        yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        return
    effect = _of_typed_method(function, call.node)
    if effect is not None:
        if effect is not Effect.PURE:
            yield Cause(effect, call.line, call.text, True)
        return
    known = table()
    if method.attr in known["pure_methods"]:
        return
    owner = method.value
    if method.attr in known["changing_methods"]:
        if not (isinstance(owner, ast.Name) and owner.id in fresh):
            root = root_name(owner)
            shared = bool(root) and _is_outer(function, root)
            yield Cause(Effect.WRITES, call.line, call.text, False, root, shared)
        return
    if method.attr in {"read", "readline", "readlines"}:
        yield Cause(Effect.READS, call.line, call.text, True)
        return
    yield Cause(Effect.UNKNOWN, call.line, call.text, True)


def _of_typed_method(function: FunctionType, node: ast.Call) -> Effect | None:
    """The effect of a method whose object's class the source tells; None where the name decides."""
    assert isinstance(node.func, ast.Attribute)
    kind = kind_of(function, node.func.value)
    if kind is None:
        return None
    if kind.startswith("sqlite3.") and node.func.attr == "execute":
        return _effect_of_sql(node)
    if kind == "pathlib.Path" and node.func.attr == "open":
        return _effect_of_open(ast.Call(node.func, [node.func, *node.args], node.keywords))
    name = f"{kind}.{node.func.attr}"
    return effect_of_name(name) if is_listed(name) else None


def _effect_of_sql(node: ast.Call) -> Effect:
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return (
            Effect.READS if first.value.split()[:1] in (["SELECT"], ["select"]) else Effect.WRITES
        )
    return Effect.UNKNOWN


def _of_store(
    function: FunctionType, node: ast.AST, fresh: frozenset[str], outer: frozenset[str]
) -> Iterator[Cause]:
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
            if isinstance(part, ast.Name) and part.id in outer and not is_load(part):
                yield Cause(Effect.WRITES, part.lineno, part.id, False, part.id, True)
            elif isinstance(part, (ast.Subscript, ast.Attribute)) and not is_load(part):
                owner = part.value
                if not (isinstance(owner, ast.Name) and owner.id in fresh):
                    root = root_name(part)
                    shared = bool(root) and _is_outer(function, root)
                    text = ast.unparse(part)
                    yield Cause(Effect.WRITES, part.lineno, text, False, root, shared)
    if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)):
        yield Cause(Effect.UNKNOWN, node.lineno, ast.unparse(node), True)


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
