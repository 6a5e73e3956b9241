"""Functions that may be run twice, that may not, and that may only be changed by proof."""

import collections
import itertools
import random
import time

import numpy as np

SHARED = [0]
GRID = np.zeros(4)
SCALE = 2.0


def adds(a, b):
    return a + b


def fills_an_array_of_its_own(n):
    made = np.zeros(n)
    for i in range(n):
        made[i] = i * SCALE
    return made


def changes_its_argument(items):
    items[0] = 1
    return items


def changes_a_copy_of_its_argument(grid):
    now = grid.copy()
    now[1:-1] = 0.5 * (now[:-2] + now[2:])
    return now


def changes_part_of_its_argument(rows):
    for row in rows:
        row[0] = 0.0
    return rows


def draws(n):
    return [random.random() for _ in range(n)]


def draws_with_numpy(n):
    return np.random.random(n)


def waits(seconds):
    time.sleep(seconds)
    return seconds


def reads_a_file(path):
    with open(path) as file:
        return file.read()


def writes_a_file(path):
    with open(path, "w") as file:
        file.write("x")


def prints(text):
    print(text)


def changes_a_global():
    SHARED[0] += 1
    return SHARED[0]


def changes_an_alias_of_a_global(n):
    mine = GRID
    mine[0] = n
    return mine


def changes_a_view_of_a_global(n):
    mine = GRID[1:]
    mine[0] = n
    return n


def adds_to_an_alias_of_a_global(n):
    grid = GRID
    grid += n
    return float(grid[0])


def adds_to_a_number_of_a_global(n):
    scale = SCALE
    scale += n
    n += 1
    return scale * n


def changes_what_a_helper_returns(n):
    mine = _shared()
    mine[0] = n
    return n


def _shared():
    return SHARED


def changes_one_of_two(flag):
    mine = [0]
    if flag:
        mine = SHARED
    mine[0] = 1
    return flag


def rebinds_a_global():
    global SCALE
    SCALE = 3.0


def calls_the_unknown(callback):
    return callback()


class Counter:
    def __init__(self):
        self.count = 0

    def counts(self):
        self.count += 1
        return self.count

    def doubles(self, value):
        return 2 * value


DECK = [1, 2, 3]
CARDS = np.arange(3)


def shuffles_a_global(n):
    random.shuffle(DECK)
    return [DECK[0]] * n


def shuffles_a_global_with_numpy(n):
    np.random.shuffle(CARDS)
    return [CARDS[0]] * n


def shuffles_a_list_of_its_own(values):
    found = list(values)
    random.shuffle(found)
    return found


def adds_to_its_default(value, seen=[]):  # noqa: B006
    seen.append(value)
    return len(seen)


def adds_to_an_alias_of_its_default(value, *, seen=[]):  # noqa: B006
    alias = seen
    alias += [value]
    return len(alias)


def fills_an_array_by_its_defaults(n, shape=(2, 3), kind=np.float64, start=None):
    found = np.zeros(shape, dtype=kind)
    found[0, 0] = n if start is None else start
    return found


TICKETS = iter(range(1_000_000))
GROUPS = collections.defaultdict(list)


def takes_from_an_iterator_of_all(n):
    for ticket in TICKETS:
        return ticket + n
    return n


def next_ticket():
    return sum(itertools.islice(TICKETS, 1))


def has_a_helper_take(n):
    return next_ticket() + n


def takes_from_its_default(n, tickets=TICKETS):
    return [ticket for ticket, _ in zip(tickets, range(n), strict=False)]


def asks_for_a_group(name):
    return len(GROUPS[name])


class Meter:
    def __init__(self):
        self.readings = 0

    @property
    def value(self):
        self.readings += 1
        return self.readings

    def __getitem__(self, n):
        self.readings += 1
        return n


counted = 0


class Counting:
    @property
    def value(self):
        global counted
        counted += 1
        return counted

    def __add__(self, other):
        global counted
        counted += 1
        return other


class Scale:
    def __init__(self):
        self.factor = 2.0

    @property
    def doubled(self):
        return 2 * self.factor


METER, MEASURE = Meter(), Scale()


def asks_a_property_that_counts(n):
    return METER.value + n


def indexes_what_counts(n):
    return METER[n]


def adds_to_what_it_makes(n):
    return Counting() + n


def asks_a_property_that_only_reads(n):
    return MEASURE.doubled * n


def values_of(given):
    return [one.value for one in given]


def doubled(given):
    return [one.doubled for one in given]


class Queue:
    def __init__(self):
        self.tickets = iter(range(1_000_000))

    def takes(self, n):
        return [ticket for ticket, _ in zip(self.tickets, range(n), strict=False)]


def makes_an_iterator_of_its_own(values):
    return [value for value, _ in zip(iter(values), range(3), strict=False)]
