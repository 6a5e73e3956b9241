"""What opening a file or running a statement of SQL does, as far as it is written out."""

from __future__ import annotations

import ast
from types import FunctionType

from epochly.code.causes import Effect
from epochly.code.scopes import live_value

_READING_MODES = frozenset({"r", "rb", "rt", "br", "tr"})


def effect_of_sql(function: FunctionType, node: ast.Call) -> Effect:
    """What ``execute`` does; only a statement that stands there, or in a global, can be told."""
    first = node.args[0] if node.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    if isinstance(first, ast.Name):
        text = live_value(function, first)[1]
    if not isinstance(text, str):
        return Effect.UNKNOWN
    return Effect.READS if text.split()[:1] in (["SELECT"], ["select"]) else Effect.WRITES


def effect_of_open(node: ast.Call) -> Effect:
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


def is_given_more(node: ast.Call) -> bool:
    """Whether ``replace`` and others are given what those of a text or a number do not take."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    target = any(keyword.arg in (None, "target") for keyword in node.keywords)
    if name == "quantize":
        # A context notes what it has rounded.
        named = any(keyword.arg in (None, "context") for keyword in node.keywords)
        return starred or named or len(node.args) > 2
    if name == "copy":
        return bool(node.args) or target
    return name == "replace" and (starred or target or len(node.args) == 1)
