"""Sequences: sums, extremes and slices as CPython takes them."""

from __future__ import annotations

import math
import sys
from typing import Any

from epochly_backends.numba_jit.arithmetic import add_int, compiled, mul_int
from epochly_backends.numba_jit.inexact import Inexact

_COMPENSATED = sys.version_info >= (3, 12)


@compiled
def filled(sequence: Any) -> Any:
    if len(sequence) == 0:
        raise Inexact("nothing to add up or compare")
    return sequence


@compiled
def sum_int(sequence: Any) -> int:
    total = 0
    for item in sequence:
        total = add_int(total, item)
    return total


@compiled
def sum_bool(sequence: Any) -> int:
    total = 0
    for item in sequence:
        if item:
            total += 1
    return total


@compiled
def sum_plain(sequence: Any) -> float:
    total = 0.0
    for item in sequence:
        total += item
    return total


@compiled
def sum_compensated(sequence: Any) -> float:
    """Neumaier's sum, as CPython 3.12 and later add floats up."""
    total = 0.0
    lost = 0.0
    for item in sequence:
        step = total + item
        if math.fabs(total) >= math.fabs(item):
            lost += (total - step) + item
        else:
            lost += (item - step) + total
        total = step
    if lost != 0.0 and math.isfinite(lost):
        total += lost
    return total


sum_float = sum_compensated if _COMPENSATED else sum_plain


@compiled
def any_true(sequence: Any) -> bool:
    for item in sequence:  # noqa: SIM110 - a generator is not compiled
        if item:
            return True
    return False


@compiled
def all_true(sequence: Any) -> bool:
    for item in sequence:  # noqa: SIM110 - a generator is not compiled
        if not item:
            return False
    return True


@compiled
def largest(sequence: Any) -> Any:
    best = filled(sequence)[0]
    for item in sequence:
        if item > best:
            best = item
    return best


@compiled
def smallest(sequence: Any) -> Any:
    best = filled(sequence)[0]
    for item in sequence:
        if item < best:
            best = item
    return best


@compiled
def listed(sequence: Any) -> Any:
    return [item for item in sequence]  # noqa: C416 - list() of an array is not compiled


@compiled
def sliced(sequence: Any, start: Any, stop: Any, step: int) -> Any:
    """`sequence[start:stop:step]`, as a list; a bound may be None."""
    if step == 0:
        raise ValueError("slice step cannot be zero")
    size = len(sequence)
    least, most = (0, size) if step > 0 else (-1, size - 1)
    first = (least if step > 0 else most) if start is None else within(start, size, least, most)
    last = (most if step > 0 else least) if stop is None else within(stop, size, least, most)
    return [sequence[at] for at in range(first, last, step)]


@compiled
def within(bound: int, size: int, least: int, most: int) -> int:
    """A bound of a slice, from the end where it is negative, between two others."""
    if bound < 0:
        bound += size
    return min(max(bound, least), most)


@compiled
def backwards(start: int, stop: int, step: int) -> range:
    """`reversed(range(start, stop, step))`."""
    if step == 0:
        raise ValueError("range() arg 3 must not be zero")
    count = (stop - start + step + (-1 if step > 0 else 1)) // step
    last = start + (max(count, 0) - 1) * step
    return range(last, start - step, -step)


@compiled
def positive(step: int) -> int:
    """The step of a slice."""
    if step <= 0:
        raise Inexact("a slice with a step that is not positive")
    return step


@compiled
def repeats(times: int, length: int) -> int:
    """How often a list is repeated, where Numba's size of the whole cannot wrap around."""
    mul_int(times, length)
    return times


@compiled
def extents(shape: Any) -> Any:
    """A shape that NumPy takes: beside a zero it still minds the size of the others."""
    size = 8
    for extent in shape:
        size = mul_int(size, max(extent, 1))
    return shape


@compiled
def larger_pair(a: tuple[Any, int], b: tuple[Any, int]) -> tuple[Any, int]:
    return b if b[0] > a[0] else a


@compiled
def smaller_pair(a: tuple[Any, int], b: tuple[Any, int]) -> tuple[Any, int]:
    return b if b[0] < a[0] else a
