"""Functions that look like ordinary ones, and change what outlives a call, or draw or print."""

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import itertools
import random
from typing import NamedTuple

import numpy as np

TRACES = []


def leaves_a_trace(*given):
    def note(function):
        TRACES.append((function, given))
        return function

    return note


SEEN = []
COUNT = {"n": 0}
K = [1]
RNG = random.Random(1)
XS = [3, 1, 2]


class Log:
    total = []

    def __init__(self, r):
        self.r = r

    def area(self):
        SEEN.append(self.r)
        return self.r


class Reg:
    made = []

    def __init__(self, r):
        self.r = r
        Reg.made.append(self)

    def area(self):
        return self.r


class Cls:
    n = 0

    def __init__(self, r):
        self.r = r

    def area(self):
        type(self).n += 1
        return self.r


class Cls2:
    n = 0

    def __init__(self, r):
        self.r = r

    def area(self):
        self.__class__.n += 1
        return self.r


class ClsM:
    n = 0

    @classmethod
    def bump(cls):
        cls.n += 1
        return cls.n


class Stat:
    @staticmethod
    def bump():
        COUNT["n"] += 1
        return COUNT["n"]


class Prop:
    @property
    def area(self):
        SEEN.append(1)
        return 2

    def twice(self):
        return 2 * self.area


class Base:
    def area(self):
        return 1


class Sub(Base):
    def area(self):
        SEEN.append(1)
        return 2


class Deleg:
    def __init__(self, inner):
        self.inner = inner

    def area(self):
        return self.inner.area()


class GetA:
    def __getattr__(self, name):
        SEEN.append(name)
        return lambda: 3


class Call:
    def __call__(self, x):
        SEEN.append(x)
        return x


class Kept:
    def __init__(self):
        self.parts = K

    def add(self, x):
        self.parts.append(x)
        return x


class Post:
    def __init__(self):
        self.items = []

    def add(self, x):
        self.items.append(x)
        return self


GLOBAL = Post()


@dataclasses.dataclass
class DP:
    a: int

    def __post_init__(self):
        SEEN.append(self.a)


@dataclasses.dataclass
class DF:
    a: list = dataclasses.field(default_factory=lambda: K)


class NT(NamedTuple):
    x: int

    def area(self):
        SEEN.append(self.x)
        return 1


class NTn(collections.namedtuple("NTn", "x")):
    def __new__(cls, x):
        SEEN.append(x)
        return super().__new__(cls, x)


class E(enum.Enum):
    R = 1

    @classmethod
    def _missing_(cls, v):
        SEEN.append(v)
        return cls.R


def gen(xs):
    for x in xs:
        SEEN.append(x)
        yield x


def gen_fin(xs):
    try:
        yield from xs
    finally:
        SEEN.append(1)


def gen_store(xs):
    for x in xs:
        K[0] += x
        yield x


@functools.lru_cache
def cached(n):
    SEEN.append(n)
    return n


@functools.lru_cache
def cached_list(n):
    return [n]


def add(a, b):
    return a + b


def note(a, b):
    SEEN.append(a)
    return a + b


def keep(out):
    SEEN.append(out)
    return out


def fill(out, i, v):
    out[i] = v


def ident(x):
    return x


def default(x, acc=[]):  # noqa: B006
    acc.append(x)
    return acc


def pick():
    return K


GEN = gen(XS)
IT = iter(range(1000))
CYC = itertools.cycle([1, 2])
CNT = itertools.count()


@leaves_a_trace(XS)
def calls_a_lambda_that_notes(xs):
    s = lambda x: SEEN.append(x)  # noqa: E731
    return [s(x) for x in xs]


@leaves_a_trace(XS)
def sorts_by_a_lambda_that_counts(xs):
    return sorted(xs, key=lambda x: COUNT.update(n=COUNT["n"] + 1) or x)


@leaves_a_trace(XS)
def takes_from_an_iterator_in_a_key(xs):
    return max(xs, key=lambda x: next(IT))


@leaves_a_trace(XS)
def has_a_function_within_that_counts(xs):
    def f(x):
        COUNT["n"] += 1
        return x

    return [f(x) for x in xs]


@leaves_a_trace(XS)
def has_a_function_within_that_sets_a_global(xs):
    def f(x):
        global GG
        GG = x
        return x

    return [f(x) for x in xs]


@leaves_a_trace(XS)
def has_a_function_within_that_notes_by_another_name(xs):
    k = K

    def f(x):
        k.append(x)
        return x

    return [f(x) for x in xs]


@leaves_a_trace(XS)
def has_a_function_within_with_everybodys_default(xs):
    def f(x, k=K):
        k.append(x)
        return x

    return [f(x) for x in xs]


@leaves_a_trace(XS)
def has_a_function_within_that_gives_everybodys(xs):
    def f():
        return K

    f().append(1)
    return xs


@leaves_a_trace(XS)
def reduces_by_a_lambda_that_notes(xs):
    return functools.reduce(lambda a, b: SEEN.append(b) or a + b, xs)


@leaves_a_trace(XS)
def reduces_by_a_helper_that_notes(xs):
    return functools.reduce(note, xs, 0)


@leaves_a_trace(XS)
def reduces_into_everybodys(xs):
    return functools.reduce(lambda a, b: a.append(b) or a, xs, K)


@leaves_a_trace(XS)
def calls_an_object_that_notes(xs):
    return functools.reduce(Call(), xs) if 0 else [Call()(x) for x in xs]


@leaves_a_trace([Log(1)])
def calls_a_method_that_notes(os):
    return sum(o.area() for o in os)


@leaves_a_trace(XS)
def makes_objects_that_register(xs):
    return [Reg(x).area() for x in xs]


@leaves_a_trace(XS)
def calls_a_method_that_counts_in_its_type(xs):
    return [Cls(x).area() for x in xs]


@leaves_a_trace(XS)
def calls_a_method_that_counts_in_its_class(xs):
    return [Cls2(x).area() for x in xs]


@leaves_a_trace(XS)
def calls_a_classmethod_that_counts(xs):
    return [ClsM.bump() for x in xs]


@leaves_a_trace(XS)
def calls_a_staticmethod_that_counts(xs):
    return [Stat.bump() for x in xs]


@leaves_a_trace(XS)
def calls_a_method_that_reads_a_property_that_notes(xs):
    return [Prop().twice() for x in xs]


@leaves_a_trace([Base(), Sub()])
def calls_methods_of_which_one_notes(os):
    return [o.area() for o in os]


@leaves_a_trace([Deleg(Log(1))])
def calls_a_method_that_passes_on(os):
    return [o.area() for o in os]


@leaves_a_trace([Deleg(Deleg(Sub()))])
def calls_a_method_that_passes_on_twice(os):
    return [o.area() for o in os]


@leaves_a_trace([GetA()])
def calls_a_method_that_is_made_up(os):
    return [o.area() for o in os]


@leaves_a_trace([Call()])
def calls_given_objects(os):
    return [o(1) for o in os]


@leaves_a_trace(Call(), XS)
def calls_a_given_object(f, xs):
    return [f(x) for x in xs]


@leaves_a_trace(note, XS)
def calls_a_given_function(f, xs):
    return [f(x, 1) for x in xs]


@leaves_a_trace([note], XS)
def calls_a_function_of_a_list(fs, xs):
    return [f(x, 1) for x in xs for f in fs]


@leaves_a_trace({"f": note}, XS)
def calls_a_function_of_a_dictionary(d, xs):
    return [d["f"](x, 1) for x in xs]


@leaves_a_trace(functools.partial(note, 1), XS)
def calls_a_given_partial(f, xs):
    return [f(x) for x in xs]


@leaves_a_trace(SEEN.append, XS)
def calls_a_given_method_of_a_list(f, xs):
    return [f(x) for x in xs]


@leaves_a_trace(XS)
def adds_to_what_an_object_keeps(xs):
    k = Kept()
    for x in xs:
        k.add(x)
    return len(k.parts)


@leaves_a_trace(XS)
def adds_to_an_object_of_the_module(xs):
    for x in xs:
        GLOBAL.add(x)
    return len(GLOBAL.items)


@leaves_a_trace(XS)
def adds_to_an_object_of_the_module_by_another_name(xs):
    g = GLOBAL
    for x in xs:
        g.add(x)
    return 1


@leaves_a_trace(XS)
def adds_to_one_of_two_objects(xs):
    g = Post().add(1)
    h = g if xs else GLOBAL
    h.add(3)
    return 1


@leaves_a_trace(XS)
def makes_a_dataclass_that_notes(xs):
    return [DP(x).a for x in xs]


@leaves_a_trace(XS)
def makes_a_dataclass_that_holds_everybodys(xs):
    d = DF()
    d.a.append(1)
    return len(d.a)


@leaves_a_trace([NT(1)])
def calls_a_named_tuples_method_that_notes(ts):
    return [t.area() for t in ts]


@leaves_a_trace(XS)
def makes_named_tuples_that_note(xs):
    return [NTn(x) for x in xs]


@leaves_a_trace([7])
def asks_an_enum_that_notes(xs):
    return [E(x) for x in xs]


@leaves_a_trace(XS)
def sums_a_generator_that_notes(xs):
    return sum(gen(xs))


@leaves_a_trace(XS)
def ends_a_generator_that_notes(xs):
    return next(iter(gen_fin(xs)))


@leaves_a_trace(XS)
def lists_a_generator_that_adds(xs):
    return list(gen_store(xs))


@leaves_a_trace(XS)
def takes_from_everybodys_generator(xs):
    return next(GEN)


@leaves_a_trace(XS)
def takes_from_everybodys_cycle(xs):
    return [next(CYC) for _ in xs]


@leaves_a_trace(XS)
def takes_from_everybodys_counter(xs):
    return list(zip(xs, CNT, strict=False))


@leaves_a_trace(XS)
def has_a_generator_within_that_counts(xs):
    def g():
        for x in xs:
            COUNT["n"] += 1
            yield x

    return list(g())


@leaves_a_trace(XS)
def fills_a_cache_of_what_notes(xs):
    return [cached(x) for x in xs]


@leaves_a_trace(XS)
def changes_what_a_cache_holds(xs):
    c = cached_list(1)
    c.append(2)
    return len(c)


@leaves_a_trace(XS)
def asks_a_cache_how_often_it_was_asked(xs):
    return cached.cache_info().hits


@leaves_a_trace(XS)
def gives_its_own_to_what_keeps_it(xs):
    o = [0]
    keep(o)
    return o


@leaves_a_trace(XS)
def has_everybodys_filled(xs):
    for i in range(len(K)):
        fill(K, i, 2)
    return 1


@leaves_a_trace(XS)
def has_everybodys_filled_through_another_helper(xs):
    fill(ident(K), 0, 2)
    return 1


@leaves_a_trace(XS)
def has_everybodys_filled_through_its_own(xs):
    o = [K]
    fill(o[0], 0, 3)
    return 1


@leaves_a_trace(XS)
def has_a_helper_with_a_default_that_grows(xs):
    return len(default(1))


@leaves_a_trace(XS)
def changes_what_a_helper_gives(xs):
    pick().append(1)
    return 1


@leaves_a_trace(XS)
def imports_and_sets(xs):
    import sys as s

    s.setrecursionlimit(2000)
    return 1


@leaves_a_trace(XS)
def imports_and_adds(xs):
    from unit.runtime.nearly_ordinary_programs import K as k

    k.append(1)
    return len(k)


@leaves_a_trace(XS)
def imports_and_counts(xs):
    import unit.runtime.nearly_ordinary_programs

    unit.runtime.nearly_ordinary_programs.COUNT["n"] += 1
    return 1


@leaves_a_trace(XS)
def imports_what_is_not_there(xs):
    import this_is_not_loaded_yet  # noqa: F401

    return 1


@leaves_a_trace(XS)
def imports_what_opens_a_browser(xs):
    import antigravity  # noqa: F401

    return 1


@leaves_a_trace(XS)
def draws_from_everybodys_stream(xs):
    return [RNG.random() for _ in xs]


@leaves_a_trace(XS)
def draws_from_everybodys_stream_by_another_name(xs):
    r = RNG
    return [r.random() for _ in xs]


@leaves_a_trace(RNG)
def draws_from_a_given_stream(r):
    return [r.random() for _ in range(3)]


@leaves_a_trace(XS)
def draws_from_a_stream_without_a_seed(xs):
    r = np.random.default_rng()
    return r.normal()


@leaves_a_trace(XS)
def draws_from_a_random_without_a_seed(xs):
    r = random.Random()
    return r.random()


@leaves_a_trace(np.random.default_rng(1))
def draws_from_a_stream_of_a_given_one(g):
    r = np.random.default_rng(g)
    return r.normal()


@leaves_a_trace(XS)
def has_a_function_within_that_notes(xs):
    def b(x):
        SEEN.append(x)

    for x in xs:
        b(x)
    return 1


def counter():
    n = 0

    def bump(x):
        nonlocal n
        n += x
        return n

    return bump


BUMP = counter()


@leaves_a_trace(XS)
def calls_a_closure_that_counts(xs):
    return [BUMP(x) for x in xs]


@leaves_a_trace(BUMP, XS)
def calls_a_given_closure(f, xs):
    return [f(x) for x in xs]


@leaves_a_trace(XS)
def sets_an_attribute_of_a_class(xs):
    class A:
        pass

    Base.zz = 1
    return 1


@leaves_a_trace(Base())
def replaces_a_method(b):
    b.__class__.area = lambda s: 3
    return 1


class Shared:
    cache = {}

    def get(self, k):
        if k not in self.cache:
            self.cache[k] = k * 2
        return self.cache[k]


@leaves_a_trace(Shared(), XS)
def fills_a_cache_of_the_class(s, xs):
    return [s.get(x) for x in xs]


class Slots:
    def __setattr__(self, n, v):
        SEEN.append(n)
        object.__setattr__(self, n, v)

    def put(self, v):
        self.v = v
        return v


@leaves_a_trace(Slots())
def sets_an_attribute_that_notes(s):
    return s.put(1)


class Ctx:
    def __enter__(self):
        SEEN.append(1)
        return self

    def __exit__(self, *a):
        pass


@leaves_a_trace(Ctx())
def enters_what_notes(c):
    with c:
        return 1


class It:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        SEEN.append(1)
        raise StopIteration


@leaves_a_trace(It())
def lists_an_iterator_that_notes(i):
    return list(i)


class Super(Log):
    def area(self):
        return super().area() + 1


@leaves_a_trace(Super(1))
def calls_a_method_of_a_base_that_notes(s):
    return s.area()


class Par:
    def __init__(self, p):
        self.p = p

    def up(self):
        self.p.append(1)
        return 1


@leaves_a_trace(XS)
def calls_a_method_of_what_holds_everybodys(xs):
    return Par(K).up()


@leaves_a_trace(XS)
def calls_a_method_of_a_local_that_holds_everybodys(xs):
    p = Par(K)
    return sum(p.up() for _ in xs)


@leaves_a_trace(XS)
def prints_by_another_name(xs):
    f = print
    f(xs)
    return 1


@leaves_a_trace(print, XS)
def prints_by_a_given_name(f, xs):
    f(xs)
    return 1


@leaves_a_trace(XS)
def has_everybodys_shuffled(xs):
    return list(map(random.shuffle, [XS]))


@leaves_a_trace(XS)
def has_everybodys_shuffled_by_a_helper(xs):
    return calls(np.random.shuffle, XS)


def calls(f, x):
    return f(x)


class Noting(list):
    def append(self, x):
        SEEN.append(x)
        super().append(x)


@leaves_a_trace(Noting([1]))
def sums_a_list_that_notes_what_is_appended(xs):
    return sum(xs)


class Counted:
    made = 0

    def __new__(cls, *given):
        Counted.made += 1
        return super().__new__(cls)


class CountedAsWell(Counted):
    def __init__(self):
        self.x = 1


@leaves_a_trace(CountedAsWell())
def reads_an_object_that_is_counted_when_it_is_made(c):
    return c.x


class Metres(float):
    def __new__(cls, value):
        SEEN.append(value)
        return super().__new__(cls, value)


@leaves_a_trace([Metres(1.0)])
def adds_numbers_that_note_when_they_are_made(lengths):
    return sum(lengths)


class Failure(Exception):
    def __init__(self, code):
        SEEN.append(code)
        super().__init__(code)


@leaves_a_trace({"last": Failure(1)})
def counts_exceptions_that_note_when_they_are_made(failures):
    return len(failures)


class Tags(set):
    def __init__(self, *given):
        SEEN.append(given)
        super().__init__(*given)


@leaves_a_trace(Tags("ab"))
def counts_in_a_set_that_notes_when_it_is_made(tags):
    return len(tags)


@leaves_a_trace(XS)
def imports_and_adds_to_a_module_by_its_name(xs):
    import sys

    home = sys.modules["unit.runtime.nearly_ordinary_programs"]
    home.K.append(1)
    return len(home.K)


CLASSES = {"base": Base, "sub": Sub}


@leaves_a_trace(XS)
def counts_in_a_class_of_a_table_that_it_keeps(xs):
    kept = {}
    kept["base"] = CLASSES["base"]
    kept["base"].zz = len(xs)
    return kept["base"].zz


@functools.lru_cache
def cached_generator(n):
    return (x * x for x in range(n))


@functools.lru_cache
def cached_steps(n):
    yield from range(n)


@functools.lru_cache
def cached_pairs(n):
    return zip(range(n), range(n), strict=True)


@leaves_a_trace(9)
def takes_from_a_generator_in_a_cache(n):
    for x in cached_generator(n):
        return x
    return None


@leaves_a_trace(9)
def adds_up_a_generator_in_a_cache(n):
    return sum(cached_steps(n))


@leaves_a_trace(9)
def asks_an_iterator_in_a_cache(n):
    return (1, 1) in cached_pairs(n)


class Day(datetime.date):
    pass


HOLIDAY = Day(2020, 1, 1)
HOLIDAY.names = ["New Year"]


@leaves_a_trace([HOLIDAY])
def counts_what_copies_of_days_have_not(days):
    return sum(len(day.names) for day in days)


class Money(decimal.Decimal):
    pass


PRICE = Money(1)
PRICE.asked = 0


@leaves_a_trace(PRICE)
def counts_in_a_number_of_which_there_are_no_copies(price):
    price.asked += 1
    return price.asked
