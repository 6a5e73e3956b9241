"""Functions that a stretch of code hands to others instead of calling them itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType

from epochly.code.callgraph import Call
from epochly.code.function import undecorated
from epochly.code.kinds import is_load
from epochly.code.known_calls import CALLS
from epochly.code.scopes import live_value

_ASKING = (isinstance, issubclass)
_IN_PLACE = "__iadd__ __iand__ __imul__ __ior__ __isub__ __ixor__ __setattr__ __delattr__".split()


def handed_over(function: FunctionType, node: ast.AST) -> Iterator[Call]:
    """What is passed on or kept under a name, as if it were called: whoever has it may do so."""
    called = {id(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and is_load(inner) and id(inner) not in called:
            changes = inner.attr in CALLS["changing_methods"] or inner.attr in _IN_PLACE
            if changes and not live_value(function, inner)[0]:
                yield _call(inner, False, None)
        elif isinstance(inner, ast.Call):
            if any(live_value(function, inner.func)[1] is asking for asking in _ASKING):
                continue
            for argument in (*inner.args, *(keyword.value for keyword in inner.keywords)):
                known, value = live_value(function, argument)
                if known and callable(value):
                    yield _call(argument, True, undecorated(value))


def _call(handed: ast.expr, known: bool, value: object) -> Call:
    made = ast.copy_location(ast.Call(handed, [], []), handed)
    return Call(made, handed.lineno, ast.unparse(handed), known, value)
