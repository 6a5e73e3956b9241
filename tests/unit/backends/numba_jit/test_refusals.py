"""What is refused, on which line, and with what remedy."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.backends.numba_jit import refused, traps
from unit.backends.numba_jit.differential import compiled, prepare

from epochly.errors import Deoptimize
from epochly.model import Refused

VALUES = np.array([1.0, 2.0, 3.0])
CASES: list[tuple[Any, tuple[Any, ...], str]] = [
    (refused.handles_errors, (VALUES,), "`try`"),
    (refused.uses_with, (VALUES,), "`with`"),
    (refused.prints, (VALUES,), "a call of print"),
    (refused.reads_global_array, (VALUES,), "the global TABLE is 1-dimensional float64 array"),
    (refused.reads_global_list, (VALUES,), "the global ITEMS is list of int"),
    (refused.writes_global, (VALUES,), "outer scope"),
    (refused.recursive, (5,), "calls itself"),
    (refused.even, (5,), "calls itself"),
    (refused.variadic, (1, 2), "*args"),
    (refused.generates, (VALUES,), "a generator"),
    (refused.dead_yield, (VALUES,), "a generator"),
    (refused.makes_dictionary, (VALUES,), "a dictionary"),
    (refused.makes_text, (VALUES,), "a text"),
    (refused.nested, (VALUES,), "a nested function"),
    (refused.uses_lambda, (VALUES,), "a nested function"),
    (refused.maybe_unassigned, (VALUES,), "last may be unassigned here"),
    (refused.array_or_number, (VALUES,), "a float on one path and a 1-dimensional"),
    (refused.list_or_none, (VALUES,), "on one path"),
    (refused.whole_array, (VALUES,), "np.sum"),
    (refused.gauss_of_python, (3,), "an import"),
    (refused.rounds_to_digits, (VALUES,), "round() to digits"),
    (refused.appends_to_argument, ([1, 2],), "the method append"),
    (refused.stores_other_type, ([1, 2],), "stored into a list of int"),
    (refused.float_index, (VALUES,), "an index that is float"),
    (refused.huge_constant, (3,), "an int of more than 64 bits"),
    (refused.identity_of_numbers, (VALUES,), "`is`"),
    (refused.shifts_floats, (1.0,), "LShift on floats"),
    (refused.divisor_of_a_numpy_bool, (np.float64(1.0),), "math.gcd of floats or of NumPy boo"),
    (refused.root_of_a_numpy_bool, (np.float64(1.0),), "math.isqrt of a float or a NumPy boo"),
    (refused.Account().interest, (3,), "self is an object of type Account"),
    (refused.calls_into_a_library, (VALUES,), "a call of ABSOLUTE"),
    (refused.vectorized, (VALUES,), "already vectorized: nothing for a compiler to remove"),
]


@pytest.mark.parametrize(("function", "args", "reason"), CASES, ids=[c[0].__name__ for c in CASES])
def test_a_program_is_refused_on_the_line_at_fault(
    function: Any, args: tuple[Any, ...], reason: str
) -> None:
    made = prepare(function, *args)
    assert isinstance(made, Refused)
    assert reason in made.reason
    assert made.remedy
    holder = function if function is not refused.even else refused.odd
    lines, start = inspect.getsourcelines(holder)
    (fault,) = [start + at for at, line in enumerate(lines) if "# here" in line]
    assert made.line == fault


@pytest.mark.parametrize(
    ("function", "args", "reason"),
    [
        (refused.returns_view, (np.zeros((3, 3)),), "may be an argument or a view of one"),
        (refused.returns_either, (VALUES, VALUES), "may be an argument"),
        (refused.returns_twice, (3,), "twice"),
    ],
)
def test_a_result_that_could_be_another_object_is_refused(
    function: Any, args: tuple[Any, ...], reason: str
) -> None:
    made = prepare(function, *args)
    assert isinstance(made, Refused)
    assert reason in made.reason


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, 2.0], dtype=np.float32),
        np.array([1, 2], dtype=np.uint8),
        np.array([1.0, 2.0], dtype=">f8"),
        np.array([1 + 2j]),
        np.ma.array([1.0, 2.0]),
        np.matrix([[1.0, 2.0]]),
        np.array(3.0),
        np.array([1, None]),
        np.frombuffer(b"x" * 17, dtype=np.uint8)[1:].view(np.float64),
        (1.0, 2.0),
        {1.0: 2},
        "text",
        [[1.0], [2.0]],
        [1, 2.0],
        [],
        [2**70],
        range(3),
        None,
        3,
    ],
    ids=str,
)
def test_an_argument_of_another_kind_is_refused_by_name(values: Any) -> None:
    from unit.backends.numba_jit.programs import scaled_in_place

    assert isinstance(prepare(scaled_in_place, values, 2.0), Refused)


def test_a_store_into_a_read_only_array_is_refused_and_reading_it_is_not() -> None:
    from unit.backends.numba_jit.programs import loop_sum, scaled_in_place

    values = VALUES.copy()
    values.flags.writeable = False
    made = prepare(scaled_in_place, values, 2.0)
    assert isinstance(made, Refused)
    assert "read-only" in made.reason
    assert not isinstance(prepare(loop_sum, values), Refused)


def test_a_builtin_and_a_function_without_source_are_refused() -> None:
    import math

    namespace: dict[str, Any] = {}
    exec("def made(n):\n    return n", namespace)
    for function in (math.sin, namespace["made"]):
        assert isinstance(prepare(function, 1.0), Refused)


def test_arguments_that_do_not_fit_are_refused() -> None:
    from unit.backends.numba_jit.programs import loop_sum

    made = prepare(loop_sum, VALUES, 3)
    assert isinstance(made, Refused)
    assert "do not fit" in made.reason


@pytest.mark.parametrize("terms", [220, 400])
def test_an_expression_that_is_nested_too_deeply_is_refused(terms: int, tmp_path: Path) -> None:
    path = tmp_path / f"of_{terms}_terms.py"
    path.write_text(f"def total(x):\n    return x{' + 1' * terms}\n")
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec", dont_inherit=True), names)
    found = prepare(names["total"], 1)
    assert isinstance(found, Refused)
    assert "nested too deeply" in found.reason


def test_a_first_call_with_ints_of_any_size_does_not_stand_in_the_way_of_the_next() -> None:
    prepared = compiled(traps.sum_of_array, [2**70, 1])
    with pytest.raises(Deoptimize):
        prepared([2**70, 1])
    assert prepared([1, 2]) == 3
