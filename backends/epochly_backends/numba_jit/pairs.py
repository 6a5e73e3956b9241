"""Pairs (value, tag): numbers whose tag is known only when the program runs.

An int in a pair of reals is at most 2**53 and never -0.0, so its float64 says all of it.
"""

from __future__ import annotations

import math

from epochly_backends.numba_jit.arithmetic import (
    EXACT,
    Inexact,
    add_int,
    compiled,
    divide_ieee,
    mul_int,
    sub_int,
)

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
def add_whole(a: Whole, b: Whole) -> Whole:
    return add_int(a[0], b[0]), a[1] | b[1]


@compiled
def sub_whole(a: Whole, b: Whole) -> Whole:
    return sub_int(a[0], b[0]), a[1] | b[1]


@compiled
def mul_whole(a: Whole, b: Whole) -> Whole:
    return mul_int(a[0], b[0]), a[1] | b[1]
