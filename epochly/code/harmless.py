"""Whether live objects can run code with effects when operators and methods are used on them."""

from __future__ import annotations

import inspect
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from types import BuiltinFunctionType, CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.effects import Cause, Effect, effect_of_name, effects_of
from epochly.code.function import undecorated
from epochly.code.kinds import qualified_name
from epochly.code.libraries import in_library
from epochly.loaded import loaded

_ATOMS = frozenset(
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
_CONTAINERS = frozenset(
    (list, tuple, dict, set, frozenset, deque, OrderedDict, Counter, MappingProxyType)
)
_LIBRARIES = frozenset({"numpy", "datetime", "decimal", "fractions", "pathlib", "re", "uuid"})
_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"})
# With one of these, code may read attributes that it does not name.
_BY_NAME = frozenset({"getattr", "hasattr", "attrgetter", "format", "format_map"})
_PLAIN_BASES = (list, tuple, dict, set, frozenset, int, float, complex, str, bytes, object)


def hazard(values: Iterable[Any], names: frozenset[str]) -> str | None:
    """Why code that only uses these names on these objects may do more than read them.

    Static effects take an object of unknown class for a built-in one. That holds when every object
    that the code can reach is of a class whose operators, properties and methods of these names
    are known, or are the user's own and do no more than read.

    Parameters
    ----------
    values : iterable of object
        What the code can reach: its items, closure cells and globals.
    names : frozenset of str
        The attributes that it names.

    Returns
    -------
    str or None
        A reason, or None where there is none.
    """
    seen: set[int] = set()
    judged: dict[type, str | None] = {}
    todo = list(values)
    while todo:
        value = todo.pop()
        cls = type(value)
        if cls in _ATOMS or id(value) in seen:
            continue
        seen.add(id(value))
        if cls in _CONTAINERS or cls is defaultdict:
            todo += _parts(value)
            if cls is defaultdict and value.default_factory is not None:
                return "a defaultdict makes entries for those who ask for them"
            continue
        reason = _of_callable(value, names)
        if reason is None and not _is_callable(value):
            if cls not in judged:
                judged[cls] = _of_class(cls, names, False)
            reason = judged[cls]
            if cls.__module__.partition(".")[0] not in _LIBRARIES:
                todo += getattr(value, "__dict__", {}).values()
                todo += _slots(value)
            elif cls.__module__ == "numpy" and getattr(
                getattr(value, "dtype", None), "hasobject", False
            ):
                todo += value.tolist() if value.ndim else [value.item()]
        if reason is not None:
            return reason
    return None


def shared_state(values: Iterable[Any], names: frozenset[str] = frozenset()) -> str | None:
    """What of these objects gives another answer to every one who asks, or to every thread.

    Parameters
    ----------
    values : iterable of object
    names : frozenset of str
        Attributes to look into: a generator of random numbers may be one of an object.
    """
    import random
    import threading

    generators: tuple[type, ...] = (random.Random,)
    numpy = loaded("numpy")
    if numpy is not None:
        drawing = numpy.random
        generators += (drawing.Generator, drawing.RandomState, drawing.BitGenerator)
    told = list(values)
    for value in told:
        is_iterator = not isinstance(value, type) and hasattr(value, "__next__")
        if isinstance(value, (*generators, threading.local)) or is_iterator:
            return f"the items share a {type(value).__name__}"
    for value in _reached(told, names):
        iterates = type(value).__module__ in ("builtins", "itertools") and hasattr(
            value, "__next__"
        )
        if isinstance(value, generators) or iterates:
            return f"the items share a {type(value).__name__}"
    return None


def changeable(causes: Sequence[Cause], values: Iterable[Any]) -> str | None:
    """Whether augmented assignments to names may change one of these objects.

    Parameters
    ----------
    causes : sequence of Cause
        Those that are `in_place`.
    values : iterable of object
    """
    if not causes:
        return None
    for value in _reached(list(values), None):
        cls = type(value)
        if any(hasattr(cls, name) for name in _IN_PLACE) and not isinstance(value, type):
            return f"{causes[0].what} may change a {cls.__name__} that outlives the item"
    return None


_IN_PLACE = ("__iadd__", "__imul__", "__isub__", "__ior__", "__iand__", "__ixor__", "__itruediv__")


def _reached(todo: list[Any], names: frozenset[str] | None) -> Iterator[Any]:
    """Objects, what is in containers and bound to methods, and attributes of these names or all."""
    seen: set[int] = set()
    while todo:
        value = todo.pop()
        if type(value) in _ATOMS or id(value) in seen or isinstance(value, (type, FunctionType)):
            continue
        seen.add(id(value))
        yield value
        owner = getattr(value, "__self__", None) if callable(value) else None
        if owner is not None:
            todo.append(owner)
        if isinstance(value, tuple(_CONTAINERS)):
            todo += _parts(value)
        for name, held in getattr(value, "__dict__", {}).items():
            if names is None or name in names:
                todo.append(held)
        if names is None:
            todo += _slots(value)
        else:
            todo += [held for name, held in _named_slots(value) if name in names]


def _parts(value: Any) -> list[Any]:
    if isinstance(value, (dict, MappingProxyType)):
        return _odd(value.keys()) + _odd(value.values())
    return _odd(value)


def _odd(values: Iterable[Any]) -> list[Any]:
    return [] if set(map(type, values)) <= _ATOMS else list(values)


def _slots(value: Any) -> list[Any]:
    found = [held for _, held in _named_slots(value)]
    return found + (_parts(value) if isinstance(value, tuple(_CONTAINERS)) else [])


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


def _is_callable(value: Any) -> bool:
    return isinstance(value, (FunctionType, BuiltinFunctionType, type))


def _of_callable(value: Any, names: frozenset[str]) -> str | None:
    value = undecorated(value)
    if isinstance(value, FunctionType):
        if is_users(value):
            return _of_function(value, value.__qualname__, None)
        if effect_of_name(qualified_name(value)) > Effect.READS:
            return f"{value.__qualname__} has unknown effects"
    elif isinstance(value, BuiltinFunctionType):
        if not isinstance(value.__self__, (ModuleType, type(None))):
            return f"{value.__qualname__} may change the object it belongs to"
        if effect_of_name(qualified_name(value)) > Effect.READS:
            return f"{value.__qualname__} has unknown effects"
    elif isinstance(value, type) and value.__module__ != "builtins":
        return _of_class(value, names, True) if _is_own(value) else None
    return None


def _is_own(cls: type) -> bool:
    """Whether a class stands in the user's files."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        return cls.__module__ == "__main__"

    return not in_library(file)


def _of_class(cls: type, names: frozenset[str], made_inside: bool) -> str | None:
    for base in cls.__mro__:
        if base in _PLAIN_BASES or base.__module__ in ("abc", "typing", "enum"):
            continue
        if issubclass(base, BaseException) and not _is_own(base):
            continue
        if not _is_own(base):
            known = base.__module__.partition(".")[0] in _LIBRARIES
            if not known or base.__module__.startswith("numpy.random"):
                return f"{base.__qualname__} objects may do more than read"
            continue
        if issubclass(base, Enum):
            continue
        for name, raw in vars(base).items():
            special = name.startswith("__") and name.endswith("__") and name not in _MAKING
            by_name = isinstance(raw, property) and not names.isdisjoint(_BY_NAME)
            if special or by_name or name in names:
                reason = _of_member(base, name, raw, made_inside)
                if reason is not None:
                    return reason
    return None


def _of_member(cls: type, name: str, raw: Any, made_inside: bool) -> str | None:
    what = f"{cls.__qualname__}.{name}"
    getters: list[Any] = [raw]
    if isinstance(raw, (staticmethod, classmethod)):
        getters = [raw.__func__]
    elif isinstance(raw, property):
        getters = [raw.fget, raw.fset]
    for getter in getters:
        if isinstance(getter, FunctionType):
            if is_users(getter):
                reason = _of_function(getter, what, made_inside)
                if reason is not None:
                    return reason
        elif hasattr(type(getter), "__get__") and not _is_plain(getter):
            return f"{what} has unknown effects"
    return None


def _is_plain(raw: Any) -> bool:
    return (
        inspect.ismemberdescriptor(raw) or inspect.isgetsetdescriptor(raw) or inspect.isbuiltin(raw)
    )


def _of_function(function: FunctionType, what: str, made_inside: bool | None) -> str | None:
    own = function.__code__.co_varnames[:1] if made_inside else ()
    for cause in effects_of(function).causes:
        changes = cause.effect > Effect.READS or (cause.in_place and made_inside is not None)
        if changes and (cause.root not in own or _is_of_class(cause)):
            return f"{what} has effects: {cause.what}"
    return None


def _is_of_class(cause: Cause) -> bool:
    return "__class__" in cause.what
