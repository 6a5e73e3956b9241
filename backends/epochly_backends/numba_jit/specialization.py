"""Specializations: one function compiled for one combination of kinds of arguments."""

from __future__ import annotations

import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from epochly.call import Part
from epochly.errors import Deoptimize
from epochly.interrupted import let_through
from epochly_backends.numba_jit.inexact import Inexact, TooDeep
from epochly_backends.numba_jit.kinds import (
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    Array,
    GivenList,
    Kind,
    Opaque,
    kind_of,
)
from epochly_backends.numba_jit.passing import Translated
from epochly_backends.numba_jit.results import decoder
from epochly_backends.numba_jit.state import with_streams
from epochly_backends.numba_jit.unit import Unit

# An attempt that ends in Inexact costs its time on top of the original's; after two in a row
# the next is likely to end the same way.
PATIENCE = 2
# Numba does not release what compiled code holds when it raises: its arguments, and what it made,
# whose size is not known and taken to be this much at least.
LEAST_LEFT = 2**24
MOST_LEFT = 2**28
DEFAULT_STACK, LARGEST_FRAME = 2**22, 2**12
LEFT_TO_C = 64
_GAVE_UP = ("numbers left 64 bits", "it called itself too deeply")
_DTYPE = {PY_INT: "int64", PY_FLOAT: "float64", PY_BOOL: "bool"}


class Specialization:
    """A function compiled for the kinds of some arguments.

    Parameters
    ----------
    function : FunctionType
        The Python function.
    values : sequence
        Arguments in the order of the parameters; neither called with nor changed.

    Raises
    ------
    Refusal
        When it cannot be compiled with its meaning kept.
    """

    def __init__(self, function: FunctionType, values: Sequence[Any]) -> None:
        started = time.perf_counter()
        kinds = kinds_of(values)
        unit, root = translated(function, kinds)
        self._counting = unit.counting
        assert root.kind is not None
        self._decode = decoder(root.kind, root.elements)
        self._lists = tuple(
            (at, kind.element) for at, kind in enumerate(kinds) if isinstance(kind, GivenList)
        )
        self._unread = tuple(at for at, kind in enumerate(kinds) if isinstance(kind, Opaque))
        self._written = tuple(sorted(root.writes))
        self._written_arrays = tuple(at for at in self._written if isinstance(kinds[at], Array))
        self._draws = frozenset(unit.draws)
        self._warns = unit.warns
        self._arrays = tuple(at for at, kind in enumerate(kinds) if isinstance(kind, Array))
        self._holds = bool(unit.allocates or self._arrays or self._lists)
        self._left = 0
        self._in_a_row = 0
        self._why = ""
        self.guards = unit.guards
        self.parts: tuple[Part, ...] = tuple(dict.fromkeys(unit.parts))
        # A refusal ends before Numba is imported, which takes half a second.
        from epochly_backends.numba_jit.functions import build

        self._call: Callable[..., Any] = build(unit, root, self._example(values))
        self.compile_s = time.perf_counter() - started

    @property
    def given_up(self) -> bool:
        """Whether attempts ended in vain so often that no further one is made."""
        return self._in_a_row >= PATIENCE or self._left >= MOST_LEFT

    def __call__(self, values: Sequence[Any]) -> Any:
        """Run for arguments of the kinds it was compiled for.

        Raises
        ------
        Deoptimize
            When it gave up, leaving everything as it was.
        """
        if self.given_up:
            reason = self._why if self._in_a_row else "it raised too often"
            raise Deoptimize(f"{reason} on earlier calls; the original runs at once")
        if self._warns and _warnings_raise():
            raise Deoptimize("NumPy's warnings are errors here, which compiled code cannot raise")
        saved = [(values[at], values[at].copy()) for at in self._written_arrays]
        try:
            passed = self._passed(values)
            if self._draws:
                raw = with_streams(self._draws, lambda: self._call(*passed))
            else:
                raw = self._call(*passed)
        except Deoptimize:
            raise
        except Exception as error:  # compiled user code raises whatever the user's code may
            for array, before in saved:
                array[...] = before
            let_through(error)
            self._in_a_row = self._in_a_row + 1 if isinstance(error, Inexact) else 0
            self._why = _GAVE_UP[isinstance(error, TooDeep)]
            if self._holds:
                self._left += max(LEAST_LEFT, sum(values[at].nbytes for at in self._arrays))
            kind = "" if isinstance(error, Inexact) else f"{type(error).__name__}: "
            raise Deoptimize(f"compiled code gave up: {kind}{error}") from error
        self._in_a_row = 0
        for at, _ in self._lists:
            if at in self._written:
                values[at][:] = passed[at].tolist()
        return self._decode(raw, values)

    def _passed(self, values: Sequence[Any]) -> Sequence[Any]:
        if not self._lists and not self._unread and not self._counting:
            return values
        import numpy

        passed = list(values)
        for at in self._unread:
            passed[at] = None
        arrays: dict[int, Any] = {}
        for at, element in self._lists:
            value = values[at]
            if id(value) not in arrays:
                arrays[id(value)] = numpy.array(value, dtype=_DTYPE[element])
            passed[at] = arrays[id(value)]
        return [*passed, calls_left()] if self._counting else passed

    def _example(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """What is passed, by type: lists may hold ints of more than 64 bits, which none is."""
        import numpy

        example = list(values)
        for at in self._unread:
            example[at] = None
        for at, element in self._lists:
            example[at] = numpy.empty(0, dtype=_DTYPE[element])
        return (*example, 0) if self._counting else tuple(example)


def kinds_of(values: Sequence[Any]) -> tuple[Kind, ...]:
    """What compiled code depends on of each argument."""
    return tuple(kind_of(value, position) for position, value in enumerate(values))


def translated(function: FunctionType, kinds: tuple[Kind, ...]) -> tuple[Unit, Translated]:
    """A function for some kinds of arguments as a program for Numba, which is not imported yet.

    Raises
    ------
    Refusal
        When it cannot be compiled with its meaning kept.
    """
    unit = Unit()
    root = unit.translate(function, kinds)
    if unit.recursive:
        unit = Unit(counting=True)
        root = unit.translate(function, kinds)
    return unit, root


def calls_left() -> int:
    """How many calls may stand within each other from here, by Python's limit and the stack.

    Python counts calls of C functions too, so some are left to it.
    """
    depth = 0
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        depth += 1
    room = (threading.stack_size() or DEFAULT_STACK) // LARGEST_FRAME
    return max(0, min(sys.getrecursionlimit() - depth - LEFT_TO_C, room))


def _warnings_raise() -> bool:
    """Whether a floating-point warning of NumPy would raise, or call what the user set."""
    import numpy

    if not {"raise", "call", "log", "print"}.isdisjoint(numpy.geterr().values()):
        return True
    return any(
        entry[0] == "error" and issubclass(RuntimeWarning, entry[2]) for entry in warnings.filters
    )
