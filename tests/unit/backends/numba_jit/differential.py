"""Runs a function plainly and compiled, and tells whether anything differs."""

from __future__ import annotations

import copy
import math
import pickle
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from epochly_backends.numba_jit import NumbaJit

from epochly.backend import Prepared
from epochly.code.function import function_of
from epochly.errors import Deoptimize
from epochly.model import Arguments, Refused

_prepared: dict[Callable[..., Any], Prepared] = {}


def prepare(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Prepared | Refused:
    """Prepare a function of a test for an example, anew."""
    return NumbaJit().prepare(function_of(function), Arguments(args, kwargs))


def compiled(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Prepared:
    """Prepare a function that must not be refused."""
    made = prepare(function, *args, **kwargs)
    assert not isinstance(made, Refused), made
    return made


def differential(function: Callable[..., Any], *args: Any) -> str:
    """Compare one call with plain Python's; a function is prepared for the first it accepts.

    Returns
    -------
    str
        ``equal``, ``deoptimized``, or ``refused:`` with the reason; a difference fails.
    """
    made = _prepared.get(function) or prepare(function, *args)
    if isinstance(made, Refused):
        return f"refused: {made.reason}"
    _prepared[function] = made
    given = copy.deepcopy(args)
    states = random_states()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = made(*given)
        except Deoptimize:
            if made.stats()["given_up"]:
                # The next call is another test's, and tests may come in any order.
                del _prepared[function]
            assert same(given, args), f"{function.__name__}{args} left its arguments changed"
            assert random_states() == states
            return "deoptimized"
        after = random_states()
        random.setstate(states[0])
        np.random.set_state(pickle.loads(states[1]))
        plain = copy.deepcopy(args)
        expected = function(*plain)
    where = f"{function.__name__}{args}: {expected!r} against {result!r}"
    assert same(result, expected), where
    assert same(given, plain), f"{where}, arguments {plain!r} against {given!r}"
    assert after == random_states(), f"{where}, random state"
    for value, other in zip(args_in(expected, plain), args_in(result, given), strict=True):
        assert value == other, f"{where}, which argument is returned"
    return "equal"


def random_states() -> tuple[Any, bytes]:
    """Where Python's and NumPy's generators stand; one array is compared as its bytes."""
    return random.getstate(), pickle.dumps(np.random.get_state())


def args_in(result: Any, args: tuple[Any, ...]) -> list[int]:
    items = result if isinstance(result, tuple) else (result,)
    mutable = (np.ndarray, list)
    return [at for i in items for at, a in enumerate(args) if isinstance(a, mutable) and a is i]


def same(first: Any, second: Any) -> bool:
    """Whether types, shapes and numbers agree, floats in every bit but those of a NaN."""
    if type(first) is not type(second):
        return False
    if isinstance(first, np.ndarray):
        if first.dtype != second.dtype or first.shape != second.shape:
            return False
        return all(same(a, b) for a, b in zip(first.flat, second.flat, strict=True))
    if isinstance(first, tuple | list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and same(list(first.values()), list(second.values()))
    if isinstance(first, float):
        if math.isnan(first) or math.isnan(second):
            return math.isnan(first) and math.isnan(second)
        return first == second and math.copysign(1.0, first) == math.copysign(1.0, second)
    return bool(first == second)
