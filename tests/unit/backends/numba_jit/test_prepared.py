"""The life of a prepared function: guards, specializations, giving up, closing."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import sys
import types
from typing import Any

import numpy as np
import pytest
from epochly_backends.numba_jit.prepared import MOST_SPECIALIZATIONS
from epochly_backends.numba_jit.specialization import LEAST_LEFT, MOST_LEFT
from unit.backends.numba_jit import programs, refused
from unit.backends.numba_jit.differential import compiled

from epochly.errors import Deoptimize, EpochlyError
from epochly.levels import Level

FACTOR = 2.0


def scaled(n: int) -> float:
    total = 0.0
    for i in range(n):
        total += i * FACTOR
    return total


def scaled_inverse(n: int) -> float:
    total = 0.0
    for i in range(3):
        total += i / n
    return total


def twice(x: float) -> float:
    return 2 * x


def through_helper(n: int) -> float:
    total = 0.0
    for i in range(n):
        total += twice(i)
    return total


def with_default(n: int, step: float = 1.5, *, start: float = 0.0) -> float:
    total = start
    for _ in range(n):
        total += step
    return total


def with_one_default(n: int, factor: float = 1.5) -> float:
    return n * factor


def through_default(n: int) -> float:
    return with_one_default(n)


def closure(factor: Any) -> tuple[Any, Any]:
    def product(n: int) -> Any:
        total = 1
        for _ in range(n):
            total *= factor
        return total

    def change(value: Any) -> None:
        nonlocal factor
        factor = value

    return product, change


def test_it_says_what_it_realized_by_line() -> None:
    prepared = compiled(through_helper, 3)
    realized = prepared.realized
    assert (realized.level, realized.backend) == (Level.COMPILE, "numba")
    lines = [(part.line, part.end_line) for part in realized.parts]
    root, helper = through_helper.__code__.co_firstlineno, twice.__code__.co_firstlineno
    assert lines == [(root, root + 4), (helper, helper + 1)]
    assert {part.what for part in realized.parts} == {"compiled"}


def test_preparing_compiles_and_counts_the_seconds() -> None:
    stats = compiled(scaled, 3).stats()
    assert stats["compile_s"] > 0
    assert (stats["calls"], stats["deoptimizations"], stats["specializations"]) == (0, 0, 1)


def test_a_changed_global_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = compiled(scaled, 3)
    assert prepared(4) == 12.0
    monkeypatch.setitem(scaled.__globals__, "FACTOR", 3.0)
    assert prepared(4) == 18.0
    monkeypatch.setitem(scaled.__globals__, "FACTOR", "text")
    with pytest.raises(Deoptimize, match="text"):
        prepared(4)


def test_a_changed_helper_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = compiled(through_helper, 3)
    assert prepared(3) == 6
    monkeypatch.setattr(twice, "__code__", (lambda x: 3 * x).__code__)
    with pytest.raises(Deoptimize):
        prepared(3)


def test_a_function_whose_code_was_replaced_is_left_to_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared = compiled(through_helper, 3)
    assert prepared(3) == 6
    monkeypatch.setattr(through_helper, "__code__", (lambda n, m=1: n + m).__code__)
    with pytest.raises(Deoptimize, match="replaced"):
        prepared(3)


def test_a_shadowed_builtin_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = compiled(scaled, 3)
    monkeypatch.setitem(scaled.__globals__, "range", lambda n: [5.0] * n)
    with pytest.raises(Deoptimize):
        prepared(3)


def test_a_patched_module_function_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.array([0.5])
    prepared = compiled(programs.loop_sum, values)
    monkeypatch.setattr(math, "sin", lambda x: 0.0)
    with pytest.raises(Deoptimize):
        prepared(values)


def test_a_changed_closure_cell_is_seen() -> None:
    product, change = closure(2)
    prepared = compiled(product, 3)
    assert prepared(10) == 1024
    change(3)
    assert prepared(4) == 81
    change([1])
    with pytest.raises(Deoptimize):
        prepared(4)


def test_defaults_and_keywords_are_bound_as_python_binds_them() -> None:
    prepared = compiled(with_default, 3)
    for args, kwargs in (((2,), {}), ((2, 0.5), {}), ((2,), {"start": 1.0}), ((), {"n": 1})):
        assert prepared(*args, **kwargs) == with_default(*args, **kwargs)
    with pytest.raises(Deoptimize, match="do not fit"):
        prepared()
    with pytest.raises(Deoptimize, match="do not fit"):
        prepared(1, 2.0, 3.0)


def test_a_signature_that_is_only_shown_binds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = inspect.signature(lambda factor=7.0, n=3: None)
    for function in (with_one_default, twice):
        monkeypatch.setattr(function, "__signature__", shown, raising=False)
    for function, args, kwargs in (
        (with_one_default, (2,), {}),
        (with_one_default, (), {"factor": 0.5, "n": 3}),
        (through_default, (2,), {}),
        (through_helper, (3,), {}),
    ):
        assert compiled(function, *args, **kwargs)(*args, **kwargs) == function(*args, **kwargs)


def test_changed_defaults_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = compiled(with_default, 3)
    monkeypatch.setattr(with_default, "__defaults__", (10.0,))
    assert prepared(2) == 20.0


def test_a_helpers_default_is_compared_by_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = compiled(through_default, 2)
    for at in range(50):
        monkeypatch.setattr(with_one_default, "__defaults__", (at * 1.25,))
        with contextlib.suppress(Deoptimize):
            assert prepared(2) == 2 * at * 1.25


def test_methods_and_partials_are_taken_with_what_they_are_bound_to() -> None:
    account = refused.Account()
    assert compiled(account.unread_self, 5)(5) == account.unread_self(5)
    half = functools.partial(with_default, 4, start=0.5)
    assert compiled(half)() == half()


def test_after_two_overflows_in_a_row_the_original_runs_at_once() -> None:
    prepared = compiled(programs.fibonacci, 10)
    for _ in range(2):
        with pytest.raises(Deoptimize, match="left 64 bits"):
            prepared(1000)
    with pytest.raises(Deoptimize, match="earlier calls"):
        prepared(10)
    assert prepared.stats()["given_up"] == 1
    assert prepared.stats()["deoptimizations"] == 3


def test_an_overflow_followed_by_a_success_counts_for_nothing() -> None:
    prepared = compiled(programs.fibonacci, 10)
    for _ in range(3):
        with pytest.raises(Deoptimize):
            prepared(1000)
        assert prepared(10) == 55


def test_the_users_own_exceptions_do_not_count_as_overflow() -> None:
    prepared = compiled(programs.checked_input, np.ones(3))
    for _ in range(4):
        with pytest.raises(Deoptimize):
            prepared(-np.ones(3))
    assert prepared(np.ones(3)) == 3.0


def test_the_number_of_specializations_is_bounded() -> None:
    prepared = compiled(programs.loop_sum, [1.0])
    arrays = [np.ones((2,) * (n + 1)) for n in range(MOST_SPECIALIZATIONS + 2)]
    for array in arrays:
        with pytest.raises(Deoptimize) if array.ndim > 1 else _nothing():
            prepared(array)
    with pytest.raises(Deoptimize, match="combinations of types"):
        prepared(3.0)
    assert prepared([1.0, 2.0]) == programs.loop_sum([1.0, 2.0])


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("error", [FileNotFoundError("no folder"), MemoryError()], ids=repr)
def test_what_cannot_be_compiled_now_is_tried_again_at_a_later_call(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    function = compiled(twice, 3)
    with monkeypatch.context() as patch:
        patch.setattr("numba.core.dispatcher.Dispatcher.compile", fail)
        patch.setattr("epochly_backends.numba_jit.functions.loaded", lambda *_: False)
        with pytest.raises(type(error)):
            compiled(twice, 3)
        with pytest.raises(Deoptimize, match="cannot be compiled now"):
            function(1.5)
    assert function(1.5) == 3.0


def test_a_closed_function_cannot_be_called() -> None:
    prepared = compiled(scaled, 3)
    prepared.close()
    with pytest.raises(EpochlyError, match="closed"):
        prepared(3)


def test_numba_is_available_and_not_imported_to_find_out() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from epochly_backends.numba_jit import NumbaJit;"
        "found = NumbaJit().availability(); assert 'numba' not in sys.modules; print(found.detail)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("Numba ")


def test_a_refusal_ends_before_numba_is_imported() -> None:
    import subprocess
    import sys

    code = (
        "import json, sys; from epochly.call import Arguments, Refused;"
        "from epochly.code.function import function_of;"
        "from epochly_backends.numba_jit import NumbaJit;"
        "found = NumbaJit().prepare(function_of(json.dumps), Arguments(([1],)));"
        "assert isinstance(found, Refused) and found.line, found;"
        "assert 'numba' not in sys.modules and 'llvmlite' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_python_without_numba_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from epochly_backends import numba_jit

    monkeypatch.setattr(numba_jit, "find_spec", lambda name: None)
    found = numba_jit.NumbaJit().availability()
    assert "not installed" in found.reason
    assert "pip install numba" in found.remedy


def test_a_copy_of_a_function_with_other_globals_is_guarded_on_its_own() -> None:
    own = types.FunctionType(scaled.__code__, {**scaled.__globals__, "FACTOR": 7.0}, "scaled")
    assert compiled(own, 3)(3) == 21.0


def test_what_compiled_code_holds_when_it_raises_does_not_pile_up() -> None:
    prepared = compiled(programs.fails_half_way, np.arange(5), -1)
    values = np.arange(5)
    before = sys.getrefcount(values)
    for _ in range(200):
        with pytest.raises(Deoptimize):
            prepared(values, 2)
    assert sys.getrefcount(values) - before <= MOST_LEFT // LEAST_LEFT
    with pytest.raises(Deoptimize, match="raised too often"):
        prepared(np.arange(5), -1)


def test_a_function_of_numbers_may_raise_any_number_of_times() -> None:
    prepared = compiled(scaled_inverse, 3)
    for _ in range(200):
        with pytest.raises(Deoptimize, match="ZeroDivisionError"):
            prepared(0)
    assert prepared(4) == scaled_inverse(4)
