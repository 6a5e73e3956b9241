"""Whole programs, compiled, against plain Python."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from unit.backends.numba_jit import programs, traps
from unit.backends.numba_jit.differential import compiled, differential, same

from epochly.errors import Deoptimize

random_floats = np.random.default_rng(7).standard_normal
FLOATS = random_floats(50)
INTS = np.arange(-20, 30)

COMPILED: list[tuple[Any, tuple[Any, ...]]] = [
    (programs.loop_sum, (FLOATS,)),
    (programs.loop_sum, (FLOATS[:0],)),
    (programs.loop_sum, (FLOATS[::3],)),
    (programs.loop_sum, ([0.5, -1.5, 2.0],)),
    (programs.loop_sum, (INTS,)),
    (programs.sum_from_int_zero, (FLOATS,)),
    (programs.sum_from_int_zero, (FLOATS[:0],)),
    (programs.sum_from_int_zero, (INTS,)),
    (programs.sum_from_int_zero, ([3, 4, 5],)),
    (programs.mean_of, (FLOATS,)),
    (programs.mean_of, (INTS,)),
    (programs.mean_of, ([1, 2, 4],)),
    (programs.mixed_then_used, (FLOATS, True)),
    (programs.mixed_then_used, (FLOATS[:0], True)),
    (programs.mixed_then_used, (FLOATS[:0], False)),
    (programs.matrix_product, (random_floats((4, 5)), random_floats((5, 3)))),
    (programs.matrix_product, (random_floats((5, 4)).T, np.asfortranarray(random_floats((5, 3))))),
    (programs.pi_numpy, (500,)),
    (programs.pi_python, (500,)),
    (programs.fibonacci, (90,)),
    (programs.fibonacci, (1,)),
    (programs.sieve_list, (200,)),
    (programs.sieve_array, (200,)),
    (programs.collatz, (300,)),
    (programs.n_body, (random_floats((4, 3)), random_floats((4, 3)), np.ones(4), 0.01, 3)),
    (programs.levenshtein, (INTS[:20] % 5, INTS[5:20] % 4)),
    (programs.levenshtein, ([1, 2, 3], [2, 3, 4, 4])),
    (programs.running_statistics, (FLOATS,)),
    (programs.running_statistics, ([1.0, 2.5, 7.0],)),
    (programs.option_price, (101, 100.0, 95.0, 0.05, 0.2, 1.0)),
    (programs.mandelbrot, (12, 9, 30)),
    (programs.bubble_sort, ([3.5, 1.0, 2.0, -1.0],)),
    (programs.bubble_sort, ([3, 1, 2],)),
    (programs.bubble_sort, (FLOATS.copy(),)),
    (programs.with_helper, (FLOATS,)),
    (programs.with_helper, (FLOATS, 3)),
    (programs.rows_through_a_helper, (np.zeros((3, 4)),)),
    (programs.histogram, (FLOATS, 8)),
    (programs.positives, (FLOATS,)),
    (programs.positives, ([1.5, -2.0, 3.0],)),
    (programs.sum_of_generator, (INTS,)),
    (programs.sum_of_generator, ([0.1] * 10,)),
    (programs.enumerated, (FLOATS, FLOATS[::-1])),
    (programs.constants, (20,)),
    (programs.first_negative, (FLOATS,)),
    (programs.first_negative, (np.ones(3),)),
    (programs.reassigned, (3,)),
    (programs.reassigned, (np.float64(3.7),)),
    (programs.checked_input, (np.array([1.0, 4.0]),)),
    (programs.checked_input, ([1.0, 4.0],)),
    (programs.unread_argument, (5, {"a": 1})),
    (programs.array_of_lists, (9,)),
    (programs.sum_builtin, ([0.1] * 10,)),
    (programs.sum_builtin, ([1e308, 1e308, -1e308],)),
    (programs.sum_builtin, ([1e16, 1.0, -1e16],)),
    (programs.sum_builtin, ([True, False, True],)),
    (programs.sum_builtin, ([1, 2],)),
    (programs.sum_builtin, (FLOATS,)),
    (programs.all_random, (301,)),
    (programs.seeded, (7,)),
    (programs.scaled_in_place, (FLOATS.copy(), 2.0)),
    (programs.scaled_in_place, (INTS.copy(), 1.5)),
    (programs.scaled_in_place, ([1.5, 2.5], 2.0)),
    (programs.view_of_new, (6,)),
    (traps.index_changed_by_the_value, (np.arange(3), np.array([0, 1]))),
    (traps.index_changed_by_the_value, ([1, 2, 3], [0, 1])),
    (traps.index_taken_away_by_the_value, (np.arange(5),)),
    (traps.index_that_is_a_call, (np.arange(5),)),
    *((traps.nothing_that_a_call_returns, (np.arange(3), way)) for way in range(5)),
    (traps.nothing_or_a_number, (np.arange(3), True)),
    (traps.nothing_or_a_number, (np.arange(3), False)),
    (traps.an_element_that_is_none, (np.arange(3), 2)),
    (traps.list_repeated, (4,)),
    (traps.times_drawn_before_the_elements, (5,)),
    (traps.rows_and_columns, (2, 3)),
    (traps.rows_and_columns, (2, 0)),
    (traps.int_of_two_kinds, (np.array([2**53 + 1, 3, 5]) // 2**23,)),
    (traps.int_of_two_kinds, (np.array([2**61 + 1, -(2**61) + 2, 1]) // 2**30,)),
    (traps.int_of_two_kinds, (np.array([1, 2**60, 1]),)),
    (traps.operators_on_an_int_of_two_kinds, (np.array([5, -7, 9]), 3)),
    (traps.operators_on_an_int_of_two_kinds, (np.array([-5, -7]), np.int64(-5))),
    (traps.operators_on_an_int_of_two_kinds, (np.array([-5, -7]), True)),
    (traps.division_of_an_int_or_float, (np.array([5.5, -7.0]), 2.5)),
    (traps.division_of_an_int_or_float, (np.array([-0.5]), -3)),
    (traps.division_of_an_int_or_float, ([0.5, -7.0], 2)),
    (traps.booleans_counted, (FLOATS, 0.5)),
    (traps.booleans_counted, (FLOATS[:0], 0.5)),
    (traps.rolling_hash, (INTS,)),
    (traps.rolling_hash, (INTS[:0],)),
    (traps.keywords_in_another_order, (5,)),
    *((traps.break_in_the_else_of_an_inner_loop, (n,)) for n in (0, 1, 3, 5, 9)),
    (traps.unread_draw, (True, False)),
    (traps.negative_zero_to_a_power, (2.0,)),
    (traps.list_of_a_generator, (np.array([1, 2, 3]),)),
    (traps.list_changed_while_it_is_read, (7,)),
    (traps.own_element_added, (np.arange(4.0),)),
    (traps.own_element_added, ([1, 2, 3],)),
    (traps.steps_of_a_range, (0, 2**60, 2**60)),
    (traps.steps_of_a_range, (2**60, -(2**60), -(2**60))),
    (traps.builtins_under_other_names, ([1, 2], [3, 4])),
    (traps.builtins_under_other_names, ([1.5], [2.5])),
    (traps.value_that_is_not_used, (FLOATS, 3)),
]


@pytest.mark.parametrize(
    ("function", "args"), COMPILED, ids=[f"{f.__name__}-{n}" for n, (f, _) in enumerate(COMPILED)]
)
def test_a_program_returns_what_plain_python_returns(function: Any, args: tuple[Any, ...]) -> None:
    assert differential(function, *args) == "equal"


LEFT: list[tuple[Any, tuple[Any, ...]]] = [
    (programs.fibonacci, (1000,)),
    (programs.fibonacci, (2**70,)),
    (programs.loop_sum, ([],)),
    (programs.loop_sum, ([1.0, 2],)),
    (programs.mean_of, (FLOATS[:0],)),
    (programs.mean_of, (INTS[:0],)),
    (programs.checked_input, (np.array([1.0, -4.0]),)),
    (programs.checked_input, (np.array([]),)),
    (programs.checked_input, ([0.0],)),
    (programs.matrix_product, (random_floats((4, 5)), random_floats((4, 3)))),
    (programs.fails_half_way, (np.arange(5), 2)),
    (programs.fails_half_way, (np.arange(5.0), 2)),
    (programs.fails_half_way, ([1, 2, 3], 1)),
    (programs.draws_then_fails, (np.zeros(5),)),
    (traps.an_element_that_is_none, (np.arange(3), 3)),
    (traps.list_repeated, (2**62,)),
    (traps.list_repeated, (2**63 - 1,)),
    (traps.rows_and_columns, (2**62, 0)),
    (programs.array_of_lists, (0,)),
    (programs.sum_builtin, ([2**62, 2**62],)),
    (programs.scaled_in_place, (np.array([2**62, 5]), 4)),
    (programs.scaled_in_place, (np.array([1, 5]), float("nan"))),
    (programs.pi_numpy, (0,)),
    (traps.tuple_passed_on, (np.zeros(3), 0)),
    (traps.array_twice_in_nested_tuples, (3,)),
    (traps.tuple_indexed_by_a_variable, ((1, 2), 1)),
    (traps.shape_given_twice, (3,)),
    (traps.sum_of_array, (np.arange(3, dtype=np.longlong),)),
    (traps.sum_of_array, ([2**70],)),
    (traps.unread_draw, (False, True)),
    (traps.range_of_large_numbers, (5,)),
    (traps.steps_of_a_range, (-(2**62), 2**62, 2**62)),
    (traps.steps_of_a_range, (0, 2**63 - 1, 2**62)),
    (traps.value_that_is_not_used, (FLOATS, 50)),
    (traps.value_drawn_before_the_shape, (5,)),
    (traps.enumerated_strictly, (FLOATS,)),
    (traps.local_by_a_definition_never_reached, (3,)),
]


@pytest.mark.parametrize(
    ("function", "args"), LEFT, ids=[f"{f.__name__}-{n}" for n, (f, _) in enumerate(LEFT)]
)
def test_a_call_that_would_differ_is_left_to_python_untouched(
    function: Any, args: tuple[Any, ...]
) -> None:
    assert differential(function, *args) != "equal"


def test_the_thousandth_fibonacci_number_is_never_a_wrong_one() -> None:
    prepared = compiled(programs.fibonacci, 1000)
    with pytest.raises(Deoptimize, match="64 bits"):
        prepared(1000)
    assert prepared(90) == 2880067194370816120


def test_a_new_combination_of_types_is_compiled_when_it_comes() -> None:
    prepared = compiled(programs.reassigned, 3)
    assert prepared(2.5) == programs.reassigned(2.5)
    assert prepared.stats()["specializations"] == 2


@pytest.mark.parametrize("start", [0, 1])
def test_the_same_memory_given_twice_is_written_as_python_writes_it(start: int) -> None:
    plain, fast = np.arange(10.0), np.arange(10.0)
    programs.overlapping(plain[start:9], plain[1:])
    prepared = compiled(programs.overlapping, fast[start:9], fast[1:])
    prepared(fast[start:9], fast[1:])
    assert np.array_equal(plain, fast)


def test_the_same_list_given_twice_is_one_list() -> None:
    given = [1, 2, 3]
    assert compiled(programs.overlapping, given, given)(given, given) is given
    assert given == [2, 3, 4]


def test_a_pending_gaussian_is_taken_over_and_given_back() -> None:
    for draws in (1, 2, 3):
        np.random.seed(5)
        for _ in range(draws):
            np.random.normal()
        assert differential(programs.seeded, 7) == "equal"
        assert differential(programs.option_price, 7, 100.0, 95.0, 0.05, 0.2, 1.0) == "equal"


@pytest.mark.parametrize("program", [programs.pi_numpy, programs.pi_python])
def test_no_two_threads_draw_the_same_numbers(program: Any) -> None:
    prepared = compiled(program, 10)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: prepared(1_000_003), range(16)))
    assert len(set(drawn)) > 12


def test_an_array_of_an_equal_dtype_of_another_type_is_not_mistaken() -> None:
    prepared = compiled(traps.sum_of_array, np.arange(3))
    assert type(prepared(np.arange(3))) is np.int64
    with pytest.raises(Deoptimize):
        prepared(np.arange(3, dtype=np.longlong))


def test_another_generator_behind_np_random_is_left_to_python() -> None:
    prepared = compiled(programs.pi_numpy, 10)
    mersenne = np.random.get_bit_generator()
    np.random.set_bit_generator(np.random.PCG64(3))
    try:
        with pytest.raises(Deoptimize, match="Mersenne"):
            prepared(10)
    finally:
        np.random.set_bit_generator(mersenne)


def test_compiled_draws_leave_numbas_own_stream_alone() -> None:
    import numba

    @numba.njit
    def seed() -> None:
        np.random.seed(3)

    @numba.njit
    def draw() -> float:
        return np.random.random()

    seed()
    first = draw(), draw()
    seed()
    again = draw()
    compiled(programs.pi_numpy, 10)(10)
    assert (again, draw()) == first


def test_random_ints_of_every_width_keep_the_stream() -> None:
    for width in (1, 2, 3, 4, 7, 8, 255, 256, 257, 2**16, 2**31 - 1, 2**31):
        random.seed(width)
        assert differential(random_ints, width) == "equal"


def random_ints(width: int) -> tuple[int, int]:
    a = b = 0
    for _ in range(20):
        a ^= np.random.randint(0, width)
        b ^= random.randrange(width)
    return a, b


def test_warnings_that_raise_are_left_to_python() -> None:
    prepared = compiled(programs.loop_sum, FLOATS)
    with np.errstate(over="raise"), pytest.raises(Deoptimize, match="warnings"):
        prepared(FLOATS)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Deoptimize, match="warnings"):
            prepared(FLOATS)
    assert same(prepared(FLOATS), programs.loop_sum(FLOATS))
