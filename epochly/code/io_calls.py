"""Calls that wait for something outside: a file, the network, a database, a process, the clock."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, Literal

from epochly.code.callgraph import Call, calls_in
from epochly.code.kinds import kind_of, qualified_name
from epochly.files import plain_yaml

IoKind = Literal["file", "network", "database", "process", "wait"]
_KINDS: tuple[IoKind, ...] = ("file", "network", "database", "process", "wait")


@dataclass(frozen=True, slots=True)
class IoCall:
    """A call that waits.

    Parameters
    ----------
    kind : str
    line : int
        Line in the file of the function that it stands in.
    what : str
        The call as written.
    known : bool
        Whether the function called is known; otherwise the name of a method tells.
    """

    kind: IoKind
    line: int
    what: str
    known: bool


def io_calls(function: FunctionType, node: ast.AST) -> tuple[IoCall, ...]:
    """The waiting calls in a stretch of a function's source, in the order of the text."""
    found = []
    for call in calls_in(function, node):
        name = _name(function, call)
        if name is not None:
            kind = _kind(name)
        elif isinstance(call.node.func, ast.Attribute):
            kind = _table()["methods"].get(call.node.func.attr)
        else:
            kind = None
        if kind is not None:
            found.append(IoCall(kind, call.line, call.text, name is not None))
    return tuple(found)


def _name(function: FunctionType, call: Call) -> str | None:
    """The qualified name of what is called, a method's by the class of its object."""
    if call.found:
        return qualified_name(call.value)
    if isinstance(call.node.func, ast.Attribute):
        owner = kind_of(function, call.node.func.value)
        return None if owner is None else f"{owner}.{call.node.func.attr}"
    return None


@cache
def _kind(name: str) -> IoKind | None:
    prefix = name
    while prefix:
        wanted = prefix if prefix == name else f"{prefix}.*"
        for kind in _KINDS:
            if wanted in _table()[kind]:
                return kind
        prefix = prefix.rpartition(".")[0]
    return None


@cache
def _table() -> dict[str, Any]:
    text = Path(__file__).with_name("io_calls.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = plain_yaml(text)
    return document
