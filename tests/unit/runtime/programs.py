"""Functions that the tests of the library decorate, or call in a context."""

import functools
import threading

import epochly


def squares(n):
    """Add up squares."""
    total = 0
    for i in range(n):
        total += i * i
    return total


def each(values):
    return [value * 2 for value in values]


def shout(text):
    return text.upper()


def fail(text):
    raise KeyError(text)


def where_am_i(values):
    """Thread in which each item runs."""
    return [threading.current_thread().name for _ in values]


def keywords(a, /, b=2, *rest, c, d=4, **others):
    return a, b, rest, c, d, others


def counter():
    """A closure with a variable of its own."""
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step


async def later(value):
    return value + 1


def timed(function):
    """A user's own decorator."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.seen += 1
        return function(*args, **kwargs)

    wrapper.seen = 0
    return wrapper


@timed
def wrapped_squares(n):
    return squares(n)


@functools.cache
def cached(n):
    return n + 1


class Shop:
    """Methods of every kind."""

    rate = 2

    def price(self, amount):
        return amount * self.rate

    @epochly.optimize(level=0)
    def total(self, amounts):
        return [self.price(amount) for amount in amounts]

    @staticmethod
    @epochly.optimize(level=0)
    def inner_static(value):
        return value

    @epochly.optimize(level=0)
    @staticmethod
    def outer_static(value):
        return value

    @classmethod
    @epochly.optimize(level=0)
    def inner_class(cls, value):
        return cls.rate * value

    @epochly.optimize(level=0)
    @classmethod
    def outer_class(cls, value):
        return cls.rate * value

    def __call__(self, value):
        return value - 1


class Base:
    def name(self):
        return "base"


class Derived(Base):
    def name(self):
        return "derived of " + super().name()


@epochly.optimize(level=2)
def decorated(n: int) -> int:
    """Count up."""
    total = 0
    for i in range(n):
        total += i
    return total


def walk(tree):
    """Every leaf of nested lists."""
    if not isinstance(tree, list):
        return [tree]
    return [leaf for part in [walk(branch) for branch in tree] for leaf in part]
