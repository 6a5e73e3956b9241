"""Programs that level 2 must refuse, each marked with `# here` on the line at fault."""

from __future__ import annotations

import ctypes
import math

import numpy as np

TABLE = np.arange(5.0)
ITEMS = [1, 2, 3]
ABSOLUTE = ctypes.pythonapi.PyNumber_Absolute
total_calls = 0


def handles_errors(values):
    total = 0.0
    for x in values:
        try:  # here
            total += 1 / x
        except ZeroDivisionError:
            total = 0.0
    return total


def uses_with(values):
    with np.errstate(all="ignore"):  # here
        for x in values:
            x + 1
    return


def prints(values):
    for x in values:
        print(x)  # here


def reads_global_array(values):
    total = 0.0
    for i in range(len(values)):
        total += TABLE[i]  # here
    return total


def reads_global_list(values):
    total = 0
    for i in ITEMS:  # here
        total += i
    return total


def writes_global(values):
    global total_calls  # here
    for _ in values:
        total_calls += 1
    return total_calls


def recursive(n):
    if n < 2:
        return n
    return recursive(n / 2) + 1  # here


def halves(values):
    return halves(values[1:]) + values[0] if len(values) > 1 else values[0]  # here


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)  # here


def variadic(*values):  # here
    total = 0
    for x in values:
        total += x
    return total


def generates(values):  # here
    for x in values:
        yield 2 * x


def dead_yield(values):  # here
    for x in values:
        return x
    return 0
    yield 1


def makes_dictionary(values):
    counts = {}  # here
    for x in values:
        counts[x] = 1
    return counts


def makes_text(values):
    text = ""  # here
    for _ in values:
        text += "x"
    return text


def nested(values):
    def square(x):  # here
        return x * x

    total = 0
    for x in values:
        total += square(x)
    return total


def uses_lambda(values):
    total = 0
    square = lambda x: x * x  # here # noqa: E731
    for x in values:
        total += square(x)
    return total


def maybe_unassigned(values):
    for x in values:
        last = x
    return last  # here


def array_or_number(values):
    a = 0.0
    for _ in values:
        a = np.zeros(3)
    return a[0]  # here


def list_or_none(values):
    found = None
    for x in values:
        if x > 0:
            found = [x]
    return found  # here


def returns_view(matrix):
    for i in range(3):
        matrix[i, 0] = i
    return matrix[0]  # here is the whole function's result


def returns_either(a, b):
    for x in a:
        if x > 0:
            return a
    return b


def returns_twice(n):
    a = np.zeros(n)
    for i in range(n):
        a[i] = i
    return a, a


def whole_array(values):
    total = 0.0
    for _ in range(3):
        total += np.sum(values * 2)  # here
    return total


def gauss_of_python(n):
    import random  # here

    return random.gauss(0, 1)


def rounds_to_digits(values):
    total = 0.0
    for x in values:
        total += round(x, 2)  # here
    return total


def appends_to_argument(items):
    for i in range(3):
        items.append(i)  # here


def stores_other_type(items):
    for i in range(len(items)):
        items[i] = items[i] / 2  # here


def float_index(values):
    total = 0
    for i in range(3):
        total += values[i / 1]  # here
    return total


def huge_constant(n):
    total = 0
    for _ in range(n):
        total += 2**3 + 9223372036854775808  # here
    return total


def identity_of_numbers(values):
    n = 0
    for x in values:
        if x is n:  # here
            n += 1
    return n


def divisor_of_a_numpy_bool(x):
    return math.gcd(x > 0.5, 4)  # here


def root_of_a_numpy_bool(x):
    return math.isqrt(x > 0.5)  # here


def shifts_floats(x):
    while True:
        return x << 1  # here


class Account:
    rate = 1.5

    def interest(self, n):
        total = 0.0
        for i in range(n):
            total += i * self.rate  # here
        return total

    def unread_self(self, n):
        total = 0.0
        for i in range(n):
            total += i * math.pi
        return total


def vectorized(values):
    return np.sum(values**2 + np.sin(values))  # here


def calls_into_a_library(values):
    total = 0.0
    for x in values:
        total += ABSOLUTE(x)  # here
    return total
