"""Functions to measure, sized by their argument."""

from __future__ import annotations


def busy(rounds: int) -> float:
    """Arithmetic that takes about 50 ms for 600,000 rounds on a core of 2024."""
    total = 0.0
    for number in range(rounds):
        total += number * 0.5
    return total


def append(items: list[float], rounds: int) -> None:
    """The same, into a list of the caller's, so that each call needs a fresh one."""
    items.append(busy(rounds))
