"""Functions that a backend may be given, each with a trap."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

OFFSET = 3


def count_squares(n: int) -> int:
    """Integer arithmetic that stays small."""
    total = 0
    for i in range(n):
        total += i * i
    return total


def grow(n: int) -> int:
    """An integer that leaves 64 bits."""
    value = 1
    for _ in range(n):
        value = value * 3 + OFFSET
    return value


def sum_of_sines(values: list[float]) -> float:
    """Floating point, whose order of summation shows."""
    total = 0.0
    for value in values:
        total += math.sin(value)
    return total


def divide_all(values: list[int], by: int) -> list[float]:
    """Raises ZeroDivisionError for plain numbers."""
    return [value / by for value in values]


def work(value: int) -> float:
    """One item."""
    return math.sqrt(value * value + 1)


def each(values: list[int]) -> list[float]:
    """Independent items through a helper."""
    return [work(value) for value in values]


def appended(values: list[int]) -> list[tuple[int, float]]:
    """An append-loop with a condition."""
    found = []
    for position, value in enumerate(values):
        if value % 3 == 0:
            continue
        found.append((position, work(value)))
    return found


def carried(values: list[int]) -> list[int]:
    """Every item needs the one before."""
    found = []
    before = 0
    for value in values:
        before = before * 2 + value
        found.append(before)
    return found


def first_failure(values: list[int]) -> list[int]:
    """Raises for one item; the caller sees the first."""
    found = []
    for value in values:
        if value > 5:
            raise LookupError("too large", value)
        found.append(value)
    return found


def change_argument(values: list[int]) -> None:
    """Answers through its argument."""
    for position, value in enumerate(values):
        values[position] = value * 2


def same_object(values: list[int]) -> list[int]:
    """Returns what it was given."""
    values.append(len(values))
    return values


def draws(n: int) -> list[float]:
    """Draws from the caller's stream."""
    return [random.random() for _ in range(n)]


def throw_darts(n: int) -> float:
    """Draws within a loop."""
    inside = 0
    for _ in range(n):
        x, y = random.random(), random.random()
        if x * x + y * y <= 1.0:
            inside += 1
    return 4.0 * inside / n


def smooth(values: Any) -> Any:
    """Array work with a store into a copy."""
    out = values.copy()
    for _ in range(3):
        out[1:-1] = 0.5 * (out[:-2] + out[2:])
    return out


def change_array(values: Any) -> Any:
    """Array work that answers through its argument as well."""
    values *= 2.0
    values[0] = 7.0
    return values.sum()


def whole_array(values: Any) -> Any:
    """Array work that ends in a NumPy scalar."""
    return (values**2 + values).sum()


def lazily(n: int) -> Iterator[int]:
    """A generator, whose work is still to be done."""
    for i in range(n):
        yield i * i


def keyword_only(*, base: int, power: int = 2) -> int:
    """Arguments by name, with a default."""
    total = 0
    for i in range(power):
        total += base + i
    return total
