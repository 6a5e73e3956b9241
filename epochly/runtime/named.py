"""Which of the user's functions a ``with`` block names.

The block is found in the bytecode of the frame that enters it, so that no source is needed: it is
what the exception table sends to the same handler as the instruction behind the entry, with the
blocks inside.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator
from functools import _lru_cache_wrapper, lru_cache, partial
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from epochly.code.libraries import in_library
from epochly.runtime.decorated import STATE

DEEPEST = 100
_OWN = ("epochly.", "epochly_backends.")
_LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_DEREF", "LOAD_CLASSDEREF"})


def entering_frame(frame: FrameType) -> FrameType:
    """The frame whose block it is, beyond an `contextlib.ExitStack`."""
    while frame.f_back is not None and frame.f_globals.get("__name__") == "contextlib":
        frame = frame.f_back
    return frame


def functions_named_in_block(frame: FrameType) -> list[FunctionType]:
    """Functions and methods that the block entered at a frame's current instruction names.

    Methods of a class that the block names are among them where it names an attribute like them,
    of whatever object, since objects that it makes are not there yet. Names are looked up as they
    stand now; properties and the user's ``__getattr__`` are not run. Decorators that keep
    ``__wrapped__`` are looked through. Functions of the standard library and of installed packages
    are left out.
    """
    found: dict[int, FunctionType] = {}
    chains = _names_in_block(frame.f_code, frame.f_lasti)
    attributes = tuple(dict.fromkeys(name for chain in chains for name in chain[1:]))
    for chain in chains:
        values = list(_values_along(frame, chain))
        classes = [value for value in values if isinstance(value, type)]
        methods = [inspect.getattr_static(c, name, None) for c in classes for name in attributes]
        for value in (values[-1], *methods):
            function = _behind(value)
            if function is not None and _is_the_users(function):
                found.setdefault(id(function), function)
    return list(found.values())


@lru_cache(maxsize=256)
def _names_in_block(code: CodeType, entry: int) -> tuple[tuple[str, ...], ...]:
    """Dotted names, as tuples, in the block that the instruction at ``entry`` opens.

    What has no name, such as the result of a call, goes by the name ``""``.
    """
    bytecode = dis.Bytecode(code)
    instructions = list(bytecode)
    table: list[Any] = list(getattr(bytecode, "exception_entries", ()))
    first = next((i.offset for i in instructions if i.offset > entry), -1)
    target = next((item.target for item in table if item.start <= first < item.end), None)
    if target is None:
        return ()
    covered = _covered(table, target)
    lines = [line for i in instructions if i.offset in covered and (line := _line(i)) is not None]
    # A handler may stand far behind the block in the bytecode, but not in the text.
    body = [i for i in instructions if min(lines) <= (_line(i) or 0) <= max(lines)]
    return tuple(dict.fromkeys(_chains(body)))


def _covered(table: list[Any], target: int) -> set[int]:
    """Offsets of what a handler answers for, and what handlers that stand there answer for.

    So a ``with`` or ``try`` in the block, whose own handler answers for its body, belongs to it.
    """
    covered: set[int] = set()
    rest = table
    while inner := [item for item in rest if item.target == target or item.target in covered]:
        covered.update(*(range(item.start, item.end) for item in inner))
        rest = [item for item in rest if item not in inner]
    return covered


def _line(instruction: dis.Instruction) -> int | None:
    return None if instruction.positions is None else instruction.positions.lineno


def _chains(instructions: list[dis.Instruction]) -> Iterator[tuple[str, ...]]:
    chain: tuple[str, ...] = ()
    for instruction in instructions:
        name, value = instruction.opname, instruction.argval
        if name in ("LOAD_ATTR", "LOAD_METHOD"):
            chain = (*(chain or ("",)), value)
            continue
        if chain:
            yield chain
        chain = ()
        if isinstance(value, CodeType):
            yield from _chains(list(dis.Bytecode(value)))
        elif name in _LOADS or name.startswith("LOAD_FAST"):
            *others, value = value if isinstance(value, tuple) else (value,)
            yield from ((other,) for other in others)
            chain = (value,)
    if chain:
        yield chain


def _values_along(frame: FrameType, chain: tuple[str, ...]) -> Iterator[Any]:
    """What each part of a dotted name stands for; None where it is not there yet."""
    name, *attributes = chain
    value = frame.f_locals.get(name, frame.f_globals.get(name))
    yield value
    for attribute in attributes:
        if isinstance(value, ModuleType):
            value = vars(value).get(attribute)
        else:
            value = inspect.getattr_static(value, attribute, None)
        yield value


def _behind(value: Any) -> FunctionType | None:
    """The Python function that a call of the value runs in the end."""
    for _ in range(DEEPEST):
        if isinstance(value, (staticmethod, classmethod, MethodType)):
            value = value.__func__
        elif isinstance(value, partial):
            value = value.func
        elif isinstance(value, _lru_cache_wrapper):
            value = value.__wrapped__
        elif isinstance(value, FunctionType):
            if "__wrapped__" not in vars(value) or STATE in vars(value):
                return value
            value = vars(value)["__wrapped__"]
        elif isinstance(value, type):
            return None
        else:
            value = inspect.getattr_static(type(value), "__call__", None)
            if not isinstance(value, FunctionType):
                return None
    return None


def _is_the_users(function: FunctionType) -> bool:
    if str(function.__module__).startswith(_OWN) or function.__module__ == "epochly":
        return False
    file = function.__code__.co_filename
    return not (in_library(file) or file.startswith("<frozen"))
