"""Arithmetic: Python's and NumPy's number rules as functions that Numba compiles.

Each raises where compiled code cannot give what the original gives: `Inexact` where a number
leaves what 64 bits hold, the original's own kind of exception where it would raise one. Either
way the original runs instead, so messages are never seen by the user's program.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.extending import intrinsic

from epochly_backends.numba_jit.inexact import Inexact, TooDeep

_Function = TypeVar("_Function", bound=Callable[..., Any])
# A wrapper for calls from Python takes as long to compile as a small function.
NOT_FOR_PYTHON: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
EXACT = 2**53  # up to here every integer is a float64


def compiled(function: _Function) -> _Function:
    """Compile for calls from compiled code alone, inlined wherever LLVM can."""
    make = numba.njit(error_model="python", forceinline=True, **NOT_FOR_PYTHON)
    return cast(_Function, make(function))


def _checked(instruction: str) -> Any:
    """An int64 operation by an LLVM intrinsic that reports overflow, and raises on it."""

    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pair = getattr(builder, instruction)(*arguments)
            with builder.if_then(builder.extract_value(pair, 1), likely=False):
                context.call_conv.return_user_exc(builder, Inexact, ("an int left 64 bits",))
            return builder.extract_value(pair, 0)

        return types.int64(types.int64, types.int64), generate

    return intrinsic(operation)


def _ieee(instruction: str) -> Any:
    """A float64 operation by the processor's instruction, which never raises."""

    def operation(typing_context: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return types.float64(types.float64, types.float64), generate

    return intrinsic(operation)


@compiled
def fewer(calls_left: int, frames: int) -> int:
    if calls_left < frames:
        raise TooDeep("calls within each other, more than Python may allow")
    return calls_left - frames


add_int: Callable[[int, int], int] = _checked("sadd_with_overflow")
sub_int: Callable[[int, int], int] = _checked("ssub_with_overflow")
mul_int: Callable[[int, int], int] = _checked("smul_with_overflow")
divide_ieee: Callable[[float, float], float] = _ieee("fdiv")
fmod: Callable[[float, float], float] = _ieee("frem")


@compiled
def neg_int(a: int) -> int:
    return sub_int(0, a)


@compiled
def abs_int(a: int) -> int:
    return sub_int(0, a) if a < 0 else a


@compiled
def exact(a: int) -> float:
    if a > EXACT or a < -EXACT:
        raise Inexact("an int has no exact float64")
    return float(a)


@compiled
def floordiv_int(a: int, b: int) -> int:
    if b == 0:
        raise ZeroDivisionError("integer division by zero")
    if b == -1:
        return sub_int(0, a)
    return a // b


@compiled
def mod_int(a: int, b: int) -> int:
    if b == 0:
        raise ZeroDivisionError("integer modulo by zero")
    if b == -1:
        return 0
    return a % b


@compiled
def divide_int(a: int, b: int) -> float:
    if b == 0:
        raise ZeroDivisionError("division by zero")
    return divide_ieee(exact(a), exact(b))


@compiled
def power_int(a: int, b: int) -> int:
    if b < 0:
        raise Inexact("an int to a negative power")
    result = 1
    while b > 0:
        if b & 1:
            result = mul_int(result, a)
        b >>= 1
        if b > 0:
            a = mul_int(a, a)
    return result


@compiled
def square_int(a: int) -> int:
    return mul_int(a, a)


@compiled
def isqrt(a: int) -> int:
    if a < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    # Off by one at most, and below the root of 2**63.
    result = min(int(math.sqrt(float(a))), 3037000499)
    while result * result > a:
        result -= 1
    while result < 3037000499 and (result + 1) * (result + 1) <= a:
        result += 1
    return result


@compiled
def lshift_int(a: int, b: int) -> int:
    if b < 0:
        raise ValueError("negative shift count")
    if b > 63:
        raise Inexact("a shift by more than 63 bits")
    shifted = a << b
    if (b == 63 and a != 0) or shifted >> b != a:
        raise Inexact("an int left 64 bits")
    return shifted


@compiled
def rshift_int(a: int, b: int) -> int:
    if b < 0:
        raise ValueError("negative shift count")
    if b > 63:
        raise Inexact("a shift by more than 63 bits")
    return a >> b


@compiled
def and_int(a: int, b: int) -> int:
    return a & b


@compiled
def or_int(a: int, b: int) -> int:
    return a | b


@compiled
def xor_int(a: int, b: int) -> int:
    return a ^ b


@compiled
def divide_float(a: float, b: float) -> float:
    if b == 0.0:
        raise ZeroDivisionError("float division by zero")
    return divide_ieee(a, b)


@compiled
def mod_float(a: float, b: float) -> float:
    if b == 0.0:
        raise ZeroDivisionError("float modulo")
    if not (math.isfinite(a) and math.isfinite(b)):
        raise Inexact("a remainder of an infinite number")
    rest = fmod(a, b)
    if rest == 0.0:
        return math.copysign(0.0, b)
    if (b < 0.0) != (rest < 0.0):
        rest += b
    return rest


@compiled
def floordiv_float(a: float, b: float) -> float:
    if b == 0.0:
        raise ZeroDivisionError("float floor division by zero")
    if not (math.isfinite(a) and math.isfinite(b)):
        raise Inexact("a floor division of an infinite number")
    rest = fmod(a, b)
    quotient = divide_ieee(a - rest, b)
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return math.copysign(0.0, divide_ieee(a, b))
    whole = float(math.floor(quotient)) if abs(quotient) < EXACT else quotient
    return whole + 1.0 if quotient - whole > 0.5 else whole


@compiled
def as_int(a: bool) -> int:
    return 1 if a else 0


@compiled
def truncate(a: float) -> int:
    if not (-9.2e18 < a < 9.2e18):
        raise Inexact("a float that no 64-bit int holds")
    return int(a)


@compiled
def floor(a: float) -> int:
    return truncate(math.floor(bounded(a)))


@compiled
def ceil(a: float) -> int:
    return truncate(math.ceil(bounded(a)))


@compiled
def bounded(a: float) -> float:
    if not (-9.2e18 < a < 9.2e18):
        raise Inexact("a float that no 64-bit int holds")
    return a


@compiled
def nearest(a: float) -> int:
    """Round half to even, as `round` does."""
    whole = truncate(a)
    rest = abs(a - whole)
    if rest > 0.5 or (rest == 0.5 and whole & 1 == 1):
        whole += 1 if a > 0.0 else -1
    return whole


@compiled
def bound(a: int) -> int:
    """A bound or step of a range, kept where the loop counter cannot overflow."""
    if a > 2**60 or a < -(2**60):
        raise Inexact("a range bound beyond 60 bits")
    return a


@compiled
def larger(a: Any, b: Any) -> Any:
    return b if b > a else a


@compiled
def smaller(a: Any, b: Any) -> Any:
    return b if b < a else a
