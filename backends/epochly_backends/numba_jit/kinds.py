"""Kinds of values: what a number is, where it came from, and how compiled code holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A number's tag. Bit 0 says floating point, bit 1 says NumPy, so that the tag of `a + b` is the
# bitwise or of the tags of `a` and `b`, which is NumPy 2's promotion for 64-bit numbers.
PY_INT, PY_FLOAT, NP_INT, NP_FLOAT = 0, 1, 2, 3
PY_BOOL, NP_BOOL, NONE = 4, 6, 8
NUMPY_BIT = 2

_TAG_NAME = {
    PY_INT: "int",
    PY_FLOAT: "float",
    NP_INT: "np.int64",
    NP_FLOAT: "np.float64",
    PY_BOOL: "bool",
    NP_BOOL: "np.bool",
    NONE: "None",
}
_TAG_OF_DTYPE = {"float64": NP_FLOAT, "int64": NP_INT, "bool": NP_BOOL}
_DTYPE_OF_TAG = {tag: dtype for dtype, tag in _TAG_OF_DTYPE.items()}
_TAG_OF_TYPE = {int: PY_INT, float: PY_FLOAT, bool: PY_BOOL, type(None): NONE}
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Number:
    """A scalar of one of some tags; with several, compiled code holds a pair (value, tag)."""

    tags: frozenset[int]

    @property
    def single(self) -> int | None:
        return next(iter(self.tags)) if len(self.tags) == 1 else None

    @property
    def real(self) -> bool:
        """Whether the value is held as float64 rather than int64."""
        return bool(self.tags & {PY_FLOAT, NP_FLOAT})

    def __str__(self) -> str:
        return " or ".join(_TAG_NAME[tag] for tag in sorted(self.tags))


@dataclass(frozen=True, slots=True)
class Array:
    """A NumPy array.

    Parameters
    ----------
    element : int
        Tag of an element.
    origins : frozenset of int
        Whose memory it may be: the position of a parameter, or a negative number for each place
        in the source that makes a new array.
    view : bool
        Whether it may be another object than the one it came from.
    """

    element: int
    dimensions: int
    contiguous: bool
    writable: bool
    origins: frozenset[int]
    view: bool = False

    @property
    def dtype(self) -> str:
        return _DTYPE_OF_TAG[self.element]

    def __str__(self) -> str:
        return f"{self.dimensions}-dimensional {self.dtype} array"


@dataclass(frozen=True, slots=True)
class GivenList:
    """A list that the caller passed, carried in an array of its elements."""

    element: int
    origin: int

    def __str__(self) -> str:
        return f"list of {_TAG_NAME[self.element]}"


@dataclass(frozen=True, slots=True)
class NewList:
    """A list made at one of some places in the source, which say what its elements are."""

    sites: frozenset[int]

    def __str__(self) -> str:
        return "list"


@dataclass(frozen=True, slots=True)
class TupleOf:
    items: tuple[Kind, ...]

    def __str__(self) -> str:
        return "tuple"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that compiled code cannot hold; whoever reads it is refused."""

    what: str

    def __str__(self) -> str:
        return self.what


Kind = Number | Array | GivenList | NewList | TupleOf | Opaque


def number(*tags: int) -> Number:
    return Number(frozenset(tags))


def join(first: Kind | None, second: Kind | None) -> Kind | None:
    """The kind of a variable that holds the one on one path and the other on another.

    None is the kind of what is not known yet.
    """
    if first is None or first == second:
        return second
    if second is None or isinstance(first, Opaque):
        return first
    if isinstance(second, Opaque):
        return second
    match first, second:
        case Number(), Number():
            return Number(first.tags | second.tags)
        case NewList(), NewList():
            return NewList(first.sites | second.sites)
        case Array(), Array() if (first.element, first.dimensions) == (
            second.element,
            second.dimensions,
        ):
            return Array(
                first.element,
                first.dimensions,
                first.contiguous and second.contiguous,
                first.writable and second.writable,
                first.origins | second.origins,
                first.view or second.view,
            )
        case TupleOf(), TupleOf() if len(first.items) == len(second.items):
            items = tuple(join(a, b) for a, b in zip(first.items, second.items, strict=True))
            return TupleOf(tuple(item for item in items if item is not None))
    return Opaque(f"{_article(first)} on one path and {_article(second)} on another")


def _article(kind: Kind) -> str:
    text = str(kind)
    return text if text == "None" else f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def tag_of_constant(value: Any) -> int | None:
    """Tag of a plain Python number that fits 64 bits, or None."""
    tag = _TAG_OF_TYPE.get(type(value))
    if tag == PY_INT and not INT64_MIN <= value <= INT64_MAX:
        return None
    return tag


def kind_of(value: Any, position: int) -> Kind:
    """The kind of an argument, given its position among the parameters."""
    import numpy

    tag = tag_of_constant(value)
    if tag is not None:
        return number(tag)
    if type(value) is int:
        return Opaque("an int of more than 64 bits")
    if type(value) in (numpy.float64, numpy.int64, numpy.bool_):
        return number(_TAG_OF_DTYPE[value.dtype.name])
    if type(value) is numpy.ndarray:
        return _kind_of_array(value, position)
    if type(value) is list:
        return _kind_of_list(value, position)
    if type(value) is tuple:
        items = tuple(kind_of(item, position) for item in value)
        if all(isinstance(item, Number) for item in items):
            return TupleOf(items)
        return Opaque("a tuple of other things than numbers")
    return Opaque(f"an object of type {type(value).__qualname__}")


def _kind_of_array(value: Any, position: int) -> Kind:
    import numpy

    # Not by name: np.longlong is called int64 too, and its elements are of another type.
    own = value.dtype.type in (numpy.float64, numpy.int64, numpy.bool_)
    tag = _TAG_OF_DTYPE.get(value.dtype.name) if own else None
    if tag is None or not value.dtype.isnative:
        return Opaque(f"an array of dtype {value.dtype}")
    if value.ndim == 0 or not value.flags.aligned:
        return Opaque("an array without dimensions or with unaligned elements")
    flags = value.flags
    return Array(
        tag, value.ndim, flags.c_contiguous, flags.writeable, frozenset((position,)), view=False
    )


def _kind_of_list(value: list[Any], position: int) -> Kind:
    types = set(map(type, value))
    if len(types) == 1 and (element := _TAG_OF_TYPE.get(types.pop(), NONE)) != NONE:
        return GivenList(element, position)
    return Opaque("a list of other things than numbers of one type" if value else "an empty list")
