"""The data of a call and its size: arguments, globals, closure variables, arrays made inside."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, Literal

from epochly.code.callgraph import calls_in
from epochly.code.kinds import qualified_name
from epochly.code.scopes import binding_of, scope_of
from epochly.code.source import FunctionNode
from epochly.code.trips import Values

_CONTAINERS = (list, tuple, dict, set, frozenset, str, bytes, bytearray, range)
_SHAPED = frozenset({"zeros", "ones", "empty", "full", "arange", "random", "rand", "randn"})
_SIDES = frozenset({"rand", "randn"})
_WORTH_NAMING = 100
_LOOKED_AT = 100_000
DOUBLE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Size:
    """Something with a size that a call works on.

    Parameters
    ----------
    name : str
        As it stands in the source.
    origin : str
        ``argument``, ``outside`` (a global or a closure variable) or ``made`` (in the call).
    line : int
        Line of the function, or of where it is made.
    items : int
        Length, or number of elements.
    elements : int
        Elements of the largest array in it; 0 where there is none.
    nbytes : int or None
        Bytes of its arrays, tables, text or numbers of known width; None is unknown.
    text : str
        For a reader: ``float64 (1000, 1000)``.
    """

    name: str
    origin: Literal["argument", "outside", "made"]
    line: int
    items: int
    elements: int
    nbytes: int | None
    text: str


def sizes_given(line: int, bound: Mapping[str, Any]) -> Iterator[Size]:
    """Sizes of the arguments of a call, starred ones taken apart."""
    for name, value in bound.items():
        yield from _sized(name, "argument", line, value)


def sizes_outside(function: FunctionType, node: FunctionNode) -> Iterator[Size]:
    """Sizes of the globals and closure variables that a function reads, where they are large."""
    for name in sorted(scope_of(node).outer):
        binding = binding_of(function, name)
        if binding.kind in ("global", "cell") and not isinstance(binding.value, ModuleType | type):
            for size in _sized(name, "outside", function.__code__.co_firstlineno, binding.value):
                if size.elements or size.items >= _WORTH_NAMING:
                    yield size


def sizes_made(function: FunctionType, node: FunctionNode, values: Values) -> Iterator[Size]:
    """Sizes of the arrays that a function makes, where the arguments tell them."""
    for call in calls_in(function, node):
        name = qualified_name(call.value) if call.found else ""
        last = name.rpartition(".")[2]
        if not name.startswith("numpy.") or last not in _SHAPED or not call.node.args:
            continue
        shape: ast.expr = call.node.args[0]
        if last in _SIDES:
            shape = ast.Tuple(list(call.node.args), ast.Load())
        elif last == "arange" and len(call.node.args) > 1:
            continue
        elements = values.elements(shape)
        if elements is not None:
            typed = len(call.node.args) > 1 and last not in _SIDES
            plain = not typed and not any(keyword.arg == "dtype" for keyword in call.node.keywords)
            nbytes = DOUBLE_BYTES * elements if plain else None
            text = f"{elements:,} elements"
            yield Size(call.text, "made", call.line, elements, elements, nbytes, text)


def _sized(
    name: str, origin: Literal["argument", "outside"], line: int, value: Any
) -> Iterator[Size]:
    if _is_of("numpy", "ndarray", value):
        yield Size(name, origin, line, value.size, value.size, value.nbytes, _shaped(value))
    elif _is_of("pandas", "DataFrame", value) or _is_of("pandas", "Series", value):
        used = value.memory_usage()
        nbytes = int(used if value.ndim == 1 else used.sum())
        text = f"{type(value).__name__} {tuple(value.shape)}"
        yield Size(name, origin, line, len(value), int(value.size), nbytes, text)
    elif type(value) in _CONTAINERS:
        yield _of_container(name, origin, line, value)


def _of_container(name: str, origin: Literal["argument", "outside"], line: int, value: Any) -> Size:
    kind, count = type(value).__name__, len(value)
    elements, nbytes = 0, None
    text = f"{kind} of {count:,}"
    if isinstance(value, bytes | bytearray):
        nbytes = count
    elif type(value) in (list, tuple) and count:
        arrays = [item for item in value[:_LOOKED_AT] if _is_of("numpy", "ndarray", item)]
        if arrays and count <= _LOOKED_AT:
            largest = max(arrays, key=lambda array: int(array.size))
            elements, nbytes = int(largest.size), sum(array.nbytes for array in arrays)
            text = f"{kind} of {len(arrays):,} arrays, the largest {_shaped(largest)}"
        elif type(value[0]) in (int, float, str, bytes, bool):
            text = f"{kind} of {count:,} {type(value[0]).__name__}"
    return Size(name, origin, line, count, elements, nbytes, text)


def _shaped(array: Any) -> str:
    return f"{array.dtype} {tuple(array.shape)}"


def _is_of(module: str, name: str, value: Any) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and type(value) is getattr(loaded, name, None)
