"""What code can reach, besides its arguments, that lasts beyond a call and may be changed."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache, partial
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.fingerprint import PLAIN
from epochly.code.imported import imports
from epochly.code.members import functions_in, is_odd, members_of
from epochly.code.outside import defaults_of, names_in, outside
from epochly.code.sharing import is_own, is_own_module
from epochly.loaded import loaded

# With these, code gets at classes and namespaces that it does not name.
_REFLECTING = frozenset(
    "attrgetter delattr eval exec getattr globals locals methodcaller setattr type vars".split()
)
_HARMLESS = frozenset({"__init__", "__name__", "__qualname__"})
_FRAMES = frozenset({"ag_frame", "cr_frame", "f_globals", "f_locals", "gi_frame", "tb_frame"})
# What these give is made by them, a text or a number, or is not given to anybody.
_TELLING = frozenset(
    "__bool__ __bytes__ __contains__ __del__ __dir__ __float__ __format__ __hash__ __index__ "
    "__init__ __init_subclass__ __int__ __len__ __new__ __post_init__ __repr__ __set_name__ "
    "__sizeof__ __str__".split()
)
_FIXED = 1 << 8
# The default of a field that a factory fills.
_FACTORY: type = type(vars(dataclasses)["_HAS_DEFAULT_FACTORY"])
_CODE = (FunctionType, BuiltinFunctionType, partial, type)
_UNCHANGING = frozenset((*PLAIN, range, _FACTORY))


def lasting_in(root: FunctionType | type) -> str | None:
    """What a function, or the methods of a class, can reach and change for good.

    Where there is nothing, a call can only change its arguments and what it makes, and what it
    gives leads to nothing else.

    Parameters
    ----------
    root : FunctionType or type

    Returns
    -------
    str or None
        Under which name.
    """
    seen: list[Any] = []
    todo: list[Any] = [root]
    while todo:
        one = todo.pop()
        if any(one is other for other in seen):
            continue
        seen.append(one)
        if isinstance(one, type):
            found = lasting_class_part(one) or _odd_member(one)
            todo += _code_of(one)
        elif not is_users(one):
            # What a decorator such as `dataclass` has generated only holds its defaults.
            found = "".join(sorted(shared_defaults(one))[:1]) or None
        else:
            found = _lasting_name(one, todo)
        if found is not None:
            return found
    return None


def is_lasting(value: Any, names: frozenset[str] = frozenset()) -> bool:
    """Whether an object may be changed, or leads to what may be; functions and classes count not.

    Parameters
    ----------
    value : object
    names : frozenset of str
        What code names of modules.
    """
    if isinstance(value, ModuleType):
        if is_own_module(value):
            return True
        parts = (vars(value)[name] for name in names & vars(value).keys())
        return any(may_change(part) and not callable(part) for part in parts)
    if isinstance(value, type):
        return is_own(type(value)) or issubclass(value, Enum)
    if isinstance(value, FunctionType):
        return any(map(may_change, vars(value).values()))
    if isinstance(value, BuiltinFunctionType):
        return not isinstance(value.__self__, (ModuleType, type, type(None)))
    numpy = loaded("numpy")
    return may_change(value) and not (numpy is not None and isinstance(value, numpy.ufunc))


def may_change(value: object) -> bool:
    """Whether an object may be another one after a call, for all that its class tells."""
    if type(value) in (tuple, frozenset):
        return any(map(may_change, value))  # type: ignore[call-overload]
    return type(value) not in _UNCHANGING and not isinstance(value, (type, ModuleType))


def is_fixed_class(value: object) -> bool:
    """Whether it is a class that nobody can set an attribute of, such as ``float``."""
    return isinstance(value, type) and bool(value.__flags__ & _FIXED)


def shared_defaults(function: FunctionType) -> set[str]:
    """Parameters whose default is an object that may change, one for all calls that leave it."""
    return {name for name, value in defaults_of(function).items() if may_change(value)}


def lasting_class_part(cls: type) -> str | None:
    """What all instances of a class of the user's share, and may change."""
    for base, name, held in members_of(cls):
        hidden = name.startswith(("__", "_abc_")) or name == "_field_defaults"
        is_code = isinstance(held, _CODE) or hasattr(type(held), "__get__")
        if may_change(held) and not (hidden or is_code or issubclass(base, Enum)):
            return f"{base.__qualname__}.{name}"
    return None


def lasting_member(cls: type, names: frozenset[str]) -> str | None:
    """What objects of a class of the user's may give that others hold, where they are asked.

    Parameters
    ----------
    cls : type
    names : frozenset of str
        What is asked for; operators always are.
    """
    members = list(members_of(cls))
    asked: set[str] = {name for _, name, _ in members if _is_operator(name)} | names
    judged: set[int] = set()
    while True:
        todo = [one for one in members if one[1] in asked and id(one[2]) not in judged]
        if not todo:
            return None
        for base, name, raw in todo:
            judged.add(id(raw))
            if is_odd(raw):
                return f"{base.__qualname__}.{name}"
            for function in functions_in(raw):
                found = lasting_in(function)
                if found is not None:
                    return f"{found}, through {base.__qualname__}.{name},"
                asked |= names_in(function.__code__)


def _is_operator(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in _TELLING


def leads_behind(name: str) -> bool:
    """Whether an attribute leads to classes, namespaces or frames."""
    special = name.startswith("__") and name.endswith("__") and name not in _HARMLESS
    return special or name in _FRAMES


@lru_cache(maxsize=1024)
def reflecting_name(code: CodeType) -> str | None:
    """How a function gets at what it does not name: by importing, or by asking for it."""
    for name in sorted(names_in(code)):
        if leads_behind(name) or name in _REFLECTING:
            return name
    return "import" if imports(code) else None


def _lasting_name(function: FunctionType, todo: list[Any]) -> str | None:
    """A name of a function that leads to what lasts; what is to be looked at goes to ``todo``."""
    for name in (*shared_defaults(function), reflecting_name(function.__code__)):
        if name:
            return name
    names = names_in(function.__code__)
    for name, value in {function.__name__: function, **outside(function)}.items():
        if is_lasting(value, names):
            return name
        users = isinstance(value, FunctionType) and is_users(value)
        if users or (isinstance(value, type) and is_own(value)):
            todo.append(value)
    return None


def _odd_member(cls: type) -> str | None:
    odd = (f"{base.__qualname__}.{name}" for base, name, raw in members_of(cls) if is_odd(raw))
    return next(odd, None)


def _code_of(cls: type) -> Iterator[Any]:
    """The functions of a class of the user's, the factories of its fields among them."""
    for _, _, raw in members_of(cls):
        yield from functions_in(raw)
    for field in dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ():
        if inspect.isfunction(field.default_factory):
            yield field.default_factory
