"""Whether two outcomes are the same, how far apart they are, and where they differ first."""

from __future__ import annotations

import dataclasses
import decimal
import enum
import math
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from epochly.model import Equality, Tolerance
from epochly.verify.floats import Drift, first_difference
from epochly.verify.outcome import Outcome

NONDETERMINISTIC = "nondeterministic: only type, shape and dtype were compared"
SHOWN = 60


class _DifferenceError(Exception):
    """Carries the path and the sentence of the first difference."""


def compare(
    expected: Outcome, actual: Outcome, tolerance: Tolerance, *, shape_only: bool = False
) -> Equality:
    """Compare what two calls did.

    Parameters
    ----------
    expected, actual : Outcome
    tolerance : Tolerance
    shape_only : bool
        Compare only types, shapes and dtypes of the results: for a function that disagrees
        with itself.

    Returns
    -------
    Equality
    """
    comparison = _Comparison(tolerance, shape_only)
    try:
        comparison.outcomes(expected, actual)
    except _DifferenceError as difference:
        return Equality("different", where=str(difference))
    if shape_only:
        return Equality("unchecked", where=NONDETERMINISTIC)
    drift = comparison.drift
    if drift.seen:
        return Equality("close", drift.max_ulp, drift.max_rel)
    return Equality("identical", 0.0, 0.0)


class _Comparison:
    def __init__(self, tolerance: Tolerance, shape_only: bool) -> None:
        self.tolerance = tolerance
        self.shape_only = shape_only
        self.drift = Drift()
        self._seen: dict[tuple[int, int], str] = {}

    def outcomes(self, expected: Outcome, actual: Outcome) -> None:
        self._raised(expected, actual)
        self._values(expected.value, actual.value, "result")
        if self.shape_only:
            return
        alone = expected.unchanged & actual.unchanged
        for name in _common(expected.arguments, actual.arguments):
            if name in alone:
                continue
            self._values(expected.arguments[name], actual.arguments[name], f"arguments[{name!r}]")
        for root in ("globals", "cells"):
            one, two = getattr(expected, root), getattr(actual, root)
            for name in _common(one, two):
                self._values(one[name], two[name], f"{root[:-1]} {name}")
        if expected.printed != actual.printed:
            _differ("printed", "not the same text")
        if expected.random != actual.random:
            _differ("random state", "the generator of `random` is elsewhere in its stream")
        self._numpy_random(expected.numpy_random, actual.numpy_random)
        if expected.aliases != actual.aliases:
            odd = sorted(set(expected.aliases) ^ set(actual.aliases))[0]
            _differ("alias", f"only {'level 0' if odd in expected.aliases else 'it'} has: {odd}")

    def _numpy_random(self, expected: Any, actual: Any) -> None:
        if expected is None or actual is None:
            return
        same = all(
            bool((one == two).all()) if hasattr(one, "all") else one == two
            for one, two in zip(expected, actual, strict=True)
        )
        if not same:
            _differ("np.random state", "the generator of `np.random` is elsewhere in its stream")

    def _raised(self, expected: Outcome, actual: Outcome) -> None:
        one, two = expected.raised, actual.raised
        if (one is None) != (two is None) or (one and two and one.kind != two.kind):
            kinds = [raised.kind if raised else "no exception" for raised in (one, two)]
            _differ("exception", f"{kinds[1]} instead of {kinds[0]}")
        if one is not None and two is not None and not self.shape_only:
            self._values(one.args, two.args, "exception.args")
            self._values(dict(one.attributes), dict(two.attributes), "exception.__dict__")

    def _values(self, expected: Any, actual: Any, path: str) -> None:
        """Compare without recursion, so that depth is no limit; order is that of reading."""
        todo: list[tuple[Any, Any, str]] = [(expected, actual, path)]
        while todo:
            one, two, place = todo.pop()
            if _name(type(one)) != _name(type(two)):
                _differ(place, f"{_name(type(two))} instead of {_name(type(one))}")
            if not _is_leaf(one):
                key = (id(one), id(two))
                if key in self._seen:
                    continue
                self._seen[key] = place
            todo += reversed(list(self._compare(one, two, place)))

    def _compare(self, one: Any, two: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
        numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
        if isinstance(one, float) and not self._is_numpy(one):
            self._floats(one, two, path)
        elif isinstance(one, complex) and not self._is_numpy(one):
            self._floats(one.real, two.real, f"{path}.real")
            self._floats(one.imag, two.imag, f"{path}.imag")
        elif isinstance(one, (str, bytes, bytearray, int, type(None), range, enum.Enum, type)):
            if not self.shape_only and one != two:
                _differ(path, f"{_short(two)} instead of {_short(one)}")
        elif isinstance(one, decimal.Decimal):
            # Equal decimals may still print and round differently: 1.1 and 1.10.
            yield str(one), str(two), path
        elif numpy is not None and isinstance(one, (numpy.ndarray, numpy.generic)):
            yield from self._arrays(one, two, path, numpy)
        elif pandas is not None and isinstance(
            one, (pandas.DataFrame, pandas.Series, pandas.Index)
        ):
            yield from self._frames(one, two, path, pandas)
        elif isinstance(one, Mapping):
            yield from self._mappings(one, two, path)
        elif isinstance(one, (list, tuple, deque)):
            self._lengths(one, two, path)
            fields = getattr(one, "_fields", None)
            for index, (left, right) in enumerate(zip(one, two, strict=False)):
                yield left, right, f"{path}.{fields[index]}" if fields else f"{path}[{index}]"
            if type(one) not in (list, tuple, deque) and hasattr(one, "__dict__"):
                yield vars(one), vars(two), f"{path}.__dict__"
        elif isinstance(one, (set, frozenset)):
            yield from self._sets(one, two, path)
        else:
            yield from self._objects(one, two, path)

    @staticmethod
    def _is_numpy(value: Any) -> bool:
        numpy = sys.modules.get("numpy")
        return numpy is not None and isinstance(value, numpy.generic)

    def _floats(self, one: float, two: float, path: str) -> None:
        import numpy as np

        if self.shape_only:
            return
        pair = np.array([one]), np.array([two])
        if first_difference(*pair, self.tolerance, self.drift) is not None:
            _differ(path, f"{two!r} instead of {one!r}")

    def _lengths(self, one: Any, two: Any, path: str) -> None:
        if len(one) != len(two):
            _differ(path, f"length {len(two)} instead of {len(one)}")

    def _mappings(self, one: Any, two: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
        if self.shape_only:
            return
        self._lengths(one, two, path)
        for left, right in zip(one, two, strict=True):
            if not _same_key(left, right):
                _differ(path, f"key {_short(right)} where {_short(left)} stands")
        for (key, left), right in zip(one.items(), two.values(), strict=True):
            yield left, right, f"{path}[{key!r}]"
        factory = getattr(one, "default_factory", None)
        if factory is not None:
            yield factory, two.default_factory, f"{path}.default_factory"

    def _sets(self, one: Any, two: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
        if self.shape_only:
            return
        self._lengths(one, two, path)
        if one == two and sorted(map(_typed, one)) == sorted(map(_typed, two)):
            return
        left, right = sorted(one - two, key=_typed), sorted(two - one, key=_typed)
        numbers = all(isinstance(item, float) for item in (*left, *right))
        if numbers and len(left) == len(right):
            for low, high in zip(sorted(left), sorted(right), strict=True):
                yield low, high, f"{path}{{{low!r}}}"
            return
        _differ(path, f"only level 0 has {_short(left)}, only it has {_short(right)}")

    def _arrays(self, one: Any, two: Any, path: str, np: Any) -> Iterator[tuple[Any, Any, str]]:
        if one.dtype != two.dtype:
            _differ(path, f"dtype {two.dtype} instead of {one.dtype}")
        if one.shape != two.shape:
            _differ(path, f"shape {two.shape} instead of {one.shape}")
        if self.shape_only:
            return
        if isinstance(one, np.ma.MaskedArray):
            yield np.ma.getmaskarray(one), np.ma.getmaskarray(two), f"{path}.mask"
            yield one.filled(), two.filled(), path
            return
        if one.dtype.names:
            for name in one.dtype.names:
                yield one[name], two[name], f"{path}[{name!r}]"
            return
        flat, other = np.asarray(one).ravel(), np.asarray(two).ravel()
        if one.dtype == object:
            for index, (left, right) in enumerate(zip(flat, other, strict=True)):
                yield left, right, path + _index(one, index, np)
            return
        place = self._first_in_flat(flat, other, np)
        if place is not None:
            where = path + _index(one, place, np)
            _differ(where, f"{_short(other[place])} instead of {_short(flat[place])}")

    def _first_in_flat(self, flat: Any, other: Any, np: Any) -> int | None:
        kind = flat.dtype.kind
        if kind in "fc":
            native = flat.dtype.newbyteorder("=")
            flat, other = flat.astype(native), other.astype(native)
            if kind == "c":
                part = np.dtype(f"f{native.itemsize // 2}")
                found = first_difference(
                    flat.view(part), other.view(part), self.tolerance, self.drift
                )
                return None if found is None else found // 2
            return first_difference(flat, other, self.tolerance, self.drift)
        if kind in "mM":
            flat, other = flat.view("i8"), other.view("i8")
        elif kind == "V":
            flat = np.frombuffer(flat.tobytes(), dtype=f"S{max(1, flat.dtype.itemsize)}")
            other = np.frombuffer(other.tobytes(), dtype=flat.dtype)
        unequal = np.flatnonzero(flat != other)
        return int(unequal[0]) if len(unequal) else None

    def _frames(self, one: Any, two: Any, path: str, pandas: Any) -> Iterator[tuple[Any, Any, str]]:
        if isinstance(one, pandas.DataFrame):
            if one.shape != two.shape:
                _differ(path, f"shape {two.shape} instead of {one.shape}")
            if self.shape_only:
                return
            yield one.columns, two.columns, f"{path}.columns"
            yield one.index, two.index, f"{path}.index"
            for position, name in enumerate(one.columns):
                left, right = one.iloc[:, position], two.iloc[:, position]
                yield from self._column(left, right, f"{path}[{name!r}]", pandas)
            yield one.attrs, two.attrs, f"{path}.attrs"
            return
        if isinstance(one, pandas.Series):
            yield from self._column(one, two, path, pandas)
            yield one.index, two.index, f"{path}.index"
            yield one.name, two.name, f"{path}.name"
            return
        yield from self._column(one, two, path, pandas)
        yield tuple(one.names), tuple(two.names), f"{path}.names"

    def _column(self, one: Any, two: Any, path: str, pandas: Any) -> Iterator[tuple[Any, Any, str]]:
        if one.dtype != two.dtype:
            _differ(path, f"dtype {two.dtype} instead of {one.dtype}")
        if len(one) != len(two):
            _differ(path, f"length {len(two)} instead of {len(one)}")
        if self.shape_only:
            return
        if isinstance(one, pandas.MultiIndex):
            kinds, others = ([str(level.dtype) for level in index.levels] for index in (one, two))
            yield kinds, others, f"{path}.levels"
            yield list(one), list(two), path
            return
        missing, other = pandas.isna(one), pandas.isna(two)
        if one.dtype.kind == "f" and not hasattr(one.dtype, "na_value"):
            yield one.to_numpy(), two.to_numpy(), path
            return
        yield (
            missing.to_numpy() if hasattr(missing, "to_numpy") else missing,
            (other.to_numpy() if hasattr(other, "to_numpy") else other),
            f"{path}.isna()",
        )
        yield one.to_numpy()[~missing], two.to_numpy()[~missing], path

    def _objects(self, one: Any, two: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
        if callable(one) and hasattr(one, "__qualname__"):
            if (one.__module__, one.__qualname__) != (two.__module__, two.__qualname__):
                _differ(path, f"{two.__qualname__} instead of {one.__qualname__}")
            return
        names = list(_attributes(one))
        if not names:
            compares = any("__eq__" in vars(kind) for kind in type(one).__mro__[:-1])
            if not self.shape_only and compares and one != two:
                _differ(path, f"{_short(two)} instead of {_short(one)}")
            return
        odd = sorted(set(names) ^ set(_attributes(two)))
        if odd and not self.shape_only:
            _differ(path, f"only one of the two has the attribute {odd[0]!r}")
        for name in names:
            yield getattr(one, name), getattr(two, name), f"{path}.{name}"


def _attributes(value: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(value):
        yield from (f.name for f in dataclasses.fields(value) if hasattr(value, f.name))
        return
    yield from getattr(value, "__dict__", ())
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if not name.startswith("__") and hasattr(value, name):
                yield name


def _same_key(one: Any, two: Any) -> bool:
    if type(one) is not type(two):
        return False
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(two)
    return bool(one == two)


def _common(one: Mapping[Any, Any], two: Mapping[Any, Any]) -> list[Any]:
    return [name for name in one if name in two]


def _is_leaf(value: Any) -> bool:
    return isinstance(value, (str, bytes, int, float, complex, type(None)))


def _index(array: Any, flat: int, np: Any) -> str:
    if array.ndim == 0:
        return ""
    place = np.unravel_index(flat, array.shape)
    return f"[{', '.join(str(int(number)) for number in place)}]"


def _name(kind: type) -> str:
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def _typed(value: Any) -> tuple[str, str]:
    return _name(type(value)), repr(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _differ(path: str, what: str) -> None:
    raise _DifferenceError(f"{path}: {what}")
