"""Functions that are hard to build again."""

import functools

RATE = 2


def counter():
    count = 0

    def increase():
        nonlocal count
        count += 1
        return count

    def read():
        return count

    return increase, read


def with_defaults(a: int, b: list = [1], *rest: int, c: int = 3, **more: int) -> tuple:  # noqa: B006
    """Has every kind of parameter."""
    return a, b, rest, c, more


class Parent:
    def greet(self):
        return "parent"


class Child(Parent):
    __word = "hidden"

    def secret(self):
        return self.__word

    def greet(self):
        return super().greet() + " and child"


def divides(n):
    before = 1
    return before / n


def doubling(function):
    @functools.wraps(function)
    def around(n):
        return 2 * function(n)

    return around


@doubling
def wrapped(n):
    return n + 1


def reads_global():
    return RATE
