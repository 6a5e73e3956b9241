"""Decorated functions for programs of several processes."""

import os
import time

import epochly


@epochly.optimize(level=2)
def compiled(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


@epochly.optimize(level=1)
def overlapped(values):
    return [slow(value) for value in values]


def slow(value):
    time.sleep(0.001)
    return value + 1


@epochly.optimize(level=3)
def spread(values):
    return [work(value) for value in values]


def work(value):
    return sum(i * i for i in range(value))


def report(function, argument):
    """What a function returns in this process, and how often it was called here."""
    value = function(argument)
    metrics = epochly.get_metrics(function)
    entry = next(iter(metrics["functions"].values()))
    return os.getpid(), value, metrics["total_calls"], entry["realized"]["level"]
