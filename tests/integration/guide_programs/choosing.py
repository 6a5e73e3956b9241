"""Leaving the level open, comparing levels, and recommending one."""

import inspect
import time

import numpy as np

import epochly


@epochly.optimize()
def left_open(values):
    return np.sum(values**2)


def compare(function, *args):
    """Mean seconds of a function at several levels."""
    rows = []
    for level in [0, 1, 2, 3]:

        @epochly.optimize(level=level)
        def at_level(*args):
            return function(*args)

        at_level(*args)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            at_level(*args)
            times.append(time.perf_counter() - start)
        realized = next(iter(epochly.get_metrics(at_level)["functions"].values()))["realized"]
        rows.append({"level": level, "time": np.mean(times), "realized": realized["level"]})
    for row in rows:
        row["speedup"] = rows[0]["time"] / row["time"]
    return rows


def wave(n):
    values = np.random.rand(n)
    return np.sum(values**2 + np.sin(values))


def sum_of_squares(values):
    total = 0
    for value in values:
        total += value**2
    return total


def recommend(function, sample):
    """Which levels the source suggests, and which was the fastest."""
    source = inspect.getsource(function)
    suggested = []
    if any(word in source for word in ("open(", "read(", "requests.")):
        suggested.append({"level": 1, "reason": "it reads"})
    if "for " in source or "while " in source:
        suggested.append({"level": 2, "reason": "it loops"})
    if "[" in source and "for" in source:
        suggested.append({"level": 3, "reason": "it has a comprehension"})
    fastest, best = float("inf"), 0
    reached, results = [], []
    for suggestion in suggested:
        with epochly.optimize_context(level=suggestion["level"]) as context:
            function(sample)
            start = time.perf_counter()
            results.append(function(sample))
            elapsed = time.perf_counter() - start
        reached.append(context.reached)
        if elapsed < fastest:
            fastest, best = elapsed, suggestion["level"]
    return {"level": best, "suggested": suggested, "reached": reached, "results": results}


def one_block_a_level(function, values):
    found = {}
    for level in [0, 1, 2, 3]:
        with epochly.benchmark_context(f"Level {level}"):
            with epochly.optimize_context(level=level):
                found[level] = function(values)
    return found
