"""Programs whose obvious translation returns something else than Python does."""

from __future__ import annotations

import random

import numpy as np

NEGATIVE_ZERO = np.float64(-0.0)


def raise_first(places):
    places[0] = 1
    return 5


def index_changed_by_the_value(values, places):
    values[places[0]] += raise_first(places)
    return values


def index_taken_away_by_the_value(values):
    places = [0, 1]
    for _ in range(2):
        places.append(2)
        values[places[-1]] += places.pop()
    return values


def index_that_is_a_call(values):
    places = [0, 1, 2]
    for _ in range(2):
        values[places.pop()] += 10
    return values, places


def int_of_two_kinds(values):
    total = 0
    for x in values:
        total += x
    return total + values[0], total * values[0], total - values[-1]


def operators_on_an_int_of_two_kinds(values, k):
    t = 0
    for x in values:
        t += x
    shifted = t >> 1, t << 2
    return t // k, t % k, k // t, k % t, t & k, t | k, t ^ k, shifted, -t, abs(t), t / k


def division_of_an_int_or_float(values, k):
    t = 0
    for x in values:
        t = t + x
    return t // k, t % k, k // t, k % t


def booleans_counted(values, limit):
    count = 0
    for x in values:
        count += x > limit
    return count


def rolling_hash(values):
    h = 0
    for x in values:
        h = (h * 31 + x) % 1000007
    return h


def less_twice(a, b):
    return a - 2 * b


def keywords_in_another_order(n):
    total = 0.0
    for _ in range(n):
        total += less_twice(b=np.random.random(), a=np.random.random())
    return total


def break_in_the_else_of_an_inner_loop(n):
    result = 0
    for i in range(n):
        for _ in range(2):
            if i == 4:
                break
        else:
            result = 5
            if i > 2:
                break
            result = 6
            continue
        result = 7
    return result


def unread_draw(draw, fail):
    if draw:
        x = random.random()
    else:
        x = np.zeros(3)
    if fail:
        raise ValueError(x)
    return 1


def negative_zero_to_a_power(x):
    return NEGATIVE_ZERO**x


def list_of_a_generator(values):
    kept = list(x for x in values if x > 1)  # noqa: C400
    kept.append(kept[0])
    return kept


def list_changed_while_it_is_read(n):
    items = [1, 2, 3]
    for x in items:
        if len(items) < n:
            items.append(x + 1)
    shorter = 0
    for x in items:
        shorter += x
        items.pop()
    return items, shorter


def own_element_added(values):
    for x in values:
        values[-1] += x
    return values


def fill_first(pair):
    pair[0][0] = 1.0
    return 0


def tuple_passed_on(values, n):
    fill_first((values, n))
    return 1 // n


def array_twice_in_nested_tuples(n):
    a = np.zeros(n)
    for i in range(n):
        a[i] = i
    return (a, 1), a


def tuple_indexed_by_a_variable(pair, i):
    total = 0
    for _ in range(3):
        total += pair[-i]
    return total


def shape_given_twice(n):
    for _ in range(2):
        a = np.zeros(n, float, dtype=int)
        a[0] = n
    return n


def sum_of_array(values):
    total = 0
    for x in values:
        total += x
    return total


def range_of_large_numbers(n):
    total = 0
    for i in range(2305843009213693953, 2305843009213693953 + n):
        total += i % 7
    return total


def steps_of_a_range(start, stop, step):
    count = 0
    for _ in range(start, stop, step):
        count += 1
        if count > 10:
            break
    return count


renamed_enumerate, renamed_zip, renamed_range = enumerate, zip, range


def builtins_under_other_names(values, weights):
    total = 0
    for i, x in renamed_enumerate(values):
        total += i * x
    for x, w in renamed_zip(values, weights):
        total += x * w
    for i in renamed_range(3):
        total += i
    return total


def value_that_is_not_used(values, i):
    part = values[i]  # noqa: F841
    return i


def set_first(values, to):
    values[0] = to


def nothing_that_a_call_returns(values, way):
    for _ in range(2):
        values[1] += 1
    if way == 0:
        return 1 if set_first(values, 5) else 2.5
    if way == 1:
        return set_first(values, 6) is None
    if way == 2:
        return bool(set_first(values, 7))
    if way == 3:
        return not set_first(values, 8)
    return set_first(values, 9)


def nothing_or_a_number(values, told):
    for _ in range(2):
        values[1] += 1
    got = set_first(values, 5) if told else 4
    return got is None


def an_element_that_is_none(values, at):
    for _ in range(2):
        values[1] += 1
    return (values[at] + 1) is None, values[at] in (1, 2)


def list_repeated(times):
    places = [0, 1]
    for _ in range(2):
        places = [0, 1] * times
    return places[5]


def rows_and_columns(rows, columns):
    made = 0
    for _ in range(2):
        made += np.zeros((rows, columns)).size
    return made


def times_drawn_before_the_elements(n):
    total = 0.0
    for _ in range(n):
        made = random.randint(1, 3) * [random.random()]
        total = total * 3 + made[0] + len(made)
    return total


def value_drawn_before_the_shape(n):
    total = 0.0
    for _ in range(n):
        made = np.full(fill_value=random.random(), shape=random.randint(1, 3))
        total = total * 3 + made[0] + len(made)
    return total


def enumerated_strictly(values):
    total = 0
    for i, x in enumerate(values, strict=False):
        total += i * x
    return total


def local_by_a_definition_never_reached(n):  # noqa: RET503
    total = 0
    for i in range(n):
        total += abs(-i)  # noqa: F823
    return total

    def abs(x): ...
