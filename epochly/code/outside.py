"""What functions hold outside themselves: closure cells, globals, and what these name."""

from __future__ import annotations

from opcode import opmap
from types import CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.function import undecorated
from epochly.code.libraries import CACHE, in_library


def functions_of(body: FunctionType) -> list[FunctionType]:
    """The body and the user's functions that it reaches by name, always in the same order."""
    found: list[FunctionType] = []
    todo: list[Any] = [body]
    while todo:
        value = todo.pop(0)
        if type(value) is not FunctionType or value in found:
            continue
        if in_library(value.__code__.co_filename):
            continue
        found.append(value)
        todo += outside(value).values()
    return found


def functions_behind(body: FunctionType) -> list[FunctionType]:
    """Those, and the user's functions that it reaches through caches and modules of the user's."""
    found = functions_of(body)
    for one in found:
        for value in outside(one).values():
            held = [value]
            file = getattr(value, "__file__", None) if isinstance(value, ModuleType) else None
            if file is not None and not in_library(file):
                named = names_in(one.__code__) & vars(value).keys()
                held = [undecorated(vars(value)[name]) for name in named]
            for part in held:
                inner = undecorated(part.__wrapped__) if isinstance(part, CACHE) else part
                if inner is not value and type(inner) is FunctionType:
                    found += [other for other in functions_of(inner) if other not in found]
    return found


def outside(function: FunctionType) -> dict[str, Any]:
    """Closure cells and globals that a function names, without our own decorator."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = undecorated(cell.cell_contents)
        except ValueError:
            continue
    for name in sorted(names_in(function.__code__)):
        if name in function.__globals__:
            found[name] = undecorated(function.__globals__[name])
    return found


def defaults_of(function: FunctionType) -> dict[str, Any]:
    """The defaults of a function, by the names of its parameters."""
    positional = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    # `[-0:]` would be all of them.
    named = zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
    return {**dict(named), **(function.__kwdefaults__ or {})}


def names_in(code: CodeType) -> frozenset[str]:
    """Names of globals and attributes in a code object and in those within it."""
    found = set(code.co_names)
    matches = opmap["MATCH_CLASS"] in code.co_code[::2]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
        elif matches and isinstance(constant, tuple):
            # The attributes of `case Point(x=0)` stand among the constants.
            found |= {name for name in constant if isinstance(name, str)}
    return frozenset(found)
