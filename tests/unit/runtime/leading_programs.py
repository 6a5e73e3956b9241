"""Functions whose effects lie in what their objects lead to, or in what they are given."""

import dataclasses
import operator
import random
import types

import numpy as np

SEEN = []
rand = random.Random(42).random
normal = np.random.RandomState(3).normal
uniform = np.random.default_rng(1).random
everybodys = random.random


def draws_from_a_generator_of_its_own(n):
    return [rand() for _ in range(n)]


def draws_from_a_legacy_generator_of_its_own(n):
    return [normal() for _ in range(n)]


def draws_from_a_new_generator_of_its_own(n):
    return sum(uniform(n))


def hands_on_a_generator_of_its_own(n):
    return list(map(rand, [()] * n))


def draws_from_everybodys_by_another_name(n):
    return [everybodys() for _ in range(n)]


class Log:
    lines = []
    count = 0

    def add(self, line):
        self.lines.append(line)


@dataclasses.dataclass
class Card:
    value: int
    seen = {}


class Box:
    pass


class Tray:
    def __init__(self):
        self.items = SEEN


class Basket:
    def __init__(self, items=[]):  # noqa: B006
        self.items = items


class Own:
    def __init__(self):
        self.items = []


def appends_to_what_a_class_shares(n):
    log = Log()
    log.lines.append(n)
    return n


def adds_to_what_a_class_shares(n):
    log = Log()
    log.lines += [n]
    return n


def appends_to_an_alias_of_what_a_class_shares(n):
    log = Log()
    lines = log.lines
    lines.append(n)
    return n


def counts_in_the_class_of_what_it_made(n):
    log = Log()
    log.__class__.count += 1
    return n


def counts_in_a_class_that_it_asked_for(n):
    log = Log()
    kind = type(log)
    kind.count += n
    return n


def fills_a_table_that_a_dataclass_shares(n):
    card = Card(n)
    card.seen[n] = 1
    return n


def changes_what_it_had_put_into_its_own(n):
    box = Box()
    box.items = SEEN
    box.items.append(n)
    return n


def changes_what_it_had_appended(n):
    found = []
    found.append(SEEN)
    for one in found:
        one.append(n)
    return n


def changes_what_it_had_set_by_name(n):
    box = Box()
    setattr(box, "items", SEEN)  # noqa: B010
    box.items.append(n)
    return n


def changes_what_a_constructor_put_there(n):
    tray = Tray()
    tray.items.append(n)
    return n


def changes_the_default_of_a_constructor(n):
    basket = Basket()
    basket.items.append(n)
    return n


def changes_what_is_really_its_own(n):
    own = Own()
    own.items.append(n)
    own.size = n
    return own.size


def fills_a_grid_of_its_own(n):
    grid = [[0] * n for _ in range(n)]
    for i in range(n):
        grid[i][i] = i
    return grid


def puts_numbers_of_a_table_into_its_own(n):
    found = [0.0] * n
    for i in range(n):
        found[i] = TABLE[i % 3]
        found[i] += 1.0
    return found


TABLE = [1.0, 2.0, 3.0]


def puts_a_shared_object_into_an_argument(found):
    found[0] = SEEN
    return len(found)


def sorts(values, key):
    return sorted(values, key=key)


def maps(values, function):
    return list(map(function, values))


def sorts_by_default(values, key=SEEN.append):
    return sorted(values, key=key)


def sorts_by_one_of(values, options):
    return sorted(values, key=options["key"])


def size_of(options):
    return len(options.items)


def sum_of_a_pair(pair):
    return pair[0] + pair[1]


def deepest(nested):
    return nested[0][0][0][0][0].price


def asks_by_name(item, name):
    return getattr(item, name)


def asks_by_format(item):
    return "{.price}".format(item)  # noqa: UP032


def asks_with_a_getter(items):
    return list(map(operator.attrgetter("price"), items))


def asks_by_matching(item):
    match item:
        case Order(price=price):
            return price
    return None


def negated(value):
    return -value


def noted(value):
    SEEN.append(value)
    return value


def read(path):
    with open(path) as file:
        return file.read()


class Sized:
    def __len__(self):
        SEEN.append(1)
        return 3

    def __add__(self, other):
        SEEN.append(1)
        return other


class Asked:
    def __get__(self, owner, cls=None):
        SEEN.append(1)
        return 7


class Item:
    price = Asked()


class Order:
    @property
    def price(self):
        SEEN.append(1)
        return 7


class Fading:
    def __del__(self):
        SEEN.append(1)


class Plain:
    value = 1

    def negated(self, value):
        return -value

    def noted(self, value):
        self.last = value
        return value


class Single:
    def __deepcopy__(self, memo):
        return self


def space(**parts):
    return types.SimpleNamespace(**parts)
