"""Functions to understand; each fact has a line that the tests look for by its mark."""

import math
import time

import numpy as np

TABLE = np.zeros((50, 4))
FEW = [1, 2]
RATES = list(range(500))


def energy(signal):
    total = 0.0
    for x in signal:  # loop
        total += x * x + math.sin(x)
    return total


def multiply(a, b):
    rows, inner = a.shape
    columns = b.shape[1]
    product = np.zeros((rows, columns))  # made
    for i in range(rows):  # outer
        for j in range(columns):  # middle
            for k in range(inner):  # inner
                product[i, j] += a[i, k] * b[k, j]
    return product


def measure_all(batch):
    return [measure(samples) for samples in batch]  # comprehension


def measure(samples):
    return float(np.sum(samples**2))  # helper


def drawn(n):
    return [np.random.random() for _ in range(n)]  # draws


def waits(pauses):
    for pause in pauses:
        time.sleep(pause)  # sleep


def reads(paths):
    texts = []
    for path in paths:
        with open(path) as file:  # open
            texts.append(file.read())
    return texts


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)  # itself


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)  # again


def allocates(n):
    total = 0.0
    for _ in range(n):
        total += np.zeros(10).sum()  # allocation
    return total


def grows(n):
    out = np.zeros(0)
    for value in range(n):
        out = np.append(out, value)  # copy
    return out


def whole(data, scale=2.0):
    return np.sqrt(data * scale)  # whole


def uses_globals(x):
    return x + TABLE.sum() + RATES[0] + FEW[0]


def closing_over():
    weights = np.ones(20)

    def weighted(x):
        return x * weights.sum()

    return weighted


def repeated(text):
    while text:  # while
        text = text[1:]
    return text


def over_made(data):
    total = 0
    for value in [item * 2 for item in data]:
        total += sum(value + other for other in data)
    return total
