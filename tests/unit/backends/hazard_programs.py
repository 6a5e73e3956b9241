"""Loops whose items reach each other in ways that are easy to overlook.

Each program makes a function and its arguments afresh, with all the state they share.
"""

# ruff: noqa: B006
import bisect
import contextlib
import heapq
import itertools
import operator
import random
import warnings
import weakref
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

NUMBERS = tuple(range(12))


def class_counter_in_a_constructor():
    class Node:
        created = 0

        def __init__(self, value):
            self.__class__.created += 1
            self.number = self.created, value

    return _calling(Node, "number")


def class_registry_in_a_constructor():
    class Plugin:
        registry = []

        def __init__(self, value):
            self.registry.append(value)
            self.number = len(self.registry)

    return _calling(Plugin, "number")


def method_of_a_constructor_that_counts():
    seen = []

    class Plugin:
        def __init__(self, value):
            self.value = value
            self.join()

        def join(self):
            seen.append(self.value)
            self.number = len(seen)

    return _calling(Plugin, "number")


def _calling(cls, name):
    def function(values):
        return [cls(value).__dict__[name] for value in values]

    return function, (NUMBERS,)


def setter_in_a_constructor():
    seen = []

    class Plugin:
        def __init__(self, value):
            self.value = value

        @property
        def value(self):
            return 0

        @value.setter
        def value(self, value):
            seen.append(value)
            self.number = len(seen)

    return _calling(Plugin, "number")


def list_of_a_class_in_a_constructor():
    class Plugin:
        first = [0]
        second = []

        def __init__(self, value):
            self.first += [value]
            self.note(value)

        def note(self, value):
            held = self.second
            held += [value]
            self.number = len(self.first), len(held)

    return _calling(Plugin, "number")


def key_that_appends():
    seen = []

    def function(groups):
        return [sorted(group, key=seen.append) for group in groups], seen

    return function, ([[number] for number in NUMBERS],)


def factory_of_a_field():
    numbers = itertools.count()

    def fresh():
        return next(numbers)

    @dataclass
    class Job:
        value: int
        number: int = field(default_factory=fresh)

    def function(values):
        return [Job(value).number for value in values]

    return function, (NUMBERS,)


def list_extended_by_a_helper():
    def add(held, value):
        held += [value]
        return len(held)

    def function(values):
        held = []
        return [add(held, value) for value in values], held

    return function, (NUMBERS,)


def list_within_a_pair():
    def add(pair):
        held, value = pair
        held += [value]
        return len(held)

    def function(values):
        held = []
        return [add((held, value)) for value in values]

    return function, (NUMBERS,)


def array_summed_by_a_helper():
    def add(state, value):
        state += value
        return float(state.sum())

    def function(values, state):
        return [add(state, value) for value in values]

    return function, (NUMBERS, np.zeros(3))


def view_changed_in_place():
    def function(values, grid):
        found = []
        for value in values:
            row = grid[value % 2]
            row += value
            found.append(float(row.sum()))
        return found

    return function, (NUMBERS, np.zeros((2, 3)))


def entries_made_by_asking():
    def function(values, table):
        return [table[value % 5] for value in values]

    return function, (NUMBERS, defaultdict(list))


def list_that_grows_while_it_is_read():
    def function(tree):
        order = [0]
        for node in order:
            for child in tree[node]:
                order.append(child)
        return order

    return function, ({0: [1, 2], 1: [3, 4], 2: [5], 3: [], 4: [6], 5: [], 6: []},)


def list_read_by_its_iterable():
    def function(values):
        found = []
        for value in (v for v in values if v not in found):
            found.append(value)
        return found

    return function, ([1, 2, 1, 3, 2],)


def list_with_two_names():
    def function(values):
        found = other = []
        for value in values:
            found.append((value, len(other)))
        return found

    return function, (NUMBERS,)


def list_of_an_outer_function():
    found = None

    def size():
        return len(found)

    def function(values):
        nonlocal found
        found = []
        for value in values:
            found.append((value, size()))
        return found

    return function, (NUMBERS,)


def exception_swallowed_by_suppress():
    def function(values):
        found = []
        with contextlib.suppress(ZeroDivisionError):
            for value in values:
                found.append(10 // (value - 5))
        return found

    return function, (NUMBERS,)


def exception_swallowed_by_a_generator():
    @contextlib.contextmanager
    def quiet():
        with contextlib.suppress(ZeroDivisionError):
            yield

    def function(values):
        found = []
        with quiet():
            for value in values:
                found.append(10 // (value - 5))
        return found

    return function, (NUMBERS,)


def exception_caught_by_a_generator():
    @contextlib.contextmanager
    def quiet():
        try:
            yield
        except ZeroDivisionError:
            return

    def function(values):
        found = []
        with quiet():
            for value in values:
                found.append(10 // (value - 5))
        return found

    return function, (NUMBERS,)


def exception_caught_as_a_group():
    def function(values):
        found = []
        try:
            for value in values:
                found.append(10 // (value - 5))
        except* ZeroDivisionError:
            pass
        return found

    return function, (NUMBERS,)


def variable_left_over_by_a_with():
    class Quiet:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return True

    def function(values):
        found = []
        for value in values:
            with Quiet():
                part = 10 // value
            found.append(part)
        return found

    return function, ([5, 0, 2, 0],)


def locals_asked_for_behind_the_loop():
    def function(values):
        found = []
        for value in values:
            found.append(value)
        return sorted(locals())

    return function, (NUMBERS,)


def result_stored_by_position():
    buffer = np.zeros(3)

    def work(value):
        np.add(value, 1.0, buffer)
        return float(buffer.sum())

    def function(values):
        return [work(value) for value in values], buffer

    return function, (NUMBERS,)


def items_without_their_nans():
    def function(rows):
        return [float(np.nan_to_num(row, copy=False).sum()) for row in rows]

    return function, (np.array([[1.0, np.nan], [np.nan, 2.0], [3.0, 4.0], [np.nan, 1.0], [1, 2]]),)


def vectorized_function_that_counts():
    seen = []

    def count(value):
        seen.append(value)
        return len(seen)

    both = np.vectorize(count), np.frompyfunc(count, 1, 1)
    first, second = both

    def function(values):
        return [(int(first(value)), second(value)) for value in values]

    return function, (NUMBERS,)


def property_read_by_name():
    class Meter:
        def __init__(self):
            self.reads = 0

        @property
        def total(self):
            self.reads += 1
            return self.reads

    def function(values, meter):
        return [(getattr(meter, "total"), "{.total}".format(meter)) for _ in values]  # noqa: B009, UP032

    return function, (NUMBERS, Meter())


def key_that_is_a_property():
    class Item:
        reads = []

        def __init__(self, value):
            self.value = value

        @property
        def key(self):
            Item.reads.append(self.value)
            return len(Item.reads)

    def function(groups):
        return [[i.value for i in sorted(g, key=operator.attrgetter("key"))] for g in groups]

    return function, ([[Item(n), Item(n + 1)] for n in range(8)],)


def exception_that_is_being_handled():
    def again(value):
        if value == 4:
            raise
        return value

    def function(values):
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            return [again(value) for value in values]

    return function, (NUMBERS,)


def warnings_that_are_recorded():
    def function(values):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            found = [float(np.log(np.array([-1.0 * value]))[0]) for value in values]
        return len(seen), len(found)

    return function, (NUMBERS,)


def objects_that_are_made_by_asking_for_their_class():
    class Lazy:
        asked = 0

        @property
        def __class__(self):
            Lazy.asked += 1
            return Lazy

        def scaled(self, value):
            return 2 * value

    lazy = Lazy()

    def function(values):
        return [lazy.scaled(value) for value in values], Lazy.asked

    return function, (NUMBERS,)


AUTOMATIC = [
    class_counter_in_a_constructor,
    class_registry_in_a_constructor,
    method_of_a_constructor_that_counts,
    setter_in_a_constructor,
    list_of_a_class_in_a_constructor,
    key_that_appends,
    factory_of_a_field,
    list_extended_by_a_helper,
    list_within_a_pair,
    array_summed_by_a_helper,
    view_changed_in_place,
    entries_made_by_asking,
    list_that_grows_while_it_is_read,
    list_read_by_its_iterable,
    list_with_two_names,
    list_of_an_outer_function,
    exception_swallowed_by_suppress,
    exception_swallowed_by_a_generator,
    exception_caught_by_a_generator,
    exception_caught_as_a_group,
    variable_left_over_by_a_with,
    locals_asked_for_behind_the_loop,
    result_stored_by_position,
    items_without_their_nans,
    vectorized_function_that_counts,
    property_read_by_name,
    key_that_is_a_property,
    exception_that_is_being_handled,
    warnings_that_are_recorded,
    objects_that_are_made_by_asking_for_their_class,
]


def default_that_all_calls_share():
    def note(value, seen=[]):
        seen.append(value)
        return len(seen)

    def function(values):
        return [note(value) for value in values]

    return function, (NUMBERS,)


def counter_that_is_a_default():
    def note(value, numbers=itertools.count()):  # noqa: B008
        return next(numbers), value

    def function(values):
        return [note(value) for value in values]

    return function, (NUMBERS,)


def list_reached_through_another_name():
    def function(values, groups):
        found = []
        for value in values:
            group = groups[value % 3]
            group.append(value)
            found.append(len(group))
        return found

    return function, (NUMBERS, [[], [], []])


def lists_of_an_inner_loop():
    def function(values, groups):
        found = []
        for value in values:
            for group in groups:
                group.append(value)
            found.append(sum(len(group) for group in groups))
        return found

    return function, (NUMBERS, [[], []])


def heap_of_all_items():
    def function(values):
        heap = []
        found = []
        for value in values:
            heapq.heappush(heap, -value)
            found.append(heap[0])
        return found

    return function, (NUMBERS,)


def other_ways_to_change_a_list():
    def function(values):
        held, table, other = [], {}, []
        first = [bisect.insort(held, -value) or held[0] for value in values]
        second = [table.__setitem__(value % 3, len(table)) or len(table) for value in values]
        return first, second, [len(operator.iadd(other, [value])) for value in values]

    return function, (NUMBERS,)


def attribute_set_by_name():
    class Total:
        value = 0

    def function(values, total):
        found = []
        for value in values:
            setattr(total, "value", total.value + value)  # noqa: B010
            found.append(total.value)
        return found

    return function, (NUMBERS, Total())


def array_that_counts():
    counts = np.zeros(3)

    def bump(counted, value):
        np.add.at(counted, [value % 3], 1)
        return int(counted.sum())

    def function(values):
        return [bump(counts, value) for value in values]

    return function, (NUMBERS,)


def generator_that_is_an_attribute():
    class Model:
        def __init__(self):
            self.source = np.random.default_rng(3)
            self.ahead = iter(range(100))

    def function(model, count):
        drawn = [model.source.normal() for _ in range(count)]
        return drawn, [next(model.ahead) for _ in range(count)]

    return function, (Model(), 8)


def generator_with_another_name():
    def function(count):
        draw = random.Random(3).random
        return [draw() for _ in range(count)]

    return function, (8,)


def type_that_counts():
    class Node:
        created = 0

        def __init__(self, value):
            type(self).created += 1
            self.number = self.created, value

    def function(values):
        return [Node(value).number for value in values]

    return function, (NUMBERS,)


def exception_asked_for():
    import sys

    def cause(value):
        return repr(sys.exc_info()[1]), value

    def function(values):
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            return [cause(value) for value in values]

    return function, (NUMBERS,)


TRUSTED = [
    default_that_all_calls_share,
    counter_that_is_a_default,
    list_reached_through_another_name,
    lists_of_an_inner_loop,
    heap_of_all_items,
    other_ways_to_change_a_list,
    attribute_set_by_name,
    array_that_counts,
    generator_that_is_an_attribute,
    generator_with_another_name,
    type_that_counts,
    exception_asked_for,
]


def helper_with_numbers_of_its_own():
    def scramble(value):
        total = 0
        for part in range(value):
            total += part
        value ^= (value << 13) & 0xFFFF
        return value + total

    def function(values):
        return [scramble(value) for value in values]

    return function, (NUMBERS,)


def constructor_that_fills_its_object():
    @dataclass
    class Base:
        value: int
        tags: list = field(default_factory=list)

    class Node:
        def __init__(self, value):
            self.parts = []
            self.parts.append(value)
            self.value = value
            self.fill()

        def fill(self):
            self.size = len(self.parts) + self.value

    def function(values):
        return [(Node(value).size, Base(value).tags) for value in values]

    return function, (NUMBERS,)


def loop_in_a_with_that_catches_nothing():
    class Timer:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.done = True

    def function(values):
        found = []
        with np.errstate(divide="ignore"), Timer():
            for value in values:
                found.append(float(np.log(np.float64(value))))
        return found

    return function, (NUMBERS,)


def sets_that_nobody_walks_through():
    stop = frozenset({"a", "the"})

    def function(texts):
        return [
            (len(set(text)), sorted(set(text)), [word for word in text.split() if word not in stop])
            for text in texts
        ]

    return function, (["a b c a", "the the x", "q w e r", "a", "b b"],)


def table_summed_by_key():
    def function(groups):
        return [sum(groups[name]) for name in groups]

    return function, ({"a": [1, 2], "b": [3], "c": [4], "d": [0], "e": [9]},)


SPREAD = [
    helper_with_numbers_of_its_own,
    constructor_that_fills_its_object,
    loop_in_a_with_that_catches_nothing,
    sets_that_nobody_walks_through,
    table_summed_by_key,
]


def sentinel_that_is_returned():
    missing = object()

    def look(value):
        return missing if value % 2 else value

    def function(values):
        found = [look(value) for value in values]
        return sum(one is missing for one in found)

    return function, (NUMBERS,)


def hash_of_a_text():
    def function(words):
        return [hash(word) % 64 for word in words]

    return function, ([f"word {number % 4}" for number in range(24)],)


def order_of_a_set():
    def first(word):
        found = set()
        for letter in word:
            found.add(letter)
        return "".join(found)

    def function(words):
        return [first(word) for word in words]

    return function, (["the quick", "brown foxes", "jumping", "over it"] * 6,)


def order_of_a_set_in_an_object():
    class Words:
        def __init__(self, text):
            self.letters = set(text)

    def function(words):
        return [",".join(Words(word).letters) for word in words]

    return function, (["the quick", "brown foxes", "jumping", "over it"] * 6,)


def sets_that_are_items():
    def function(sets):
        return [",".join(one) for one in sets]

    return function, ([set("abc"), set("hello"), set("world"), set("xyz")] * 2,)


def views_in_one_result():
    def both(value):
        made = np.zeros(4) + value
        return made, made[1:]

    def function(values):
        pairs = [both(value) for value in values]
        for whole, _ in pairs:
            whole[1] = 99
        return [float(part[0]) for _, part in pairs]

    return function, (NUMBERS,)


def views_in_one_result_that_was_collected():
    """A collection leaves out, from then on, a tuple of what holds nothing itself."""

    def both(value):
        made = np.zeros(4) + value
        pair = made, made[1:]
        churned = [[number] for number in range(5000)]
        return pair if churned else None

    def function(values):
        pairs = [both(value) for value in values]
        for whole, _ in pairs:
            whole[1] = 99
        return [float(part[0]) for _, part in pairs]

    return function, (NUMBERS,)


def records_of_an_array_in_one_result():
    def both(value):
        made = np.zeros(2, dtype=[("count", int)])
        made["count"] = value
        return made, made[0]

    def function(values):
        pairs = [both(value) for value in values]
        for whole, _ in pairs:
            whole["count"] = 99
        return [int(record["count"]) for _, record in pairs]

    return function, (NUMBERS,)


def bytes_and_an_array_of_them_in_one_result():
    def both(value):
        made = bytearray([value % 200] * 8)
        return made, np.frombuffer(made, np.uint8)

    def function(values):
        pairs = [both(value) for value in values]
        for whole, _ in pairs:
            whole[1] = 99
        return [int(numbers[1]) for _, numbers in pairs]

    return function, (NUMBERS,)


def proxies_of_what_is_gone():
    class Node:
        parent = None

        def step(self, value):
            return value + 1

    node = Node()
    node.parent = weakref.proxy(Node())

    def function(values):
        return [node.step(value) for value in values]

    return function, (NUMBERS,)


def results_with_proxies_of_what_is_gone():
    class Node:
        pass

    def made(value):
        node = Node()
        node.value, node.parent = value, weakref.proxy(Node())
        return node

    def function(values):
        return [node.value for node in [made(value) for value in values]]

    return function, (NUMBERS,)


def items_that_decide_what_is_copied():
    class Item:
        def __init__(self, value):
            self.value, self.cache = value, {value: value}

        def __getstate__(self):
            return {"value": self.value, "cache": {}}

    def function(items):
        return [len(item.cache) + item.value for item in items]

    return function, ([Item(number) for number in NUMBERS],)


def results_that_decide_what_is_copied():
    class Found:
        def __init__(self, value):
            self.value = value

        def __reduce__(self):
            return Found, (self.value + 1,)

    def function(values):
        return [found.value for found in [Found(value) for value in values]]

    return function, (NUMBERS,)


def items_that_fail_elsewhere_only():
    class Item:
        def __init__(self, value):
            self.value, self.cache = value, {value: value}

        def __getstate__(self):
            return {"value": self.value}

    def function(items):
        return [len(item.cache) + item.value for item in items]

    return function, ([Item(number) for number in NUMBERS],)


def classes_that_stay_as_they_are():
    class Record:
        registry = [1, 2]

        def __init__(self, value):
            self.value = value

    before = Record.registry, Record.__init__

    def function(values):
        found = [Record(value) for value in values]
        same = Record.registry is before[0], Record.__init__ is before[1]
        return same, all(type(one) is Record for one in found)

    return function, (NUMBERS,)


def texts_of_arrays():
    def function(rows):
        with np.printoptions(precision=2):
            return [repr(row) for row in rows]

    return function, (np.arange(12.0).reshape(4, 3) / 7,)


def signals_of_decimals():
    import decimal

    def function(values):
        with decimal.localcontext() as context:
            found = [decimal.Decimal(value) / 7 for value in values]
            return found, context.flags[decimal.Inexact]

    return function, (NUMBERS,)


ELSEWHERE = [
    sentinel_that_is_returned,
    hash_of_a_text,
    order_of_a_set,
    order_of_a_set_in_an_object,
    sets_that_are_items,
    views_in_one_result,
    proxies_of_what_is_gone,
    results_with_proxies_of_what_is_gone,
    views_in_one_result_that_was_collected,
    records_of_an_array_in_one_result,
    bytes_and_an_array_of_them_in_one_result,
    items_that_decide_what_is_copied,
    results_that_decide_what_is_copied,
    items_that_fail_elsewhere_only,
    classes_that_stay_as_they_are,
    texts_of_arrays,
    signals_of_decimals,
]
