"""The NumPy names that CuPy computes as NumPy does; everything else is refused by name.

Left out on purpose, with what differs: ``argsort`` (ties), shifts (by 64 or more), ``floor_divide``
and ``remainder`` (infinities, zeros), ``reciprocal`` (integers), ``linalg`` (singular matrices
raise in NumPy only), and whatever writes through ``out=`` or ``where=``.
"""

from __future__ import annotations

from functools import cache
from types import BuiltinFunctionType
from typing import Any

_ELEMENTWISE = """
abs absolute add subtract multiply divide true_divide power square sqrt
cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh
arcsinh arccosh arctanh hypot negative positive sign floor ceil rint trunc fabs maximum minimum fmax
fmin equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor
logical_not bitwise_and bitwise_or bitwise_xor invert isnan isinf isfinite signbit copysign conj
conjugate real imag where clip deg2rad rad2deg degrees radians
"""
_REDUCING = """
sum prod mean std var min max amin amax any all argmin argmax count_nonzero cumsum cumprod ptp
nansum dot vdot inner outer matmul tensordot trace diff
"""
_SHAPING = """
reshape ravel transpose swapaxes moveaxis expand_dims squeeze concatenate stack hstack vstack dstack
column_stack roll flip fliplr flipud rot90 tile repeat triu tril diag diagonal broadcast_to meshgrid
atleast_1d atleast_2d copy ascontiguousarray sort array asarray zeros_like ones_like full_like
empty_like pad
"""
_MAKING = "zeros ones full empty eye identity"
# Computed by NumPy and then moved: the device rounds them otherwise.
_HOSTED = "arange linspace logspace geomspace indices"

# NumPy itself leaves open which zero these return where both signs are given.
EITHER_ZERO = frozenset("maximum minimum fmax fmin clip max min amax amin".split())

# Answered for device arrays without touching their elements, or with NumPy's meaning.
METHODS = frozenset(
    """all any argmax argmin astype clip conj conjugate copy cumprod cumsum diagonal dot fill
    flatten item max mean min prod ravel repeat reshape sort squeeze std sum swapaxes tolist trace
    transpose var""".split()
)
CONTAINER_METHODS = frozenset("append items keys values get index count".split())
ATTRIBUTES = frozenset("shape ndim size dtype T real imag nbytes itemsize".split())
REFUSED_KEYWORDS = frozenset("out where casting subok order like".split())

HOSTED = frozenset(_HOSTED.split())
MAKING = frozenset(_MAKING.split())

# Python's own, that see scalars or lengths; a device array inside gives up at run time.
_HOST_BUILTINS = (
    *(bool, complex, dict, enumerate, float, int, len, list, max, min, range, reversed, round),
    *(set, sorted, str, sum, tuple, zip, isinstance, abs, divmod, pow),
)
ON_DEVICE_TOO = frozenset({"len", "abs", "float", "int", "bool", "isinstance", "range"})


@cache
def numpy_names() -> dict[int, str]:
    """The identity of each known NumPy callable, with its name."""
    import numpy as np

    names = " ".join((_ELEMENTWISE, _REDUCING, _SHAPING, _MAKING, _HOSTED)).split()
    return {id(getattr(np, name)): name for name in names}


def is_host_callable(value: Any) -> bool:
    """Whether a callable is Python's own and computes from its arguments alone."""
    import math

    if any(value is known for known in _HOST_BUILTINS):
        return True
    is_math = isinstance(value, BuiltinFunctionType) and value.__module__ == math.__name__
    return is_math or _is_scalar_type(value)


def draws(value: Any) -> bool:
    """Whether a callable draws from the global streams, or makes a stream of its own."""
    import random

    import numpy as np

    if value is np.random.default_rng:
        return True
    streams = [getattr(draw, "__self__", None) for draw in (np.random.random, random.random)]
    owner = getattr(value, "__self__", None)
    return owner is not None and any(owner is stream for stream in streams)


def _is_scalar_type(value: Any) -> bool:
    import numpy as np

    return isinstance(value, type) and issubclass(value, np.number | np.bool_)
