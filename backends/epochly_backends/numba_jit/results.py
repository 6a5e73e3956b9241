"""Results: what compiled code returned, as the original would have returned it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from epochly_backends.numba_jit.kinds import (
    NONE,
    NP_BOOL,
    NP_FLOAT,
    NP_INT,
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    TupleOf,
)
from epochly_backends.numba_jit.values import Refusal

Decoder = Callable[[Any, Sequence[Any]], Any]


def decoder(kind: Kind, elements: Mapping[int, Kind | None]) -> Decoder:
    """What turns a raw result and the call's arguments into the original's result.

    Parameters
    ----------
    elements : mapping of int to Kind
        Kinds of the elements of new lists.

    Raises
    ------
    Refusal
        When the result could be another object than the original's.
    """
    match kind:
        case Number():
            convert = _number(kind)
            return lambda raw, arguments: convert(raw)
        case GivenList(origin=origin):
            return lambda raw, arguments: arguments[origin]
        case Array():
            return _array(kind)
        case NewList(sites):
            (element,) = {elements.get(site) for site in sites}
            return _list(element)
        case TupleOf(items):
            _distinct(items)
            parts = tuple(decoder(item, elements) for item in items)
            return lambda raw, arguments: tuple(
                part(item, arguments) for part, item in zip(parts, raw, strict=True)
            )
    raise Refusal(f"a result that is {kind}", "return numbers, arrays or lists of numbers")


def _number(kind: Number) -> Callable[[Any], Any]:
    import numpy as np

    convert: dict[int, Callable[[Any], Any]] = {
        PY_INT: int,
        PY_FLOAT: float,
        PY_BOOL: bool,
        NP_INT: lambda value: np.int64(int(value)),
        NP_FLOAT: np.float64,
        NP_BOOL: lambda value: np.bool_(bool(value)),
        NONE: lambda value: None,
    }
    if kind.single is not None:
        return convert[kind.single]
    return lambda pair: convert[pair[1]](pair[0])


def _array(kind: Array) -> Decoder:
    given = [origin for origin in kind.origins if origin >= 0]
    if not given:
        return lambda raw, arguments: raw
    if len(kind.origins) == 1 and not kind.view:
        (position,) = given
        return lambda raw, arguments: arguments[position]
    raise Refusal("a result that may be an argument or a view of one", "return a copy of it")


def _list(element: Kind | None) -> Decoder:
    if not isinstance(element, Number):
        raise Refusal("a result that is a list whose elements are not known")
    if element.single in (PY_INT, PY_FLOAT, PY_BOOL):
        return lambda raw, arguments: raw
    convert = _number(element)
    return lambda raw, arguments: [convert(item) for item in raw]


def _distinct(items: Sequence[Kind]) -> None:
    seen: set[int] = set()
    for item in items:
        places = _places(item)
        if places & seen:
            raise Refusal("a result that may hold one array or list twice", "return a copy of it")
        seen |= places


def _places(kind: Kind) -> frozenset[int]:
    match kind:
        case Array(origins=places) | NewList(sites=places):
            return places
        case GivenList(origin=origin):
            return frozenset((origin,))
        case TupleOf(items):
            return frozenset().union(*map(_places, items))
    return frozenset()
