"""Level 4: operations on whole arrays."""

import numpy as np

import epochly


@epochly.optimize(level=4)
def matrices(n):
    a = np.random.rand(n, n)
    b = np.random.rand(n, n)
    c = np.dot(a, b)
    d = np.sin(c) + np.cos(c)
    return np.sum(d)


@epochly.optimize(level=4)
def brightness(images):
    """One number for each colour of each image."""
    scaled = images / 255.0
    changed = scaled**2 + np.sin(scaled)
    return np.mean(changed, axis=(1, 2))


@epochly.optimize(level=4)
def unchecked(values):
    return np.sum(values)


@epochly.optimize(level=4)
def checked(values):
    """Only where there is a card and enough to do."""
    if epochly.has_gpu() and len(values) > 1_000_000:
        return np.sum(values)
    else:
        raise ValueError("there is no card, or too little to do")
