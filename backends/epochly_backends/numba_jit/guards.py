"""Guards: the names that compiled code took as fixed, and whether they still are."""

from __future__ import annotations

import ast
import builtins
from types import CellType, FunctionType, ModuleType
from typing import Any

from epochly_backends.numba_jit.values import Refusal

_MISSING = object()


class Guards:
    """What names meant when the function was compiled."""

    def __init__(self) -> None:
        self._entries: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
        self._cells: dict[int, tuple[CellType, Any]] = {}
        self._functions: dict[int, tuple[FunctionType, tuple[Any, ...]]] = {}

    def hold(self) -> bool:
        """Whether every name still means what it meant."""
        for namespace, key, value in self._entries.values():
            if namespace.get(key, _MISSING) is not value:
                return False
        for cell, value in self._cells.values():
            try:
                if cell.cell_contents is not value:
                    return False
            except ValueError:
                return False
        return all(still(function, parts) for function, parts in self._functions.values())

    def resolve(self, function: FunctionType, node: ast.expr) -> Any:
        """What a name, or an attribute of a module, means to a function; guarded from now on.

        Raises
        ------
        Refusal
            When it means nothing yet, or is an attribute of something else than a module.
        """
        if isinstance(node, ast.Name):
            return self._name(function, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(function, node.value)
            if isinstance(owner, ModuleType):
                return self._entry(vars(owner), node.attr, ast.unparse(node))
        raise Refusal(
            f"{ast.unparse(node)} is an attribute of an object",
            "pass the number itself as an argument",
        )

    def watch(self, function: FunctionType) -> None:
        """Guard a helper's code and defaults."""
        self._functions[id(function)] = function, parts_of(function)

    def _name(self, function: FunctionType, name: str) -> Any:
        if name.startswith("__") and not name.endswith("__"):
            raise Refusal(f"the private name {name}", "rename it with one underscore")
        # A statement that is never reached makes a name local all the same.
        if name in (*function.__code__.co_varnames, *function.__code__.co_cellvars):
            raise Refusal(f"{name} may be unassigned here", f"assign {name} first")
        if name in function.__code__.co_freevars and function.__closure__ is not None:
            cell = function.__closure__[function.__code__.co_freevars.index(name)]
            try:
                value = cell.cell_contents
            except ValueError:
                raise Refusal(f"the variable {name} of an outer function is unset") from None
            self._cells[id(cell)] = cell, value
            return value
        if name in function.__globals__:
            return self._entry(function.__globals__, name, name)
        value = self._entry(vars(builtins), name, name)
        key = (id(function.__globals__), name)
        self._entries[key] = function.__globals__, name, _MISSING
        return value

    def _entry(self, namespace: dict[str, Any], key: str, text: str) -> Any:
        if key not in namespace:
            raise Refusal(f"{text} is not defined")
        self._entries[id(namespace), key] = namespace, key, namespace[key]
        return namespace[key]


def parts_of(function: FunctionType) -> tuple[Any, ...]:
    """What of a function may be replaced while it stays the same object."""
    defaults = function.__defaults__ or ()
    keyword_defaults = function.__kwdefaults__ or {}
    return function.__code__, *defaults, *keyword_defaults, *keyword_defaults.values()


def still(function: FunctionType, parts: tuple[Any, ...]) -> bool:
    """Whether a function has the very parts that it had."""
    now = parts_of(function)
    return len(now) == len(parts) and all(a is b for a, b in zip(now, parts, strict=True))
