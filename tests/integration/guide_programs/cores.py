"""Level 3: independent items, and a table by group."""

import numpy as np

import epochly


@epochly.optimize(level=3)
def every_item(arrays):
    results = [one_item(array) for array in arrays]
    return results


def one_item(values):
    """Work on one array."""
    return np.sum(values**2 + np.sin(values) * np.cos(values))


@epochly.optimize(level=3)
def by_group(table):
    """Several aggregates for each group."""
    return table.groupby("group").agg(
        {"value": ["sum", "mean", "std"], "count": ["min", "max", "count"]}
    )


def pieces(values, size=1000):
    return [values[start : start + size] for start in range(0, len(values), size)]


@epochly.optimize(level=0)
def small_total(values):
    return np.sum(values)


@epochly.optimize(level=3)
def large_totals(values):
    return [np.sum(piece) for piece in pieces(values)]


@epochly.optimize(level=3)
def too_small():
    """A hundred items are not worth a process."""
    values = [i**2 for i in range(100)]
    return sum(values)
