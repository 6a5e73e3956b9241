"""Mathematics: the functions of `math`, and NumPy's of single numbers."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any

from epochly_backends.numba_jit.handler import Handler, positional
from epochly_backends.numba_jit.kinds import (
    NP_FLOAT,
    NP_INT,
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    number,
)
from epochly_backends.numba_jit.values import (
    BOOLS,
    FLOATS,
    Refusal,
    Value,
    known_number,
    real,
    whole,
)

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

# fmt: off
MATH_ONE = (
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "degrees", "erf", "erfc",
    "exp", "expm1", "fabs", "log", "log10", "log1p", "log2", "radians", "sin", "sinh", "sqrt",
    "tan", "tanh",
)
MATH_TWO = (
    "atan2", "copysign", "fmod", "hypot", "pow",
)
MATH_TEST = (
    "isfinite", "isinf", "isnan",
)
NUMPY_EXACT = (
    "ceil", "fabs", "floor", "sqrt", "trunc",
)
NUMPY_INEXACT = (
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cos", "cosh", "exp", "exp2",
    "expm1", "log", "log10", "log1p", "log2", "sin", "sinh", "tan", "tanh",
)
# fmt: on
# These give back an int of NumPy for an int.
_KEEPS_INTS = frozenset(("np.floor", "np.ceil", "np.trunc"))
_NO_BOOLS = FLOATS | {PY_INT, NP_INT}
_INDICES = frozenset((PY_INT, PY_BOOL, NP_INT))


def handlers() -> dict[Any, Handler]:
    """Handlers of the functions, by the function itself."""
    import numpy as np

    made: dict[Any, Handler] = {math.gcd: _gcd, math.isqrt: _isqrt, np.abs: _numpy_absolute}
    made |= {getattr(math, name): _of_real(f"math_{name}", PY_FLOAT) for name in MATH_ONE}
    made |= {getattr(math, name): _of_reals(f"math_{name}", PY_FLOAT) for name in MATH_TWO}
    made |= {getattr(math, name): _math_test(name) for name in MATH_TEST}
    made |= {getattr(np, name): _of_real(f"np.{name}", NP_FLOAT) for name in NUMPY_EXACT}
    return made | {getattr(np, name): _of_real(f"np_{name}", NP_FLOAT) for name in NUMPY_INEXACT}


def _of_real(name: str, tag: int) -> Handler:
    """A function of one float."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        (operand,) = map(expressions.value, positional(node, 1, 1))
        if operand.kind is None:
            return operand
        accepted = FLOATS if name in _KEEPS_INTS else _NO_BOOLS
        if tag == NP_FLOAT and not known_number(operand).tags <= accepted:
            raise Refusal(
                f"{name} of a value that is {operand.kind}", "convert it with float() first"
            )
        result = Value(number(tag), f"{name}({real(operand)})")
        expressions.unit.note_warnings(result.kind)
        return result

    return handle


def _of_reals(name: str, tag: int) -> Handler:
    """A function of two floats."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        operands = [expressions.value(item) for item in positional(node, 2, 2)]
        if any(operand.kind is None for operand in operands):
            return Value(None, "0")
        return Value(number(tag), f"{name}({', '.join(map(real, operands))})")

    return handle


def _numpy_absolute(expressions: Expressions, node: ast.Call) -> Value:
    (operand,) = map(expressions.value, positional(node, 1, 1))
    if operand.kind is None:
        return operand
    kind = known_number(operand)
    if kind.single is None or kind.single in BOOLS:
        raise Refusal(f"np.abs of a value that is {kind}", "use abs()")
    if kind.single in FLOATS:
        return Value(number(NP_FLOAT), f"fabs({operand.text})")
    return Value(number(NP_INT), f"abs_int({operand.text})")


def _math_test(name: str) -> Handler:
    def handle(expressions: Expressions, node: ast.Call) -> Value:
        (operand,) = map(expressions.value, positional(node, 1, 1))
        text = "False" if operand.kind is None else f"{name}({real(operand)})"
        return Value(number(PY_BOOL), text)

    return handle


def _gcd(expressions: Expressions, node: ast.Call) -> Value:
    left, right = map(expressions.value, positional(node, 2, 2))
    if left.kind is None or right.kind is None:
        return Value(None, "0")
    if not (known_number(left).tags | known_number(right).tags) <= _INDICES:
        raise Refusal("math.gcd of floats or of NumPy booleans", "convert them with int() first")
    return Value(number(PY_INT), f"gcd({whole(left)}, {whole(right)})")


def _isqrt(expressions: Expressions, node: ast.Call) -> Value:
    (operand,) = map(expressions.value, positional(node, 1, 1))
    if operand.kind is None:
        return operand
    if not known_number(operand).tags <= _INDICES:
        raise Refusal("math.isqrt of a float or a NumPy boolean", "convert it with int() first")
    return Value(number(PY_INT), f"isqrt({whole(operand)})")
