"""What stands in the user's classes: methods, properties, slots and other descriptors."""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.sharing import is_own

_TUPLE_FIELD: type = type(vars(namedtuple("_", "field"))["field"])


def members_of(cls: type) -> Iterator[tuple[type, str, Any]]:
    """The user's classes among a class and its bases, with each name and what it stands for."""
    for base in cls.__mro__:
        if is_own(base):
            for name, raw in vars(base).items():
                yield base, name, raw


def method_in(raw: Any) -> Any:
    """The function of a static method, and anything else itself."""
    return raw.__func__ if isinstance(raw, staticmethod) else raw


def is_method(raw: Any) -> bool:
    """Whether it is a method that is called as it stands."""
    return isinstance(method_in(raw), FunctionType)


def functions_in(raw: Any) -> list[FunctionType]:
    """The functions of a method or a property."""
    parts = [raw.fget, raw.fset, raw.fdel] if isinstance(raw, property) else [raw]
    return [found for found in map(method_in, parts) if isinstance(found, FunctionType)]


def is_slot(raw: Any) -> bool:
    """Whether it only holds what the object itself does, or is a method of a built-in type."""
    slot = inspect.ismemberdescriptor(raw) or inspect.isgetsetdescriptor(raw)
    # What belongs to another object, such as `found.append`, or to a module, does what it does.
    of_type = inspect.isbuiltin(raw) and isinstance(raw.__self__, type)
    return slot or of_type or isinstance(raw, _TUPLE_FIELD)


def is_asked(raw: Any) -> bool:
    """Whether reading an attribute runs code."""
    bound = isinstance(raw, (FunctionType, staticmethod, classmethod))
    return hasattr(type(raw), "__get__") and not (bound or is_slot(raw))


def is_odd(raw: Any) -> bool:
    """Whether it may hand out the class itself, or keep what it gave before."""
    if isinstance(raw, classmethod):
        # Every named tuple has one of the library's.
        return is_users(raw.__func__)
    known = isinstance(raw, (FunctionType, property, staticmethod, type)) or is_slot(raw)
    return hasattr(type(raw), "__get__") and not known
