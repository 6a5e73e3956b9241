"""Which of its arguments a call of a library function changes."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import BuiltinMethodType, MethodType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callgraph import Call
from epochly.code.kinds import qualified_name
from epochly.code.known_calls import CALLS

# Methods of the hidden generators that stand as functions in their modules.
SHUFFLING = frozenset({"random.Random.shuffle", "numpy.random.RandomState.shuffle"})
_OVERWRITING = frozenset({"inplace", "overwrite_input"})


def changed_argument(call: Call) -> ast.expr | None:
    """The argument that a call stores into, or None.

    It is the first one of functions such as ``heapq.heappush`` and ``np.copyto``, NumPy's ``out``
    where it is given by position, and the owner of a method with ``inplace=True``.
    """
    arguments = call.node.args
    method = call.node.func
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        return None
    for keyword in call.node.keywords:
        if keyword.arg in _OVERWRITING and not _is_false(keyword.value):
            if isinstance(method, ast.Attribute) and not call.found:
                return method.value
            return arguments[0] if arguments else None
    if not call.found:
        return _of_method(method, arguments) if isinstance(method, ast.Attribute) else None
    name = qualified_name(call.value)
    if name in SHUFFLING and isinstance(call.value, BuiltinMethodType | MethodType):
        return arguments[0] if arguments else None
    owner = attribute_of(call.value, "__self__")
    if name in CALLS["changing_first"] and isinstance(owner, (ModuleType, type(None))):
        return arguments[0] if arguments else None
    if name == "numpy.nan_to_num":
        copies = [k.value for k in call.node.keywords if k.arg == "copy"] + arguments[1:2]
        return arguments[0] if arguments and any(map(_is_false, copies)) else None
    if name.startswith("numpy.") and not isinstance(call.value, type):
        place = _place_of_out(call.value)
        return arguments[place] if place is not None and place < len(arguments) else None
    return None


_OUT_OF_METHODS = {"dot": 1, "sum": 2, "mean": 2, "std": 2, "var": 2, "conjugate": 0}


def _of_method(method: ast.Attribute, arguments: list[ast.expr]) -> ast.expr | None:
    """``array.sum(axis, dtype, out)``, ``np.add.at(array, indices, values)``, ``partition``."""
    if method.attr == "partition":
        texts = (ast.JoinedStr, ast.Name, ast.Attribute)
        first = arguments[0] if arguments else None
        is_text = isinstance(first, texts) or (
            isinstance(first, ast.Constant) and isinstance(first.value, (str, bytes))
        )
        return None if is_text else method.value
    if method.attr == "at":
        return arguments[0] if len(arguments) > 1 else None
    place = _OUT_OF_METHODS.get(method.attr)
    return arguments[place] if place is not None and place < len(arguments) else None


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


@cache
def _place_of_out(function: Any) -> int | None:
    """At which position NumPy's function takes the array that it stores its result in."""
    if hasattr(function, "nin"):
        return int(function.nin)
    try:
        parameters = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    return parameters.index("out") if "out" in parameters else None
