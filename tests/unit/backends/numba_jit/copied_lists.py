"""Programs that take copies and slices of lists, which level 2 compiles."""

from __future__ import annotations


def sorted_by_bubbles(values):
    values = values[:]
    for end in range(len(values), 1, -1):
        for i in range(end - 1):
            if values[i] > values[i + 1]:
                values[i], values[i + 1] = values[i + 1], values[i]
    return values


def moving_averages(values, width):
    return [sum(values[i : i + width]) / width for i in range(len(values) - width + 1)]


def largest_run(values):
    best = current = values[0]
    for x in values[1:]:
        current = max(x, current + x)
        best = max(best, current)
    return best


def cut(values, start, stop):
    return (
        values[start:stop],
        values[start:],
        values[:stop],
        values[start:stop:2],
        values[stop:start:-1],
        values[::-1],
        values[::-2],
        values[start:stop:-3],
    )


def cut_in_steps(values, step):
    return values[::step]


def cut_of_a_new_list(n):
    made = [i * i for i in range(n)]
    kept = made[1:-1]
    kept.append(-1)
    made[0] = 7
    return made, kept


def copies(values):
    one, other, third = list(values), values.copy(), values[:]
    one[0] += 1
    other.append(other[0])
    return one, other, third


def list_of_an_array(values):
    kept = list(values)
    kept[0] = kept[1]
    return kept


def list_of_a_range(n):
    row = list(range(n + 1))
    for i in range(1, n + 1):
        row[i] = min(row[i] + 1, row[i - 1] + 2)
    return row


def stored_into_a_slice(values):
    values[1:2] = values[:1]
    return values


def added_to_a_slice(values):
    values[1:] += values[:1]
    return values
