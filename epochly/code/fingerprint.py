"""A hash of everything that a function reaches: its code, its helpers, and what they read."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.function import undecorated
from epochly.code.scopes import binding_of

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
LARGEST = 10_000


def fingerprint(function: FunctionType) -> str:
    """Hash a function with all it reaches.

    It is the same in every process, and changes with the code of the function and its helpers,
    their defaults, closures and the plain globals they read, and the versions of the packages
    used. Line numbers, comments and the names of files are not part of it.

    Returns
    -------
    str
        SHA-256, in hexadecimal.
    """
    digest = hashlib.sha256()
    seen: set[int] = set()
    for text in _of_function(function, seen):
        digest.update(text.encode(errors="surrogatepass") + b"\0")
    return digest.hexdigest()


def _of_function(function: FunctionType, seen: set[int]) -> Iterator[str]:
    if id(function) in seen:
        yield f"again {function.__qualname__}"
        return
    seen.add(id(function))
    yield f"function {function.__qualname__}"
    yield from _of_code(function.__code__)
    yield from _of_value(function.__defaults__, seen)
    yield from _of_value(function.__kwdefaults__, seen)
    for name in sorted(_outer_names(function.__code__)):
        binding = binding_of(function, name)
        if binding.kind in ("global", "cell"):
            yield f"{binding.kind} {name}"
            yield from _of_value(binding.value, seen)


def _outer_names(code: CodeType) -> set[str]:
    names = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _outer_names(constant)
    return names


def _of_code(code: CodeType) -> Iterator[str]:
    yield f"code {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_flags}"
    yield code.co_exceptiontable.hex()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _of_code(constant)
        else:
            yield _plain(constant)


def _of_value(value: Any, seen: set[int]) -> Iterator[str]:
    value = undecorated(value)
    if isinstance(value, PLAIN):
        yield _plain(value)
    elif isinstance(value, FunctionType):
        if is_users(value):
            yield from _of_function(value, seen)
        else:
            yield f"{value.__module__}.{value.__qualname__} {_version(value.__module__)}"
    elif isinstance(value, (BuiltinFunctionType, type)):
        yield f"{value.__module__}.{value.__qualname__} {_version(value.__module__ or '')}"
    elif isinstance(value, ModuleType):
        yield f"module {value.__name__} {_version(value.__name__)}"
    elif id(value) in seen:
        yield "again"
    elif isinstance(value, (tuple, list, set, frozenset, dict)) and len(value) <= LARGEST:
        seen.add(id(value))
        yield f"{type(value).__qualname__} {len(value)}"
        yield from _of_items(value, seen)
    else:
        yield f"object {type(value).__module__}.{type(value).__qualname__}"


def _of_items(value: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _of_value(key, seen)
            yield from _of_value(item, seen)
    elif isinstance(value, (set, frozenset)):
        yield from sorted("|".join(_of_value(item, seen)) for item in value)
    else:
        for item in value:
            yield from _of_value(item, seen)


def _plain(value: Any) -> str:
    if isinstance(value, frozenset):
        return "frozenset " + ", ".join(sorted(map(_plain, value)))
    if isinstance(value, tuple):
        return "tuple " + ", ".join(map(_plain, value))
    return f"{type(value).__name__} {value!r}"


def _version(module: str) -> str:
    """What a package calls its version, else what it was installed as; empty where neither is."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return ""
    said = getattr(sys.modules.get(root), "__dict__", {}).get("__version__")
    if isinstance(said, str):
        return said
    from importlib import metadata

    try:
        return metadata.version(root)
    except (metadata.PackageNotFoundError, ValueError):
        return ""
