"""Chance: random numbers drawn as `random` and `np.random` draw them."""

from __future__ import annotations

import math
import random

import numpy as np

from epochly_backends.numba_jit.arithmetic import compiled
from epochly_backends.numba_jit.inexact import Inexact


@compiled
def np_random() -> float:
    return np.random.random()


@compiled
def np_uniform(low: float, high: float) -> float:
    if not math.isfinite(high - low):
        raise OverflowError("range exceeds valid bounds")
    return np.random.uniform(low, high)


@compiled
def np_normal(centre: float, scale: float) -> float:
    if not scale >= 0.0 or math.copysign(1.0, scale) < 0.0:
        raise ValueError("scale < 0")
    return np.random.normal(centre, scale)


@compiled
def np_standard_normal() -> float:
    return np.random.standard_normal()


@compiled
def np_randint(low: int, high: int) -> int:
    if high <= low:
        raise ValueError("low >= high")
    if not -(2**31) <= low <= high <= 2**31:
        raise Inexact("a random int of more than 32 bits")
    if high - low == 1:
        return low
    return int(np.random.randint(low, high))


@compiled
def np_seed(seed: int) -> None:
    if not 0 <= seed < 2**32:
        raise ValueError("seed must be between 0 and 2**32 - 1")
    np.random.seed(seed)


@compiled
def py_random() -> float:
    return random.random()


@compiled
def py_uniform(low: float, high: float) -> float:
    return low + (high - low) * random.random()


@compiled
def py_randrange(low: int, high: int) -> int:
    """CPython's `_randbelow_with_getrandbits` on top of the lower bound."""
    if high <= low:
        raise ValueError("empty range")
    if not -(2**31) <= low <= high <= 2**31:
        raise Inexact("a random int of more than 32 bits")
    width = high - low
    bits = 0
    while width >> bits > 0:
        bits += 1
    drawn = int(random.getrandbits(bits))
    while drawn >= width:
        drawn = int(random.getrandbits(bits))
    return low + drawn
