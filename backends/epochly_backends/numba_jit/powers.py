"""Powers: `**` of floats with the bits that the C library's `pow` gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from epochly_backends.numba_jit.arithmetic import compiled
from epochly_backends.numba_jit.inexact import Inexact


def _libm_pow(typing_context: Any, base: Any, exponent: Any) -> Any:
    """The C library's `pow`, which CPython and NumPy call.

    LLVM makes x * x of the 2nd power, sqrt(x) of the 0.5th and the like where it sees the exponent.
    These round otherwise, and `int(n**0.5)` would be off by one: so it must not see it.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        double = ir.DoubleType()
        kind = ir.FunctionType(double, (double, double))
        hidden = builder.module.globals.get("epochly_pow")
        if hidden is None:
            hidden = ir.Function(builder.module, kind, "epochly_pow")
            hidden.linkage = "linkonce_odr"
            hidden.attributes.add("noinline")
            hidden.attributes.add("optnone")
            inside = ir.IRBuilder(hidden.append_basic_block())
            power = builder.module.declare_intrinsic("llvm.pow", [double])
            inside.ret(inside.call(power, hidden.args))
        return builder.call(hidden, arguments)

    return types.float64(types.float64, types.float64), generate


def _fused(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """`a * b + c`, rounded once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


libm_pow: Callable[[float, float], float] = cast(Any, intrinsic(_libm_pow))
fused: Callable[[float, float, float], float] = cast(Any, intrinsic(_fused))


@compiled
def power_float(a: float, b: float) -> float:
    result: float = libm_pow(a, b)
    if not math.isfinite(result) and math.isfinite(a) and math.isfinite(b):
        raise Inexact("a power that is no finite float")
    return result


# The `pow` of glibc errs by 0.51 of the last bit in `_NEAR`, elsewhere by 0.54 (says its pow.c): it
# rounds as a product or a root does, unless what these lost is nearly half of the last bit: more
# than 0.5 over the first factor of the two.
_NEAR = (1e-9, 1e9)
_LOST, _LOST_FAR = 1.025, 1.12


@compiled
def square_ieee(a: float) -> float:
    result = a * a
    lost = fused(a, a, -result)
    if _NEAR[0] < result < _NEAR[1]:
        if result + lost * _LOST == result:
            return result
    elif result > 1e-280 and result + lost * _LOST_FAR == result:
        return result
    return libm_pow(a, 2.0)


@compiled
def root_ieee(a: float) -> float:
    if 1e-280 < a < 1e300:
        result = math.sqrt(a)
        lost = fused(result, result, -a) * 0.5 / result
        near = _NEAR[0] < result < _NEAR[1]
        if result - lost * (_LOST if near else _LOST_FAR) == result:
            return result
    return libm_pow(a, 0.5)


@compiled
def hypot(a: float, b: float) -> float:
    """Correctly rounded but for one in 2**40 or fewer, which is what CPython's own aims at.

    The squares and their sum are kept in two floats each, and the root is corrected once (Borges,
    "An Improved Algorithm for hypot(a,b)", 2019).
    """
    if math.isinf(a) or math.isinf(b):
        return math.inf
    if math.isnan(a) or math.isnan(b):
        return math.nan
    large, small = max(abs(a), abs(b)), min(abs(a), abs(b))
    if small == 0.0:
        return large
    scale = 1.0
    if large > 1e150:
        scale = 2.0**-600
    elif large < 1e-130:
        scale = 2.0**600
    large, small = large * scale, small * scale
    high, low = large * large, small * small
    error = fused(large, large, -high) + fused(small, small, -low)
    total = high + low
    error += (high - total) + low
    root = math.sqrt(total)
    root += (error - fused(root, root, -total)) / (2.0 * root)
    return root / scale


@compiled
def square(a: float) -> float:
    result = square_ieee(a)
    if math.isinf(result) and math.isfinite(a):
        raise Inexact("a square that is no finite float")
    return result


@compiled
def root(a: float) -> float:
    result = root_ieee(a)
    if math.isnan(result) and not math.isnan(a):
        raise Inexact("a root that is no float")
    return result
