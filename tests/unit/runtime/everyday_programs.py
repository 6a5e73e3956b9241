"""The library in everyday use: `EVERYDAY` leaves nothing behind, `LEAVING` nearly looks so."""

import abc
import array
import contextlib
import datetime
import decimal
import difflib
import functools
import heapq
import io
import ipaddress
import math
import os
import re
import string
import unicodedata
from collections import Counter

import numpy as np

EVERYDAY = []
LEAVING = []


def everyday(*given):
    def note(function):
        EVERYDAY.append((function, given))
        return function

    return note


def leaving(*given):
    def note(function):
        LEAVING.append((function, given))
        return function

    return note


EVERYBODYS = []
TOTALS = np.zeros(3)
TABLE = np.zeros((3, 3))
WORD = re.compile(r"(\w+)")
BUFFER = io.StringIO()
CONTEXT = decimal.Context()
MASKED = np.ma.ones((2, 3))
PLACES = np.zeros(3, dtype=int)


class Tally:
    """Has methods under the names of those of a set and a list."""

    def __init__(self):
        self.n, self.seen = 0, []

    def add(self, number):
        self.n += number
        self.seen.append(number)
        return self

    def remove(self, number):
        self.n = self.n - number


class Shape(abc.ABC):
    def __init__(self, size):
        self.size = size

    @abc.abstractmethod
    def area(self):
        """In square metres."""


class Square(Shape):
    def __init__(self, size):
        super().__init__(size)
        self.sides = [size] * 4

    def area(self):
        return self.size**2


class Progress:
    def __init__(self):
        self.done = 0

    def step(self, further):
        return self.done + further


@everyday(np.ones((2, 3)))
def fills_an_array_like_another(values):
    out = np.empty_like(values)
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            out[i, j] = math.sin(values[i, j])
    return out


@everyday(30)
def sieves_a_bytearray(n):
    prime = bytearray([1]) * (n + 1)
    prime[0:2] = b"\0\0"
    for i in range(2, math.isqrt(n) + 1):
        if prime[i]:
            prime[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    return [i for i, is_prime in enumerate(prime) if is_prime]


@everyday(np.arange(6.0))
def asks_an_array(values):
    scaled = (values - values.min()) / (values.max() - values.min())
    return scaled.argsort(), scaled.clip(0.2, 0.8).round(1).cumsum(), scaled.any(), values.item(1)


@everyday([1.0, 2.0])
def doubles_a_typed_array(numbers):
    held = array.array("d", numbers)
    for i in range(len(held)):
        held[i] *= 2
    return held.tolist()


@everyday([("a", 1), ("b", 2), ("a", 3)])
def groups_by_setdefault(rows):
    found = {}
    for key, value in rows:
        found.setdefault(key, []).append(value)
    return found


@everyday([("a", 1, 2), ("b", 2, 3), ("a", 1, 3)])
def groups_twice_by_setdefault(rows):
    found = {}
    for key, inner, value in rows:
        found.setdefault(key, {}).setdefault(inner, set()).add(value)
    return found


@everyday("one two one")
def asks_for_the_most_common(text):
    return Counter(WORD.findall(text)).most_common(1)


@everyday(["a1", "b22"])
def asks_a_match(texts):
    spans = []
    for text in texts:
        match = WORD.search(text)
        if match:
            spans.append((match.start(), match.end(), match.group(1)))
    return spans


@everyday("a, b!")
def translates_a_text(text):
    return text.translate(str.maketrans("", "", string.punctuation)).isprintable()


@everyday(["2024-05-01"])
def reads_dates(texts):
    days = [datetime.datetime.strptime(text, "%Y-%m-%d").date() for text in texts]
    return [(day.isoformat(), day.weekday(), day.strftime("%d")) for day in days]


@everyday(["1.005", "2"])
def rounds_a_sum_of_decimals(texts):
    return sum(map(decimal.Decimal, texts), decimal.Decimal(0)).quantize(decimal.Decimal("0.01"))


@everyday(["a", "b"])
def writes_into_memory(lines):
    out = io.StringIO()
    for line in lines:
        out.write(line)
    return out.getvalue()


@everyday("caf\u00e9")
def strips_accents(text):
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@everyday(["10.0.0.1"])
def reads_addresses(texts):
    return [ipaddress.ip_address(text).is_private for text in texts]


@everyday("abc", "abd")
def compares_texts(one, other):
    return difflib.SequenceMatcher(None, one, other).ratio()


@everyday([3, 1, 2])
def sorts_by_a_comparison(numbers):
    return sorted(numbers, key=functools.cmp_to_key(lambda one, other: one - other))


@everyday(["1", "x"])
def passes_over_what_is_no_number(texts):
    numbers = []
    for text in texts:
        with contextlib.suppress(ValueError):
            numbers.append(int(text))
    return numbers


@everyday({1, 2}, {2, 3})
def compares_sets(one, other):
    return one.difference(other), one.intersection(other), one.isdisjoint(other)


@everyday("ab")
def makes_keys(text):
    return dict.fromkeys(text, 0), int.from_bytes(bytes.fromhex("ff"), "big")


@everyday([1, 2])
def calls_a_partial_of_a_built_in_function(numbers):
    power = functools.partial(pow, 2)
    return [power(number) for number in numbers]


@everyday(5)
def adds_to_an_object_of_its_own(n):
    tally = Tally()
    for i in range(n):
        tally.add(i)
        tally.remove(1)
    return tally.n, tally.seen


@everyday(Tally(), 5)
def adds_to_an_object_that_it_is_given(tally, n):
    for i in range(n):
        tally.add(i)
    return tally.n


@everyday(4)
def makes_objects_of_an_abstract_class(n):
    return sum(Square(i).area() for i in range(n))


@everyday([Progress()])
def calls_a_method_under_the_name_of_a_slice_s_part(made):
    return [one.step(2) for one in made]


class Noting(Tally):
    def add(self, number):
        EVERYBODYS.append(number)


class Keeping:
    """Holds methods of something else under its own names."""

    get = EVERYBODYS.append
    add = staticmethod(EVERYBODYS.append)
    index = os.getenv


class NotingSquare(Square):
    def __init__(self, size):
        super().__init__(size)
        EVERYBODYS.append(size)


class OfNoting(NotingSquare):
    def __init__(self, size):
        super().__init__(size)
        self.sides.append(size)


class Noted:
    """Notes that it was made, or asked, in three ways."""

    def __new__(cls):
        EVERYBODYS.append(cls)
        return super().__new__(cls)

    @property
    def size(self):
        EVERYBODYS.append(1)
        return 1

    def fill_all(self):
        EVERYBODYS.append(2)

    def fill(self):
        """Nothing to do."""


class OfNoted(Noted):
    def __new__(cls):
        return super().__new__(cls)


class AsksItsBase:
    size = Noted.size
    fill_all, fill = Noted.fill_all, Noted.fill


class AskingItsBase(AsksItsBase):
    def __init__(self):
        self.area = super().size

    @property
    def size(self):
        return 2


class FillingAllOfItsBase(AsksItsBase):
    def __init__(self):
        self.fill()

    def fill(self):
        super().fill_all()


class Log:
    lines = 0

    def __call__(self):
        """What is logged goes nowhere."""


class Logging:
    log = Log()

    def add(self, number):
        self.log.lines += number


class WithoutItsBase(NotingSquare):
    """Never has its base note it."""

    def __init__(self, size):
        self.size = size


@everyday(3)
def makes_objects_that_leave_their_base_out(n):
    return sum(WithoutItsBase(i).size for i in range(n))


class Counted:
    made = 0

    def add(self, number):
        Counted.made += number


@leaving([("a", 1)])
def groups_into_what_everybody_has(rows):
    found = {}
    for key, value in rows:
        found.setdefault(key, EVERYBODYS).append(value)
    return found


@leaving([("a", 1, 1)])
def groups_into_what_everybody_has_at_last(rows):
    found = {}
    for key, inner, value in rows:
        found.setdefault(key, {}).setdefault(inner, EVERYBODYS).append(value)
    return found


@leaving(np.ones((2, 3)))
def has_the_greatest_written_where_everybody_sees_it(values):
    return values.max(0, TOTALS)


@leaving(np.ones((2, 3)))
def has_what_is_clipped_written_where_everybody_sees_it(values):
    return values.clip(0.0, 0.5, TABLE[:2])


@leaving(np.ones((2, 3)))
def has_what_is_taken_written_where_everybody_sees_it(values):
    return values.take([0], 1, TABLE[:2, :1])


@leaving(np.ones(3))
def calls_a_partial_that_writes_where_everybody_sees_it(values):
    add = functools.partial(np.add, out=TOTALS)
    return add(values, 1.0)


@leaving(1)
def calls_a_partial_that_pushes_onto_what_everybody_has(number):
    push = functools.partial(heapq.heappush, EVERYBODYS)
    push(number)


@leaving(np.ones((2, 3)))
def has_the_greatest_written_by_unpacked_arguments(values):
    where = {"out": TOTALS}
    return values.max(0, **where)


@leaving(np.ones((2, 3)))
def has_a_sum_written_by_unpacked_arguments(values):
    where = (0, None, TOTALS)
    return values.sum(*where)


@leaving()
def has_the_place_of_the_greatest_written_where_everybody_sees_it():
    return MASKED.argmax(0, None, PLACES)


@leaving("1.25")
def rounds_in_a_context_that_notes(text):
    return decimal.Decimal(text).quantize(decimal.Decimal("0.1"), None, CONTEXT)


@leaving()
def changes_an_array_by_its_diagonal():
    TABLE.diagonal().fill(1.0)


@leaving("a")
def writes_into_everybodys_memory(line):
    BUFFER.write(line)


@leaving("ab")
def has_a_pattern_note_what_it_finds(text):
    return WORD.sub(EVERYBODYS.append, text)


@leaving([3, 1])
def sorts_by_a_comparison_that_notes(numbers):
    return sorted(numbers, key=functools.cmp_to_key(lambda one, other: EVERYBODYS.append(one) or 0))


@leaving(Noting(), 3)
def adds_to_an_object_that_notes(tally, n):
    for i in range(n):
        tally.add(i)


@leaving(3)
def adds_to_an_object_of_its_own_that_notes(n):
    tally = Noting()
    tally.add(n)


@leaving(Counted(), 3)
def adds_to_an_object_that_counts_for_its_class(counted, n):
    counted.add(n)


@leaving(Keeping())
def asks_an_object_that_appends(keeping):
    return keeping.get(1)


@leaving(Keeping())
def adds_to_an_object_that_appends(keeping):
    keeping.add(1)


@leaving()
def makes_an_object_that_appends():
    return Keeping().get(1)


@leaving(3)
def makes_an_object_whose_base_notes(n):
    return OfNoting(n).sides


@leaving()
def makes_an_object_whose_base_notes_that_it_is_made():
    return OfNoted()


@leaving()
def makes_an_object_whose_base_notes_that_it_is_asked():
    return AskingItsBase().area


@leaving()
def makes_an_object_whose_base_fills_what_everybody_has():
    return FillingAllOfItsBase()


@leaving(Logging(), 1)
def adds_to_an_object_that_logs_for_its_class(logging, number):
    logging.add(number)


ITEMS = [[1]]


class Items:
    def __init__(self, items):
        self.items = items

    def update(self):
        self.items[0].append(1)


@leaving(Items(ITEMS), ITEMS)
def puts_what_everybody_has_into_an_argument_under_another_name(items, same):
    same.insert(0, EVERYBODYS)
    items.update()


@leaving([3, 1])
def pushes_onto_what_everybody_has(numbers):
    for number in numbers:
        heapq.heappush({}.setdefault(number, EVERYBODYS), number)
