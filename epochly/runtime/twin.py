"""A second function object with the same code."""

from __future__ import annotations

from types import FunctionType
from typing import cast

from epochly.code.mark import original_of


def twin_of(function: FunctionType) -> FunctionType:
    """A function that does the same, with the same closure, and is not changed by redirection."""
    redirected = original_of(function)
    if redirected is not function:
        return cast(FunctionType, redirected)
    twin = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__ = function.__qualname__
    twin.__module__ = function.__module__
    twin.__doc__ = function.__doc__
    twin.__annotations__ = function.__annotations__
    twin.__dict__.update(vars(function))
    return twin
