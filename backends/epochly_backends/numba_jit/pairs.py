"""Pairs (value, tag): numbers whose tag is known only when the program runs.

An int in a pair of reals is at most 2**53 and never -0.0, so its float64 says all of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from epochly_backends.numba_jit.arithmetic import (
    EXACT,
    abs_int,
    add_int,
    and_int,
    compiled,
    divide_ieee,
    floordiv_float,
    floordiv_int,
    lshift_int,
    mod_float,
    mod_int,
    mul_int,
    neg_int,
    or_int,
    rshift_int,
    sub_int,
    xor_int,
)
from epochly_backends.numba_jit.inexact import Inexact

Real = tuple[float, int]
Whole = tuple[int, int]


@compiled
def pair_real(value: float, tag: int) -> Real:
    return float(value), tag


@compiled
def pair_int(value: int, tag: int) -> Whole:
    return value, tag


@compiled
def widen(pair: Whole) -> Real:
    if pair[0] > EXACT or pair[0] < -EXACT:
        raise Inexact("an int has no exact float64")
    return float(pair[0]), pair[1]


@compiled
def settled(value: float, tag: int) -> Real:
    """A result with the tag of its operands, exact where that says int."""
    if tag & 1 == 0:
        if not -EXACT < value < EXACT:
            raise Inexact("an int has no exact float64")
        value = value + 0.0
    return value, tag


@compiled
def add_real(a: Real, b: Real) -> Real:
    return settled(a[0] + b[0], a[1] | b[1])


@compiled
def sub_real(a: Real, b: Real) -> Real:
    return settled(a[0] - b[0], a[1] | b[1])


@compiled
def mul_real(a: Real, b: Real) -> Real:
    return settled(a[0] * b[0], a[1] | b[1])


@compiled
def divide_real(a: Real, b: Real) -> Real:
    if b[0] == 0.0:
        raise ZeroDivisionError("division by zero")
    return divide_ieee(a[0], b[0]), a[1] | b[1] | 1


@compiled
def neg_real(a: Real) -> Real:
    return settled(-a[0], a[1])


@compiled
def abs_real(a: Real) -> Real:
    return settled(math.fabs(a[0]), a[1])


@compiled
def floordiv_real(a: Real, b: Real) -> Real:
    return settled(floordiv_float(a[0], b[0]), a[1] | b[1])


@compiled
def mod_real(a: Real, b: Real) -> Real:
    return settled(mod_float(a[0], b[0]), a[1] | b[1])


@compiled
def neg_whole(a: Whole) -> Whole:
    return neg_int(a[0]), a[1]


@compiled
def abs_whole(a: Whole) -> Whole:
    return abs_int(a[0]), a[1]


def _on_whole(operation: Callable[[int, int], int]) -> Callable[[Whole, Whole], Whole]:
    """An operation on ints as one on pairs of them."""

    @compiled
    def call(a: Whole, b: Whole) -> Whole:
        return operation(a[0], b[0]), a[1] | b[1]

    return call


add_whole = _on_whole(add_int)
sub_whole = _on_whole(sub_int)
mul_whole = _on_whole(mul_int)
floordiv_whole = _on_whole(floordiv_int)
mod_whole = _on_whole(mod_int)
lshift_whole = _on_whole(lshift_int)
rshift_whole = _on_whole(rshift_int)
and_whole = _on_whole(and_int)
or_whole = _on_whole(or_int)
xor_whole = _on_whole(xor_int)
