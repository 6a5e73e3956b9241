"""Long runs of plain values, compared at the speed of C."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from typing import Any

# Values of these types are equal where `==` says so, and the types are the same.
_EXACT = frozenset((int, bool, str, bytes, type(None)))


def surely_alike(one: Collection[Any], two: Collection[Any]) -> bool:
    """Whether two collections hold the same plain values in the same order.

    Floats are alike where their bits are. False tells nothing: other types, nested collections,
    and what differs, are for a look at each value. No `==` of the user's is called.
    """
    kinds = set(map(type, one))
    if kinds <= _EXACT:
        return list(map(type, one)) == list(map(type, two)) and list(one) == list(two)
    if kinds == {float} == set(map(type, two)):
        return array("d", one).tobytes() == array("d", two).tobytes()
    return False
