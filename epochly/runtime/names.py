"""How a function is called in messages and metrics."""

from __future__ import annotations

from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def name_of(function: Any) -> str:
    """Its qualified name; a partial's is that of what it calls, an instance's that of its class."""
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def full_name_of(function: Any) -> str:
    """Module and qualified name."""
    while isinstance(function, partial):
        function = function.func
    module = getattr(function, "__module__", None)
    return f"{module}.{name_of(function)}" if module else name_of(function)
