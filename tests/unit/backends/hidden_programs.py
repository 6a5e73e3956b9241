"""Loops whose items reach each other through what neither the loop nor a helper names.

Each program makes a function and its arguments afresh, with all the state they share.
"""

import enum
import io
import math
import pathlib
import queue
import sys
import tempfile
import threading
from collections import defaultdict

import numpy as np
from unit.backends import hidden_settings as settings
from unit.backends.hidden_settings import Meter

NUMBERS = tuple(range(12))


def objects_of_a_module():
    settings.reset()

    def function(values):
        sizes = [settings.METER.size for _ in values]
        sums = [settings.METER + value for value in values]
        return sizes, sums, [settings.METER.get(value) for value in values]

    return function, (NUMBERS,)


def attribute_made_up_by_a_module():
    settings.reset()

    def function(values):
        return [settings.ticket for _ in values]

    return function, (NUMBERS,)


def queue_of_a_module():
    settings.reset()

    def function(values):
        return [settings.QUEUE.get() for _ in values]

    return function, (NUMBERS,)


def entries_of_a_module():
    settings.reset()

    def function(values):
        return [(settings.TABLE[value], len(settings.TABLE)) for value in values]

    return function, (NUMBERS,)


def iterator_of_a_module():
    settings.reset()

    def function(values):
        return [[one for one, _ in zip(settings.NUMBERS, "ab", strict=False)] for _ in values]

    return function, (NUMBERS,)


def list_of_a_module():
    settings.reset()

    def add(rows, value):
        rows += [value]
        return len(rows)

    def function(values):
        found = []
        for value in values:
            rows = settings.ROWS
            rows += [value]
            found.append(len(rows))
        return found, [add(settings.ROWS, value) for value in values]

    return function, (NUMBERS,)


def values_of_this_thread():
    settings.reset()

    class Config:
        local = threading.local()

    Config.local.value = 3

    def function(values):
        return [settings.LOCAL.value + Config.local.value + value for value in values]

    return function, (NUMBERS,)


def objects_of_a_class():
    class Config:
        meter, waiting, rows = Meter(), queue.Queue(), []

    for number in NUMBERS:
        Config.waiting.put(number)

    def function(values):
        found = []
        for value in values:
            rows = Config.rows
            rows += [value]
            found.append(len(rows))
        sizes = [Config.meter.size for _ in values]
        return found, sizes, [Config.waiting.get() for _ in values]

    return function, (NUMBERS,)


def objects_of_the_class_of_the_items():
    class Item:
        meter, rows, table = Meter(), [], defaultdict(list)

    def function(items):
        found = []
        for item in items:
            rows = item.rows
            rows += [1]
            found.append(len(rows))
        sizes = [item.meter.size for item in items]
        return found, sizes, [len(item.table[id(item)]) + len(item.table) for item in items]

    return function, ([Item() for _ in NUMBERS],)


def objects_of_a_function():
    def helper(value):
        return helper.meter.size, [one for one, _ in zip(helper.numbers, "ab", strict=False)]

    helper.meter, helper.numbers = Meter(), iter(range(99))

    def function(values):
        return [helper(value) for value in values]

    return function, (NUMBERS,)


def property_that_asks_another_object():
    meter = Meter()

    class Item:
        @property
        def price(self):
            return meter.size

        def __add__(self, other):
            return meter.size, other

    def function(items):
        return [(item.price, item + 1) for item in items]

    return function, ([Item() for _ in NUMBERS],)


def property_of_a_class_of_classes():
    class Meta(type):
        made = 0

        @property
        def serial(cls):
            Meta.made += 1
            return Meta.made

    class Item(metaclass=Meta):
        pass

    def function(items):
        return [type(item).serial for item in items]

    return function, ([Item() for _ in NUMBERS],)


def property_of_an_enum():
    seen = []

    class Color(enum.Enum):
        RED = 1
        BLUE = 2

        @property
        def rank(self):
            seen.append(self.value)
            return len(seen)

    def function(colors):
        return [color.rank for color in colors]

    return function, ([Color.RED, Color.BLUE] * 4,)


def keys_asked_for_by_dict():
    asked = []

    class Table:
        def keys(self):
            asked.append(1)
            return ["number"]

        def __getitem__(self, key):
            return len(asked)

    def function(values, table):
        return [(dict(table), {**table}) for _ in values]

    return function, (NUMBERS, Table())


def key_in_a_table():
    seen = []

    def key(value):
        held = seen
        held += [value]
        return len(held) * (-1) ** len(held)

    table = {"key": key}

    def function(groups):
        return [sorted(group, key=table["key"]) for group in groups]

    return function, ([[3, 1, 2, 4], [5, 6, 7]] * 6,)


def class_that_is_mapped():
    class Node:
        made = 0

        def __init__(self, *_):
            Node.made += 1
            self.number = Node.made

    makers = {"node": Node}

    def function(values):
        mapped = [[node.number for node in map(Node, (value, value))] for value in values]
        made = [defaultdict(Node)[value].number for value in values]
        return mapped, made, [max([value], key=makers["node"]) for value in values], Node.made

    return function, (NUMBERS,)


def list_of_a_class_in_an_operator():
    class Log:
        seen = []

        def __len__(self):
            self.seen.append(1)
            return len(self.seen)

        @property
        def size(self):
            held = self.seen
            held += [1]
            return len(held)

    def function(values):
        return [len(Log()) for _ in values], [Log().size for _ in values]

    return function, (NUMBERS,)


def list_given_to_what_is_made():
    seen = []

    class Log:
        def __init__(self, rows):
            self.rows = rows

        def __add__(self, value):
            self.rows.append(value)
            return len(self.rows)

    def function(values):
        return [Log(seen) + value for value in values]

    return function, (NUMBERS,)


def list_of_a_class_that_is_not_always_replaced():
    class Log:
        rows = []

        def __init__(self, value):
            if value % 2:
                self.rows = []
            self.rows.append(value)
            self.size = len(self.rows)

    def function(values):
        return [Log(value).size for value in values]

    return function, (NUMBERS,)


def object_that_is_not_made_anew():
    class Total:
        sum = 0

        def __new__(cls, value):
            return one

        def __init__(self, value):
            self.sum = self.sum + value

    one = object.__new__(Total)

    def function(values):
        return [Total(value).sum for value in values]

    return function, (NUMBERS,)


REACHED = [
    objects_of_a_module,
    attribute_made_up_by_a_module,
    queue_of_a_module,
    entries_of_a_module,
    iterator_of_a_module,
    list_of_a_module,
    values_of_this_thread,
    objects_of_a_class,
    objects_of_the_class_of_the_items,
    objects_of_a_function,
    property_that_asks_another_object,
    property_of_a_class_of_classes,
    property_of_an_enum,
    keys_asked_for_by_dict,
    key_in_a_table,
    class_that_is_mapped,
    list_of_a_class_in_an_operator,
    list_given_to_what_is_made,
    list_of_a_class_that_is_not_always_replaced,
    object_that_is_not_made_anew,
]


def method_kept_under_a_name():
    def function(values):
        held, found = [], []
        for value in values:
            put = held.append
            list(map(put, [value]))
            found.append(len(held))
        return found

    return function, (NUMBERS,)


def method_handed_over_sometimes():
    held = [1]

    def function(values):
        first = [(max([v], key=held.append if v > 3 else None), len(held)) for v in values]
        return first, [sum(map(len, map(held.__imul__, [2]))) for _ in values[:4]]

    return function, (NUMBERS,)


def _work_on(work):
    def function(values):
        return [work(value) for value in values]

    return function, (NUMBERS,)


def list_assigned_with_a_type():
    shared = []

    def work(value):
        rows = []
        if value >= 0:
            rows: list = shared
        rows.append(value)
        return len(rows)

    return _work_on(work)


def list_assigned_by_a_pattern():
    shared = [[]]

    def work(value):
        rows = []
        match shared:
            case [rows]:
                pass
        rows.append(value)
        return len(rows)

    return _work_on(work)


def list_assigned_by_a_with():
    shared = []

    class Both:
        def __enter__(self):
            return shared, 1

        def __exit__(self, *error):
            return None

    def work(value):
        rows = [value]
        if rows:
            with Both() as (rows, _):
                rows.append(value)
        return len(rows)

    return _work_on(work)


def buffer_of_a_function_called_zeros():
    buffer = [0]

    def zeros(size):
        return buffer

    def work(value):
        made = zeros(1)
        made[0] += value
        return made[0]

    return _work_on(work)


def list_that_sum_gives_back():
    held = []

    def round(value):
        return held

    def work(value):
        rows, own = sum([], held), round(value)
        rows += [value]
        own += [value]
        return len(rows)

    return _work_on(work)


def parameter_that_is_replaced():
    cache = []

    def add(rows, value):
        rows = rows or cache
        rows += [value]
        return len(rows)

    def function(values):
        return [add([], value) for value in values]

    return function, (NUMBERS,)


def list_within_a_sum_of_lists():
    shared = [[]]

    def add(rows, value):
        row = rows[0]
        row += [value]
        return len(row)

    def function(values):
        first = [add(shared * 1, value) for value in values]
        return first, [add(shared.copy(), value) for value in values]

    return function, (NUMBERS,)


def part_of_something_new():
    def first(rows, value):
        held = [rows, 1]
        held[0] += [value]
        return len(rows)

    def second(rows, value):
        held = {}
        held["rows"] = rows
        held["rows"] += [value]
        return len(rows)

    def function(values, rows, array):
        sums = []
        for value in values:
            held = {"array": array}
            held["array"] += value
            sums.append(float(array.sum()))
        return [(first(rows, value), second(rows, value)) for value in values], sums

    return function, (NUMBERS, [], np.zeros(2))


def list_made_in_the_first_round_only():
    def function(values):
        held = []
        for turn in range(2):
            if turn == 0:
                found = []
            for value in values:
                found.append((value, len(held[0]) if held else 0))
            held.append(found)
        return held

    return function, (NUMBERS,)


def bytes_that_are_appended():
    def function(values):
        found = bytearray()
        for value in values:
            found.append(10 // (7 - value) * 100)
        return found

    return function, (NUMBERS,)


def lambdas_that_are_kept():
    def function(values):
        tables = [dict(key=lambda: value) for value in values]  # noqa: C408
        last = [max([], default=lambda: value) for value in values]  # noqa: B023
        return [table["key"]() for table in tables], [one() for one in last]

    return function, (NUMBERS,)


def files_that_get_one_name():
    folder = pathlib.Path(tempfile.mkdtemp())
    paths = [folder / str(number) for number in NUMBERS]
    for path in paths:
        path.write_text(path.name)

    def function(paths, target):
        moved = [path.replace(target).name for path in paths]
        return moved, target.read_text()

    return function, (paths, folder / "target")


def lines_of_the_standard_input():
    sys.stdin = io.StringIO("".join(f"{number}\n" for number in range(40)))

    def function(count):
        return [int(sys.stdin.readline()) for _ in range(count)]

    return function, (12,)


TAKEN_FOR_NEW = [
    method_kept_under_a_name,
    method_handed_over_sometimes,
    list_assigned_with_a_type,
    list_assigned_by_a_pattern,
    list_assigned_by_a_with,
    buffer_of_a_function_called_zeros,
    list_that_sum_gives_back,
    parameter_that_is_replaced,
    list_within_a_sum_of_lists,
    part_of_something_new,
    list_made_in_the_first_round_only,
    bytes_that_are_appended,
    lambdas_that_are_kept,
    files_that_get_one_name,
    lines_of_the_standard_input,
]


def nans_that_are_returned():
    missing = float("nan")

    def function(values):
        found = [(np.nan, math.nan, missing)[value % 3] for value in values]
        known = [one in found for one in (np.nan, math.nan, missing)]
        return known, len(set(found)), found.count(missing)

    return function, (NUMBERS,)


def nans_that_are_items():
    missing = float("nan")
    row = [math.nan, np.nan, missing, math.nan, missing, -missing, 1.0]

    def function(rows):
        return [
            (len(set(row)), row.count(row[-1]), math.nan in row, [one is np.nan for one in row])
            for row in rows
        ]

    return function, ([row, row[::-1], row[:2], [1.0], row[2:]] * 2,)


def new_nans_within_a_result():
    def function(values):
        rows = [[float("nan")] * 3 for _ in values]
        return [len(set(row)) for row in rows], len({row[0] for row in rows})

    return function, (NUMBERS,)


def numbers_that_were_asked_for_an_id():
    def function(items):
        known = {id(item) for item in items}
        return [id(item) in known for item in items]

    return function, ([[number] for number in NUMBERS],)


def sets_that_held_more():
    def made(number):
        found = set(range(300))
        found.difference_update(set(range(300)).difference({5, 100 + number}))
        return found

    def function(sets, values):
        return [list(one) for one in sets], [list(one) for one in [made(v) for v in values]]

    return function, ([made(number) for number in NUMBERS], NUMBERS)


def errors_that_are_returned():
    def attempt(value):
        try:
            try:
                return 1 // (value % 3)
            except ZeroDivisionError as error:
                raise ValueError(value) from error
        except ValueError as error:
            return error

    def function(values):
        found = [attempt(value) for value in values]
        return [
            (repr(one.__cause__), one.__traceback__ is None)
            for one in found
            if isinstance(one, Exception)
        ]

    return function, (NUMBERS,)


ELSEWHERE = [
    nans_that_are_returned,
    nans_that_are_items,
    new_nans_within_a_result,
    numbers_that_were_asked_for_an_id,
    sets_that_held_more,
    errors_that_are_returned,
]
"""What only another process would do otherwise."""


def objects_that_change_only_themselves():
    class Path:
        steps = 0

        def __init__(self, value):
            self.parts, self.value = [], value
            self.seen = [value]

        def __add__(self, value):
            self.seen.append(value)
            self.steps += 1
            return self

        def __len__(self):
            self.last = self.value
            return len(self.seen) + self.steps

    def function(values):
        return [len(Path(value) + 1 + 2) for value in values]

    return function, (NUMBERS,)


def objects_that_only_look():
    class Rate:
        def __init__(self, value):
            self.value = value

        @property
        def twice(self):
            return self.value * settings_of_rates["factor"]

    class Config:
        rate, names = Rate(3), ["a", "b"]

    settings_of_rates = {"factor": 2}

    def scale(value):
        value *= Config.rate.twice
        return value

    def function(values):
        add = [scale(value) for value in values]
        return add, [(len(Config.names), "ab".replace("a", "c")) for _ in values]

    return function, (NUMBERS,)


def lists_of_their_own():
    def work(value):
        rows: list = []
        add = rows.append
        for number in range(value):
            add(number)
        if isinstance(value, (int, OSError)):
            rows += [1]
        return rows

    return _work_on(work)


def counts_of_their_own():
    def work(row):
        seen, digits, sums = defaultdict(int), [0 for _ in range(10)], np.zeros(3)
        table = {}
        for number in row:
            seen[number] += 1
            digits[number % 10] += 1
            sums[number % 3] += number
            table[number] = 0
            table[number] += number
        return dict(seen), digits, sums.tolist(), table

    def function(rows):
        return [work(row) for row in rows]

    return function, ([list(range(number)) for number in NUMBERS],)


SPREAD = [
    objects_that_change_only_themselves,
    objects_that_only_look,
    lists_of_their_own,
    counts_of_their_own,
]
