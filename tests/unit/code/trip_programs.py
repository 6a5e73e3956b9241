"""Loops whose turns are counted when they run, to compare with what is said beforehand."""

from collections import deque

import numpy as np

TABLE = {"a": [1, 2, 3], "b": [4, 5]}
NAMES = ("x", "y", "z", "w")
LIMIT = 9


def over_argument(data):
    total = 0
    for value in data:
        total += value
    return total


def over_range(n):
    total = 0
    for i in range(2, n, 3):
        total += i
    return total


def downwards(n):
    total = 0
    for i in range(n, 0, -2):
        total += i
    return total


def nested(a, b):
    rows, inner = a.shape
    columns = b.shape[1]
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                total += a[i, k] * b[k, j]
    return total


def computed(data, extra=2):
    half = len(data) // 2
    total = 0
    for i in range(half + extra * 3 - 1):
        total += i
    return total


def paired(left, right):
    total = 0
    for a, b in zip(left, right, strict=False):
        total += a * b
    return total


def numbered(data):
    return [place * value for place, value in enumerate(data)]


def crossed(left, right):
    return [a * b for a in left for b in right]


def over_global():
    return [name * 2 for name in NAMES for _ in range(LIMIT)]


def over_items():
    total = 0
    for _, values in TABLE.items():
        for value in values:
            total += value
    return total


def over_part(data):
    total = 0
    for value in data[1:-1]:
        total += value
    return total


def over_slice_to(data, n):
    total = 0
    for value in data[: n - 1]:
        total += value
    return total


def clamped(data):
    total = 0
    for i in range(min(len(data), 4)):
        total += data[i]
    return total


def columns_of(table):
    total = 0.0
    for row in table.T:
        total += row.sum()
    return total


def triangular(n):
    total = 0
    for i in range(n):
        for j in range(i):
            total += j
    return total


def until(n):
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n


def left_early(data):
    for value in data:
        if value > 2:
            return value
    return None


def broken(data):
    total = 0
    for value in data:
        if value > 2:
            break
        total += value
    return total


def grown(data):
    items = list(data)
    items.append(1)
    data.append(5)
    total = 0
    for value in data:
        total += value
    for value in items:
        total += value
    return total


def rebound(data):
    data = data[:2]
    total = 0
    for value in data:
        total += value
    return total


def counted_up(n):
    n += 3
    total = 0
    for i in range(n):
        total += i
    return total


def branched(data, flag):
    size = 3
    if flag:
        size = len(data)
    total = 0
    for i in range(size):
        total += i
    return total


def shadowed(rows):
    return [value for row in rows for value in row]


def conditional(data, wanted):
    total = 0
    if wanted:
        for value in data:
            total += value
    return total


def within_loop(data):
    total = 0
    for value in data:
        for _ in range(value):
            total += 1
    return total


def over_string(text):
    return [ord(letter) for letter in text]


def over_generator(data):
    return [value * 2 for value in (x + 1 for x in data)]


def over_filtered(data):
    total = 0
    for value in [x for x in data if x > 1]:
        total += value
    return total


CALLS = [
    (over_filtered, ([1, 2, 3],)),
    (over_argument, ([1, 2, 3],)),
    (over_argument, (np.arange(7),)),
    (over_argument, (deque([1, 2]),)),
    (over_argument, ({3: 1, 4: 2},)),
    (over_argument, (range(11),)),
    (over_range, (20,)),
    (over_range, (1,)),
    (downwards, (9,)),
    (nested, (np.ones((3, 4)), np.ones((4, 5)))),
    (computed, ([1] * 9,)),
    (computed, ([1] * 9, 4)),
    (paired, ([1, 2, 3], (4, 5))),
    (numbered, ([1, 2, 3, 4],)),
    (crossed, ([1, 2], [3, 4, 5])),
    (over_global, ()),
    (over_items, ()),
    (over_part, ([1, 2, 3, 4, 5],)),
    (over_part, ([1],)),
    (over_slice_to, ([1, 2, 3, 4, 5], 3)),
    (clamped, ([1, 2, 3, 4, 5, 6],)),
    (columns_of, (np.ones((3, 5)),)),
    (triangular, (6,)),
    (until, (7,)),
    (left_early, ([1, 2, 3, 4],)),
    (broken, ([1, 2, 3, 4],)),
    (grown, ([1, 2],)),
    (rebound, ([1, 2, 3],)),
    (counted_up, (4,)),
    (branched, ([1] * 8, True)),
    (branched, ([1] * 8, False)),
    (shadowed, ([[1, 2], [3]],)),
    (conditional, ([1, 2], False)),
    (conditional, ([1, 2], True)),
    (within_loop, ([1, 2, 3],)),
    (over_string, ("abc",)),
    (over_generator, ([1, 2, 3],)),
]
