"""Objects that several items of a loop reach, and must not use at the same time."""

from __future__ import annotations

import inspect
import sys
import threading
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any
from weakref import ProxyTypes

from epochly.code.asking import attribute_of, is_a, is_iterator
from epochly.code.callgraph import is_users
from epochly.code.causes import Cause
from epochly.code.libraries import in_library
from epochly.code.outside import outside
from epochly.loaded import loaded

ATOMS = frozenset(
    (
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        type(None),
        type(Ellipsis),
        type(NotImplemented),
        range,
        slice,
        ModuleType,
        CodeType,
    )
)
CONTAINERS = frozenset(
    (list, tuple, dict, set, frozenset, deque, OrderedDict, Counter, MappingProxyType)
)


_SEQUENCES = (list, tuple, set, frozenset, deque)


def shared_state(values: Iterable[Any], names: frozenset[str] = frozenset()) -> str | None:
    """What of these objects gives another answer to every one who asks, or to every thread.

    Parameters
    ----------
    values : iterable of object
    names : frozenset of str
        Attributes to look into: a generator of random numbers may be one of an object.
    """
    told = list(values)
    kinds = _for_one_at_a_time()
    for value in told:
        if _stands_for(value, kinds) or is_iterator(value):
            return f"the items share a {type(value).__name__}"
    for value in _reached(told, names):
        iterates = type(value).__module__ in ("builtins", "itertools") and is_iterator(value)
        if _stands_for(value, kinds) or iterates:
            return f"the items share a {type(value).__name__}"
        if is_a(value, _REENTRANT) and value._is_owned():
            return "the thread that calls holds a lock, which another would wait for"
    return None


def changed_by_reading(values: Iterable[Any], names: frozenset[str]) -> str | None:
    """What of these objects is another one after it was looked through.

    Parameters
    ----------
    values : iterable of object
    names : frozenset of str
        Attributes to look into.
    """
    for value in islice(_reached(list(values), names), _MOST_LOOKED_AT):
        is_filled = is_a(value, defaultdict) and value.default_factory is not None
        if is_filled or is_iterator(value):
            return f"a {type(value).__name__} that outlives the call changes when it is read"
    return None


# A table of a million tuples holds up the caller's call.
_MOST_LOOKED_AT = 1_000


def _stands_for(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether it is one of these, or a weak proxy of one."""
    if type(value) not in ProxyTypes:
        return is_a(value, kinds)
    try:
        return isinstance(value, kinds)
    except ReferenceError:
        return False


def repeated_iterator(items: Sequence[Any]) -> str | None:
    """Whether the very same iterator is several items, or a part of several."""
    seen: set[int] = set()
    for item in items:
        for value in item if type(item) in (list, tuple) else (item,):
            if type(value) not in ATOMS and is_iterator(value):
                if id(value) in seen:
                    return f"the items share a {type(value).__name__}"
                seen.add(id(value))
    return None


_REENTRANT: Any = type(threading.RLock())


def _for_one_at_a_time() -> tuple[type, ...]:
    """Generators of random numbers, and what refuses or surprises threads that did not make it."""
    import random

    kinds: tuple[type, ...] = (random.Random, threading.local)
    numpy, sqlite3 = loaded("numpy"), loaded("sqlite3")
    if numpy is not None:
        drawing = numpy.random
        kinds += (drawing.Generator, drawing.RandomState, drawing.BitGenerator)
    if sqlite3 is not None:
        kinds += (sqlite3.Connection, sqlite3.Cursor)
    return kinds


def changeable(causes: Sequence[Cause], values: Iterable[Any], names: frozenset[str]) -> str | None:
    """Whether augmented assignments to names may change one of these objects.

    Parameters
    ----------
    causes : sequence of Cause
        Those that are `in_place`.
    values : iterable of object
    names : frozenset of str
        Attributes that the code names: those of classes and modules count.
    """
    if not causes:
        return None
    for value in _reached(list(values), names, every=True):
        cls = type(value)
        if any(hasattr(cls, name) for name in _IN_PLACE) and not issubclass(cls, type):
            return f"{causes[0].what} may change a {cls.__name__} that outlives the item"
    return None


_IN_PLACE = ("__iadd__", "__imul__", "__isub__", "__ior__", "__iand__", "__ixor__", "__itruediv__")


def _reached(todo: list[Any], names: frozenset[str], *, every: bool = False) -> Iterator[Any]:
    """Objects, what is in containers and bound to methods, and attributes of these names.

    With ``every``, all attributes of an object count, not only those that are named.
    """
    seen: set[int] = set()
    while todo:
        value = todo.pop()
        if id(value) in seen or (type(value) in ATOMS and type(value) is not ModuleType):
            continue
        seen.add(id(value))
        if is_a(value, (type, FunctionType, ModuleType)):
            todo += named_parts(value, names)
            if every:
                todo += _held_by_code(value, names)
            continue
        todo.append(type(value))
        yield value
        owner = attribute_of(value, "__self__") if callable(value) else None
        if owner is not None:
            todo.append(owner)
        if is_a(value, partial):
            todo += [value.func, *value.args, *value.keywords.values()]
        if is_a(value, tuple(CONTAINERS)):
            todo += parts_of(value)
        for name, held in attribute_of(value, "__dict__", {}).items():
            if every or name in names:
                todo.append(held)
        if every:
            todo += slots_of(value)
        else:
            todo += [held for name, held in _named_slots(value) if name in names]


def _held_by_code(value: Any, names: frozenset[str]) -> list[Any]:
    """What a function of the user's, or the methods of a class that code may run, hold."""
    if type(value) is FunctionType:
        return list(outside(value).values()) if is_users(value) else []
    if not (is_a(value, type) and is_own(value)):
        return []
    methods = []
    for name, raw in vars(value).items():
        if name in names or (name.startswith("__") and name.endswith("__")):
            methods += [getattr(raw, "__func__", raw), getattr(raw, "fget", None)]
    return [method for method in methods if isinstance(method, FunctionType)]


def named_parts(value: type | FunctionType | ModuleType, names: frozenset[str]) -> list[Any]:
    """What a class, a function or a module of the user's holds under these names."""
    holders: tuple[Any, ...] = (value,)
    if isinstance(value, ModuleType):
        holders = holders if is_own_module(value) else ()
    elif isinstance(value, type):
        holders = tuple(base for base in value.__mro__ if is_own(base))
    return [vars(one)[name] for one in holders for name in names & vars(one).keys()]


def is_own(cls: type) -> bool:
    """Whether a class stands in the user's files."""
    module = sys.modules.get(cls.__module__)
    if getattr(module, "__file__", None) is None:
        return cls.__module__ == "__main__"
    return is_own_module(module)


def is_own_module(module: ModuleType | None) -> bool:
    """Whether a module is the user's."""
    file = getattr(module, "__file__", None)
    return file is not None and not in_library(file)


def parts_of(value: Any) -> list[Any]:
    """What a container holds, unless all of it is numbers, texts and the like."""
    return [part for values in contents_of(value) for part in _odd(values)]


def contents_of(value: Any) -> tuple[Collection[Any], ...]:
    """The items of a container, or its keys and values, whatever a class of the user's makes of it.

    Parameters
    ----------
    value : object
        Of one of the `CONTAINERS`, or of a class made of one.
    """
    if is_a(value, dict):
        return dict.keys(value), dict.values(value)
    if is_a(value, MappingProxyType):
        return value.keys(), value.values()
    if type(value) in CONTAINERS:
        return (value,)
    kind = next(kind for kind in _SEQUENCES if is_a(value, kind))
    return (tuple(kind.__iter__(value)),)


def _odd(values: Iterable[Any]) -> list[Any]:
    return [] if set(map(type, values)) <= ATOMS else list(values)


def attributes_of(value: Any) -> list[Any]:
    """What an object holds in its dictionary, in slots, and as a container."""
    return [*attribute_of(value, "__dict__", {}).values(), *slots_of(value)]


def slots_of(value: Any) -> list[Any]:
    """What an object holds in slots, and as a container."""
    found = [held for _, held in _named_slots(value)]
    return found + (parts_of(value) if is_a(value, tuple(CONTAINERS)) else [])


def _named_slots(value: Any) -> list[tuple[str, Any]]:
    found = []
    for cls in type(value).__mro__:
        for name, raw in vars(cls).items():
            if inspect.ismemberdescriptor(raw):
                try:
                    found.append((name, raw.__get__(value)))
                except AttributeError:
                    continue
    return found
