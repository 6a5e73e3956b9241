"""Loops whose items are hard to run elsewhere."""

import contextvars
import decimal
import functools
import os
import threading

import numpy as np

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")
SHARED = [1, 2]
SCALE = 2
LOCK = threading.Lock()


def busy(value):
    total = 0
    for number in range(20_000):
        total += number % (value + 2)
    return total


def plain(values):
    return [busy(value) * SCALE for value in values]


def vectors(values):
    return [float(np.sin(value).sum()) for value in values]


def returns_items(values):
    return [same(value) for value in values]


def same(value):
    return value


def returns_shared(values):
    return [SHARED for value in values]


class OddError(Exception):
    def __init__(self, number, extra):
        super().__init__(number)
        self.extra = extra


class Coded(LookupError):
    pass


def fails_at(values):
    return [check(value) for value in values]


def check(value):
    busy(1)
    if value >= 10:
        raise Coded("too large", value)
    return value


def fails_oddly(values):
    return [check_oddly(value) for value in values]


def check_oddly(value):
    busy(1)
    if value >= 10:
        raise OddError(value, LOCK)
    return value


def surroundings(values):
    return [look(value) for value in values]


def look(value):
    busy(1)
    return (
        os.getcwd(),
        os.environ.get("FOR_ITEMS"),
        decimal.getcontext().prec,
        np.geterr()["over"],
    )


def variables(values):
    return [VARIABLE.get() for value in values]


def appends_to_file(paths):
    return [note(path) for path in paths]


def note(path):
    busy(1)
    with open(path, "a") as stream:
        stream.write("x")
        return SHARED if stream.tell() > 1 else None


def generators(values):
    return [value * 2 for value in (x for x in values)]


def changes_items(values):
    return [grow(value) for value in values]


def grow(value):
    busy(1)
    value.append(len(value))
    return len(value)


def changes_later_items(values):
    return [grow_later(value) for value in values]


def grow_later(value):
    busy(1)
    if value[0] == 39:
        value.append(len(value))
    return len(value)


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def makes_slotted(values):
    return [Slotted(value + busy(1)) for value in values]


def asks_slotted(values):
    return [(busy(1), hasattr(Slotted(value), "__dict__")) for value in values]


class Register:
    total = 0

    @classmethod
    def raised_by(cls, value):
        cls.total += value
        return cls.total

    def push(self, value):
        self.total += value
        return self.total

    def __radd__(self, value):
        Register.total += value
        return Register.total


REGISTER = Register()
push = REGISTER.push


def counts_in_class(values):
    return [Register.raised_by(value) for value in values]


def counts_in_class_by_name(values):
    raised_by = Register.raised_by
    return [raised_by(value) for value in values]


def counts_in_object(values):
    return [push(value) for value in values]


def counts_in_operator(values):
    return [(value + REGISTER, busy(1)) for value in values]


def counts_in_object_by_method(values):
    return [REGISTER.push(value) for value in values]


CACHED = []
keep = CACHED.append


def keeps_by_a_global_name(values):
    return [keep_one(value) for value in values]


def keep_one(value):
    keep(value)
    return len(CACHED)


def keeps_by_a_local_name(values):
    return [keep_locally(value) for value in values]


def keep_locally(value):
    put = CACHED.append
    put(value)
    return len(CACHED)


def keeps_in_one_of_two(values):
    return [keep_either(value) for value in values]


def keep_either(value):
    (CACHED or CACHED).append(value)
    return len(CACHED)


@functools.lru_cache
def noted(value):
    CACHED.append(value)
    return value


def notes_through_cache(values):
    return [noted(value) for value in values]


class Meter:
    """Looks like a container, and counts every look."""

    def __init__(self):
        self.looks = 0

    def get(self, value):
        self.looks += 1
        return self.looks

    def __add__(self, other):
        self.looks += 1
        return self.looks

    @property
    def size(self):
        self.looks += 1
        return self.looks


def gets(values, meter):
    return [(busy(1), meter.get(value)) for value in values]


def adds(values, meter):
    return [(busy(1), meter + value) for value in values]


def asks_size(values, meter):
    return [(busy(1), meter.size) for value in values]


def keeps_items(values):
    return [(value, busy(1)) for value in values]


def reads_lazily(values, source):
    return [1 // (3 - value) for value, _ in zip(source, values, strict=False)]


def exits(values):
    return [leave(value) for value in values]


def leave(value):
    busy(1)
    if value >= 10:
        raise SystemExit(value)
    return value
