"""Comparing arrays of NumPy and frames of pandas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from epochly.loaded import loaded
from epochly.verify.difference import differ, instead, short
from epochly.verify.floats import first_difference

if TYPE_CHECKING:
    from epochly.verify.values import Pairs, ValueComparison


def array_parts(comparison: ValueComparison, one: Any, two: Any, path: str) -> Pairs:
    """Compare two arrays or scalars of NumPy; what is inside and no number is yielded.

    Raises
    ------
    DifferenceError
        At the first difference.
    """
    import numpy as np

    if one.dtype != two.dtype:
        differ(path, f"dtype {two.dtype} instead of {one.dtype}")
    if one.shape != two.shape:
        differ(path, f"shape {two.shape} instead of {one.shape}")
    if comparison.shape_only:
        return
    masked = loaded("numpy.ma")
    if masked is not None and isinstance(one, masked.MaskedArray):
        yield masked.getmaskarray(one), masked.getmaskarray(two), f"{path}.mask"
        if one is masked.masked:
            return
        yield one.fill_value, two.fill_value, f"{path}.fill_value"
        yield one.filled(), two.filled(), path
        return
    if one.dtype.names:
        for name in one.dtype.names:
            yield one[name], two[name], f"{path}[{name!r}]"
        return
    flat, other = np.asarray(one).ravel(), np.asarray(two).ravel()
    if one.dtype == object:
        for index, (left, right) in enumerate(zip(flat, other, strict=True)):
            yield left, right, path + _index(one, index)
        return
    place = _first_in_flat(comparison, flat, other)
    if place is not None:
        differ(path + _index(one, place), instead(flat[place], other[place]))


def _first_in_flat(comparison: ValueComparison, flat: Any, other: Any) -> int | None:
    import numpy as np

    kind = flat.dtype.kind
    if kind in "fc":
        native = flat.dtype.newbyteorder("=")
        flat, other = (array.astype(native, copy=False) for array in (flat, other))
        parts = 1
        if kind == "c":
            parts, half = 2, np.dtype(f"f{native.itemsize // 2}")
            flat, other = flat.view(half), other.view(half)
        found = first_difference(flat, other, comparison.tolerance, comparison.drift)
        return None if found is None else found // parts
    if kind in "mM":
        flat, other = flat.view("i8"), other.view("i8")
    elif kind == "V":
        flat = np.frombuffer(flat.tobytes(), dtype=f"S{max(1, flat.dtype.itemsize)}")
        other = np.frombuffer(other.tobytes(), dtype=flat.dtype)
    unequal = np.flatnonzero(flat != other)
    return int(unequal[0]) if len(unequal) else None


def _index(array: Any, flat: int) -> str:
    import numpy as np

    if array.ndim == 0:
        return ""
    place = np.unravel_index(flat, array.shape)
    return f"[{', '.join(str(int(number)) for number in place)}]"


def frame_types(pandas: Any) -> tuple[type, ...]:
    """The types that `frame_parts` takes."""
    return (pandas.DataFrame, pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)


def frame_parts(one: Any, two: Any, path: str, *, shape_only: bool) -> Pairs:
    """The parts of two frames, series, indexes or arrays of pandas, as arrays of NumPy.

    Raises
    ------
    DifferenceError
        When shapes, lengths or dtypes differ.
    """
    import pandas as pd

    if isinstance(one, pd.DataFrame):
        if one.shape != two.shape:
            differ(path, f"shape {two.shape} instead of {one.shape}")
        if shape_only:
            return
        yield one.columns, two.columns, f"{path}.columns"
        yield one.index, two.index, f"{path}.index"
        for position, name in enumerate(one.columns):
            left, right = one.iloc[:, position], two.iloc[:, position]
            yield from _column(left, right, f"{path}[{short(name)}]", shape_only)
        yield from _remarks(one, two, path)
        return
    yield from _column(one, two, path, shape_only)
    if shape_only:
        return
    if isinstance(one, pd.Series):
        yield one.index, two.index, f"{path}.index"
        yield one.name, two.name, f"{path}.name"
        yield from _remarks(one, two, path)
    elif isinstance(one, pd.Index):
        yield tuple(one.names), tuple(two.names), f"{path}.names"
        yield getattr(one, "freq", None), getattr(two, "freq", None), f"{path}.freq"


def _remarks(one: Any, two: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """What is kept beside the data, by a subclass too."""
    yield one.attrs, two.attrs, f"{path}.attrs"
    flags = [frame.flags.allows_duplicate_labels for frame in (one, two)]
    yield flags[0], flags[1], f"{path}.flags.allows_duplicate_labels"
    for name in one._metadata:
        yield getattr(one, name, None), getattr(two, name, None), f"{path}.{name}"


def _column(one: Any, two: Any, path: str, shape_only: bool) -> Iterator[tuple[Any, Any, str]]:
    import numpy as np
    import pandas as pd

    if isinstance(one, pd.MultiIndex):
        if one.nlevels != two.nlevels or len(one) != len(two):
            shapes = [f"{index.nlevels} levels of {len(index)}" for index in (one, two)]
            differ(path, f"{shapes[1]} instead of {shapes[0]}")
        for level in range(one.nlevels):
            left, right = one.get_level_values(level), two.get_level_values(level)
            yield from _column(left, right, f"{path}.get_level_values({level})", shape_only)
        return
    if one.dtype != two.dtype:
        differ(path, f"dtype {two.dtype} instead of {one.dtype}")
    if len(one) != len(two):
        differ(path, f"length {len(two)} instead of {len(one)}")
    if shape_only:
        return
    if isinstance(one.dtype, pd.CategoricalDtype):
        yield one.dtype.categories, two.dtype.categories, f"{path}.categories"
    if one.dtype == object or (one.dtype.kind == "f" and not hasattr(one.dtype, "na_value")):
        yield one.to_numpy(), two.to_numpy(), path
        return
    missing, other = (np.asarray(pd.isna(column)) for column in (one, two))
    yield missing, other, f"{path}.isna()"
    yield _known(one, missing), _known(two, other), path


def _known(column: Any, missing: Any) -> Any:
    """The values of a column at their places, with one stand-in for all that is missing."""
    # Without a dtype, integers beside a missing one become floats.
    numbers = getattr(column.dtype, "numpy_dtype", None)
    if numbers is not None and numbers.kind in "biuf" and missing.any():
        return column.to_numpy(dtype=numbers, na_value=0)
    values = column.to_numpy()
    if values.dtype == object and missing.any():
        values = values.copy()
        values[missing] = None
    return values
