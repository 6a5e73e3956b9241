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


@functools.lru_cache
def cached(x: int) -> int:
    return x + 1


class Shop:
    @functools.cache  # noqa: B019 - as users write it
    def total(self, x: int) -> int:
        return x


def test_a_cached_function_is_told_as_one_with_what_it_caches() -> None:
    for callable_, name in (
        (cached, "cached"),
        (Shop.total, "Shop.total"),
        (Shop().total, "Shop.total"),
    ):
        function = function_of(callable_)
        assert function.caches
        assert "is cached" in function.without_python().reason
        assert name in function.without_python().remedy
    assert "cached.__wrapped__" in function_of(cached).without_python().remedy


def test_a_function_of_c_is_native() -> None:
    assert not function_of(len).caches
    assert function_of(len).without_python().reason == "len is not written in Python"
