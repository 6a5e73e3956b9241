"""Functions: every name that a compiled program refers to, and the program made from its text."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import numba
import numpy as np
from numba.core.errors import NumbaWarning
from numba.core.registry import cpu_target

from epochly.interrupted import let_through
from epochly_backends.numba_jit import arithmetic, chance, pairs, powers, sequences, ufuncs
from epochly_backends.numba_jit.arithmetic import NOT_FOR_PYTHON, compiled
from epochly_backends.numba_jit.mathematics import MATH_ONE, MATH_TEST, MATH_TWO
from epochly_backends.numba_jit.passing import Translated
from epochly_backends.numba_jit.storage import loaded, start_runtime, stored
from epochly_backends.numba_jit.unit import Unit
from epochly_backends.numba_jit.values import PASSING, Refusal


def build(
    unit: Unit, root: Translated, example: tuple[Any, ...], *, keep: bool = True
) -> Callable[..., Any]:
    """Compile a translated unit.

    Parameters
    ----------
    example : tuple
        Arguments as compiled code takes them; only their types matter.
    keep : bool
        Keep the compiled code on disk, where there is a folder for it.

    Raises
    ------
    Refusal
        When Numba cannot compile it after all.
    OSError, MemoryError
        When it cannot now; there may be room, or a working directory, later.
    """
    namespace = {**_names(), "__name__": __name__}
    text = "\n".join(line for _, line in unit.lines)
    nogil = not unit.draws
    # A recursion that Numba loads from its cache calls a function that is not there, and crashes.
    file = stored(text, f"nogil={nogil}") if keep and not unit.counting else None
    try:
        exec(compile(text, file or "<compiled by numba>", "exec"), namespace)
    except SyntaxError as error:
        raise Refusal(
            f"it is nested too deeply: {error.msg}", "split the longest expression or loop"
        ) from error
    options: dict[str, Any] = {"boundscheck": True, "error_model": "python", "nogil": nogil}
    options |= {"cache": file is not None, "no_cfunc_wrapper": True}
    for name in unit.names:
        only = {} if name == root.name else NOT_FOR_PYTHON
        namespace[name] = numba.njit(**{**options, **only})(namespace[name])
    dispatcher = namespace[root.name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)
        try:
            types = tuple(map(numba.typeof, example))
            if file is None or not loaded(dispatcher, types):
                dispatcher.compile(types)
        except Exception as error:  # Numba's own defects show as any exception
            let_through(error)
            if file is not None and isinstance(error, OSError):
                # What cannot be kept, for want of room above all, can be compiled all the same.
                return build(unit, root, example, keep=False)
            if isinstance(error, PASSING):
                raise
            raise Refusal(
                f"Numba cannot compile it: {_first_line(error)}",
                "keep the numeric loop in a function of its own, with numbers and arrays only",
                _user_line(unit, error),
            ) from error
    dispatcher.disable_compile()
    compiled: Callable[..., Any] = dispatcher
    return compiled


def get_ready() -> None:
    """Do what the first program that is loaded needs, which takes 0.06 s.

    Those are its names, Numba's arrays, NumPy's masked ones, and NRT.
    """
    import_module("numba.np.arrayobj")
    import_module("numpy.ma")
    _names()
    start_runtime(cpu_target.target_context)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    useful = [line for line in lines if line and "nopython mode pipeline" not in line]
    return useful[0] if useful else type(error).__name__


def _user_line(unit: Unit, error: Exception) -> int | None:
    place = getattr(error, "loc", None)
    if place is None or not 1 <= place.line <= len(unit.lines):
        return None
    return unit.lines[int(place.line) - 1][0]


@cache
def _names() -> dict[str, Any]:
    names: dict[str, Any] = {
        "np": np,
        "fabs": math.fabs,
        "inf": math.inf,
        "nan": math.nan,
        "float64": np.float64,
        "int64": np.int64,
        "bool_": np.bool_,
        "gcd": _gcd,
    }
    for module in (arithmetic, powers, pairs, sequences, chance):
        names |= _made_in(module)
    names |= {f"math_{name}": _checked_one(getattr(math, name)) for name in MATH_ONE}
    names |= {f"math_{name}": _checked_two(_two(name)) for name in MATH_TWO}
    names |= ufuncs.loops()
    return names | {name: getattr(math, name) for name in MATH_TEST}


def _two(name: str) -> Callable[[float, float], float]:
    # Numba has no math.fmod, LLVM would put something else in the place of `pow`, and the C
    # library's hypot rounds otherwise than Python's.
    own = {"fmod": arithmetic.fmod, "hypot": powers.hypot, "pow": powers.libm_pow}
    return own[name] if name in own else cast(Any, getattr(math, name))


def _made_in(module: ModuleType) -> dict[str, Any]:
    own = vars(module).items()
    return {
        name: value for name, value in own if getattr(value, "__module__", "") and callable(value)
    }


def _checked_one(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of `math` that raises where CPython's does."""

    @compiled
    def call(a: float) -> float:
        result = function(a)
        if not math.isfinite(result) and (
            math.isfinite(a) or (math.isnan(result) and not math.isnan(a))
        ):
            raise ValueError("math domain or range error")
        return result

    return call


def _checked_two(function: Callable[[float, float], float]) -> Callable[[float, float], float]:
    """A function of `math` with two arguments that raises where CPython's does."""

    @compiled
    def call(a: float, b: float) -> float:
        result = function(a, b)
        if not math.isfinite(result) and (
            (math.isfinite(a) and math.isfinite(b))
            or (math.isnan(result) and not (math.isnan(a) or math.isnan(b)))
        ):
            raise ValueError("math domain or range error")
        return result

    return call


@compiled
def _gcd(a: int, b: int) -> int:
    a = arithmetic.abs_int(a)
    b = arithmetic.abs_int(b)
    while b != 0:
        a, b = b, a % b
    return a
