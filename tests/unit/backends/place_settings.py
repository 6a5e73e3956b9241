"""A module of a program, with what it shares."""

import functools

MISSING = object()
TABLE = {"a": [1]}
SCALE = 2


@functools.cache
def scaled(value):
    return value * SCALE
