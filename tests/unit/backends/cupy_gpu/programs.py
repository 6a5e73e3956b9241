"""NumPy programs that a device must run as NumPy does, or refuse."""

import math
import random

import numpy as np

WEIGHTS = np.linspace(0.0, 1.0, 50)
SCALE = 3


def polynomial(x):
    return np.sum(x**2 + np.sin(x))


def helper(x, power=2):
    return x**power - x.mean()


def through_helper(x):
    return helper(x) + helper(x, power=3)


def reads_globals(x):
    return x * WEIGHTS * SCALE


def stencil(a):
    for _ in range(3):
        a[1:-1] = 0.5 * (a[:-2] + a[2:])


def overlapping_store(a):
    a[1:] = a[:-1]
    return a


def overlapping_in_place(a):
    a += a[::-1]
    return a


def scalar_accumulator(x):
    total = x.sum()
    first = total
    total += 1.0
    return first, total


def rows(matrix):
    return [row.max() for row in matrix]


def same_array_twice(x):
    y = x + 1
    return y, y


def returns_its_argument(x):
    x += 1
    return x


def in_a_dict(x):
    return {"mean": x.mean(), "shape": x.shape, "n": len(x), "clipped": np.clip(x, 0.0, 0.5)}


def draws_and_adds(n):
    return np.random.random(n) + random.random()


def own_generator(n):
    rng = np.random.default_rng(7)
    return rng.normal(size=n).sum()


def mask(x):
    x[x > 0.5] = 0.0
    return x[x > 0.1]


def unpacks(pair):
    a, b = pair
    return math.sqrt(a * a + b * b)


def matrix_product(a, b):
    return a @ b + np.dot(a, b)


def branches(x):
    if x.max() > 0.5 and len(x) > 3:
        return np.where(x > 0.5, 1, 0)
    return None


def makes(n):
    grid = np.zeros((n, n))
    grid[0, :] = np.arange(n)
    grid[:, 0] += 2
    return grid.T


def rectified(x):
    return np.maximum(x, 0.0).max() + np.arange(9).sum() // 2 % 5


def tiles(a):
    for i in range(a.shape[0]):
        a[i, :] += a[i, :].sum() * i
    return a[0, 0]


ACCEPTED = {
    polynomial: "x",
    through_helper: "x",
    reads_globals: "x",
    stencil: "x",
    overlapping_store: "x",
    overlapping_in_place: "x",
    scalar_accumulator: "x",
    rows: "matrix",
    same_array_twice: "x",
    returns_its_argument: "x",
    in_a_dict: "x",
    draws_and_adds: "n",
    own_generator: "n",
    mask: "x",
    unpacks: "pair",
    matrix_product: "matrices",
    branches: "x",
    makes: "n",
    rectified: "x",
    tiles: "matrix",
}


def element_loop(x):
    total = 0.0
    for value in x:
        total += np.sqrt(value)
    return total


def element_reads(x):
    total = 0.0
    for i in range(2000):
        total += np.sqrt(x[i % 50])
    return total


def integer_index(x):
    return np.sqrt(x[np.array([0, 0, -1])])


def negative_power(x):
    return np.arange(1, 5) ** (np.arange(4) - 2)


def nan_to_int(x):
    return np.log(x - 2.0).astype(int)


def view_of_argument(x):
    return np.reshape(x, (5, 10))


def changes_a_list(items):
    items.append(np.sqrt(2.0))
    return items


def raises(x):
    np.random.random()
    if np.sum(x) > 0:
        raise ValueError(f"sum {np.sum(x)}")


def wrong_shape(x):
    return np.sqrt(x) + np.zeros(3)


GIVES_UP = {
    element_loop: "x",
    element_reads: "x",
    integer_index: "x",
    negative_power: "x",
    nan_to_int: "x",
    view_of_argument: "x",
    changes_a_list: "items",
    raises: "x",
    wrong_shape: "x",
}


def prints(x):
    print(np.sum(x))


def solves(x):
    return np.linalg.inv(x)


def writes_out(x):
    return np.sin(x, out=x)


def swallows(x):
    try:
        return np.sum(x)
    except ValueError:
        return 0


def no_numpy(n):
    return sum(i * i for i in range(n))


def shifts(x):
    return np.abs(x) << 70


REFUSED = {
    prints: ("print is not known", 1),
    solves: ("np.linalg.inv is not known", 1),
    writes_out: ("out=", 1),
    swallows: ("`try`", 1),
    no_numpy: ("generator", 1),
    shifts: ("shift", 1),
}
