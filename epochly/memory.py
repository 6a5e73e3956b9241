"""How much memory values take, and how much is left."""

from __future__ import annotations

import sys
from collections import deque
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, NamedTuple

from epochly.cores import CGROUPS
from epochly.loaded import loaded

# Of a longer container so many items speak for the rest.
SAMPLED = 32
DEEPEST = 4
# So little is always there, and asking takes longer than copying it.
SMALL = 2**26
_MADE_IN_PYTHON = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_LIMITS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)


class Held(NamedTuple):
    """What a value takes.

    Parameters
    ----------
    size : int
        Bytes.
    pieces : int
        Objects, containers among them.
    """

    size: int
    pieces: int = 1

    def __add__(self, other: Held) -> Held:  # type: ignore[override]
        return Held(self.size + other.size, self.pieces + other.pieces)


def held_by(value: Any, *, deepest: int = DEEPEST) -> Held:
    """About what a value takes with all it holds; nothing of the user's is executed.

    Parameters
    ----------
    value : object
    deepest : int
        Containers within each other that are looked into.
    """
    kind = type(value)
    data = _of_data(value)
    if data is not None:
        return Held(data)
    made_in_python = kind.__flags__ & _MADE_IN_PYTHON
    own = Held(object.__sizeof__(value) if made_in_python else sys.getsizeof(value))
    if deepest == 0:
        return own
    if kind in (list, tuple, set, frozenset, deque):
        return own + _of_items(value, len(value), deepest)
    if kind is dict:
        keys = _of_items(value, len(value), deepest)
        return own + keys + _of_items(value.values(), len(value), deepest)
    for owner in kind.__mro__:
        # A proxy may have a `__dict__` of its own making.
        attributes = vars(owner).get("__dict__")
        if isinstance(attributes, GetSetDescriptorType | MemberDescriptorType):
            return own + held_by(attributes.__get__(value), deepest=deepest - 1)
    return own


def has_room_for(size: int) -> bool:
    """Whether so many bytes can be taken without leaving the program, and others, short."""
    return size <= SMALL or 2 * size <= free_bytes()


def free_bytes(root: Path = CGROUPS) -> int:
    """Memory that can be taken without swapping, by the system and by the cgroup's limit."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for limit, used in _LIMITS:
        with suppress(OSError, ValueError):
            granted = int((root / limit).read_text())
            return max(0, min(free, granted - int((root / used).read_text())))
    return free


def _of_items(items: Any, count: int, deepest: int) -> Held:
    # Taken at once, since another thread may change the container meanwhile.
    sampled = [held_by(item, deepest=deepest - 1) for item in list(islice(items, SAMPLED))]
    size, pieces = (sum(part) for part in zip(*sampled, strict=True)) if sampled else (0, 0)
    return Held(count * size // max(1, len(sampled)), count * pieces // max(1, len(sampled)))


def _of_data(value: Any) -> int | None:
    """Of an array or a frame; None where it is neither."""
    # Not `isinstance`, which believes what an object says of its class.
    numpy, pandas, kind = loaded("numpy"), loaded("pandas"), type(value)
    if numpy is not None and issubclass(kind, numpy.ndarray):
        return int(numpy.ndarray.nbytes.__get__(value))
    if pandas is not None and issubclass(kind, (pandas.DataFrame, pandas.Series, pandas.Index)):
        used = value.memory_usage()
        return int(used if isinstance(used, int) else used.sum())
    return None
