"""Loops whose items tell in which thread or process they run, or hold what has one place only.

Each program makes a function and its arguments afresh, with all the state they share.
"""

import asyncio
import contextvars
import decimal
import functools
import json
import json.encoder
import logging
import math
import os
import random
import sqlite3
import statistics
import sys
import threading
import traceback

import numpy as np
from unit.backends import place_settings as settings

NUMBERS = tuple(range(12))


def list_of_a_class_that_is_returned():
    class Config:
        shared = [1]

    def function(values):
        return [Config.shared for _ in values], Config.shared

    return function, (NUMBERS,)


def list_of_a_module_that_is_returned():
    def function(values):
        return [settings.TABLE["a"] for _ in values], settings.TABLE

    return function, (NUMBERS,)


def sentinel_of_a_module():
    def function(values):
        found = [settings.MISSING if value % 2 else value for value in values]
        return sum(one is settings.MISSING for one in found)

    return function, (NUMBERS,)


def module_that_is_returned():
    def function(values):
        found = [settings for _ in values]
        return all(one is settings for one in found)

    return function, (NUMBERS,)


def list_of_a_function_that_is_returned():
    def helper(value):
        return helper.shared

    helper.shared = [1]

    def function(values):
        return [helper(value) for value in values], helper.shared

    return function, (NUMBERS,)


def list_in_an_array_that_is_returned():
    shared = [1]

    def function(values):
        return [np.array([shared, None], dtype=object) for _ in values], shared

    return function, (NUMBERS,)


def list_in_a_row_that_is_returned():
    rows = np.empty((6, 2), dtype=object)
    for number in range(6):
        rows[number, 0] = [number]

    def function(rows):
        return [row[0] for row in rows], rows

    return function, (rows,)


def array_of_a_class_that_is_looked_at():
    class Store:
        data = np.zeros(20)

    def function(values):
        found = [Store.data[value : value + 2] for value in values]
        Store.data[5] = 1
        return found

    return function, (NUMBERS,)


def bytes_that_are_looked_at():
    memory = bytearray(16)

    def function(values):
        found = [np.frombuffer(memory, np.uint8, offset=value) for value in values]
        memory[12] = 9
        return found

    return function, (NUMBERS,)


def view_of_memory():
    def function(memory):
        view = memoryview(memory)
        found = [view[value : value + 2] for value in NUMBERS]
        memory[0] = 99
        return bytes(found[0]), type(found[0])

    return function, (bytearray(range(20)),)


def module_imported_by_an_item():
    def helper(value):
        from unit.backends import place_settings

        return place_settings.TABLE

    def function(values):
        return [helper(value) for value in values], settings.TABLE

    return function, (NUMBERS,)


def part_of_the_interpreter():
    def function(values):
        found = [sys.path for _ in values]
        return all(one is sys.path for one in found)

    return function, (NUMBERS,)


def layout_of_results():
    def make(value):
        whole = np.arange(12.0) + value
        locked = np.arange(3)
        locked.flags.writeable = False
        records = np.zeros(4, [("a", "i4"), ("b", ">f8")])
        spread = np.broadcast_to(whole, (2, 12))
        square = whole.reshape(3, 4)
        return [whole, whole[::2], whole[::-1], locked, records["b"], spread, square.T]

    def function(values):
        return _layout([make(value) for value in values])

    return function, (NUMBERS,)


def layout_of_items():
    whole = np.arange(40.0).reshape(4, 10)
    locked = np.arange(3)
    locked.flags.writeable = False
    items = [whole[:, ::2], whole.T, whole[::-1], locked, np.zeros(3), np.zeros(3, ">f4")]

    def function(items):
        return [(item.strides, item.flags.writeable, item.base is None) for item in items]

    return function, (items,)


def _layout(found):
    return [
        (a.dtype.str, a.strides, a.flags.writeable, a.flags.owndata) for made in found for a in made
    ]


def attributes_of_an_array():
    class Named(np.ndarray):
        def __array_finalize__(self, other):
            self.__dict__.update(getattr(other, "__dict__", {}))

    def make(value):
        made = np.zeros(2).view(Named)
        made.label = value
        return made

    def function(values):
        return [made.label for made in [make(value) for value in values]]

    return function, (NUMBERS,)


def function_that_keeps_its_results():
    @functools.cache
    def load(value):
        return [value]

    def function(values):
        found = [load(value % 3) for value in values]
        return found[0] is found[3], found[0] is load(0)

    return function, (NUMBERS,)


def cached_function_of_a_changed_module():
    settings.SCALE = 2
    settings.scaled.cache_clear()
    settings.SCALE = 5

    def function(values):
        return [settings.scaled(value) for value in values]

    return function, (NUMBERS,)


def doubled(values):
    return [value * 2 for value in values]


def number_of_the_process():
    def function(values):
        return [os.getpid() for _ in values]

    return function, (NUMBERS,)


def name_of_the_thread():
    def function(values):
        return [threading.current_thread().name for _ in values]

    return function, (NUMBERS,)


def loop_of_events():
    def helper(value):
        return asyncio.get_running_loop() is not None

    def inner(values):
        return [helper(value) for value in values]

    return inner, (NUMBERS,)


def lock_that_the_caller_holds():
    lock = threading.RLock()

    def helper(value):
        entered = lock.acquire(timeout=0.2)
        if entered:
            lock.release()
        return entered

    def function(values):
        with lock:
            return [helper(value) for value in values]

    return function, (NUMBERS[:3],)


def attribute_of_this_thread():
    class Holder:
        pass

    holder = Holder()
    holder.local = threading.local()
    holder.local.value = 3

    def function(values):
        return [holder.local.value + value for value in values]

    return function, (NUMBERS,)


def connection_of_this_thread():
    connection = sqlite3.connect(":memory:")

    def function(values):
        return [connection.execute("SELECT ?", (value,)).fetchone() for value in values]

    return function, (NUMBERS,)


def variable_of_the_context():
    variable = contextvars.ContextVar("variable", default=0)

    def helper(value):
        variable.set(value)
        return value

    def function(values):
        found = [helper(value) for value in values]
        return found, variable.get()

    return function, (NUMBERS,)


def printing_of_arrays():
    def helper(value):
        np.set_printoptions(precision=value)
        return value

    def function(values):
        with np.printoptions():
            return [helper(value) for value in values], np.get_printoptions()["precision"]

    return function, (NUMBERS,)


def precision_of_decimals():
    def helper(value):
        decimal.getcontext().prec = 7
        return value

    def function(values):
        with decimal.localcontext() as context:
            return [helper(value) for value in values], context.prec

    return function, (NUMBERS,)


def signals_that_are_cleared():
    def helper(value):
        decimal.getcontext().clear_flags()
        return value

    def function(values):
        with decimal.localcontext() as context:
            context.flags[decimal.Inexact] = True
            found = [helper(value) for value in values]
            return found, context.flags[decimal.Inexact]

    return function, (NUMBERS,)


def draws_of_a_library():
    normal = statistics.NormalDist()

    def function(values):
        random.seed(5)
        return [normal.samples(1) for _ in values], random.random()

    return function, (NUMBERS[:4],)


def records_of_a_log():
    seen = []

    class Keeping(logging.Handler):
        def emit(self, record):
            seen.append(record.getMessage())

    logger = logging.getLogger("place_programs")
    logger.handlers, logger.propagate = [Keeping()], False

    def helper(value):
        logger.warning("%d", value)
        return value

    def function(values):
        return [helper(value) for value in values], sorted(seen, key=int)

    return function, (NUMBERS,)


def errors_that_are_printed():
    def helper(value):
        try:
            return 1 // value
        except ZeroDivisionError:
            traceback.print_exc(limit=0)
        return 0

    def function(values):
        return [helper(value) for value in values]

    return function, (NUMBERS,)


def attribute_that_is_made_up():
    class Counting:
        def __init__(self):
            self.asked = 0

        def __getattr__(self, name):
            self.asked += 1
            return self.asked

    one = Counting()

    def function(values):
        return [one.number for _ in values[:1]], [one.number for _ in values[:1]]

    return function, (NUMBERS,)


def attribute_made_up_by_a_class():
    seen = []

    class Meta(type):
        def __getattr__(cls, name):
            seen.append(name)
            return len(seen)

    class Made(metaclass=Meta):
        pass

    def function(values):
        return [Made.number for _ in values]

    return function, (NUMBERS,)


def subclasses_that_are_counted():
    made = []

    class Base:
        def __init_subclass__(cls):
            made.append(cls.__name__)

    def helper(value):
        return type("Made", (Base,), {}).__name__, len(made)

    def function(values):
        return [helper(value) for value in values]

    return function, (NUMBERS,)


def property_of_a_pattern():
    class Point:
        __match_args__ = ("x",)
        asked = 0

        @property
        def x(self):
            Point.asked += 1
            return Point.asked

    def function(points):
        found = []
        for point in points:
            match point:
                case Point(number):
                    found.append(number)
        return found

    return function, ([Point() for _ in range(6)],)


def iterator_that_is_every_item():
    numbers = iter(range(99))

    def function(items):
        return [next(item) for item in items]

    return function, ([numbers] * 6,)


def local_without_a_value():
    def function(values, scale_it):
        if scale_it:
            scale = 2
        found = []
        for value in values:
            found.append(value * scale)
        return found

    return function, (NUMBERS, False)


def local_that_was_deleted():
    def function(values):
        scale = 2
        del scale
        found = []
        for value in values:
            found.append(value * scale)  # noqa: F821
        return found

    return function, (NUMBERS,)


def slots_with_a_weak_reference():
    class Slotted:
        __slots__ = ("__weakref__", "value")

        def __init__(self, value):
            self.value = value

    def function(values):
        found = [Slotted(value) for value in values]
        return sum(one.value for one in found), {type(one) is Slotted for one in found}

    return function, (NUMBERS,)


def function_of_a_library_that_is_replaced():
    real = math.sqrt

    def function(values):
        math.sqrt = lambda value: 42.0
        try:
            return [math.sqrt(value) for value in values]
        finally:
            math.sqrt = real

    return function, (NUMBERS,)


def number_of_a_library_that_is_replaced():
    real = math.pi

    def helper(value):
        return math.pi * value

    def function(values):
        math.pi = 3
        try:
            return [helper(value) for value in values]
        finally:
            math.pi = real

    return function, (NUMBERS,)


def function_of_a_library_that_takes_another_place():
    real = np.sin

    def helper(value):
        return float(np.sin(value))

    def function(values):
        np.sin = np.cos
        try:
            return [helper(value) for value in values]
        finally:
            np.sin = real

    return function, (NUMBERS,)


def inner_part_of_a_library_that_is_replaced():
    real = json.encoder.JSONEncoder.encode

    def helper(value):
        return json.dumps(value, indent=1)

    def function(values):
        json.encoder.JSONEncoder.encode = lambda encoder, value: "none"
        try:
            return [helper(value) for value in values]
        finally:
            json.encoder.JSONEncoder.encode = real

    return function, (NUMBERS,)


def library_that_a_method_names():
    real = math.sqrt

    class Root:
        def __init__(self, value):
            self.value = value

        def __neg__(self):
            return math.sqrt(self.value)

    def function(items):
        math.sqrt = lambda value: 42.0
        try:
            return [-item for item in items]
        finally:
            math.sqrt = real

    return function, ([Root(number) for number in NUMBERS],)


def replaced_function_that_counts():
    real, seen = math.sqrt, []

    def counting(value):
        seen.append(value)
        return len(seen)

    def function(values):
        math.sqrt = counting
        try:
            return [math.sqrt(value) for value in values], list(seen)
        finally:
            math.sqrt = real

    return function, (NUMBERS,)


def texts_with_addresses():
    class Plain:
        pass

    def function(items):
        found = [f"<{item}>" for item in items]
        return all(text == f"<{item}>" for text, item in zip(found, items, strict=True))

    return function, ([Plain() for _ in NUMBERS],)


def depth_that_is_reached():
    def down(depth):
        try:
            return down(depth + 1)
        except RecursionError:
            return depth

    def function(values):
        return [down(value) for value in values]

    return function, (NUMBERS,)


EVERYWHERE = [
    depth_that_is_reached,
    attribute_of_this_thread,
    connection_of_this_thread,
    iterator_that_is_every_item,
    local_that_was_deleted,
    local_without_a_value,
    lock_that_the_caller_holds,
    loop_of_events,
    name_of_the_thread,
    printing_of_arrays,
    variable_of_the_context,
]
"""What the user's word does not cover either."""

BY_ASKING = [
    replaced_function_that_counts,
    texts_with_addresses,
    attribute_made_up_by_a_class,
    attribute_that_is_made_up,
    property_of_a_pattern,
    subclasses_that_are_counted,
]
"""What is the user's word once they gave it."""

ELSEWHERE = [
    function_of_a_library_that_is_replaced,
    function_of_a_library_that_takes_another_place,
    inner_part_of_a_library_that_is_replaced,
    library_that_a_method_names,
    number_of_a_library_that_is_replaced,
    array_of_a_class_that_is_looked_at,
    attributes_of_an_array,
    bytes_that_are_looked_at,
    cached_function_of_a_changed_module,
    draws_of_a_library,
    errors_that_are_printed,
    function_that_keeps_its_results,
    layout_of_items,
    layout_of_results,
    list_in_a_row_that_is_returned,
    list_in_an_array_that_is_returned,
    list_of_a_class_that_is_returned,
    list_of_a_function_that_is_returned,
    list_of_a_module_that_is_returned,
    module_imported_by_an_item,
    module_that_is_returned,
    number_of_the_process,
    part_of_the_interpreter,
    precision_of_decimals,
    records_of_a_log,
    sentinel_of_a_module,
    signals_that_are_cleared,
    slots_with_a_weak_reference,
    view_of_memory,
]
"""What only another process would do otherwise."""
