"""What a mapped body holds: the objects in its closure and globals, and those in its items."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.asking import is_a
from epochly.code.callgraph import is_users
from epochly.code.libraries import in_library
from epochly.code.outside import functions_of, names_in, outside

DEEPEST = 3
_PICKLING = (
    "__getstate__",
    "__setstate__",
    "__reduce__",
    "__reduce_ex__",
    "__getnewargs__",
    "__getnewargs_ex__",
)
_REDUCING = ("__reduce__", "__reduce_ex__")
# What a copy of a container is read and filled by.
_REFILLING = ("__iter__", "__setitem__", "append", "extend", "items")
_FILLED_AGAIN = (list, dict, deque)
_NUMBERS = (int, float, complex, bool)
_PLAIN = frozenset((*_NUMBERS, str, bytes, type(None)))


def held_by(body: FunctionType) -> dict[str, Any]:
    """What the body and the user's functions that it calls hold outside themselves."""
    found: dict[str, Any] = {}
    for number, function in enumerate(functions_of(body)):
        found |= {f"{number}.{name}": value for name, value in outside(function).items()}
        found[f"{number}.__defaults__"] = function.__defaults__
        found[f"{number}.__kwdefaults__"] = function.__kwdefaults__
    return found


def names_of(body: FunctionType) -> frozenset[str]:
    """Attributes and globals that the body and the user's functions it calls name."""
    return frozenset().union(*(names_in(function.__code__) for function in functions_of(body)))


def known_objects(items: list[Any]) -> list[Any]:
    """The items and the parts of those that are built-in containers.

    The order depends on their structure alone, so an object and its copy in another process
    stand at the same place.
    """
    found: list[Any] = []
    todo: list[tuple[Any, int]] = [(item, DEEPEST) for item in reversed(items)]
    while todo:
        value, depth = todo.pop()
        found.append(value)
        if depth and type(value) in (list, tuple):
            todo += [(part, depth - 1) for part in value if type(part) not in _NUMBERS]
        elif depth and type(value) is dict:
            parts = (part for pair in value.items() for part in pair)
            todo += [(part, depth - 1) for part in parts if type(part) not in _NUMBERS]
    return found


def reach(root: Any, known: frozenset[int] = frozenset(), *, code: bool = False) -> dict[int, Any]:
    """Every object under a root whose identity can be told, by id.

    Parameters
    ----------
    root : iterable of object
    known : frozenset of int
        Ids of objects to leave out.
    code : bool
        Whether what the user's functions, classes and modules hold is reached as well.
    """
    import gc

    import numpy as np

    # A collection lets go of tuples and dicts that hold nothing it knows, such as arrays.
    untracked = (np.ndarray, np.void, tuple, dict, bytearray, memoryview, array)
    found: dict[int, Any] = {}
    passed: set[int] = set()
    todo = list(root)
    while todo:
        value = todo.pop()
        # A proxy says that it is what it stands for, if that lives.
        cls = type(value)
        if cls in _PLAIN or id(value) in found or id(value) in known or id(value) in passed:
            continue
        if issubclass(cls, (type, ModuleType)):
            passed.add(id(value))
            if code and not _is_librarys(value):
                todo += vars(value).values()
        elif cls is FunctionType:
            found[id(value)] = value
            if code and not in_library(value.__code__.co_filename):
                todo += [*outside(value).values(), value.__defaults__, value.__kwdefaults__]
                todo += vars(value).values()
        elif gc.is_tracked(value) or issubclass(cls, untracked) or cls is object:
            if issubclass(cls, tuple):
                passed.add(id(value))
            else:
                found[id(value)] = value
            todo += gc.get_referents(value)
            if issubclass(cls, np.ndarray) and value.dtype.hasobject:
                todo += value.ravel().tolist()
    return found


def _is_librarys(value: type | ModuleType) -> bool:
    """Whether a class or module is no user's; one without a module of its own here is."""
    module = sys.modules.get(value.__module__) if isinstance(value, type) else value
    name = value.__module__ if isinstance(value, type) else value.__name__
    file = getattr(module, "__file__", None)
    if file is None:
        return name.partition(".")[0] in sys.stdlib_module_names
    return in_library(file)


def travels_otherwise(values: Iterable[Any]) -> str | None:
    """Which of these objects says itself what becomes of it in another process."""
    judged: set[type] = set()
    for value in values:
        cls = type(value)
        if cls in judged:
            continue
        judged.add(cls)
        for base in cls.__mro__:
            for name in _deciding(cls):
                raw = vars(base).get(name)
                raw = getattr(raw, "__func__", raw)
                if isinstance(raw, FunctionType) and is_users(raw):
                    return f"{base.__qualname__}.{name} decides what a copy of it holds"
    return None


def _deciding(cls: type) -> tuple[str, ...]:
    """Methods that say what a copy of an object holds, should they be the user's."""
    if issubclass(cls, Enum):
        return _PICKLING
    names: tuple[str, ...] = (*_PICKLING, "__new__")
    if any(vars(base).get("__slots__") for base in cls.__mro__):
        names += ("__setattr__",)
    if issubclass(cls, _FILLED_AGAIN):
        names += _REFILLING
    by_calling = any(getattr(cls, name) is not getattr(object, name) for name in _REDUCING)
    return (*names, "__init__") if by_calling else names


def ordered_by_hash(items: list[Any], held: Iterable[Any]) -> str | None:
    """Whether sets of texts are within the items; of those held by name the source tells more."""
    roots = (items, [value for value in held if not is_a(value, (set, frozenset))])
    for value in reach(roots).values():
        if is_a(value, (set, frozenset)) and not all(isinstance(v, _NUMBERS) for v in value):
            return "a set within the items is in another order in another process"
    return None


def unwritable(values: list[Any]) -> str | None:
    """Whether there are records of a structured array: a copy of one forgets what is stored."""
    import numpy as np

    found = any(is_a(value, np.void) for value in values)
    return "a record of an array cannot be written elsewhere" if found else None


def empty_cells(function: FunctionType) -> Iterator[str]:
    """Variables that a function takes from an outer one and that have no value now."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            cell.cell_contents  # noqa: B018
        except ValueError:
            yield name
