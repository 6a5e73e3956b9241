"""Which of its arguments a call of a library function changes."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import (
    BuiltinMethodType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callgraph import Call, is_users
from epochly.code.kinds import qualified_name
from epochly.code.known_calls import CALLS

# Methods of the hidden generators that stand as functions in their modules.
SHUFFLING = frozenset({"random.Random.shuffle", "numpy.random.RandomState.shuffle"})
_OVERWRITING = frozenset({"inplace", "overwrite_input"})
# Parameters that say what is stored into.
_SAYING = _OVERWRITING | {"out", "copy"}
_DESCRIPTORS = frozenset(
    "__delattr__ __delitem__ __iadd__ __iand__ __imul__ __ior__ __isub__ __ixor__ __setattr__ "
    "__setitem__".split()
)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def changed_arguments(call: Call) -> list[ast.expr] | None:
    """The arguments that a call of a library's function stores into.

    They are the first one of functions such as ``heapq.heappush`` and ``np.copyto``, NumPy's
    ``out``, and what ``inplace=True`` and the like are said of.

    Returns
    -------
    list of ast.expr or None
        None where it cannot be told, since the arguments are unpacked.
    """
    arguments, method = call.node.args, call.node.func
    if isinstance(call.value, FunctionType) and is_users(call.value):
        return []
    named = {keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg}
    starred = any(isinstance(argument, ast.Starred) for argument in arguments)
    unpacked = starred or any(keyword.arg is None for keyword in call.node.keywords)
    found = _outs(named.get("out"))
    if not call.found:
        if isinstance(method, ast.Attribute):
            if any(not _is_false(named[name]) for name in _OVERWRITING & named.keys()):
                found.append(method.value)
            if unpacked and method.attr in _OUT_OF_METHODS:
                return None
            found += [] if starred else _of_method(method, arguments)
        return found
    name = qualified_name(call.value)
    if _is_changing(call.value, name):
        return found + arguments[:1]
    if not name.startswith("numpy.") or isinstance(call.value, type):
        overwrites = any(not _is_false(named[name]) for name in _OVERWRITING & named.keys())
        return found + (arguments[:1] if overwrites else [])
    try:
        parameters = _parameters(call.value)
    except TypeError:
        # An object that is called, such as a polynomial, need not have a hash.
        parameters = ()
    says = _SAYING if _may_not_copy(name) else _SAYING - {"copy"}
    if unpacked:
        return found if says.isdisjoint(parameters) else None
    given = list(zip(parameters, arguments, strict=False))
    for parameter, value in (*given, *named.items()):
        kept = parameter == "copy" and not (isinstance(value, ast.Constant) and value.value)
        if parameter in says and (kept or (parameter in _OVERWRITING and not _is_false(value))):
            found += arguments[:1] or [named[one] for one in parameters[:1] if one in named]
    return found + [out for one, value in given if one == "out" for out in _outs(value)]


def _is_changing(function: Any, name: str) -> bool:
    """Whether a function of the library changes its first argument."""
    if name in SHUFFLING:
        return isinstance(function, BuiltinMethodType | MethodType)
    if isinstance(function, MethodDescriptorType | WrapperDescriptorType):
        changes = function.__name__ in CALLS["changing_methods"]
        return changes or function.__name__ in _DESCRIPTORS
    owner = attribute_of(function, "__self__")
    return name in CALLS["changing_first"] and isinstance(owner, (ModuleType, type(None)))


def _outs(value: ast.expr | None) -> list[ast.expr]:
    """The arrays of ``out=array`` or ``out=(array, other)``."""
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
    return [part for part in parts if part is not None and not _is_false(part)]


def _may_not_copy(name: str) -> bool:
    """Whether a function works in place where it is told not to copy."""
    return name == "numpy.nan_to_num" or name.startswith("numpy.ma.")


_OUT_OF_METHODS = {
    "all": 1, "any": 1, "argmax": 1, "argmin": 1, "clip": 2, "conjugate": 0, "cumprod": 2,
    "cumsum": 2, "dot": 1, "max": 1, "mean": 2, "min": 1, "prod": 2, "round": 1, "std": 2,
    "sum": 2, "take": 2, "trace": 4, "var": 2,
}  # fmt: skip


def _of_method(method: ast.Attribute, arguments: list[ast.expr]) -> list[ast.expr]:
    """``array.sum(axis, dtype, out)``, ``np.add.at(array, indices, values)``, ``partition``.

    What follows after the place of ``out`` counts as well, since masked arrays have it later.
    """
    if method.attr == "partition":
        texts = (ast.JoinedStr, ast.Name, ast.Attribute)
        first = arguments[0] if arguments else None
        is_text = isinstance(first, texts) or (
            isinstance(first, ast.Constant) and isinstance(first.value, (str, bytes))
        )
        return [] if is_text else [method.value]
    if method.attr == "at":
        return arguments[:1] if len(arguments) > 1 else []
    place = _OUT_OF_METHODS.get(method.attr)
    return arguments[place:] if place is not None else []


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


@cache
def _parameters(function: Any) -> tuple[str, ...]:
    """The parameters of a function of NumPy, those that are given by position first.

    Empty where its signature names none that says what is stored into: to read the first signature
    takes a process 3 ms.
    """
    if hasattr(function, "nin"):
        return tuple(["x"] * function.nin + ["out"] * function.nout)
    text = getattr(function, "__text_signature__", None)
    if text is not None and not any(name in text for name in _SAYING):
        return ()
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    by_position = [p.name for p in parameters if p.kind in _BY_POSITION]
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        # Whatever else there is has to be named.
        by_position += [""] * 64
    return (*by_position, *(p.name for p in parameters if p.kind not in _BY_POSITION))
