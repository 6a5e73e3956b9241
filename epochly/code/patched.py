"""Parts of libraries that the user replaced, which another process would have as they were."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of, is_a
from epochly.code.callgraph import is_users
from epochly.code.kinds import qualified_name
from epochly.code.libraries import in_library
from epochly.code.outside import outside
from epochly.code.sharing import is_own

_VALUES = (bool, int, float, complex, str, bytes, type(None))
# Their parts are too many to be gone through, and differ by thread and process as it is.
_LARGE = frozenset({"cupy", "matplotlib", "numba", "numpy", "pandas", "scipy", "sklearn", "sys"})

Parts = dict[tuple[str, str], Any]


def users_parts(values: Iterable[Any]) -> dict[str, FunctionType]:
    """Functions of the user's within the libraries that these objects name, by where they are.

    Parameters
    ----------
    values : iterable of object
    """
    found: dict[str, FunctionType] = {}
    todo, seen = _libraries(values, frozenset()), set()
    while todo:
        module = todo.pop()
        if module.__name__ in seen:
            continue
        seen.add(module.__name__)
        for name, value in list(vars(module).items()):
            where = f"{module.__name__}.{name}"
            if isinstance(value, FunctionType) and is_users(value):
                found[where] = value
            elif isinstance(value, type) and value.__module__.startswith(module.__name__):
                for part, raw in list(vars(value).items()):
                    if isinstance(raw, FunctionType) and is_users(raw):
                        found[f"{where}.{part}"] = raw
            elif isinstance(value, ModuleType) and value.__name__ == where and _is_small(value):
                todo.append(value)
    return found


def library_parts(values: Iterable[Any], names: frozenset[str]) -> Parts:
    """What these names are in the libraries that objects name, for `replaced_part`."""
    return {
        (module.__name__, name): _told(vars(module)[name])
        for module in _libraries(values, names)
        for name in names & vars(module).keys()
        if not isinstance(vars(module)[name], ModuleType) and module is not sys
    }


def replaced_part(parts: Mapping[tuple[str, str], Any]) -> str | None:
    """Which part of a library is another one in this process than where it was told."""
    for (module, name), told in parts.items():
        held = vars(import_module(module))
        if name not in held or _told(held[name]) != told:
            return f"{module}.{name} was replaced, which another process would not see"
    return None


def _told(value: Any) -> Any:
    if type(value) in _VALUES:
        return repr(value)
    return type(value).__name__, qualified_name(value) if callable(value) else ""


def _is_small(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] not in _LARGE


def _libraries(values: Iterable[Any], names: frozenset[str]) -> list[ModuleType]:
    """The modules of libraries that objects are, or come from, and those that these name."""
    found: dict[str, ModuleType] = {}
    seen: set[int] = set()
    todo = list(values)
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if is_a(value, ModuleType):
            if _is_librarys(value) and found.setdefault(value.__name__, value) is value:
                parts = (vars(value).get(name) for name in names)
                todo += [part for part in parts if isinstance(part, ModuleType)]
        elif is_a(value, type) and is_own(value):
            todo += _methods(value)
        elif type(value) is FunctionType and is_users(value):
            todo += outside(value).values()
        elif callable(value):
            todo.append(sys.modules.get(str(attribute_of(value, "__module__"))))
    return list(found.values())


def _methods(cls: type) -> Iterator[FunctionType]:
    for raw in vars(cls).values():
        method = getattr(raw, "__func__", getattr(raw, "fget", raw))
        if isinstance(method, FunctionType):
            yield method


def _is_librarys(module: ModuleType) -> bool:
    file = attribute_of(module, "__file__")
    known = module.__name__.partition(".")[0] in sys.stdlib_module_names
    return known if file is None else in_library(file)
