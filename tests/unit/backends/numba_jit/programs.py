"""Numeric programs, as users write them."""

from __future__ import annotations

import math
import random

import numpy as np

SCALE = 2.5
LIMIT = 7
POINT = (1.5, 2)


def loop_sum(values):
    total = 0.0
    for x in values:
        total += x * x + math.sin(x)
    return total


def sum_from_int_zero(values):
    total = 0
    for i in range(len(values)):
        total += values[i] * values[i]
    return total


def mean_of(values):
    total = 0
    for x in values:
        total = total + x
    return total / len(values)


def mixed_then_used(values, flag):
    result = 0
    for x in values:
        result += x
    if flag:
        result = result * 2 - 1
    return result, bool(result > 3.0), max(result, 0), -result, abs(result)


def matrix_product(a, b):
    rows, inner = a.shape
    columns = b.shape[1]
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            total = 0.0
            for k in range(inner):
                total += a[i, k] * b[k, j]
            out[i, j] = total
    return out


def pi_numpy(n):
    inside = 0
    for _ in range(n):
        x = np.random.random()
        y = np.random.random()
        if x**2 + y**2 <= 1:
            inside += 1
    return 4 * inside / n


def pi_python(n):
    inside = 0
    for _ in range(n):
        x = random.random()
        y = random.random()
        if x * x + y * y <= 1.0:
            inside += 1
    return 4 * inside / n


def fibonacci(n):
    if n <= 1:
        return n
    a, b = 0, 1
    for _ in range(n - 1):
        a, b = b, a + b
    return b


def sieve_list(n):
    prime = [True] * (n + 1)
    prime[0] = prime[1] = False
    i = 2
    while i * i <= n:
        if prime[i]:
            for j in range(i * i, n + 1, i):
                prime[j] = False
        i += 1
    return [k for k in range(n + 1) if prime[k]]


def sieve_array(n):
    prime = np.ones(n + 1, dtype=bool)
    prime[:2] = False
    for i in range(2, int(n**0.5) + 1):
        if prime[i]:
            prime[i * i :: i] = False
    count = 0
    for flag in prime:
        if flag:
            count += 1
    return count, prime


def collatz(n):
    best = longest = 0
    for start in range(1, n):
        steps = 0
        x = start
        while x != 1:
            if x % 2 == 0:
                x //= 2
            else:
                x = 3 * x + 1
            steps += 1
        if steps > longest:
            best, longest = start, steps
    return best, longest


def n_body(position, velocity, mass, dt, steps):
    n = len(mass)
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                if i != j:
                    distance = 0.01
                    for k in range(3):
                        d = position[j, k] - position[i, k]
                        distance += d * d
                    force = mass[j] / (distance * math.sqrt(distance))
                    for k in range(3):
                        velocity[i, k] += dt * force * (position[j, k] - position[i, k])
        for i in range(n):
            for k in range(3):
                position[i, k] += dt * velocity[i, k]


def levenshtein(a, b):
    previous = [j for j in range(len(b) + 1)]  # noqa: C416
    for i in range(1, len(a) + 1):
        current = [i] + [0] * len(b)
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        previous = current
    return previous[len(b)]


def running_statistics(values):
    n = 0
    mean = m2 = 0.0
    for x in values:
        n += 1
        delta = x - mean
        mean += delta / n
        m2 += delta * (x - mean)
    return mean, m2 / (n - 1)


def option_price(n, spot, strike, rate, sigma, years):
    total = 0.0
    for _ in range(n):
        z = np.random.normal()
        drift = (rate - 0.5 * sigma * sigma) * years
        final = spot * math.exp(drift + sigma * math.sqrt(years) * z)
        total += max(final - strike, 0.0)
    return math.exp(-rate * years) * total / n


def mandelbrot(width, height, limit):
    out = np.zeros((height, width), dtype=np.int64)
    for y in range(height):
        for x in range(width):
            cr, ci = 3.0 * x / width - 2, 2.0 * y / height - 1
            zr = zi = 0.0
            n = 0
            while zr * zr + zi * zi <= 4.0 and n < limit:
                zr, zi = zr * zr - zi * zi + cr, 2 * zr * zi + ci
                n += 1
            out[y, x] = n
    return out


def bubble_sort(items):
    n = len(items)
    for i in range(n):
        for j in range(n - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items


def helper_square(x):
    return x * x + SCALE


def with_helper(values, power=2):
    total = 0.0
    for x in values:
        total += helper_square(x) ** power
    return total


def fill_row(row, value):
    for i in range(len(row)):
        row[i] = value * i


def rows_through_a_helper(matrix):
    for i in range(len(matrix)):
        fill_row(matrix[i], i)
    return matrix


def histogram(values, bins):
    counts = np.zeros(bins, dtype=np.int64)
    low, high = min(values), max(values)
    for x in values:
        at = int((x - low) / (high - low) * bins)
        if at == bins:
            at -= 1
        counts[at] += 1
    return counts


def positives(values):
    return [x for x in values if x > 0]


def sum_of_generator(values):
    return sum(x * 2 for x in values)


def enumerated(values, weights):
    total = 0.0
    for i, x in enumerate(values):
        total += i * x
    for i, x in enumerate(values, 1):
        total += i * x
    for x, w in zip(values, weights, strict=False):
        total -= x * w
    for i in reversed(range(len(values))):
        total *= 0.5
        if i < 2:
            continue
    else:
        total += 1.0
    return total


def constants(n):
    total = POINT[0]
    for i in range(n):
        if i in (1, 3):
            continue
        if not 0 <= i < LIMIT:
            break
        total += math.pi * i + np.e
    return total


def first_negative(values):
    for i in range(len(values)):
        if values[i] < 0:
            return i
    return None


def reassigned(x):
    x = float(x)
    n = int(x)
    x = n * 2
    for i in range(3):
        x += i
    return x


def checked_input(values):
    if len(values) == 0:
        raise ValueError("nothing given")
    total = 0.0
    for x in values:
        assert x >= 0, "negative"
        total += 1 / x
    return total


def unread_argument(n, label):
    total = 0
    for i in range(n):
        total += i
    return total


def array_of_lists(n):
    table = np.full((n, 2), -1, dtype=int)
    even, odd = [], []
    for i in range(n):
        if i % 2:
            odd.append(i)
        else:
            even.append(i / 2)
        table[i, 0] = len(even)
    last = even.pop()
    return even, odd, table, last


def sum_builtin(values):
    total = 0
    for _ in range(1):
        total = sum(values)
    return total


def all_random(n):
    a = b = 0.0
    c = d = e = 0
    for _ in range(n):
        a += np.random.uniform(-1, 3) + np.random.rand() + np.random.standard_normal()
        b += random.uniform(2, 5) + np.random.normal(1.0, 2.0)
        c += np.random.randint(10) + np.random.randint(-5, 1000)
        d += random.randint(1, 8) * random.randrange(100)
        e += random.randrange(16, 32) + np.random.randint(4, 5) + random.randint(3, 3)
    return a, b, c, d, e


def seeded(n):
    np.random.seed(42)
    total = 0.0
    for _ in range(n):
        total += np.random.normal()
    return total


def scaled_in_place(values, factor):
    for i in range(len(values)):
        values[i] = values[i] * factor
    return values


def fails_half_way(values, at):
    for i in range(len(values)):
        values[i] += 1
        if i == at:
            values[len(values)] = 0
    return values


def draws_then_fails(values):
    for i in range(len(values)):
        values[i] = np.random.normal() + random.random()
    return 1 / (len(values) - len(values))


def overlapping(a, b):
    for i in range(len(a)):
        b[i] = a[i] + 1
    return a


def view_of_new(n):
    a = np.arange(n)
    for i in range(n):
        a[i] = a[i] ** 2
    return a[1:]


def optional(n, start=None):
    if start is None:
        total = 0
    else:
        total = 1
    for i in range(n):
        total += i
    return total
