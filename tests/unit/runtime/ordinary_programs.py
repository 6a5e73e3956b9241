"""Functions as people write them, which leave nothing behind."""

import collections
import dataclasses
import enum
import functools
import itertools
import math
import random
import types
from typing import NamedTuple

import numpy as np

ORDINARY = []


def ordinary(*given):
    def note(function):
        ORDINARY.append((function, given))
        return function

    return note


class P(NamedTuple):
    x: float
    y: float


Q = collections.namedtuple("Q", "a b")


@dataclasses.dataclass
class D:
    a: float
    b: float = 0.0

    def area(self):
        return self.a * self.b

    def grow(self, k):
        self.a += k


class Color(enum.Enum):
    R = 1
    G = 2


class Grid:
    def __init__(self, n):
        self.n = n
        self.rows = [[0] * n for _ in range(n)]

    def get(self, i, j):
        return self.rows[i][j]

    def put(self, i, j, v):
        self.rows[i][j] = v

    def total(self):
        return sum(map(sum, self.rows))


class Circle:
    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * self.r**2


class Model:
    def __init__(self):
        self.w = [0.5, 1.5]

    def score(self, xs):
        return sum(self.one(x) for x in xs)

    def one(self, x):
        return x * self.w[0] + self.w[1]


def fill(out, i, v):
    out[i] = v


def gen(xs):
    for x in xs:
        yield x * 2


def chunks(xs, n):
    for i in range(0, len(xs), n):
        yield xs[i : i + n]


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def add(a, b):
    return a + b


XS = [3, 1, 2]


@ordinary(XS)
def calls_a_lambda(xs):
    s = lambda x: x * x  # noqa: E731
    return sum(s(x) for x in xs)


@ordinary(XS)
def has_a_function_within(xs):
    def score(a):
        return a * a + 1

    return [score(x) for x in xs]


@ordinary(XS)
def sorts_by_a_lambda(xs):
    return sorted(xs, key=lambda x: -x)


@ordinary(XS)
def takes_the_greatest_by_a_lambda(xs):
    return max(xs, key=lambda x: x % 3)


@ordinary(XS)
def maps_a_lambda(xs):
    return list(map(lambda x: x + 1, xs))  # noqa: C417


@ordinary(XS)
def filters_by_a_lambda(xs):
    return list(filter(lambda x: x > 1, xs))


@ordinary(XS)
def reduces_by_a_lambda(xs):
    return functools.reduce(lambda a, b: a + b, xs)


@ordinary(XS)
def reduces_by_a_helper(xs):
    return functools.reduce(add, xs, 0)


@ordinary(XS)
def makes_typed_named_tuples(xs):
    return [P(x, x + 1.0) for x in xs]


@ordinary(XS)
def makes_named_tuples(xs):
    return sum(Q(x, 2).a for x in xs)


@ordinary(XS)
def makes_dataclasses(xs):
    return [D(x, 2.0).a for x in xs]


@ordinary(XS)
def calls_methods_of_dataclasses(xs):
    return [D(x, 2.0).area() for x in xs]


@ordinary([1, 2])
def asks_an_enum(xs):
    return [Color(x).name for x in xs]


@ordinary(5)
def fills_an_object_of_its_own(n):
    g = Grid(n)
    for i in range(n):
        g.put(i, i, i)
    return g.total()


@ordinary(5)
def has_a_helper_fill_its_own(n):
    out = [0] * n
    for i in range(n):
        fill(out, i, i * i)
    return out


@ordinary([0] * 5)
def has_a_helper_fill_an_argument(out):
    for i in range(len(out)):
        fill(out, i, i)
    return sum(out)


@ordinary(XS)
def sums_a_generator(xs):
    return sum(gen(xs))


@ordinary(XS)
def goes_through_a_generator(xs):
    t = 0
    for c in chunks(xs, 2):
        t += sum(c)
    return t


@ordinary([Circle(1), Circle(2)])
def calls_methods_of_arguments(cs):
    return sum(c.area() for c in cs)


@ordinary([D(1, 2)])
def has_an_argument_change_itself(ds):
    for d in ds:
        d.grow(1)
    return ds[0].a


@ordinary(Model(), XS)
def calls_methods_that_call_each_other(m, xs):
    return m.score(xs)


@ordinary(XS)
def imports_a_module(xs):
    import math

    return [math.sqrt(x) for x in xs]


@ordinary(XS)
def imports_from_a_module(xs):
    from collections import Counter

    return Counter(xs)


@ordinary(9)
def draws_from_a_random_of_its_own(n):
    r = random.Random(3)
    return [r.random() for _ in range(n)]


@ordinary(9)
def draws_from_a_stream_of_its_own(n):
    r = np.random.default_rng(3)
    return r.normal(size=n).sum()


@ordinary(20)
def asks_a_cache(n):
    return fib(n)


@ordinary(add, XS)
def calls_a_given_function(f, xs):
    return [f(x, 1) for x in xs]


@ordinary(XS)
def counts_in_a_counter(xs):
    c = collections.Counter()
    for x in xs:
        c[x] += 1
    return c.most_common(2)


@ordinary(XS)
def groups_in_a_dictionary(xs):
    d = collections.defaultdict(list)
    for x in xs:
        d[x % 2].append(x)
    return dict(d)


@ordinary(XS)
def takes_from_a_deque(xs):
    q = collections.deque(xs)
    t = 0
    while q:
        t += q.popleft()
    return t


@ordinary(XS)
def pushes_to_a_heap(xs):
    import heapq

    h = list(xs)
    heapq.heapify(h)
    return [heapq.heappop(h) for _ in range(len(h))]


@ordinary(XS)
def accumulates_by_a_lambda(xs):
    return list(itertools.accumulate(xs, lambda a, b: max(a, b)))


@ordinary(XS)
def has_a_recursion_within(xs):
    out = []

    def visit(n):
        if n == 0:
            return
        out.append(n)
        visit(n - 1)

    for x in xs:
        visit(x)
    return out


@ordinary("a b a")
def counts_words(t):
    n = {}
    for w in t.lower().split():
        n[w] = n.get(w, 0) + 1
    return sorted(n.items(), key=lambda kv: (-kv[1], kv[0]))


@ordinary(XS)
def calls_a_partial_of_its_own(xs):
    f = functools.partial(add, 2)
    return [f(x) for x in xs]


@ordinary(XS)
def maps_a_closure_of_its_own(xs):
    k = 3

    def g(x):
        return x * k

    return list(map(g, xs))


@ordinary(XS)
def has_a_function_within_that_adds_up(xs):
    n = 0

    def bump(x):
        nonlocal n
        n += x

    for x in xs:
        bump(x)
    return n


class Seconds(float):
    def __new__(cls, value, unit="s"):
        self = super().__new__(cls, value)
        self.unit = unit
        return self


class Pair(collections.namedtuple("Pair", "a b")):
    def __new__(cls, a, b=0):
        return super().__new__(cls, a, b)


class Refused(ValueError):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


@ordinary([Seconds(1.5), Seconds(2.0)])
def adds_numbers_with_a_unit(times):
    return sum(times)


@ordinary([Pair(1), Pair(2, 3)])
def adds_parts_of_named_tuples_with_a_default(pairs):
    return sum(p.a + p.b for p in pairs)


@ordinary([Refused(4), Refused(2)])
def sorts_by_a_part_of_exceptions(errors):
    return sorted(e.code for e in errors)


POLYNOMIAL = np.poly1d([1.0, 2.0, 3.0])


@ordinary([0.5, 1.5])
def asks_a_polynomial(xs):
    return [POLYNOMIAL(x) for x in xs]


@ordinary(Refused(4))
def changes_a_part_of_an_exception(error):
    error.code += 1
    return error.code


RISE = types.MethodType(POLYNOMIAL, 2.0)


@ordinary([0.5, 1.5])
def asks_a_polynomial_that_is_bound(xs):
    return RISE() + len(xs)
