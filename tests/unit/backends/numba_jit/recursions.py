"""Functions that call themselves, which level 2 compiles."""

from __future__ import annotations

import random


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def power(base, exponent, *, result=1):
    if exponent == 0:
        return result
    return power(base, exponent - 1, result=result * base)


def found_at(values, wanted, low, high):
    if low > high:
        return None
    middle = (low + high) // 2
    if values[middle] == wanted:
        return middle
    if values[middle] < wanted:
        return found_at(values, wanted, middle + 1, high)
    return found_at(values, wanted, low, middle - 1)


def merged(source, target, low, high):
    """Sorts both in turn, the one into the other."""
    if high - low < 2:
        return
    middle = (low + high) // 2
    merged(target, source, low, middle)
    merged(target, source, middle, high)
    left, right = low, middle
    for at in range(low, high):
        if left < middle and (right >= high or source[left] <= source[right]):
            target[at] = source[left]
            left += 1
        else:
            target[at] = source[right]
            right += 1


def walked(position, steps):
    if steps == 0:
        return position
    return walked(position + random.random() - 0.5, steps - 1)


def depth_of(n):
    return 0 if n == 0 else 1 + depth_of(n - 1)


def depth_through_a_list(n):
    return 0 if n == 0 else 1 + sum([depth_through_a_list(n - 1) for _ in range(1)])


def depth_through_a_generator(n):
    return 0 if n == 0 else 1 + sum(depth_through_a_generator(n - 1) for _ in range(1))


def depth_through_a_search(n):
    return n == 0 or any(depth_through_a_search(n - 1) for _ in range(1))


def depth_through_two_lists(n):
    if n == 0:
        return 0
    return max([sum([depth_through_two_lists(n - 1) for _ in range(1)]) for _ in range(1)]) + 1


def added_up_to(n):
    total = 0
    for k in range(n):
        total += fibonacci(k)
    return total


def queens(n, row, columns, rising, falling):
    if row == n:
        return 1
    return sum(
        queens(
            n,
            row + 1,
            columns | (1 << column),
            rising | (1 << (row + column)),
            falling | (1 << (row - column + n)),
        )
        for column in range(n)
        if not (columns >> column & 1 or rising >> (row + column) & 1)
        and not falling >> (row - column + n) & 1
    )


def endless(n):
    return endless(n + 1)


def small_or_fraction(n):
    if n == 0:
        return 1
    return small_or_fraction(n - 1) / 2 if n % 2 else small_or_fraction(n - 1)
