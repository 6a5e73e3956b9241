"""Functions that ask for acceleration themselves, or do not."""

import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from time import perf_counter

import joblib
import numba

import epochly


@epochly.optimize(level=3, backend="processes")
def at_level_3(items):
    return [item + 1 for item in items]


@epochly.optimize(level=0)
def watched(items):
    return list(items)


@numba.njit
def compiled(x):
    return x * 2.0


def plain(x):
    return x * 2.0


def pool(items):
    with ThreadPoolExecutor(4) as executor:
        return list(executor.map(plain, items))


def other_pool(items):
    with ThreadPool(4) as executor:
        return executor.map(plain, items)


def with_joblib(items):
    return joblib.Parallel(2)(joblib.delayed(plain)(item) for item in items)


class Forest:
    def __init__(self, n_jobs=None):
        self.jobs = n_jobs


def trains(items):
    return [Forest(n_jobs=4) for _ in items]


def trains_alone(items):
    return [Forest(n_jobs=1) for _ in items]


def calls_level_3(items):
    return at_level_3(items)


def calls_watched(items):
    return watched(items)


def calls_compiled(x):
    return compiled(x)


def through_helper(items):
    return [pool(item) for item in items]


def recursive(n):
    return 1 if n < 2 else recursive(n - 1)


def cold(x):
    start = time.perf_counter()
    compiled(x)
    return time.perf_counter() - start


def cold_in_loop(x):
    times = []
    for _ in range(5):
        start = perf_counter()
        compiled(x)
        times.append(perf_counter() - start)
    return sum(times) / len(times)


def best_of_loop(x):
    times = []
    for _ in range(5):
        start = perf_counter()
        compiled(x)
        times.append(perf_counter() - start)
    return min(times)


def warm(x):
    compiled(x)
    start = time.time()
    compiled(x)
    return time.time() - start


def other_warm(x):
    plain(x)
    start = time.time()
    compiled(x)
    return time.time() - start


def times_plain(x):
    start = time.perf_counter()
    plain(x)
    return time.perf_counter() - start


def after_the_clock(x):
    start = time.perf_counter()
    plain(x)
    elapsed = time.perf_counter() - start
    compiled(x)
    return elapsed


def decorated_inside(x):
    @epochly.optimize(level=2)
    def inner(y):
        return y * 2.0

    start = time.perf_counter()
    inner(x)
    return time.perf_counter() - start


def wrapped_inside(x):
    fast = numba.njit(plain)
    start = time.perf_counter()
    fast(x)
    return time.perf_counter() - start


def wrapped_and_warm(x):
    fast = epochly.optimize(level=2)(plain)
    fast(x)
    start = time.perf_counter()
    fast(x)
    return time.perf_counter() - start
