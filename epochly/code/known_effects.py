"""The effects that the table of calls tells: of a name, of a method, of a statement."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from functools import cache
from inspect import CO_GENERATOR
from types import FunctionType
from typing import TypeGuard

from epochly.code.callees import has_own_stream, is_bound_change
from epochly.code.callgraph import Call
from epochly.code.causes import Cause, Effect
from epochly.code.imported import is_imported
from epochly.code.kinds import CLOSING, OPENING, is_listed, is_listed_as, kind_of, qualified_name
from epochly.code.known_calls import CALLS
from epochly.code.loops import root_name
from epochly.code.modes import effect_of_open, effect_of_sql
from epochly.code.positions import SHUFFLING
from epochly.code.scopes import bound_names, live_value
from epochly.code.source import source_of
from epochly.errors import SourceError


@cache
def effect_of_name(name: str) -> Effect:
    """The effect that the table gives for a qualified name."""
    if name in CALLS["settings"]:
        return Effect.WRITES
    prefix, best, effect = name, -1, Effect.UNKNOWN
    while prefix:
        for candidate in Effect:
            listed = CALLS.get(candidate.name.lower(), frozenset())
            wanted = prefix if prefix == name else f"{prefix}.*"
            if wanted in listed and len(prefix) > best:
                best, effect = len(prefix), candidate
        prefix = prefix.rpartition(".")[0]
    return effect


def causes_of_known(function: FunctionType, call: Call) -> Iterator[Cause]:
    """What a call does of a function of a library's, or of one that is built in."""
    if is_bound_change(call):
        yield Cause(Effect.WRITES, call.line, call.text, False, root_name(call.node.func), True)
        return
    name = qualified_name(call.value)
    if name == "next" and call.node.args:
        root = root_name(call.node.args[0])
        if root and root not in bound_names(function.__code__):
            yield Cause(Effect.WRITES, call.line, f"next({root})", False, root, True)
            return
    if name == "type" and len(call.node.args) > 1:
        yield Cause(Effect.UNKNOWN, call.line, call.text, True)
    elif name == CLOSING:
        yield Cause(_effect_of_closing(function, call.node), call.line, call.text, True)
    elif name in OPENING:
        yield Cause(effect_of_open(call.node), call.line, call.text, True)
    elif name in _PRINTING:
        text = call.text if call.text.endswith("print") else f"{call.text}, a print"
        yield Cause(Effect.WRITES, call.line, text, False)
    else:
        effect = effect_of_name(name)
        if name in SHUFFLING and not (call.node.args or call.node.keywords):
            # Whoever it is handed to shuffles what nothing here tells.
            yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        elif effect is Effect.DRAWS and has_own_stream(call):
            yield Cause(Effect.WRITES, call.line, call.text, False, shared=True)
        elif effect is not Effect.PURE:
            shared = is_listed_as("settings", name)
            yield Cause(effect, call.line, call.text, True, shared=shared)


_PRINTING = frozenset({"print", "pprint.pprint", "pprint.pp"})


def _effect_of_closing(function: FunctionType, node: ast.Call) -> Effect:
    """What the end of a block does to what is closed there."""
    kind = kind_of(function, node.args[0]) if len(node.args) == 1 else None
    return Effect.UNKNOWN if kind is None else effect_of_name(f"{kind}.close")


def effect_of_typed_method(function: FunctionType, node: ast.Call) -> Effect | None:
    """The effect of a method whose object's class the source tells; None where the name decides."""
    assert isinstance(node.func, ast.Attribute)
    kind = kind_of(function, node.func.value)
    if kind is None:
        return None
    if kind.startswith("sqlite3.") and node.func.attr == "execute":
        return effect_of_sql(function, node)
    if kind == "pathlib.Path" and node.func.attr == "open":
        return effect_of_open(ast.Call(node.func, [node.func, *node.args], node.keywords))
    name = f"{kind}.{node.func.attr}"
    return effect_of_name(name) if is_listed(name) else None


def is_generator(called: object) -> bool:
    """Whether a call only makes a generator, which runs where it is consumed."""
    return isinstance(called, FunctionType) and bool(called.__code__.co_flags & CO_GENERATOR)


def gives_an_iterator(function: FunctionType) -> bool:
    """Whether what a function gives is, as written, used up by whoever looks through it."""
    try:
        parts = ast.walk(source_of(function).node)
    except SourceError:
        return False
    values = [part.value for part in parts if isinstance(part, ast.Return)]
    return is_generator(function) or any(_is_iterator(function, value) for value in values)


def _is_iterator(function: FunctionType, value: ast.expr | None) -> bool:
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.GeneratorExp)
    known, called = live_value(function, value.func)
    if isinstance(called, FunctionType):
        return is_generator(called)
    return known and (called is iter or (isinstance(called, type) and hasattr(called, "__next__")))


def is_unknown(function: FunctionType, node: ast.AST) -> TypeGuard[ast.expr | ast.stmt]:
    """Whether a statement or an expression that calls nothing has effects that nothing tells."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return not is_imported(function, node)
    if isinstance(node, ast.ClassDef):
        return bool(node.bases or node.keywords or node.decorator_list)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not all(_keeps(function, decorator) for decorator in node.decorator_list)
    return isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await))


def _keeps(function: FunctionType, decorator: ast.expr) -> bool:
    """Whether a decorator only keeps what the function has given, or says how it is found."""
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    known, value = live_value(function, made)
    return known and any(value is one for one in _KEEPING)


_KEEPING = (functools.cache, functools.lru_cache, staticmethod, classmethod, property)
