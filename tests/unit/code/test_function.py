"""The Python function behind what a user named."""

from __future__ import annotations

import functools
from collections.abc import Callable

import epochly
from epochly.code.function import function_of, undecorated


def one_more(x: int) -> int:
    return x + 1


def doubled(function: Callable[[int], int]) -> Callable[[int], int]:
    @functools.wraps(function)
    def wrapper(x: int) -> int:
        return 2 * function(x)

    return wrapper


def test_our_own_decorator_is_taken_off() -> None:
    decorated = epochly.optimize(level=0)(one_more)
    assert undecorated(decorated) is one_more
    assert function_of(decorated).original is one_more


def test_another_decorator_around_ours_stays() -> None:
    decorated = doubled(epochly.optimize(level=0)(one_more))
    assert undecorated(decorated) is decorated
    assert function_of(decorated)(3) == decorated(3) == 8
