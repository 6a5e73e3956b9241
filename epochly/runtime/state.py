"""What a function can reach outside its arguments, so that a change of it shows."""

from __future__ import annotations

import gc
import itertools
import operator
import random
from collections.abc import Iterable, Iterator
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of, is_a
from epochly.code.callees import global_streams
from epochly.code.callgraph import is_users
from epochly.code.function import undecorated
from epochly.code.outside import names_in
from epochly.code.sharing import (
    ATOMS,
    CONTAINERS,
    attributes_of,
    contents_of,
    is_own,
    is_own_module,
)
from epochly.loaded import loaded

# To look at so many takes 0.03 s; what lies beyond is not seen.
MOST = 20_000
# Of larger arrays, in bytes, and of longer containers a part is looked at.
LARGE, SAMPLES = 1 << 22, 1 << 14
_METHODS = (FunctionType, staticmethod, classmethod, property)
_PLAIN = ATOMS - {slice, ModuleType}


def state_of(functions: Iterable[Any]) -> dict[str, int]:
    """What some functions, and those that they call, lead to, by where it is found.

    It only ever tells of changes between two looks in one process. Source tells what a function
    may change; this tells what it did change where the source has hidden it.

    Parameters
    ----------
    functions : iterable of object
        Functions, and whatever else is to be looked at, such as the classes of arguments.

    Returns
    -------
    dict
        A digest for each global, cell, default or attribute of a class.
    """
    look = _Look()
    todo = [undecorated(function) for function in functions]
    while todo and look.left > 0:
        value = todo.pop()
        for place, held in look.places_of(value):
            found = look.digest(held)
            look.found[place] = hash((look.found.get(place, 0), found))
        todo += look.further
        look.further = []
    return look.found


class _Look:
    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self.further: list[Any] = []
        self.left = MOST
        self._holders: set[int] = set()
        self._seen: dict[int, Any] = {}
        # Their draws are told by the source, and put back.
        self._streams = global_streams()

    def places_of(self, value: Any) -> Iterator[tuple[str, Any]]:
        """What a function or a class of the user's holds, under names for people."""
        if id(value) in self._holders:
            return
        self._holders.add(id(value))
        if is_a(value, FunctionType) and is_users(value):
            yield from _held_by(value)
        elif is_a(value, type) and is_own(value):
            for base in value.__mro__:
                if is_own(base):
                    for name, held in list(vars(base).items()):
                        is_special = name.startswith("__") and name.endswith("__")
                        if not is_special or is_a(held, _METHODS):
                            yield f"{base.__qualname__}.{name}", held
        elif not is_a(value, (FunctionType, type)):
            yield type(value).__qualname__, value

    def digest(self, value: Any) -> int:
        """A number that changes when an object, or what it leads to, does."""
        told: list[Any] = []
        todo = [value]
        while todo and self.left > 0:
            self.left -= 1
            one = todo.pop()
            cls = type(one)
            if cls in _PLAIN:
                told.append((cls, one))
            elif id(one) in self._seen:
                told.append(id(one))
            else:
                self._seen[id(one)] = one
                told.append(cls)
                todo += self._parts(one, told)
        return hash(tuple(map(_hashed, told)))

    def _parts(self, value: Any, told: list[Any]) -> list[Any]:
        """What an object holds; what cannot be followed is put into ``told``."""
        if is_a(value, (dict, list, tuple, set, frozenset)):
            found = [part for values in contents_of(value) for part in self._items(values, told)]
            if type(value) in CONTAINERS:
                return found
            self.further.append(type(value))
            return found + attributes_of(value)
        if is_a(value, (FunctionType, type, ModuleType)):
            told.append(id(value))
            return self._of_code(value)
        if any(value is stream for stream in self._streams):
            return []
        self.further.append(type(value))
        numpy = loaded("numpy")
        if is_a(value, (BuiltinFunctionType, MethodType)):
            return [attribute_of(value, "__func__"), attribute_of(value, "__self__")]
        if is_a(value, (bytearray, memoryview)):
            told.append(hash(bytes(value[:LARGE])))
            return []
        if numpy is not None and is_a(value, numpy.ndarray):
            return _of_array(value, told)
        if type(value) is partial:
            return [value.func, value.args, value.keywords]
        told += _of_stream(value)
        held = attributes_of(value)
        return held if held or is_own(type(value)) else gc.get_referents(value)

    def _items(self, values: Any, told: list[Any]) -> list[Any]:
        """What a container holds, of many things a part."""
        told.append(len(values))
        if len(values) > SAMPLES:
            step = len(values) // SAMPLES if is_a(values, (list, tuple)) else 1
            values = list(itertools.islice(values, 0, step * SAMPLES, step))
        if set(map(type, values)) <= _PLAIN:
            told.append(hash(tuple(values)))
            return []
        return list(itertools.islice(values, max(0, self.left)))

    def _of_code(self, value: Any) -> list[Any]:
        if is_a(value, ModuleType):
            return list(_data_of(value)) if is_own_module(value) else []
        self.further.append(undecorated(value))
        return []


def _held_by(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Globals, cells, defaults and attributes of a function; of modules what it names of them."""
    names = names_in(function.__code__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, undecorated(cell.cell_contents)
        except ValueError:
            continue
    yield f"a default of {function.__qualname__}", (function.__defaults__, function.__kwdefaults__)
    for name, value in vars(function).items():
        if not name.startswith("__"):
            yield f"{function.__qualname__}.{name}", value
    for name in sorted(names & function.__globals__.keys()):
        value = undecorated(function.__globals__[name])
        if isinstance(value, ModuleType):
            for part in sorted(names & vars(value).keys()):
                yield f"{name}.{part}", undecorated(vars(value)[part])
        yield name, value


def _data_of(module: ModuleType) -> Iterator[Any]:
    """What a module of the user's holds, without code and what Python keeps there."""
    for name, value in list(vars(module).items()):
        if not name.startswith("__") and not is_a(value, (FunctionType, type, ModuleType)):
            yield value


def _of_array(value: Any, told: list[Any]) -> list[Any]:
    import numpy

    value = numpy.ndarray.view(value, numpy.ndarray)
    told += [value.dtype.str, value.shape]
    if value.dtype.hasobject:
        return value.ravel().tolist() if value.size <= SAMPLES else []
    flat = value.reshape(-1) if value.flags.c_contiguous else value.ravel()
    if flat.nbytes > LARGE:
        flat = flat[:: max(1, flat.size // SAMPLES)]
    told.append(hash(numpy.ascontiguousarray(flat).tobytes()))
    return []


def _of_stream(value: Any) -> list[Any]:
    """How far an iterator, or a generator of random numbers, has got."""
    numpy, cls = loaded("numpy"), type(value)
    if cls is itertools.count:
        return [repr(value)]
    if hasattr(cls, "__next__") and cls.__module__ == "builtins":
        return [operator.length_hint(value)]
    if cls is random.Random:
        return [value.getstate()]
    if numpy is not None and is_a(value, numpy.random.RandomState):
        state = value.get_state(legacy=False)["state"]
        return [state["key"].tobytes(), state["pos"]]
    if numpy is not None and is_a(value, numpy.random.Generator):
        return [repr(value.bit_generator.state)]
    return []


def _hashed(one: Any) -> int:
    try:
        return hash(one)
    except TypeError:
        return hash(repr(one))
