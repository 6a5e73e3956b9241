"""Level 2: loops over numbers."""

import numpy as np

import epochly


@epochly.optimize(level=2)
def darts(throws):
    """Estimate pi with random points."""
    inside = 0
    for _ in range(throws):
        x = np.random.random()
        y = np.random.random()
        if x**2 + y**2 <= 1:
            inside += 1
    return 4 * inside / throws


@epochly.optimize(level=2)
def fibonacci(n):
    """The n-th Fibonacci number, which soon leaves 64 bits."""
    if n <= 1:
        return n
    a, b = 0, 1
    for _ in range(n - 1):
        a, b = b, a + b
    return b
