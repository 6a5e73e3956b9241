"""Loops that may be mapped, and loops that must not be."""

import json
import math
import random

SCALE = 3
LOG = []


def work(value):
    return math.sqrt(value * value + SCALE)


def comprehension(values):
    return [work(value) for value in values]


def filtered(values):
    return [work(value) for value in values if value % 2]


def unpacked(values):
    return {"pairs": [a * b for a, b in zip(values, values, strict=True)]}


def nested(values):
    return [[work(x) + y for x in range(3)] for y in values]


def in_arguments(values):
    return sum([work(value) for value in values])


def append_loop(values):
    out = []
    for position, value in enumerate(values):
        if position % 3 == 0:
            continue
        root = work(value)
        if root > 4:
            out.append(root)
        else:
            out.append(-root)
        out.append(position)
    return out


def two_loops(values):
    first = [work(value) for value in values]
    second = []
    for value in first:
        second.append(value + 1)
    return first, second


def inner_loop(values):
    out = []
    for value in values:
        total = 0
        for step in range(4):
            total += step * value
        out.append(total)
    return out


def reads_files(paths):
    out = []
    for path in paths:
        with open(path) as stream:
            out.append(json.load(stream))
    return out


def with_closure():
    offset = 7

    def inner(values):
        return [value + offset for value in values]

    return inner


class Shop:
    rate = 2

    def prices(self, values):
        return [value * self.rate for value in values]


def failing(values):
    out = []
    for value in values:
        out.append(10 / (value - 3))
    return out


def same_names_twice(values):
    first, second = [], []
    for value in values:
        root = work(value)
        first.append(root)
    for value in first:
        root = value + 1
        second.append(root)
    return second


def read_at_once(values):
    return [sum(i * value for i in range(4)) for value in values]


def sorted_by_key(values):
    return [sorted([3, value, 1], key=lambda x: -x * value) for value in values]


MAPPED = [
    read_at_once,
    sorted_by_key,
    same_names_twice,
    comprehension,
    filtered,
    unpacked,
    nested,
    in_arguments,
    append_loop,
    two_loops,
    inner_loop,
    with_closure(),
]


def carried(values):
    out = []
    before = 0
    for value in values:
        before = before + value
        out.append(before)
    return out


def maybe_assigned(values):
    out = []
    for value in values:
        if value > 2:
            seen = value
            out.append(seen)
        else:
            out.append(0 if value < 1 else seen)
    return out


def used_after(values):
    out = []
    for value in values:
        last = value
        out.append(value)
    return out, last


def left_by_the_first(values):
    out = []
    for value in values:
        root = work(value)
        out.append(root)
    for value in values:
        out.append(root)
        root = value
    return out


def stores(values):
    out = []
    for position, value in enumerate(values):
        values[position] = 0
        out.append(value)
    return out


def changes_shared(values):
    seen = set()
    out = []
    for value in values:
        seen.add(value)
        out.append(len(seen))
    return out


def reads_its_list(values):
    out = []
    for value in values:
        out.append(len(out) + value)
    return out


def draws(values):
    return [random.random() + value for value in values]


def draws_in_helper(values):
    return [noisy(value) for value in values]


def noisy(value):
    return value + random.gauss(0, 1)


def logs(values):
    return [log(value) for value in values]


def log(value):
    LOG.append(value)
    return value


def prints(values):
    return [print(value) for value in values]


def breaks(values):
    out = []
    for value in values:
        if value > 3:
            break
        out.append(value)
    return out


def walrus(values):
    return [last := value for value in values], last


def aliased_list(values):
    out = []
    other = out
    for value in values:
        out.append(len(other) + value)
    return out


def given_list(values, out):
    for value in values:
        out.append(value)
    return out


def guarded(values):
    out = []
    try:
        for value in values:
            out.append(1 / value)
    except ZeroDivisionError:
        return out
    return out


def global_counter(values):
    out = []
    for value in values:
        out.append(count(value))
    return out


COUNT = 0


def count(value):
    global COUNT
    COUNT += 1
    return COUNT


def makes_functions(values):
    return [(lambda: value)() for value in values]


def keeps_generators(values):
    return [(value for _ in range(2)) for value in values]


def yields(values):
    out = []
    for value in values:
        yield value
        out.append(value)


def asks(values):
    return [value.answer() for value in values]


def handed_over(values):
    return [list(map(log, [value])) for value in values]


def captured_by_case(values):
    out, found = [], None
    for value in values:
        match value:
            case 3 as found:
                pass
        out.append(found)
    return out


REFUSED = [
    asks,
    handed_over,
    captured_by_case,
    carried,
    maybe_assigned,
    used_after,
    stores,
    changes_shared,
    reads_its_list,
    draws,
    draws_in_helper,
    logs,
    prints,
    breaks,
    walrus,
    aliased_list,
    given_list,
    guarded,
    global_counter,
    makes_functions,
    keeps_generators,
    yields,
]
