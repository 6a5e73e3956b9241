"""Texts that tell code, plain values and versions apart, and are the same in every process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from epochly import installed
from epochly.code.asking import is_a

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
_EXACT = frozenset((*PLAIN, range))


def is_plain(value: Any) -> bool:
    """Whether a value is told by its text; one of a class of the user's has more to it."""
    return type(value) in _EXACT


def of_plain(value: Any) -> str:
    """A plain value, also in a subclass; of what is none the type counts.

    A set has its items in another order in every process, so they are told by themselves.
    """
    kind = type(value)
    if kind is tuple:
        return f"tuple ({', '.join(map(of_plain, value))})"
    if kind is frozenset or kind is set:
        return f"{kind.__name__} ({', '.join(sorted(map(of_plain, value)))})"
    if kind is FunctionType:
        return " ".join(of_code(value.__code__))
    base: Any = kind if kind in _EXACT else next((k for k in PLAIN if is_a(value, k)), None)
    if base is None:
        return named(kind)
    # Python refuses to write a very long integer as a decimal.
    text = int.__format__(value, "x") if base is int else base.__repr__(value)
    return f"{base.__name__} {text}"


def of_code(code: CodeType) -> Iterator[str]:
    """What a code object does, whatever its place."""
    yield f"code {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_flags}"
    yield code.co_exceptiontable.hex()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from of_code(constant)
        else:
            yield of_plain(constant)


def names_of(code: CodeType) -> frozenset[str]:
    """Names of globals and attributes in code, without those that tell of its place or module."""
    found = {name for name in code.co_names if not is_special(name)}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_of(constant)
    return frozenset(found)


def is_special(name: str) -> bool:
    """Whether Python gives a name its meaning, as it does to ``__add__`` and ``__file__``."""
    return name.startswith("__") and name.endswith("__")


def named(kind: type) -> str:
    """A class by its name, and the version of the package that it is from."""
    module = str(type.__getattribute__(kind, "__module__"))
    return f"{module}.{type.__getattribute__(kind, '__qualname__')} {version_of(module)}"


def version_of(module: str) -> str:
    """What a package calls its version, else what it was installed as; empty where neither is."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return ""
    said = getattr(sys.modules.get(root), "__dict__", {}).get("__version__")
    if isinstance(said, str):
        return said
    return (installed.version_of(root) or "") if root else ""
