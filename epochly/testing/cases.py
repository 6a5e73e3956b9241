"""The cases of the contract: a function of `epochly.testing.programs` and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from epochly.call import Arguments
from epochly.testing import programs


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One function with arguments.

    Parameters
    ----------
    function : callable
    make : callable
        Makes the arguments of a call, afresh each time.
    """

    function: Callable[..., Any]
    make: Callable[[], Arguments]

    def __str__(self) -> str:
        return self.function.__name__


def _given(*args: Any, **kwargs: Any) -> Callable[[], Arguments]:
    import copy

    return lambda: Arguments(copy.deepcopy(args), dict(kwargs))


def _array() -> Arguments:
    import numpy as np

    return Arguments((np.linspace(-1.0, 2.0, 40),))


_NUMBERS = list(range(40))

CASES: tuple[Case, ...] = (
    Case(programs.count_squares, _given(1000)),
    Case(programs.grow, _given(100)),
    Case(programs.sum_of_sines, _given([0.1 * number for number in range(200)])),
    Case(programs.divide_all, _given(_NUMBERS, 7)),
    Case(programs.divide_all, _given(_NUMBERS, 0)),
    Case(programs.each, _given(_NUMBERS)),
    Case(programs.appended, _given(_NUMBERS)),
    Case(programs.carried, _given(_NUMBERS)),
    Case(programs.first_failure, _given(_NUMBERS)),
    Case(programs.change_argument, _given(_NUMBERS)),
    Case(programs.same_object, _given(_NUMBERS)),
    Case(programs.draws, _given(20)),
    Case(programs.throw_darts, _given(500)),
    Case(programs.smooth, _array),
    Case(programs.change_array, _array),
    Case(programs.whole_array, _array),
    Case(programs.lazily, _given(5)),
    Case(programs.keyword_only, _given(base=4)),
)
"""Every backend must run each as plain Python does, or refuse it."""
