"""What a pickle would not bring over as it is: NaN by identity, the order of a set, a cause."""

from __future__ import annotations

import copyreg
import io
import math
import struct
from types import FunctionType
from typing import Any

from epochly.code.asking import is_a
from epochly.code.callgraph import is_users

_SETS = (set, frozenset)
_NUMBERS = (int, float, complex)


class Nans:
    """The same not-a-numbers here and in a worker.

    Lists and sets find an object by its identity first, and NaN by nothing else. Both sides number
    them in the order in which they travel.
    """

    def __init__(self) -> None:
        import numpy as np

        self._kept: list[float] = []
        self._numbers: dict[int, int] = {}
        for value in (math.nan, np.nan):
            self._number(value)

    def persistent_id(self, value: Any) -> Any:
        """The number of a NaN and its bits; None for anything else."""
        if type(value) is not float or value == value:
            return None
        return self._number(value), struct.pack("<d", value)

    def persistent_load(self, pid: tuple[int, bytes]) -> float:
        """The NaN of a number."""
        number, bits = pid
        if number == len(self._kept):
            (value,) = struct.unpack("<d", bits)
            self._number(value)
        return self._kept[number]

    def _number(self, value: float) -> int:
        number = self._numbers.setdefault(id(value), len(self._kept))
        if number == len(self._kept):
            self._kept.append(value)
        return number

    def dumps(self, value: Any) -> bytes:
        """Pickle for a worker process what can be the same there.

        Raises
        ------
        TypeError
        """
        from epochly.runtime.travel import pickler

        class Pickler(pickler()):  # type: ignore[misc]
            def persistent_id(_, obj: Any) -> Any:
                if type(obj) in _SETS and is_reordered(obj):
                    raise TypeError("a set within the items is in another order in another process")
                return self.persistent_id(obj)

            def reducer_override(self, obj: Any) -> Any:
                if isinstance(obj, BaseException):
                    if is_raised(obj):
                        raise TypeError("a copy of an exception forgets where it was raised")
                    return reduced_error(obj)
                refuse_registered(type(obj))
                return super().reducer_override(obj)

        with io.BytesIO() as file:
            Pickler(file, protocol=5).dump(value)
            return file.getvalue()

    def loads(self, data: bytes) -> Any:
        """What `dumps` has pickled."""
        import pickle

        class Unpickler(pickle.Unpickler):
            def persistent_load(_, pid: Any) -> Any:
                return self.persistent_load(pid)

        return Unpickler(io.BytesIO(data)).load()


def is_reordered(numbers: set[Any] | frozenset[Any]) -> bool:
    """Whether a set of numbers has the order of what it once held as well, which a copy forgets."""
    told = list(numbers)
    return all(isinstance(one, _NUMBERS) for one in told) and list(type(numbers)(told)) != told


def is_raised(value: Any) -> bool:
    """Whether it is an exception that knows where it was raised."""
    return is_a(value, BaseException) and value.__traceback__ is not None


def refuse_registered(cls: type) -> None:
    """Raise where `copyreg` knows a function of the user's that says what a copy holds.

    Raises
    ------
    TypeError
    """
    registered = copyreg.dispatch_table.get(cls)
    if isinstance(registered, FunctionType) and is_users(registered):
        raise TypeError(f"{registered.__qualname__} decides what a copy of a {cls.__name__} holds")


def reduced_error(error: BaseException) -> tuple[Any, ...]:
    """How to make an exception again with its cause and context, which pickling forgets."""
    reduced: Any = error.__reduce_ex__(4)
    make, arguments, held = (*reduced, None)[:3]
    links = error.__cause__, error.__context__, error.__suppress_context__
    named = {
        name: getattr(error, name)
        for name in ("name", "obj")
        if isinstance(error, (AttributeError, NameError)) and hasattr(error, name)
    }
    return _linked, (make, arguments, held, links, named)


def _linked(
    make: Any, arguments: Any, held: Any, links: tuple[Any, ...], named: dict[str, Any]
) -> BaseException:
    error: BaseException = make(*arguments)
    if held:
        error.__setstate__(held)
    for name, value in named.items():
        setattr(error, name, value)
    error.__cause__, error.__context__, error.__suppress_context__ = links
    return error
