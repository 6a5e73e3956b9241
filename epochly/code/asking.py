"""Attributes of objects, asked for without running code of the user's."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

HOOKS = ("__getattr__", "__getattribute__")


def attribute_of(value: Any, name: str, default: Any = None) -> Any:
    """``getattr`` that leaves out ``__getattr__`` and ``__getattribute__`` written in Python.

    Parameters
    ----------
    value : object
    name : str
    default : object
    """
    cls = type(value)
    if any(isinstance(inspect.getattr_static(cls, hook, None), FunctionType) for hook in HOOKS):
        ask = type.__getattribute__ if isinstance(value, type) else object.__getattribute__
        try:
            return ask(value, name)
        except AttributeError:
            return default
    try:
        return getattr(value, name, default)
    except ReferenceError:  # a weak proxy whose object is gone
        return default


def is_a(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """``isinstance`` by what an object is, not by the ``__class__`` that it tells.

    A lazy object is made by that question, and a weak proxy whose object is gone raises.

    Parameters
    ----------
    value : object
    kinds : type or tuple of type
    """
    return issubclass(type(value), kinds)


def is_iterator(value: Any) -> bool:
    """Whether an object gives its items one by one, and only once."""
    return any("__next__" in vars(base) for base in type(value).__mro__)
