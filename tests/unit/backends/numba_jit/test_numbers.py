"""Every operator and function of single numbers, against plain Python, at the extremes."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.backends.numba_jit.differential import compiled, differential

from epochly.errors import Deoptimize

INTS = [0, 1, -1, 2, -2, 3, -7, 10, 63, 64, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1]
INTS += [-(2**62), -(2**63), 3037000500]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e308, -1e308, 5e-324, 1e-310]
FLOATS += [math.inf, -math.inf, math.nan, 2.0**53, 2.0**63, -(2.0**63), 1e18, 0.1, 710.0, -745.2]


def add(a: Any, b: Any) -> Any:
    return a + b


def subtract(a: Any, b: Any) -> Any:
    return a - b


def multiply(a: Any, b: Any) -> Any:
    return a * b


def divide(a: Any, b: Any) -> Any:
    return a / b


def floor_divide(a: Any, b: Any) -> Any:
    return a // b


def remainder(a: Any, b: Any) -> Any:
    return a % b


def power(a: Any, b: Any) -> Any:
    return a**b


def compare(a: Any, b: Any) -> Any:
    return a < b, a <= b, a > b, a >= b, a == b, a != b


def extremes(a: Any, b: Any) -> Any:
    return max(a, b), min(b, a, a)


def bits(a: Any, b: Any) -> Any:
    return a & b, a | b, a ^ b


def left_shift(a: Any, b: Any) -> Any:
    return a << b


def right_shift(a: Any, b: Any) -> Any:
    return a >> b


def divmod_(a: Any, b: Any) -> Any:
    return divmod(a, b)


def augmented(a: Any, b: Any) -> Any:
    c = a
    c += b
    c *= 2
    c -= a
    return c


BINARY = [add, subtract, multiply, divide, floor_divide, remainder, power, compare, extremes]
BINARY += [bits, left_shift, right_shift, divmod_, augmented]
KINDS = {
    "int": (int, INTS),
    "float": (float, FLOATS),
    "bool": (bool, [True, False]),
    "np.int64": (np.int64, INTS),
    "np.float64": (np.float64, FLOATS),
    "np.bool": (np.bool_, [True, False]),
}
MIXES = [
    ("int", "int"),
    ("float", "float"),
    ("int", "float"),
    ("float", "int"),
    ("bool", "int"),
    ("np.int64", "np.int64"),
    ("np.float64", "np.float64"),
    ("int", "np.int64"),
    ("float", "np.float64"),
    ("np.int64", "float"),
    ("np.float64", "int"),
]


def specialized(function: Any, label: str) -> Any:
    """The same function once more, so that each combination of kinds has its own cache."""
    import types

    made = types.FunctionType(function.__code__, function.__globals__, function.__name__)
    made.__qualname__ = f"{function.__qualname__} {label}"
    return made


@pytest.mark.parametrize("function", BINARY)
def test_an_operator_on_two_numbers_of_any_kinds_is_exact_refused_or_left_to_python(
    function: Any,
) -> None:
    chooser = random.Random(function.__name__)
    seen = set()
    combinations = itertools.product(KINDS, repeat=2) if function in (add, compare) else MIXES
    for first, second in combinations:
        own = specialized(function, f"{first} {second}")
        (make_a, values_a), (make_b, values_b) = KINDS[first], KINDS[second]
        pairs = list(itertools.product(values_a, values_b))
        for a, b in chooser.sample(pairs, min(len(pairs), 60)):
            if function in (power, left_shift) and isinstance(b, int) and abs(b) > 2000:
                continue
            seen.add(differential(own, make_a(a), make_b(b)))
    assert "equal" in seen


def test_int_overflow_is_left_to_python() -> None:
    assert differential(add, 2**62, 2**62) == "deoptimized"
    assert differential(multiply, 2**40, 2**40) == "deoptimized"
    assert differential(specialized(power, "overflow"), 3, 41) == "deoptimized"


def math_functions(x: Any) -> Any:
    return (
        math.sin(x), math.cos(x), math.tan(x), math.atan(x), math.sinh(x), math.tanh(x),
        math.asinh(x), math.fabs(x), math.degrees(x), math.radians(x), math.erf(x), math.erfc(x),
        math.isnan(x), math.isinf(x), math.isfinite(x),
    )  # fmt: skip


def math_exponential(x: Any) -> Any:
    return math.exp(x), math.expm1(x), math.cosh(x)


def math_logarithms(x: Any) -> Any:
    return math.log(x), math.log2(x), math.log10(x), math.sqrt(x)


def math_inverse(x: Any) -> Any:
    return math.asin(x), math.acos(x), math.log1p(x)


def math_acosh(x: Any) -> Any:
    return math.acosh(x)


def math_atanh(x: Any) -> Any:
    return math.atanh(x)


def to_int(x: Any) -> Any:
    return int(x)


def rounded(x: Any) -> Any:
    return round(x), math.floor(x), math.ceil(x)


def converted(x: Any) -> Any:
    while True:
        return float(x), bool(x), np.float64(x)


def signs(x: Any) -> Any:
    return -x, +x, abs(x), not x


def squared(x: Any) -> Any:
    return x**2


def inverse_power(x: Any) -> Any:
    return x**-1, x**-2


def numpy_functions(x: Any) -> Any:
    while True:
        return (
            np.sin(x), np.cos(x), np.sqrt(x), np.exp(x), np.log(x), np.tanh(x), np.arctan(x),
            np.abs(x), np.log1p(x), np.expm1(x),
        )  # fmt: skip


def numpy_rounding(x: Any) -> Any:
    while True:
        return np.floor(x), np.ceil(x), np.trunc(x)


def inverted(x: Any) -> Any:
    return ~x


UNARY = [math_functions, math_exponential, math_logarithms, math_inverse, math_acosh, math_atanh]
UNARY += [to_int, rounded, converted, signs, squared, inverse_power, numpy_functions]
UNARY += [numpy_rounding, inverted]


@pytest.mark.parametrize("function", UNARY)
def test_a_function_of_one_number_of_any_kind_is_exact_refused_or_left_to_python(
    function: Any,
) -> None:
    seen = set()
    for kind, (make, values) in KINDS.items():
        own = specialized(function, kind)
        for value in values:
            seen.add(differential(own, make(value)))
    assert "equal" in seen


def test_division_and_remainder_of_plain_floats_and_ints_are_compiled() -> None:
    for a, b in ((7.5, -2.0), (-7.5, 2.0), (1e300, 0.1), (-0.0, 3.0), (7, -2), (-7, 2), (7, 2.5)):
        for function in (floor_divide, remainder, divide, divmod_):
            label = f"compiled {type(a)} {type(b)}"
            assert differential(specialized(function, label), a, b) == "equal"


def two_argument_math(a: Any, b: Any) -> Any:
    return math.atan2(a, b), math.copysign(a, b), math.hypot(a, b)


def math_fmod_and_pow(a: Any, b: Any) -> Any:
    return math.fmod(a, b), math.pow(a, b)


def common_divisor(a: int, b: int) -> int:
    return math.gcd(a, b)


@pytest.mark.parametrize("function", [two_argument_math, math_fmod_and_pow])
def test_a_math_function_of_two_floats_is_exact_or_left_to_python(function: Any) -> None:
    seen = {differential(function, a, b) for a, b in itertools.product(FLOATS, repeat=2)}
    assert "equal" in seen


def numpy_functions_of_many(xs: Any) -> Any:
    out = []
    for x in xs:
        out.append(np.exp(x) + np.exp2(-x) * np.expm1(x))
        out.append(np.log(x) + np.log2(x) * np.log10(x) - np.log1p(x))
        out.append(np.sin(9.0 * x) + np.cos(9.0 * x) * np.tan(x))
        out.append(np.sinh(x) + np.cosh(x) * np.tanh(x))
        out.append(np.arcsin(x) + np.arccos(x) * np.arctan(x))
        out.append(np.arcsinh(x) + np.arccosh(1.0 / x) * np.arctanh(x))
    return out


def hypotenuses(xs: Any) -> Any:
    out = []
    for x in xs:
        for y in xs:
            out.append(math.hypot(x, y))
    return out


@pytest.mark.parametrize("function", [numpy_functions_of_many, hypotenuses])
def test_a_function_has_the_bits_of_the_original_for_many_numbers(function: Any) -> None:
    draw = random.Random(1)
    assert differential(function, [draw.uniform(0.001, 0.999) for _ in range(500)]) == "equal"


def test_hypotenuses_are_exact_from_the_smallest_floats_to_the_largest() -> None:
    draw = random.Random(2)
    sizes = [draw.uniform(-1.0, 1.0) * 2.0**power for power in range(-1074, 1022, 5)]
    assert differential(hypotenuses, sizes) == "equal"


def test_the_greatest_common_divisor_of_extreme_ints_is_exact() -> None:
    assert {differential(common_divisor, a, b) for a in INTS for b in INTS} >= {"equal"}


quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
any_int = st.integers(-(2**63), 2**63 - 1)


@quick
@given(any_int, any_int)
def test_int_division_and_remainder_follow_the_sign_of_the_divisor(a: int, b: int) -> None:
    differential(int_division, a, b)


@quick
@given(st.floats(), st.floats())
def test_float_division_and_remainder_follow_the_sign_of_the_divisor(a: float, b: float) -> None:
    differential(float_division, a, b)
    differential(numpy_float_division, np.float64(a), np.float64(b))


@quick
@given(st.floats(), st.floats())
def test_float_powers_are_finite_or_left_to_python(a: float, b: float) -> None:
    differential(float_power, a, b)


@quick
@given(st.floats())
def test_rounding_is_half_to_even_and_exact(x: float) -> None:
    differential(float_rounding, x)


@quick
@given(any_int, st.floats())
def test_an_int_and_a_float_compare_exactly(a: int, b: float) -> None:
    differential(mixed_comparison, a, b)


def int_division(a: int, b: int) -> Any:
    return a // b, a % b, a / b


def float_division(a: float, b: float) -> Any:
    return a // b, a % b, a / b


def numpy_float_division(a: Any, b: Any) -> Any:
    return a // b, a % b, a / b


def float_power(a: float, b: float) -> Any:
    return a**b


def float_rounding(x: float) -> Any:
    return round(x), math.floor(x), math.ceil(x), int(x)


def mixed_comparison(a: int, b: float) -> Any:
    return a < b, a == b, b <= a


def whole_root(n: int) -> int:
    return int(n**0.5)


def constant_powers(x: Any) -> Any:
    while True:
        return x**2, x**2.0, x**0.5, x**1.5, x**3, x**-1, 2.0**x, 10.0**x


def square_floored(x: Any, y: Any) -> Any:
    return x**2 // y, x**2 == x * x, math.pow(x, 2.0) == x * x


@pytest.mark.parametrize("k", [134117764, 134113980, 134136220])
def test_the_root_of_nearly_a_square_is_cut_to_the_int_that_python_cuts_it_to(k: int) -> None:
    prepared = compiled(whole_root, k)
    for less in range(4):
        assert prepared(k * k - less) == whole_root(k * k - less)


@pytest.mark.parametrize("kind", [float, np.float64])
def test_a_power_has_the_bits_of_the_c_librarys(kind: Any) -> None:
    chooser = random.Random(1)
    prepared = compiled(specialized(constant_powers, f"bits of {kind}"), kind(1.5))
    edges = [5e-324, 1e-310, 1e-170, 1e-140, 1e-100, 1e100, 1e150]
    for x in map(kind, [*edges, *(chooser.uniform(0.0, 100.0) for _ in range(3000))]):
        with contextlib.suppress(Deoptimize), np.errstate(over="ignore", divide="ignore"):
            assert prepared(x) == constant_powers(x)


def test_what_is_made_of_a_square_by_floor_division_or_comparison_is_what_python_makes() -> None:
    chooser = random.Random(2)
    prepared = compiled(square_floored, 1.5, 2.0)
    for x in (7.148542390954649, *(chooser.uniform(0.0, 100.0) for _ in range(3000))):
        assert prepared(x, x * x) == square_floored(x, x * x)


def integer_root(n: Any) -> Any:
    return math.isqrt(n)


def test_the_integer_root_is_exact_up_to_the_largest_int() -> None:
    squares = [k * k for k in (1, 2, 94906266, 2**31, 3037000499)]
    for n in [*INTS, *squares, *(k - 1 for k in squares), *(k + 1 for k in squares)]:
        assert differential(integer_root, n) == ("equal" if n >= 0 else "deoptimized")


def least_or_infinite(values: Any, pair: Any) -> Any:
    if not values or not pair:
        return 0.0, 0.0, 0.0
    best, most = float("inf"), float("-inf")
    for x in values:
        if x < best:
            best = x
        if x > most:
            most = x
    return best, most, float("nan")


def test_the_truth_of_a_list_and_floats_written_as_text_are_compiled() -> None:
    assert differential(least_or_infinite, [1.5, -2.0], (1, 2)) == "equal"
