"""The Python function that a call runs in the end, with the arguments that it then gets."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import random
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callgraph import Call, is_users
from epochly.code.function import undecorated
from epochly.code.imported import value_of
from epochly.code.kinds import assigned
from epochly.code.known_calls import CALLS
from epochly.code.libraries import CACHE
from epochly.code.scopes import live_value
from epochly.loaded import loaded


def with_owner(function: FunctionType, call: Call) -> Call:
    """A call of the user's bound method as one of its function, which is given the owner first.

    Parameters
    ----------
    function : FunctionType
        The function that the call stands in.
    call : Call

    Returns
    -------
    Call
        The same call where nothing is bound.
    """
    called, value = call.node.func, call.value
    if isinstance(value, MethodType):
        value = undecorated(value.__func__)
    elif not is_of_class(function, called):
        return call
    if not (isinstance(value, FunctionType) and is_users(value)):
        return call
    owner = called.value if isinstance(called, ast.Attribute) else called
    node = ast.Call(called, [owner, *call.node.args], call.node.keywords)
    return dataclasses.replace(call, node=ast.copy_location(node, call.node), value=value)


def through_local(function: FunctionType, whole: ast.AST, call: Call) -> Call:
    """A call of a local that was only assigned a known function, a partial of one, or a method.

    Parameters
    ----------
    function : FunctionType
    whole : ast node
        The function, or the local function, that the call stands in.
    call : Call
        Of a name.

    Returns
    -------
    Call
        The same call where the local may be anything.
    """
    assert isinstance(call.node.func, ast.Name)
    values = assigned(whole, call.node.func.id)
    if len(values) != 1 or values[0] is None:
        return call
    node = _without_partial(function, ast.Call(values[0], call.node.args, call.node.keywords))
    node = ast.copy_location(node, call.node)
    known, value = live_value(function, node.func)
    if known:
        return dataclasses.replace(call, node=node, found=True, value=undecorated(value))
    if isinstance(values[0], ast.Attribute):
        return dataclasses.replace(call, node=node, text=ast.unparse(values[0]))
    return call


def _without_partial(function: FunctionType, node: ast.Call) -> ast.Call:
    """A call of ``partial(called, given)`` as one of ``called``."""
    made = node.func
    if not isinstance(made, ast.Call) or not made.args or isinstance(made.args[0], ast.Starred):
        return node
    if live_value(function, made.func)[1] is not functools.partial:
        return node
    names = {keyword.arg for keyword in node.keywords}
    before = [keyword for keyword in made.keywords if keyword.arg not in names]
    return ast.Call(made.args[0], [*made.args[1:], *node.args], [*before, *node.keywords])


def behind_cache(call: Call) -> Call | None:
    """A call of ``lru_cache``'s wrapper as one of the function that it may run, or None."""
    if not isinstance(call.value, CACHE):
        return None
    wrapped: Any = call.value.__wrapped__
    return dataclasses.replace(call, value=undecorated(wrapped))


def is_bound_change(call: Call) -> bool:
    """Whether it is a method of a built-in container, kept under a name, that changes it."""
    value = call.value
    if not isinstance(value, BuiltinMethodType) or isinstance(value.__self__, ModuleType | type):
        return False
    return value.__self__ is not None and value.__name__ in CALLS["changing_methods"]


def has_own_stream(call: Call) -> bool:
    """Whether it is a method of a random generator that is not one of the two global ones."""
    owner = attribute_of(call.value, "__self__")
    if owner is None or isinstance(owner, ModuleType | type):
        return False
    return not any(owner is stream for stream in global_streams())


def global_streams() -> list[Any]:
    """The generators behind the functions of ``random`` and, where it is loaded, ``np.random``."""
    numpy = loaded("numpy")
    return [vars(random)["_inst"], *([] if numpy is None else [numpy.random.mtrand._rand])]


def is_of_class(function: FunctionType, called: ast.expr) -> bool:
    """Whether a class method is asked for through its class, which it is given then."""
    if not isinstance(called, ast.Attribute):
        return False
    known, owner = value_of(function, called.value)
    if not (known and isinstance(owner, type)):
        return False
    return isinstance(inspect.getattr_static(owner, called.attr, None), classmethod)
