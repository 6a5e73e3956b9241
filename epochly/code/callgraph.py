"""Which functions a function calls, through the user's own Python helpers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.function import undecorated
from epochly.code.libraries import in_library
from epochly.code.scopes import live_value
from epochly.code.source import FunctionNode, source_of
from epochly.errors import SourceError


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call in a function's source.

    Parameters
    ----------
    node : ast.Call
    line : int
    text : str
        What is called, as written: ``np.sin``.
    found : bool
        Whether the object called is known.
    value : object
        The object, without our own decorator.
    """

    node: ast.Call
    line: int
    text: str
    found: bool
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class CallGraph:
    """A function and the user's functions reachable from it.

    Parameters
    ----------
    functions : tuple of FunctionType
        The root first, each once.
    opaque : tuple of (FunctionType, Call)
        Calls whose object is not known, with the function they stand in.
    unread : tuple of FunctionType
        Functions without source.
    """

    functions: tuple[FunctionType, ...]
    opaque: tuple[tuple[FunctionType, Call], ...]
    unread: tuple[FunctionType, ...]


def calls_in(function: FunctionType, node: ast.AST) -> tuple[Call, ...]:
    """Every call within a node of a function's source, in the order of the text."""
    found = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            known, value = live_value(function, inner.func)
            text = ast.unparse(inner.func)
            found.append(Call(inner, inner.lineno, text, known, undecorated(value)))
    return tuple(sorted(found, key=lambda call: (call.line, call.node.col_offset)))


def call_graph(function: FunctionType) -> CallGraph:
    """Follow the calls of a function through every helper that is not a library's."""
    seen: list[FunctionType] = []
    opaque: list[tuple[FunctionType, Call]] = []
    unread: list[FunctionType] = []
    front = [function]
    while front:
        current = front.pop(0)
        if current in seen:
            continue
        seen.append(current)
        try:
            node = source_of(current).node
        except SourceError:
            unread.append(current)
            continue
        for call in (call for part in body_of(node) for call in calls_in(current, part)):
            if not call.found:
                opaque.append((current, call))
            elif isinstance(call.value, FunctionType) and is_users(call.value):
                front.append(call.value)
    return CallGraph(tuple(seen), tuple(opaque), tuple(unread))


def body_of(node: FunctionNode) -> list[ast.AST]:
    """What runs when a function is called; its decorators and defaults ran when it was made."""
    return list(node.body) if isinstance(node.body, list) else [node.body]


def is_users(function: Callable[..., Any]) -> bool:
    """Whether a Python function is the user's own, not the standard library's or a package's."""
    # Whole modules are gone through by this, and looking an attribute up statically takes long.
    is_plain = type(function) is FunctionType
    code = function.__code__ if is_plain else attribute_of(function, "__code__")
    if code is None or code.co_filename.startswith("<"):
        return False
    return not in_library(code.co_filename)
