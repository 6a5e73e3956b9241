"""Programs with comprehensions and generators within expressions, which level 2 writes out."""

from __future__ import annotations

import math
import random

import numpy as np


def mean_and_variance(values):
    mean = sum(values) / len(values)
    return mean, sum((x - mean) ** 2 for x in values) / len(values)


def is_prime(n):
    return n > 1 and all(n % i for i in range(2, int(n**0.5) + 1))


def primes_below(n):
    return [k for k in range(n) if k > 1 and all(k % i for i in range(2, int(k**0.5) + 1))]


def counted(values, least):
    return sum(1 for x in values if x > least)


def any_of(values, least):
    return any(x > least for x in values)


def pair_that_adds_up(values, total):
    if any(x + y == total for x in values for y in values if x != y):
        return 1
    elif all(x < total for x in values):
        return 2
    return 3


def searched_as_far_as_needed(n):
    found = any(random.random() < 0.1 for _ in range(n))
    return found, random.random()


def any_and_all_of_sequences(values):
    positive = [x > 0 for x in values]
    return any(values), all(values), any(positive), all(positive)


def none_of_them(values):
    return not any(x < 0 for x in values) or max(x for x in values) > 1


def while_some_are_left(n):
    items = [n, n + 3, n + 7]
    rounds = 0
    while any(x > 0 for x in items):
        rounds += 1
        if rounds > 50:
            break
        for i in range(3):
            items[i] -= 2
        if rounds % 2:
            continue
        rounds += 1
    return rounds, items


def rows_added_up(table):
    rows, columns = table.shape
    return max([sum(table[i, j] for j in range(columns)) for i in range(rows)])


def product(a, b):
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            out[i, j] += sum(a[i, k] * b[k, j] for k in range(a.shape[1]))
    return out


def integral(n):
    step = 1.0 / n
    return step * sum(math.exp(-(((i + 0.5) * step) ** 2)) for i in range(n))


def one_or_the_other(values, wanted):
    return sum(x for x in values) if wanted else max(x * x for x in values)


def draw(x):
    return random.random() + x


def drawn_before(values):
    return random.random() - sum(random.random() * x for x in values)


def drawn_in_turn(values):
    return sum(draw(x) for x in values), sum(random.random() for x in values)


def clear(values):
    total = values[0]
    for i in range(len(values)):
        total += values[i]
        values[i] = 0.0
    return total


def read_before_it_is_changed(values):
    return values[0] + sum(clear(values) for _ in range(2))


def smallest_before_it_is_changed(values):
    return min(values) + sum([clear(values) for _ in range(2)])


def arithmetic_before(values, n):
    return -n / 3 + sum(draw(x) for x in values) * (n + sum(draw(x) for x in values))


def added_before_it_is_changed(values):
    values[0] += sum(clear(values) for _ in range(2))
    return values


def name_before_it_is_changed(values):
    kept = values
    return kept, sum(clear(values) for _ in range(2))


def never_evaluated(values, n):
    return 0 < n < sum(draw(x) for x in values)


def shadowed_variable(values):
    x = 10
    total = x + sum(x * 2 for x in values)
    return total, x


def asserted(values):
    assert all(x > 0 for x in values)
    return len([x for x in values if x > 1]) + len(values)


SOME = any


def under_another_name(values):
    return SOME(x > 1 for x in values)
