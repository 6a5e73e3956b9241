"""Walking two values side by side to the first place where they differ."""

from __future__ import annotations

import copyreg
import datetime
import decimal
import enum
import fractions
import math
import pathlib
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from epochly.loaded import loaded
from epochly.verify.alike import surely_alike
from epochly.verify.arrays import array_parts, frame_parts, frame_types
from epochly.verify.difference import differ, instead, short, type_name
from epochly.verify.floats import Drift, first_difference
from epochly.workload import Tolerance

Pairs = Iterator[tuple[Any, Any, str]]

_LEAVES = (str, bytes, int, float, complex, type(None))
_TEXTS_AND_NUMBERS = (str, bytes, bytearray, int)
# What they print is all they hold; equal ones may still differ in it: 1.1 and 1.10.
_PRINTED = (
    decimal.Decimal,
    fractions.Fraction,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    pathlib.PurePath,
    range,
)
# What they hold is in none of their attributes, nor does pickle know how to keep it.
_SEALED: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((type({}.keys()), type({}.values()), type({}.items())), list),
    (MappingProxyType, dict),
    (property, lambda value: (value.fget, value.fset, value.fdel)),
    ((staticmethod, classmethod), lambda value: value.__func__),
)
_PLAIN = (
    *(str, bytes, bytearray, int, float, complex),
    *(list, tuple, dict, set, frozenset, deque, array),
)


class ValueComparison:
    """Compares values, and remembers which objects it has met.

    Parameters
    ----------
    tolerance : Tolerance
    shape_only : bool
        Compare only types, shapes and dtypes.

    Attributes
    ----------
    unseen : str or None
        The first part of the result of which nothing can be seen, once there is one.
    """

    def __init__(self, tolerance: Tolerance, shape_only: bool) -> None:
        self.tolerance = tolerance
        self.shape_only = shape_only
        self.drift = Drift()
        self.unseen: str | None = None
        self._met: dict[tuple[int, int], str] = {}
        self._partners: tuple[dict[int, str], dict[int, str]] = ({}, {})
        # An object that went away could leave its id to another one.
        self._kept: list[Any] = []

    def values(self, expected: Any, actual: Any, path: str) -> None:
        """Compare without recursion, so that depth is no limit; order is that of reading.

        Raises
        ------
        DifferenceError
            At the first difference.
        """
        todo: list[tuple[Any, Any, str]] = [(expected, actual, path)]
        while todo:
            one, two, place = todo.pop()
            if type(one) is not type(two) and type_name(type(one)) != type_name(type(two)):
                differ(place, f"{type_name(type(two))} instead of {type_name(type(one))}")
            if isinstance(one, _LEAVES) or not self._known(one, two, place):
                todo += reversed(list(self._parts(one, two, place)))

    def _known(self, one: Any, two: Any, place: str) -> bool:
        """Whether the two were met before; one object may not stand where the other has two."""
        if (id(one), id(two)) in self._met:
            return True
        if not self.shape_only and _can_change(type(one)):
            for value, partners, whose in (
                (one, self._partners[0], "level 0"),
                (two, self._partners[1], "it"),
            ):
                if id(value) in partners:
                    differ(place, f"only {whose} has the very object of {partners[id(value)]} here")
                partners[id(value)] = place
        self._met[id(one), id(two)] = place
        self._kept += (one, two)
        return False

    def _parts(self, one: Any, two: Any, path: str) -> Pairs:
        numpy, pandas = loaded("numpy"), loaded("pandas")
        if numpy is not None and isinstance(one, (numpy.ndarray, numpy.generic)):
            yield from array_parts(self, one, two, path)
            if _is_users_array(type(one)):
                yield from self._attributes(one, two, path)
        elif pandas is not None and isinstance(one, frame_types(pandas)):
            yield from frame_parts(one, two, path, shape_only=self.shape_only)
        elif isinstance(one, enum.Enum):
            yield one.name, two.name, f"{path}.name"
            yield one.value, two.value, f"{path}.value"
        elif isinstance(one, float):
            self.floats(one, two, path)
        elif isinstance(one, complex):
            self.floats(one.real, two.real, f"{path}.real")
            self.floats(one.imag, two.imag, f"{path}.imag")
        elif isinstance(one, _TEXTS_AND_NUMBERS):
            kind: Any = next(base for base in _TEXTS_AND_NUMBERS if isinstance(one, base))
            if not self.shape_only and kind.__ne__(one, two):
                differ(path, instead(one, two))
        elif isinstance(one, (list, tuple, deque, array)):
            yield from self._sequences(one, two, path)
        elif isinstance(one, dict):
            yield from self._mappings(one, two, path)
        elif isinstance(one, (set, frozenset)):
            yield from self._sets(one, two, path)
        elif isinstance(one, _PRINTED) or (pandas is not None and isinstance(one, pandas.Period)):
            if not self.shape_only and repr(one) != repr(two):
                differ(path, instead(one, two))
            yield getattr(one, "unit", None), getattr(two, "unit", None), f"{path}.unit"
        elif isinstance(one, (type, ModuleType)):
            yield _said_name(one), _said_name(two), path
        elif isinstance(one, CodeType):
            yield _instructions(one), _instructions(two), path
        elif _is_function(one):
            yield from _functions(one, two, path)
        else:
            yield from self._objects(one, two, path)
        if type(one) not in _PLAIN and isinstance(one, _PLAIN) and not isinstance(one, enum.Enum):
            yield from self._attributes(one, two, path)

    def floats(self, one: float, two: float, path: str) -> None:
        """Compare two floating-point numbers of Python."""
        if self.shape_only or (one == two and math.copysign(1.0, one) == math.copysign(1.0, two)):
            return
        import numpy as np

        pair = np.array([float(one)]), np.array([float(two)])
        if first_difference(*pair, self.tolerance, self.drift) is not None:
            differ(path, instead(one, two))

    def _lengths(self, one: Any, two: Any, path: str) -> None:
        if len(one) != len(two):
            differ(path, f"length {len(two)} instead of {len(one)}")

    def _sequences(self, one: Any, two: Any, path: str) -> Pairs:
        if isinstance(one, array) and one.typecode != two.typecode:
            differ(path, f"typecode {two.typecode!r} instead of {one.typecode!r}")
        self._lengths(one, two, path)
        fields = getattr(one, "_fields", None)
        if not surely_alike(one, two):
            for index, (left, right) in enumerate(zip(one, two, strict=False)):
                yield left, right, f"{path}.{fields[index]}" if fields else f"{path}[{index}]"
        if isinstance(one, deque):
            yield one.maxlen, two.maxlen, f"{path}.maxlen"

    def _mappings(self, one: Any, two: Any, path: str) -> Pairs:
        if self.shape_only:
            return
        self._lengths(one, two, path)
        for left, right in zip(one, two, strict=True):
            if type(left) is not type(right) or type(left) not in (str, int) or left != right:
                yield left, right, f"{path}, key {short(left)}"
        if not surely_alike(one.values(), two.values()):
            for (key, left), right in zip(one.items(), two.values(), strict=True):
                yield left, right, f"{path}[{short(key)}]"
        if hasattr(one, "default_factory"):
            yield one.default_factory, two.default_factory, f"{path}.default_factory"

    def _sets(self, one: Any, two: Any, path: str) -> Pairs:
        if self.shape_only:
            return
        self._lengths(one, two, path)
        for left, right in zip(_in_order(one), _in_order(two), strict=True):
            yield left, right, f"{path}{{{short(left)}}}"

    def _objects(self, one: Any, two: Any, path: str) -> Pairs:
        if isinstance(one, BaseException):
            yield one.args, two.args, f"{path}.args"
        yield from self._attributes(one, two, path)
        if self.shape_only:
            return
        for kinds, content in _SEALED:
            if isinstance(one, kinds):
                yield content(one), content(two), path
                return
        reduced = [_reduction(value) for value in (one, two)]
        if reduced[0] is not None:
            if not _is_all_attributes(type(one)):
                yield *reduced, f"{path}.__reduce__()"
        elif not _inherits(type(one), "__eq__") or not _is_all_attributes(type(one)):
            if one != two:
                differ(path, instead(one, two))
        elif self.unseen is None and path.startswith("result"):
            self.unseen = path

    def _attributes(self, one: Any, two: Any, path: str) -> Pairs:
        names = dict.fromkeys(_attribute_names(one))
        others = dict.fromkeys(_attribute_names(two))
        odd = sorted(names.keys() ^ others.keys())
        if odd and not self.shape_only:
            differ(path, f"only one of the two has the attribute {odd[0]!r}")
        for name in names:
            if name in others:
                yield getattr(one, name), getattr(two, name), f"{path}.{name}"


def _can_change(kind: type) -> bool:
    """Whether it matters if two places hold one object of this type or two alike."""
    if kind.__hash__ is None:
        return True
    return _inherits(kind, "__hash__") and kind.__dictoffset__ != 0 and not _is_code(kind)


def _is_users_array(kind: type) -> bool:
    """Whether its attributes are more than NumPy's own ways to hold the same numbers."""
    names = [base.__module__ for base in kind.__mro__]
    return names[0].partition(".")[0] != "numpy" and "numpy.ma" not in names


def _inherits(kind: type, name: str) -> bool:
    return getattr(kind, name) is getattr(object, name)


def _is_code(kind: type) -> bool:
    return issubclass(kind, (type, ModuleType, FunctionType, enum.Enum))


def _is_function(value: Any) -> bool:
    """Whether a name tells what it is: an object that took one over has more to it."""
    own = getattr(value, "__dict__", None) or ()
    return hasattr(value, "__qualname__") and callable(value) and "__qualname__" not in own


def _functions(one: Any, two: Any, path: str) -> Pairs:
    for name in ("__module__", "__qualname__"):
        yield getattr(one, name, None), getattr(two, name, None), f"{path}.{name}"
    owner = getattr(one, "__self__", None)
    if owner is not None:
        yield owner, getattr(two, "__self__", None), f"{path}.__self__"
    if one is two or not isinstance(one, FunctionType) or not isinstance(two, FunctionType):
        return
    for name in ("__code__", "__defaults__", "__kwdefaults__", "__dict__"):
        yield getattr(one, name), getattr(two, name), f"{path}.{name}"
    yield _cells(one), _cells(two), f"{path}.__closure__"


def _cells(function: FunctionType) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for cell in function.__closure__ or ():
        try:
            found.append((cell.cell_contents,))
        except ValueError:
            found.append(())
    return found


def _said_name(value: type | ModuleType) -> str:
    return value.__name__ if isinstance(value, ModuleType) else type_name(value)


def _instructions(code: CodeType) -> tuple[Any, ...]:
    return code.co_code, code.co_consts, code.co_names


def _attribute_names(value: Any) -> Iterator[str]:
    yield from getattr(value, "__dict__", ())
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{kind.__name__.lstrip('_')}{name}"
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                yield name


def _is_all_attributes(kind: type) -> bool:
    """Whether objects of this type hold nothing but their attributes."""
    plain = ("__reduce__", "__reduce_ex__", "__getstate__")
    return kind not in copyreg.dispatch_table and all(_inherits(kind, name) for name in plain)


def _reduction(value: Any) -> Any:
    """What pickle would keep of a value, with its iterators read; None where that fails."""
    try:
        reducer = copyreg.dispatch_table.get(type(value))
        kept = value.__reduce_ex__(4) if reducer is None else reducer(value)
        if isinstance(kept, str):
            return kept
        head, items = kept[:3], kept[3:5]
        return *head, *(None if item is None else list(item) for item in items)
    except Exception:  # noqa: BLE001 - the user's __reduce__ may raise anything
        return None


def _in_order(values: Any) -> list[Any]:
    return sorted(values, key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    """A key that sorts any values, the same whatever order a set iterates in."""
    name = type_name(type(value))
    if isinstance(value, float):
        return (name, 1, 0.0) if math.isnan(value) else (name, 0, float(value))
    if isinstance(value, int):
        return name, 0, int(value)
    if isinstance(value, (str, bytes)):
        return name, 0, value
    if isinstance(value, tuple):
        return name, 0, tuple(map(_rank, value))
    if isinstance(value, frozenset):
        return name, 0, tuple(sorted(map(_rank, value)))
    if _inherits(type(value), "__repr__"):
        return name, 0, tuple((n, short(getattr(value, n))) for n in _attribute_names(value))
    return name, 0, short(value)
