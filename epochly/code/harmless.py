"""Whether live objects can run code with effects when operators and methods are used on them."""

from __future__ import annotations

import inspect
import sys
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callgraph import is_users
from epochly.code.effects import Cause, Effect, effect_of_name, effects_of
from epochly.code.function import undecorated
from epochly.code.kinds import qualified_name
from epochly.code.libraries import in_library
from epochly.code.sharing import ATOMS, CONTAINERS, parts_of, slots_of

_LIBRARIES = frozenset({"numpy", "datetime", "decimal", "fractions", "pathlib", "re", "uuid"})
_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"})
# With one of these, code may read attributes that it does not name.
_BY_NAME = frozenset({"getattr", "hasattr", "attrgetter", "format", "format_map"})
_PLAIN_BASES = (list, tuple, dict, set, frozenset, int, float, complex, str, bytes, object, type)


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
        if cls in ATOMS or id(value) in seen:
            continue
        seen.add(id(value))
        if cls in CONTAINERS or cls is defaultdict:
            todo += parts_of(value)
            if cls is defaultdict and value.default_factory is not None:
                return "a defaultdict makes entries for those who ask for them"
            continue
        reason = _of_callable(value, names)
        if reason is None and not _is_callable(value):
            if cls not in judged:
                judged[cls] = _of_class(cls, names, False)
            reason = judged[cls]
            if cls.__module__.partition(".")[0] not in _LIBRARIES:
                todo += attribute_of(value, "__dict__", {}).values()
                todo += slots_of(value)
            elif cls.__module__ == "numpy" and getattr(
                getattr(value, "dtype", None), "hasobject", False
            ):
                todo += value.tolist() if value.ndim else [value.item()]
        if reason is not None:
            return reason
    return None


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
        maker = type(value)
        reason = _of_class(maker, names, False) if _is_own(maker) else None
        return reason or (_of_class(value, names, True) if _is_own(value) else None)
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
        matched = vars(base).get("__match_args__", ())
        for name, raw in vars(base).items():
            special = name.startswith("__") and name.endswith("__") and name not in _MAKING
            by_name = isinstance(raw, property) and not names.isdisjoint(_BY_NAME)
            if special or by_name or name in names or name in matched:
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
